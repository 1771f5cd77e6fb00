"""Finds the header of a table whose rows are not marked: by what its columns hold below."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

Cells = Sequence[str]
# A measure is a number with a unit: "30 days" may stand above 1,250, "30" may not.
Kind = Literal["", "text", "number", "measure", "year", "date", "time"]

MOST_HEADER_ROWS = 4
SAMPLE_ROWS = 50  # rows below a header that decide what its columns hold
LEAST_VALUES, LEAST_OF_PAIRS = 0.5, 0.75  # share of values in a column that words above it name
MOST_PAIRS = 12  # rows of a list of names with their values, like "Opening: 9:00"
_ABSENT = re.compile(r"[-–—.?…]+|n\.?/?a\.?", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/]\d\d)?")
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?(?: ?[-–] ?\d{1,2}:\d\d)?", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./](?:\d\d){1,2}|\d{1,2}\.? [A-Za-z]{3,9}\.? \d{4}"
)
_NUMBER = re.compile(
    r"(?!(?:19|20)\d\d [A-Za-z])"  # "2023 Sales" names a column
    r"[-+−(]?\s?(?:[$€£¥]|[A-Z]{3}\s)?\s?[-−]?\d[\d,.'\s]*\)?\s?"
    r"(?!(?:st|nd|rd|th)$)(?:[%‰€$£¥°]|(°?[A-Za-zµ²³/]{1,10}))?"
)


def find_kind(cell: str) -> Kind:
    """What a cell holds; "" for nothing, or a mark that says so.

    >>> [find_kind(cell) for cell in ("–", "Zone", "3.10 EUR", "2024", "9:00")]
    ['', 'text', 'measure', 'year', 'time']
    """
    if not cell or _ABSENT.fullmatch(cell):
        return ""
    if _YEAR.fullmatch(cell):
        return "year"
    if _TIME.fullmatch(cell):
        return "time"
    if _DATE.fullmatch(cell):
        return "date"
    number = _NUMBER.fullmatch(cell) if len(cell) < 40 else None
    if number is None:
        return "text"
    return "measure" if number[1] else "number"


def is_line(cells: Cells) -> bool:
    """Whether a row holds one text: a title, a section's label, a note, not values of columns."""
    filled = [cell for cell in cells if cell]
    if len(set(filled)) != 1 or find_kind(filled[0]) not in ("text", "year"):
        return False
    return len(filled) == len(cells) or (len(filled) == 1 and bool(cells[0]))


def count_header_rows(rows: Sequence[Cells]) -> tuple[int, bool]:
    """How many of the first rows of a table are its header, and whether that is sure.

    The first row is one unless it holds a value that its column holds below as well. It is sure
    where it names what is below: numbers, dates, or words that repeat.
    """
    if len(rows) < 2 or not any(rows[0][1:]):
        return 0, False
    is_header, sure = _judge_first(rows[0], _sample(rows, 1))
    if not is_header:
        return 0, True
    count = 1
    while count < min(MOST_HEADER_ROWS, len(rows) - 1) and _continues(rows, count):
        count += 1
    if count > 1:
        return count, True
    return 1, sure


def is_sparse(cells: Cells, rows: Sequence[Cells]) -> bool:
    """Whether a row fills at most half of the columns that others fill."""
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    return 2 * sum(map(bool, cells)) <= widest


def are_pairs(rows: Sequence[Cells], *, has_header: bool) -> bool:
    """Whether rows are names with their values ("Opening", "9:00"), without a sure header."""
    if any(len(row) > 2 for row in rows) or not all(find_kind(row[0]) == "text" for row in rows):
        return False
    names = [row[0] for row in rows]
    if len(set(names)) < len(names):
        return False
    kinds = {find_kind(row[1]) for row in rows if len(row) > 1} - {""}
    if not has_header:
        return True
    values = [row[1] for row in rows if len(row) > 1]
    return len(kinds) > 1 or (len(rows) <= MOST_PAIRS and len(set(values)) == len(values))


def fill_groups(header: Sequence[Cells]) -> list[list[str]]:
    """A header in which a label of a group stands over each of its columns.

    >>> fill_groups([["Zone", "2023", ""], ["", "Sales", "Profit"]])
    [['Zone', '2023', '2023'], ['', 'Sales', 'Profit']]
    """
    filled = [list(row) for row in header]
    for above, below in pairwise(filled):
        above += [""] * (len(below) - len(above))
        for column in range(1, len(above)):
            named = column < len(below) and below[column]
            if named and not above[column] and above[column - 1] != above[0]:
                above[column] = above[column - 1]
    return filled


def _judge_first(first: Cells, below: Sequence[Cells]) -> tuple[bool, bool]:
    """Whether a row is the header of those below, and whether that is sure."""
    kinds = [find_kind(cell) for cell in first]
    values = {kind for kind in kinds if kind not in ("", "text")}
    columns = [_list_kinds(below, column) for column in range(len(first))]
    if values:
        placed = [column for column, kind in enumerate(kinds) if kind in values]
        same = [column for column in placed if _holds(columns[column], kinds[column])]
        differs = len(values) == 1 and not same
        named = kinds[0] in ("text", "") and placed[0] > 0
        if "number" in values or values == {"year", "number"}:
            return named and _counts_up(first, placed, below), True
        # Of two columns the second may hold values of any kind: "Opening", "9:00".
        return differs and named and len(first) > 2, True
    # In two columns a name may have a value of any kind: "Invoice", "2024-017".
    if len(first) == 2 and re.search(r"\d", first[1]):
        return True, False
    least = LEAST_VALUES if len(first) > 2 else LEAST_OF_PAIRS
    sure = any(
        kind == "text" and _count_values(column) >= least * column.total() > 0
        for kind, column in zip(kinds, columns, strict=True)
    )
    return True, sure or _repeats(first, below)


def _holds(column: Counter[Kind], kind: Kind) -> bool:
    """Whether a column holds a kind of value; a single number below 2024 may look like a year."""
    return 2 * column[kind] > column.total() if kind == "year" else column[kind] > 0


def _continues(rows: Sequence[Cells], count: int) -> bool:
    """Whether a row is one more of the header: it divides the columns of the row above, or gives
    their units.
    """
    above, row = rows[count - 1], rows[count]
    if any(find_kind(cell) not in ("", "text", "year") for cell in row) or is_line(row):
        return False
    is_below_a_name = not row[0] or row[0] == above[0] or not above[0]
    if not is_below_a_name or not any(row[1:]):
        return False
    divides = any(
        row[column] and (column >= len(above) or above[column] in ("", above[column - 1]))
        for column in range(1, len(row))
    )
    if divides and row[0] == above[0] and row[1:] == above[1:]:
        return False
    below = _sample(rows, count + 1)
    names_values = any(
        cell and find_kind(cell) == "text" and 2 * _count_values(column) > column.total()
        for cell, column in ((cell, _list_kinds(below, n)) for n, cell in enumerate(row))
    )
    return names_values or (divides and (bool(above[0]) or not row[0]))


def _sample(rows: Sequence[Cells], start: int) -> list[Cells]:
    """Rows below a header, without lines."""
    return [row for row in rows[start : start + SAMPLE_ROWS] if not is_line(row)]


def _list_kinds(rows: Sequence[Cells], column: int) -> Counter[Kind]:
    """How often a column holds each kind, empty cells aside."""
    kinds = Counter(find_kind(row[column]) for row in rows if column < len(row))
    del kinds[""]
    return kinds


def _count_values(kinds: Counter[Kind]) -> int:
    return kinds.total() - kinds["text"]


def _counts_up(first: Cells, placed: Sequence[int], below: Sequence[Cells]) -> bool:
    """Whether numbers number the columns: 1, 2, 3, and no row below does the same."""
    rows = [[row[column] if column < len(row) else "" for column in placed] for row in below]
    numbers = [first[column] for column in placed]
    if len(numbers) < 3 or not all(number.isdecimal() and len(number) < 5 for number in numbers):
        return False
    return all(int(b) - int(a) == 1 for a, b in pairwise(numbers)) and numbers not in rows


def _repeats(first: Cells, below: Sequence[Cells]) -> bool:
    """Whether words of a column repeat, but none that stands in the first row."""
    for column, cell in enumerate(first):
        found = [row[column] for row in below if column < len(row) and row[column]]
        if len(found) > 2 and len(set(found)) < len(found) and cell and cell not in found:
            return True
    return False
