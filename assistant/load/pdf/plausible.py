"""Whether aligned words are a table, or prose, a list, contents, a form, addresses or a program."""

import re
from collections.abc import Sequence
from statistics import median

from assistant.load.header import Cells, count_header_rows
from assistant.load.pdf.cells import FoundRow, count_words
from assistant.load.pdf.columns import Columns, LineCells

LEAST_ROWS, LEAST_ROWS_OF_WORDS = 3, 4
LEAST_FILLED, LEAST_FILLED_RULED = 0.6, 0.5  # of the cells
MOST_WORDS = 4  # of the usual cell of a table without numbers
MOSTLY = 0.6
MOST_SPLIT = 0.2  # of the lines of cells end in a hyphen
# Running text: the words of a line, its share of the width of its column, and the lines that begin
# with a small letter.
PROSE_WORDS, PROSE_SHARE = 4.5, 0.75
NARROW_WORDS, SMALL_LETTERS = 2.5, 0.4
_NUMBER = re.compile(r"\W{0,3}\d[\d.,:/'’ ×–-]*\W{0,2}\s?[^\W\d]{0,3}\W?")
_BULLET = re.compile(r"\W+|\W?\w{1,3}[.):\]]|\W?\d{1,4}\W?")
_MARK = re.compile(r"\W")
_BLANK = re.compile(r"(\. ?){4,}|_{3,}|…{2,}|:$")  # leaders, and places to fill in


def is_filled(rows: Sequence[FoundRow]) -> bool:
    """Whether rows between rules have text in most of their cells, and several in most rows."""
    counts = [sum(map(bool, row.cells)) for row in rows]
    columns = max((len(row.cells) for row in rows), default=0)
    several = sum(count > 1 for count in counts)
    marks = [row.cells[0] for row in rows if row.cells[0]]
    if columns == 2 and _share(_MARK, marks) > MOSTLY / 2:  # a list between rules
        return False
    return sum(counts) >= LEAST_FILLED_RULED * len(rows) * columns and 2 * several >= len(rows)


def is_table(found: Sequence[FoundRow], lines: Sequence[LineCells], columns: Columns) -> bool:
    """Whether rows of cells are a table, and not prose, a list, contents, a form or addresses."""
    rows = [row.cells for row in found]
    by_column = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    filled = sum(map(len, by_column))
    if len(rows) < LEAST_ROWS or filled < LEAST_FILLED * len(rows) * len(by_column):
        return False
    ends = [words[-1].text for line in lines for words in line.words if words]
    split = sum(end.endswith("-") for end in ends) / len(ends)
    prose = count_prose(lines, columns)
    if split > MOST_SPLIT or prose > 1 or (prose and len(by_column) < 3):
        return False
    has_numbers = any(_share(_NUMBER, column[1:]) >= MOSTLY for column in by_column[1:])
    is_list = _share(_BULLET, by_column[0]) > MOSTLY and bool(_BULLET.fullmatch(by_column[0][0]))
    if is_list and (len(by_column) < 3 or not has_numbers):  # of items, or lines of a program
        return False
    if _is_contents(rows) or sum(any(map(_BLANK.search, row)) for row in rows) * 2 > len(rows):
        return False
    if has_numbers:
        return True
    words = median(len(cell.split()) for column in by_column for cell in column)
    return len(by_column) > 2 and len(rows) >= LEAST_ROWS_OF_WORDS and words <= MOST_WORDS


def is_head(labels: Cells, rows: Sequence[FoundRow], *, is_far: bool) -> bool:
    """Whether a line above rows is a running head, as the rows have a header of their own.

    It leaves out columns that those name (the labels of groups of columns leave out the first), or
    is farther from them than they are from each other.
    """
    count, sure = count_header_rows([row.cells for row in rows])
    is_incomplete = not all(labels)
    if is_far:
        return count > 0 and (sure or is_incomplete)
    return is_incomplete and bool(labels[0]) and count == 1 and sure and all(rows[0].cells)


def _share(pattern: re.Pattern[str], cells: Sequence[str]) -> float:
    """The share of cells that a pattern fits."""
    return sum(map(bool, map(pattern.fullmatch, cells))) / max(1, len(cells))


def _is_contents(rows: Sequence[Cells]) -> bool:
    """Whether the last cells are pages: numbers that never fall, from the first row on."""
    pages = [row[-1] for row in rows if row[-1]]
    numbers = [int(page) for page in pages if page.isdecimal()]
    return len(pages) == len(numbers) > len(rows) // 2 and numbers == sorted(numbers)


def count_prose(lines: Sequence[LineCells], columns: Columns) -> int:
    """How many columns are running text: lines of many words that fill the column."""
    count = 0
    for number, width in enumerate(columns.widths):
        parts = [line.words[number] for line in lines if line.words[number]]
        full = [
            part for part in parts if part[-1].box.right - part[0].box.left > PROSE_SHARE * width
        ]
        words = sum(map(count_words, parts)) / max(1, len(parts))
        small = sum(part[0].text[:1].islower() for part in parts)
        is_narrow = words > NARROW_WORDS and small > SMALL_LETTERS * len(parts)
        is_prose = (words > PROSE_WORDS or is_narrow) and 2 * len(full) > len(parts)
        count += is_prose and len(parts) > 2
    return count
