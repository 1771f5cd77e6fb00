"""Columns that are separated by space: where they are, and which cells of lines are one row."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, pairwise
from math import inf
from statistics import median
from typing import NamedTuple

from assistant.load.header import fill_groups
from assistant.load.pdf.cells import (
    FoundRow,
    WordLine,
    count_words,
    has_many_rows,
    is_wrapped,
    join_words,
    split_line,
)
from assistant.load.pdf.rules import Rule
from assistant.load.pdf.words import Word, enclose

WIDER, WIDEST = 1.4, 0.8  # than a space between words; a space, of the size of letters
LABEL_GAP = 0.45  # of the size of letters, between two labels, or the texts of two columns
OWN_RULE = 0.9  # of the table's width
CENTRED = 4.0  # points between the middle of a label and that of its columns
TOLERATED = 20  # lines that a column's edge needs before one of them may cross it
LONGEST_LABEL = 6  # words, of the rows below it
INTERLEAVED = 0.9  # of the size of letters: less is between lines of cells side by side
LEAST_WIDE = 0.25  # of the distances between lines
EVEN = 1.15  # of the least distance between lines: more shows that rows have space around


class Columns(NamedTuple):
    """The edges of columns, from left to right: the left and right of the space between two."""

    left: float
    gaps: Sequence[tuple[float, float]]
    right: float

    @property
    def extents(self) -> list[tuple[float, float]]:
        edges = [self.left, *(place for gap in self.gaps for place in gap), self.right]
        return list(zip(edges[::2], edges[1::2], strict=True))

    @property
    def widths(self) -> list[float]:
        return [right - left for left, right in self.extents]

    def number(self, x: float) -> int:
        """The number of the column that a place belongs to."""
        return bisect_right([(left + right) / 2 for left, right in self.gaps], x)


def find_columns(lines: Sequence[WordLine], *, least: float) -> Columns:
    """The columns of lines: space of `least` times the size of letters that no line crosses.

    Lines without such a space (a label above rows) may cross it.
    """
    size = sorted(line[0].size for line in lines)[len(lines) // 2]
    least = max(least, WIDER * _find_space(lines) / size)
    many = [parts for line in lines if len(parts := split_line(line, least)) > 1]
    gaps = [(a, b) for a, b in _find_gaps(many) if b - a >= least * size]
    left, right = min(line[0].box.left for line in lines), max(line[-1].box.right for line in lines)
    return Columns(left, gaps, right)


def _find_gaps(lines: Sequence[Sequence[WordLine]]) -> list[tuple[float, float]]:
    """The spaces between the parts of lines that hardly any line covers."""
    allowed = len(lines) // TOLERATED
    edges = sorted(
        edge
        for parts in lines
        for part in parts
        for edge in ((part[0].box.left, 1), (part[-1].box.right, -1))
    )
    gaps: list[tuple[float, float]] = []
    covering = ended = 0
    for (start, step), (end, _) in pairwise(edges):
        covering, ended = covering + step, ended + (step < 0)
        has_sides = allowed < ended < len(edges) // 2 - allowed
        if covering > allowed or end <= start or not has_sides:
            continue
        if gaps and gaps[-1][1] == start:
            gaps[-1] = gaps[-1][0], end
        else:
            gaps.append((start, end))
    return gaps


def _find_space(lines: Sequence[WordLine]) -> float:
    """The usual space between two words, 0 if there is none: wide in letters of one width."""
    spaces = [
        following.box.left - word.box.right
        for line in lines
        for word, following in pairwise(line)
        if following.is_spaced and following.box.left - word.box.right < WIDEST * word.size
    ]
    return median(spaces) if spaces else 0.0


class LineCells(NamedTuple):
    """A line of a table: the words of each column; `is_prose` if many words cross columns."""

    words: Sequence[WordLine]
    baseline: float
    size: float
    is_prose: bool = False

    @property
    def filled(self) -> list[int]:
        return [number for number, words in enumerate(self.words) if words]


def cut_line(line: WordLine, columns: Columns) -> LineCells:
    """The words of a line by column; a text that crosses columns is in the first of them."""
    cells: list[WordLine] = [[] for _ in columns.extents]
    is_prose = False
    for group in split_line(line, LABEL_GAP):
        left, right = group[0].box.left, group[-1].box.right
        reached = [n for n, (a, b) in enumerate(columns.extents) if left < b and a < right]
        if len(reached) == 1:  # a label may stand out far into the space next to its column
            cells[reached[0]] += group
            continue
        numbers = [columns.number((word.box.left + word.box.right) / 2) for word in group]
        crossed = columns.gaps[numbers[0] : numbers[-1]]
        is_crossing = any(
            word.box.left < (left + right) / 2 < word.box.right
            for left, right in crossed
            for word in group
        )
        is_prose = is_prose or (is_crossing and count_words(group) > LONGEST_LABEL)
        for number, word in zip(numbers, group, strict=True):
            cells[numbers[0] if is_crossing else number].append(word)
    return LineCells(cells, line[0].baseline, max(word.size for word in line), is_prose)


def read_header(
    lines: Sequence[WordLine], columns: Columns, rules: Sequence[Rule]
) -> list[FoundRow]:
    """The rows of a header: a text above several columns is repeated in each."""
    names = {
        columns.number((name[0].box.left + name[-1].box.right) / 2): name
        for name in split_line(lines[-1], LABEL_GAP)
    } if len(lines) > 1 else {}  # fmt: skip
    rows = []
    for line in lines:
        below = names if line is not lines[-1] else {}
        cells: list[list[Word]] = [[] for _ in columns.extents]
        for label in split_line(line, LABEL_GAP):
            for number in _find_labelled(label, columns, rules, below):
                cells[number] += label
        rows.append(
            FoundRow([join_words(words) for words in cells], enclose(word.box for word in line))
        )
    filled = fill_groups([row.cells for row in rows])
    return [row._replace(cells=cells) for row, cells in zip(rows, filled, strict=True)]


def _find_labelled(
    label: WordLine, columns: Columns, rules: Sequence[Rule], below: Mapping[int, WordLine]
) -> Sequence[int]:
    """The columns of a label: those above a rule of its own, or that it is in the middle of.

    `below` are the names of columns in the last row of the header.
    """
    left, right = label[0].box.left, label[-1].box.right
    for rule in rules:
        is_below = 0 < label[0].baseline - rule.place < label[0].size
        is_own = rule.end - rule.start < OWN_RULE * (columns.right - columns.left)
        if is_below and is_own and rule.start - CENTRED <= left and right <= rule.end + CENTRED:
            return range(columns.number(rule.start), columns.number(rule.end) + 1)
    covered = [
        number for number, (start, end) in enumerate(columns.extents)
        if left <= (start + end) / 2 <= right
    ] or [columns.number((left + right) / 2)]  # fmt: skip
    centred = {
        abs(below[first][0].box.left + below[last][-1].box.right - left - right): (first, last)
        for first, last in combinations_with_replacement(sorted(below), 2)
        if first <= covered[0] and covered[-1] <= last
    }
    nearest = min(centred, default=inf)
    if nearest > 2 * CENTRED:
        return covered
    first, last = centred[nearest]
    return range(first, last + 1)


def read_rows(lines: Sequence[LineCells], columns: Columns) -> Iterator[FoundRow]:
    """The rows of lines: a line that continues the cells of another belongs to its row."""
    steps = [above.baseline - line.baseline for above, line in pairwise(lines)]
    least = min((step for step in steps if step > 0), default=0.0)
    wide = sum(step > EVEN * EVEN * least for step in steps)
    has_space = wide >= max(1, LEAST_WIDE * len(steps))
    most = max((len(line.filled) for line in lines), default=0)
    row = list(lines[:1])
    for above, line in pairwise(lines):
        if _continues(above, line, columns, least if has_space else None, most):
            row.append(line)
        else:
            yield join_lines(row)
            row = [line]
    if row:
        yield join_lines(row)


def _continues(
    above: LineCells, line: LineCells, columns: Columns, least: float | None, most: int
) -> bool:
    """Whether a line continues the cells of the one above.

    `least` is the distance of lines inside a row, if there is more between rows; `most` the
    number of cells of a full line.
    """
    step = above.baseline - line.baseline
    if step < INTERLEAVED * line.size:
        return True
    if least is not None:
        has_label = 0 in line.filled and 0 in above.filled
        if has_label and not _is_wrapped(above, line, columns, [0]):
            return False
        return step <= EVEN * least and (len(line.filled) < most or len(above.filled) < most)
    return 0 not in line.filled and _is_wrapped(above, line, columns, line.filled)


def _is_wrapped(
    above: LineCells, line: LineCells, columns: Columns, numbers: Sequence[int]
) -> bool:
    """Whether the cells of a line go on with those above."""
    return all(
        above.words[number]
        and is_wrapped([above.words[number], line.words[number]], columns.widths[number])
        for number in numbers
    )


def join_lines(lines: Sequence[LineCells]) -> FoundRow:
    """The lines of a row as one."""
    cells = [[word for words in column for word in words]
             for column in zip(*(line.words for line in lines), strict=True)]  # fmt: skip
    box = enclose(word.box for words in cells for word in words)
    return FoundRow([join_words(words) for words in cells], box)


def is_one_row(lines: Sequence[LineCells], columns: Columns) -> bool:
    """Whether lines between two rules are one row."""
    by_column = [[words for words in column if words]
                 for column in zip(*(line.words for line in lines), strict=True)]  # fmt: skip
    return not has_many_rows(by_column, columns.widths)
