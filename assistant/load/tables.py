"""Tables as text: each row is a paragraph that repeats the header.

    Row 2
    Company: Rokid; Price: 2,999 yuan

The line with the row's number, as a spreadsheet shows it, is boilerplate, so each row becomes a
separate passage.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePosixPath

from assistant.errors import LoadError
from assistant.load.limits import TABLE_ROWS, check_length
from assistant.records import Document, Heading, Offsets

LONGEST_LABEL = 200  # characters: a label of the header is repeated in every row
Cells = Sequence[str]


def load_tables(name: str, tables: Iterable[tuple[str, Iterable[Cells]]]) -> Document:
    """One document of some tables, each with a heading ("" for none) and its rows."""
    pieces: list[str] = []
    length = 0
    headings: list[Heading] = []
    boilerplate: list[Offsets] = []
    for words, rows in tables:
        if words:
            headings.append(Heading(length, length + len(words), words, 1))
            pieces.append(f"{words}\n\n")
            length += len(pieces[-1])
        for label, line in _number_rows(rows, name):
            boilerplate.append((length, length + len(label)))
            pieces.append(f"{label}\n{line}\n\n")
            length += len(pieces[-1])
            check_length(length, f"{name} with its header in each row")
    if not boilerplate:
        raise LoadError(f"{name} has no rows", hint="remove it or put rows below its header")
    return Document(
        id=name,
        title=PurePosixPath(name).stem,
        text="".join(pieces),
        headings=tuple(headings),
        boilerplate=tuple(boilerplate),
    )


def _number_rows(rows: Iterable[Cells], name: str) -> Iterator[tuple[str, str]]:
    """The rows of a table that are not empty: "Row 2" (counted from 1) and its labelled cells.

    The header is the first row with two cells or more, unless one of these is a number that is
    not a year. Rows above it, and all rows of a table without one, have no labels.
    """
    header: Cells | None = None
    for number, row in enumerate(rows, start=1):
        if number > TABLE_ROWS:
            raise LoadError(f"{name} has more than {TABLE_ROWS:,} rows", hint="split it")
        cells = [" ".join(cell.split()) for cell in row]
        filled = [cell for cell in cells if cell]
        if header is None and len(filled) > 1:
            header = () if any(map(_is_number, filled)) else cells
            if header:
                continue
        if filled:
            yield f"Row {number}", _label(header or (), cells)


def _label(header: Cells, cells: Cells) -> str:
    return "; ".join(
        f"{label[:LONGEST_LABEL]}: {cell}" if label else cell
        for label, cell in zip_longest(header, cells, fillvalue="")
        if cell
    )


def _is_number(cell: str) -> bool:
    if re.fullmatch(r"(?:19|20)\d\d", cell):  # "Vendor, 2023, 2024"
        return False
    try:
        float(cell.strip("$€£¥%").replace(",", ""))
    except ValueError:
        return False
    return True
