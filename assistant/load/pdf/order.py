"""The reading order of a page: a region is split where a gutter separates columns of text.

A gutter is a strip that no line crosses, with lines on both sides of it. What is above it is read
first, then the column on its left, the one on its right, and what is below it; each in the same
way. Rows of a table have gutters too: they are read across. Compared: XY cuts over projections
(the same, but stopped by one line that crosses) and Breuel's cover of white rectangles (more of
them than can be judged).
"""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from assistant.load.pdf.lines import LIST_MARK, SPLIT_GAP, Line, find_rows

LEAST_LINES = 3  # of a column
LEAST_CHARACTERS = 12  # of a column's lines on average
LEAST_WRAPPED = 0.25  # of the lines of running text begin in small letters
TRIED = 6  # gutters of a region, from the longest
MOST_CANDIDATES = 200
DEEPEST = 40  # splits inside splits


class Gutter(NamedTuple):
    """A strip without text: its sides, the baselines of its first and last row, and their count."""

    left: float
    right: float
    top: float
    bottom: float
    rows: int


def order_columns(lines: Sequence[Line], depth: int = 0) -> list[list[Line]]:
    """The regions of a page in reading order, each read row by row."""
    if not lines:
        return []
    gutter = _choose_gutter(lines) if depth < DEEPEST else None
    if gutter is None:
        return [list(lines)]
    above = [line for line in lines if line.baseline > gutter.top]
    below = [line for line in lines if line.baseline < gutter.bottom]
    inside = [line for line in lines if gutter.bottom <= line.baseline <= gutter.top]
    left, right = _divide(inside, gutter)
    return [
        region for part in (above, left, right, below) for region in order_columns(part, depth + 1)
    ]


def _divide(lines: Sequence[Line], gutter: Gutter) -> tuple[list[Line], list[Line]]:
    middle = (gutter.left + gutter.right) / 2
    left = [line for line in lines if line.box.left + line.box.right < 2 * middle]
    return left, [line for line in lines if line.box.left + line.box.right >= 2 * middle]


def _choose_gutter(lines: Sequence[Line]) -> Gutter | None:
    """The longest gutter that separates columns of text."""
    found = sorted(_find_gutters(lines), key=lambda gutter: (-gutter.rows, gutter.left))
    for gutter in islice(found, TRIED):
        inside = [line for line in lines if gutter.bottom <= line.baseline <= gutter.top]
        left, right = _divide(inside, gutter)
        if _are_columns(left, right):
            return gutter
    return None


def _find_gutters(lines: Sequence[Line]) -> Iterator[Gutter]:
    """The strips that no line crosses, with `LEAST_LINES` on both sides; each as long as it is."""
    rows = find_rows(lines)
    edge = (min(line.box.left for line in lines), max(line.box.right for line in lines))
    # By its sides: the number of its first row, and how many rows have text left and right of it.
    growing: dict[tuple[float, float], tuple[int, int, int]] = {}
    for number, row in enumerate([*rows, []]):
        free = list(_find_free(row, edge)) if row else []
        longer: dict[tuple[float, float], tuple[int, int, int]] = {}
        for (left, right), (first, lefts, rights) in growing.items():
            goes_on = False
            for start, end in free:
                strip = max(left, start), min(right, end)
                if strip[1] - strip[0] < SPLIT_GAP * min(part.size for part in row):
                    continue
                goes_on = goes_on or strip == (left, right)
                if strip not in longer or longer[strip][0] > first:
                    longer[strip] = (
                        first,
                        lefts + any(part.box.right <= strip[0] + 0.1 for part in row),
                        rights + any(part.box.left >= strip[1] - 0.1 for part in row),
                    )
            if not goes_on and min(lefts, rights) >= LEAST_LINES:
                top, bottom = _find_baselines(rows[first:number])
                yield Gutter(left, right, top, bottom, number - first)
        for start, end in free:
            if (start, end) not in longer:
                longer[start, end] = (
                    number,
                    int(row[0].box.right <= start + 0.1),
                    int(row[-1].box.left >= end - 0.1),
                )
        growing = dict(islice(longer.items(), MOST_CANDIDATES))


def _find_baselines(rows: Sequence[Sequence[Line]]) -> tuple[float, float]:
    """The highest and the lowest baseline of some rows."""
    baselines = [line.baseline for row in rows for line in row]
    return max(baselines), min(baselines)


def _find_free(row: Sequence[Line], edge: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Where a row has no text, between the edges of its region."""
    least = SPLIT_GAP * min(line.size for line in row)
    place = edge[0]
    for line in row:
        if line.box.left - place >= least:
            yield place, line.box.left
        place = max(place, line.box.right)
    if edge[1] - place >= least:
        yield place, edge[1]


def _are_columns(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether both sides of a gutter are columns of text, not cells, labels or list marks.

    The lines of running text wrap: some begin in small letters. Other lines (addresses, lists) are
    a column if they are drawn as one, and not row by row.
    """
    if min(len(left), len(right)) < LEAST_LINES or any(_is_narrow(side) for side in (left, right)):
        return False
    wrapped = [_find_wrapped(side) >= LEAST_WRAPPED for side in (left, right)]
    if all(wrapped):
        return True
    return _are_drawn_apart(left, right)


def _is_narrow(side: Sequence[Line]) -> bool:
    marks = sum(bool(LIST_MARK.fullmatch(line.text)) for line in side)
    return marks * 2 >= len(side) or sum(_weigh(line) for line in side) < (
        LEAST_CHARACTERS * len(side)
    )


def _weigh(line: Line) -> int:
    """The characters of a line, ideographs twice as they are twice as wide."""
    return len(line.text) + sum("\u2e80" <= character <= "\uffef" for character in line.text)


def _find_wrapped(side: Sequence[Line]) -> float:
    """The share of lines that go on with a sentence of the line above."""
    lines = [row[0] for row in find_rows(side)]
    width = max(line.box.right for line in lines) - min(line.box.left for line in lines)
    wrapped = 0
    for above, line in pairwise(lines):
        if line.text[:1].islower():
            wrapped += 1
        elif "\u2e80" <= line.text[:1] <= "\uffef":  # ideographs have no small letters
            wrapped += above.box.width > 0.8 * width
    return wrapped / max(1, len(lines) - 1)


def _are_drawn_apart(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether one side is drawn after the other."""
    sides = sorted([*((line.order, 0) for line in left), *((line.order, 1) for line in right)])
    changes = sum(before != after for (_, before), (_, after) in pairwise(sides))
    return changes <= max(1, min(len(left), len(right)) // 4)
