"""Tables as text, for all formats: each row is a paragraph that repeats the header.

    Company: Rokid; Price: 2,999 yuan

A loader finds the rows of a table; this module finds its header and writes its rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import NamedTuple

from assistant.errors import LoadError
from assistant.load.limits import TABLE_COLUMNS, TABLE_ROWS
from assistant.records import Offsets

LONGEST_LABEL = 200  # characters: a label of the header is repeated in every row
Cells = Sequence[str]
Row = tuple[int | None, Cells]  # its number as a spreadsheet shows it, and its cells


class SpanningCell(NamedTuple):
    """A cell that covers some columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A table as a loader found it: the rows of its header and of its body.

    `notes` are lines above the header that belong to no column.
    """

    header: Sequence[Cells]
    body: Iterable[Row]
    notes: Sequence[str] = field(default=())


def fill_spans(rows: Iterable[Iterable[SpanningCell]]) -> Iterator[list[str]]:
    """The rows of a table, with a merged cell repeated wherever it covers a column and row.

    >>> list(fill_spans([[SpanningCell("a", rows=2), SpanningCell("b")], [SpanningCell("c")]]))
    [['a', 'b'], ['a', 'c']]
    """
    above: dict[int, tuple[str, int]] = {}  # by column: a cell and how many rows it still covers
    for row in rows:
        filled: dict[int, str] = {column: text for column, (text, _) in above.items()}
        below = {column: (text, left - 1) for column, (text, left) in above.items() if left > 1}
        column = 0
        for cell in row:
            while column in filled:
                column += 1
            last = min(column + max(1, cell.columns), TABLE_COLUMNS)
            for covered in range(column, last):
                filled[covered] = cell.text
                if cell.rows > 1:
                    below[covered] = cell.text, cell.rows - 1
            column = last
        yield [filled.get(column, "") for column in range(max(filled, default=-1) + 1)]
        above = below


def find_header(rows: Iterable[Row], name: str) -> LoadedTable:
    """Rows without a marked header as a table; their cells are stripped of space.

    The header is the first row with two cells or more, unless one of these is a number that is
    not a year. Raises LoadError, also while the body is read, for more rows than a table may have.
    """
    cleaned = _clean(rows, name)
    notes: list[str] = []
    for number, cells in cleaned:
        filled = [cell for cell in cells if cell]
        if len(filled) > 1:
            if any(map(_is_number, filled)):
                return LoadedTable((), chain([(number, cells)], cleaned), notes)
            return LoadedTable((cells,), cleaned, notes)
        notes.extend(filled)
    return LoadedTable((), (), notes)


def join_labels(header: Sequence[Cells]) -> tuple[str, ...]:
    """A label for each column, from all rows of a header: "2023 Sales" for Sales below 2023."""
    columns = zip_longest(*header, fillvalue="")
    return tuple(
        " ".join(dict.fromkeys(filter(None, (" ".join(cell.split()) for cell in column))))
        [:LONGEST_LABEL]
        for column in columns
    )  # fmt: skip


def label_row(labels: Cells, cells: Cells) -> tuple[str, list[Offsets]]:
    """A row as text with its labels, and the span of each cell's value in it, empty for no value.

    >>> label_row(("Zone", "Adult"), ("B", "3.10"))
    ('Zone: B; Adult: 3.10', [(6, 7), (16, 20)])
    """
    words = ""
    spans = []
    for label, cell in zip_longest(labels, cells, fillvalue=""):
        value = " ".join(cell.split())
        if value:
            words += f"{'; ' if words else ''}{f'{label}: ' if label else ''}"
        spans.append((len(words), len(words) + len(value)))
        words += value
    return words, spans


def _clean(rows: Iterable[Row], name: str) -> Iterator[Row]:
    """The rows that are not empty, their cells without superfluous space."""
    for count, (number, row) in enumerate(rows, start=1):
        if count > TABLE_ROWS:
            raise LoadError(f"{name} has more than {TABLE_ROWS:,} rows", hint="split it")
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            yield number, cells


def _is_number(cell: str) -> bool:
    if re.fullmatch(r"(?:19|20)\d\d", cell):  # "Vendor, 2023, 2024"
        return False
    try:
        float(cell.strip("$€£¥%").replace(",", ""))
    except ValueError:
        return False
    return True
