"""The reading order of a page: a region is split where a gutter separates columns of text.

A gutter is a strip that no line crosses, with lines on both sides of it. What is above it is read
first, then the column on its left, the one on its right, and what is below it; each in the same
way. Rows of a table have gutters too: they are read across. Compared: XY cuts over projections
(the same, but stopped by one line that crosses) and Breuel's cover of white rectangles (more of
them than can be judged).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from statistics import median
from typing import NamedTuple

from assistant.load.pdf.captions import CAPTION
from assistant.load.pdf.lines import LIST_MARK, SPLIT_GAP, Line, find_rows

LEAST_LINES = 3  # of a column
LEAST_CHARACTERS = 12  # of a column's lines on average
LEAST_WRAPPED = 0.25  # of the lines of running text begin in small letters
FEW_LINES = 5  # of which only one may be indented
NEAR = 0.5  # of the size: lines of two columns that are side by side
ALIGNED = 0.3  # of the size: lines that begin at the edge of their column
TRIED = 12  # gutters of a region, from the longest
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
            ends_region = not any(line.baseline < gutter.bottom for line in lines)
            return _shorten(gutter, left, right, ends_region=ends_region)
    return None


def _shorten(
    gutter: Gutter, left: Sequence[Line], right: Sequence[Line], *, ends_region: bool
) -> Gutter:
    """A gutter without what is no part of its columns above and below.

    A title above the right column stands alone, and does not begin where its lines do; notes below
    the left one are smaller, and a heading is one of what follows if there is more below
    (`ends_region` if not). What is only on the left above, or only on the right below, is read
    before or after in any case, and may have columns of its own.
    """
    highest, lowest = (_find_baselines([left])[0], _find_baselines([right])[1])
    top = min(gutter.top, _find_baselines([right])[0] + NEAR * right[0].size)
    edge = _find_edge(right)
    for line in sorted(right, key=lambda line: -line.baseline):
        if line.baseline <= highest or edge.fits(line):
            break
        top = line.baseline - 0.1
    bottom = lowest_left = max(gutter.bottom, _find_baselines([left])[1] - NEAR * left[0].size)
    edge = _find_edge(left)
    below = sorted((line for line in left if line.baseline < lowest), key=lambda one: one.baseline)
    for line in below:
        if not line.text:  # a table, with its caption
            bottom = lowest_left
            break
        is_heading = line.size > 1.1 * edge.size and not ends_region
        if edge.fits(line) and line.size > 0.9 * edge.size and not is_heading:
            break
        bottom = line.baseline + 0.1
    notes = [
        line.baseline for line in below
        if line.text and line.size <= 0.9 * edge.size and not CAPTION.match(line.text)
    ]  # fmt: skip
    return gutter._replace(top=top, bottom=max([bottom, *(note + 0.1 for note in notes)]))


class _Edge(NamedTuple):
    """Where most lines of a column begin, in points, and the size that most have."""

    left: float
    size: float

    def fits(self, line: Line) -> bool:
        return abs(line.box.left - self.left) <= ALIGNED * self.size


def _find_edge(side: Sequence[Line]) -> _Edge:
    (size, _), *_ = Counter(line.size for line in side).most_common(1)
    (left, _), *_ = _count_lefts(side).most_common(1)
    return _Edge(left, size)


def _count_lefts(side: Sequence[Line]) -> Counter[float]:
    """How many rows of a column begin where, to the nearest point."""
    return Counter(float(round(row[0].box.left)) for row in find_rows(side))


def _find_gutters(lines: Sequence[Line]) -> Iterator[Gutter]:
    """The strips that no line crosses, with `LEAST_LINES` on both sides; each as long as it is."""
    rows = find_rows(lines)
    usual = median(line.size for line in lines)  # headings are no reason for a wider gutter
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
                if strip[1] - strip[0] < SPLIT_GAP * min(usual, *(part.size for part in row)):
                    continue
                goes_on = goes_on or strip == (left, right)
                if strip not in longer or longer[strip][0] > first:
                    longer[strip] = (
                        first,
                        lefts + any(part.box.right <= strip[0] + 0.1 for part in row),
                        rights + any(part.box.left >= strip[1] - 0.1 for part in row),
                    )
            if not goes_on and lefts and rights and max(lefts, rights) >= LEAST_LINES:
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
    a column if they are drawn as one, and not row by row, or are of the same kinds on both sides.
    """
    if not left or not right or not _is_aligned(right):
        return False
    if _are_parallel(left, right):
        return True
    wrapped = [_find_wrapped(side) >= LEAST_WRAPPED for side in (left, right)]
    if min(len(left), len(right)) < LEAST_LINES:  # the last lines of a text
        is_text = any(wrapped) and max(len(left), len(right)) > FEW_LINES
        return is_text and not _count_changes(left, right)
    if any(_is_narrow(side) for side in (left, right)):
        return False
    changes = _count_changes(left, right)
    return all(wrapped) or changes <= min(len(left), len(right)) // 4


def _are_parallel(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether both sides have lines of the same kinds in the same order, as addresses have.

    The cells of a table are of the same kind below each other instead.
    """
    rows = [find_rows(side) for side in (left, right)]
    kinds = [[_find_kind(row[0].text) for row in side] for side in rows]
    are_rows = any(len(row) > 1 for side in rows for row in side)
    return kinds[0] == kinds[1] and not are_rows and len(set(kinds[0])) >= LEAST_LINES


def _find_kind(text: str) -> tuple[bool, ...]:
    """What shows a name, a street, a town, a telephone number or an address of mail."""
    return text[:1].isdigit() or text[:1] == "+", text[-1:].isdigit(), "@" in text, ":" in text


def _is_aligned(side: Sequence[Line]) -> bool:
    """Whether the lines of a column begin one below the other, some indented.

    Gaps between words that happen to be one below the other are no gutter.
    """
    lefts = _count_lefts(side)
    most = [count for _, count in lefts.most_common(2)]
    rows = sum(lefts.values())
    if rows <= FEW_LINES:
        return most[0] >= rows - 1
    return most[0] >= 0.4 * rows and sum(most) >= 0.6 * rows


def _is_narrow(side: Sequence[Line]) -> bool:
    rows = find_rows(side)
    marks = sum(bool(LIST_MARK.fullmatch(row[0].text)) for row in rows if len(row) == 1)
    characters = sum(_measure_width(line) for line in side)
    return marks * 2 >= len(rows) or characters < LEAST_CHARACTERS * len(rows)


def _measure_width(line: Line) -> int:
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


def _count_changes(left: Sequence[Line], right: Sequence[Line]) -> int:
    """How often drawing goes back to a side; 0 if one side is drawn after the other."""
    sides = sorted([*((line.order, 0) for line in left), *((line.order, 1) for line in right)])
    return sum(before != after for (_, before), (_, after) in pairwise(sides)) - 1
