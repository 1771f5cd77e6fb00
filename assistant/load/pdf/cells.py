"""Words of a table become lines, and lines the text of its cells."""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from assistant.load.header import Cells
from assistant.load.pdf.captions import SURE_CAPTION
from assistant.load.pdf.lines import find_lines, merge_rows
from assistant.load.pdf.words import Box, Word

WordLine = list[Word]  # from left to right
SAME_LINE = 0.5  # of the size of letters, between baselines
WORD_SPACE = 0.3  # of the size of letters
PADDING = 6.0  # points, left and right of the text of a cell with rules around it


class FoundRow(NamedTuple):
    """A row of a table: the text of its cells, its box, and which of its cells are bold."""

    cells: Cells
    box: Box
    bold: Sequence[bool] = ()


class FoundTable(NamedTuple):
    """The rows of a table, its header among them, and its box.

    `header_rows` is their number if rules show it; None if not. `edges` are the places of the
    rules between columns, if there are any.
    """

    box: Box
    rows: Sequence[FoundRow]
    header_rows: int | None = None
    edges: Sequence[float] = ()


def group_lines(words: Iterable[Word]) -> list[WordLine]:
    """The lines of words, from top to bottom."""
    lines: list[WordLine] = []
    for word in sorted(words, key=lambda word: -word.baseline):
        size = max(word.size, lines[-1][0].size) if lines else 0
        if lines and lines[-1][0].baseline - word.baseline < SAME_LINE * size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.box.left) for line in lines]


def split_line(line: WordLine, least: float) -> list[WordLine]:
    """The words of a line in groups with gaps of `least` times the size of letters in between."""
    groups = [line[:1]]
    for word, following in pairwise(line):
        if following.box.left - word.box.right >= least * following.size:
            groups.append([])
        groups[-1].append(following)
    return groups


def join_words(words: Iterable[Word]) -> str:
    """The text of a cell, a line for each of its lines."""
    ordered = sorted(words, key=lambda word: word.order)
    return "\n".join(line.text for line in merge_rows(find_lines(ordered)))


def is_caption(line: WordLine) -> bool:
    """Whether a line is the caption of a figure or a table, which no table goes on below."""
    return SURE_CAPTION.match(" ".join(word.text for word in line[:2])) is not None


def count_words(line: WordLine) -> int:
    """How many words a line has; some programs draw a word in pieces."""
    return sum(word.is_spaced for word in line)


def find_middle(word: Word) -> tuple[float, float]:
    box = word.box
    return (box.left + box.right) / 2, (box.bottom + box.top) / 2


def is_wrapped(lines: Sequence[WordLine], width: float) -> bool:
    """Whether lines of a cell are one text: no line had room for the first word of the next."""
    if all(len(line) == 1 for line in lines):  # as numbers are
        return False
    return all(
        line[-1].box.right - line[0].box.left
        + below[0].box.right - below[0].box.left
        + WORD_SPACE * line[-1].size
        > width
        for line, below in pairwise(lines)
    )  # fmt: skip


def has_many_rows(columns: Sequence[Sequence[WordLine]], widths: Sequence[float]) -> bool:
    """Whether lines of columns are rows, and not the lines of cells of one row.

    They are if two columns or more have lines at the same heights and room to be one line.
    """
    heights = [set(_list_heights(lines)) for lines in _find_unwrapped(columns, widths)]
    return any(len(one & other) > 1 for one, other in combinations(heights, 2))


def split_lines(
    columns: Sequence[Sequence[WordLine]], widths: Sequence[float]
) -> list[list[WordLine]]:
    """The rows of columns with lines at the same heights; [] if some are not.

    A column of one line or text is a cell of all rows: it is repeated in each.
    """
    rows = _find_unwrapped(columns, widths)
    if len({tuple(_list_heights(lines)) for lines in rows}) != 1:
        return []
    return [
        [lines[row] if lines in rows else [word for line in lines for word in line]
         for lines in columns]
        for row in range(len(rows[0]))
    ]  # fmt: skip


def _find_unwrapped(
    columns: Sequence[Sequence[WordLine]], widths: Sequence[float]
) -> list[Sequence[WordLine]]:
    """The columns of several lines that had room to be one."""
    return [
        lines
        for lines, width in zip(columns, widths, strict=True)
        if len(lines) > 1 and not is_wrapped(lines, width - PADDING)
    ]


def _list_heights(lines: Sequence[WordLine]) -> list[int]:
    return [round(line[0].baseline) for line in lines]
