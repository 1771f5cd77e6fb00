"""Tables with rules around their cells."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from assistant.load.pdf.cells import (
    FoundRow,
    FoundTable,
    find_middle,
    group_lines,
    has_many_rows,
    join_words,
    split_lines,
)
from assistant.load.pdf.rules import CLOSE, Rule, Rules, snap
from assistant.load.pdf.words import Box, Word, enclose

MOST_CELLS = 5_000
MOST_CROSSING = 0.1  # of the words
LEAST_FILLED = 0.3  # of the cells have text, or it is the grid of a chart


class Grid(NamedTuple):
    """The places of vertical rules from left to right, of horizontal ones from top to bottom."""

    xs: Sequence[float]
    ys: Sequence[float]
    rules: Rules

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[-1], self.xs[-1], self.ys[0])

    @property
    def widths(self) -> list[float]:
        return [right - left for left, right in pairwise(self.xs)]


def find_grids(words: Sequence[Word], rules: Rules) -> Iterator[FoundTable]:
    """The tables in which rules separate columns."""
    for grid in _group_rules(rules):
        inside = [word for word in words if grid.box.holds(word.box)]
        if inside and len(grid.xs) > 2 and len(grid.ys) > 1:
            table = _read_grid(grid, inside)
            if table is not None:
                yield table


def _group_rules(rules: Rules) -> Iterator[Grid]:
    """The groups of rules that touch each other."""
    left_over = set(range(len(rules.vertical)))
    for first in range(len(rules.vertical)):
        if first not in left_over:
            continue
        left_over.discard(first)
        across: set[int] = set()
        along, found = [first], [first]
        while found:
            rule = rules.vertical[found.pop()]
            for number, crossing in enumerate(rules.horizontal):
                if number in across or not _touch(rule, crossing):
                    continue
                across.add(number)
                reached = [n for n in left_over if _touch(rules.vertical[n], crossing)]
                left_over.difference_update(reached)
                found += reached
                along += reached
        if across:
            horizontal = [rules.horizontal[number] for number in sorted(across)]
            yield _make_grid(Rules(horizontal, [rules.vertical[number] for number in along]))


def _touch(vertical: Rule, horizontal: Rule) -> bool:
    return (
        horizontal.start - CLOSE <= vertical.place <= horizontal.end + CLOSE
        and vertical.start - CLOSE <= horizontal.place <= vertical.end + CLOSE
    )


def _make_grid(rules: Rules) -> Grid:
    """A grid; the ends of rules are its sides where it has no rules there."""
    xs, ys = (snap(rule.place for rule in crossing) for crossing in (rules[1], rules[0]))
    xs = snap([*xs, min(h.start for h in rules.horizontal), max(h.end for h in rules.horizontal)])
    ys = snap([*ys, min(v.start for v in rules.vertical), max(v.end for v in rules.vertical)])
    return Grid(xs, ys[::-1], rules)


def _read_grid(grid: Grid, words: Sequence[Word]) -> FoundTable | None:
    """The rows of a grid, None if it is no table: a merged cell is repeated in all its places."""
    columns, bands = len(grid.xs) - 1, len(grid.ys) - 1
    if columns * bands > MOST_CELLS:
        return None
    if sum(_crosses(grid.rules.vertical, word) for word in words) > MOST_CROSSING * len(words):
        return None
    owners = _merge(grid)
    texts: dict[int, list[Word]] = {owner: [] for owner in set(owners)}
    depths = [-y for y in grid.ys]
    for word in words:
        x, y = find_middle(word)
        column = min(bisect_right(grid.xs, x), columns) - 1
        band = min(bisect_right(depths, -y), bands) - 1
        texts[owners[band * columns + column]].append(word)
    filled = sum(map(bool, texts.values()))
    if filled < max(3, LEAST_FILLED * len(texts)):
        return None
    rows: list[FoundRow] = []
    for band in range(bands):
        own = owners[band * columns : (band + 1) * columns]
        box = Box(grid.xs[0], grid.ys[band + 1], grid.xs[-1], grid.ys[band])
        lines = [group_lines(texts[owner]) for owner in own]
        if has_many_rows(lines, grid.widths):
            cells = split_lines(lines, grid.widths)
            if not cells:
                return None
            rows += (_write_row(row, range(columns), _find_height(row, box)) for row in cells)
        else:
            rows.append(_write_row([texts[owner] for owner in own], own, box))
    rows = _drop_empty(rows)
    # A line between two texts makes no table, nor do boxes of text below each other.
    is_table = len(rows) > 1 and len(set(zip(*(row.cells for row in rows), strict=True))) > 1
    if not is_table:
        return None
    # A label over several columns has those of the columns below it.
    top = owners[:columns]
    has_spans = len(set(top)) > 1 and any(a == b and texts[a] for a, b in pairwise(top))
    return FoundTable(grid.box, rows, 2 if has_spans and len(rows) > 2 else None, grid.xs)


def _find_height(cells: Sequence[Sequence[Word]], box: Box) -> Box:
    """The part of a box with most words of a row."""
    heights = Counter(round(word.baseline) for words in cells for word in words)
    (height, _), *_ = heights.most_common(1)
    inner = enclose(w.box for words in cells for w in words if round(w.baseline) == height)
    return box._replace(bottom=inner.bottom, top=inner.top)


def _write_row(cells: Sequence[Sequence[Word]], owners: Sequence[int], box: Box) -> FoundRow:
    written = [join_words(words) for words in cells]
    if len(set(owners)) == 1:
        written[1:] = [""] * (len(cells) - 1)  # a title, or a label of the rows below
    return FoundRow(written, box, [all(word.is_bold for word in words) for words in cells])


def _crosses(rules: Sequence[Rule], word: Word) -> bool:
    """Whether a rule runs through a word, as in a drawing."""
    left, bottom, right, top = word.box
    return any(
        left + CLOSE < rule.place < right - CLOSE and rule.start < (bottom + top) / 2 < rule.end
        for rule in rules
    )


def _drop_empty(rows: Sequence[FoundRow]) -> list[FoundRow]:
    """The rows and columns that have text."""
    kept = [place for place, column in enumerate(zip(*(r.cells for r in rows), strict=True))
            if any(column)]  # fmt: skip
    return [
        FoundRow([row.cells[place] for place in kept], row.box, [row.bold[place] for place in kept])
        for row in rows
        if any(row.cells)
    ]


def _merge(grid: Grid) -> list[int]:
    """For each place of a grid, row by row, the first place of its cell: rules separate cells."""
    columns, bands = len(grid.xs) - 1, len(grid.ys) - 1
    owners = list(range(columns * bands))

    def find(place: int) -> int:
        while owners[place] != place:
            owners[place] = place = owners[owners[place]]
        return place

    middles = (
        [(a + b) / 2 for a, b in pairwise(grid.xs)],
        [(a + b) / 2 for a, b in pairwise(grid.ys)],
    )
    walls = _list_walls(grid.rules.vertical, grid.xs, middles[1])
    floors = _list_walls(grid.rules.horizontal, grid.ys, middles[0])
    for band, column in product(range(bands), range(columns)):
        place = band * columns + column
        if column + 1 < columns and (column + 1, band) not in walls:
            owners[find(place + 1)] = find(place)
        if band + 1 < bands and (band + 1, column) not in floors:
            owners[find(place + columns)] = find(place)
    return [find(place) for place in range(len(owners))]


def _list_walls(
    rules: Sequence[Rule], places: Sequence[float], middles: Sequence[float]
) -> set[tuple[int, int]]:
    """Where rules run: the number of their place, and of each cell along it."""
    return {
        (number, cell)
        for rule in rules
        for number, place in enumerate(places)
        if abs(place - rule.place) <= CLOSE
        for cell, middle in enumerate(middles)
        if rule.start <= middle <= rule.end
    }
