"""Rows of a table as text: each a paragraph that carries the table's header.

    Row 2
    Company: Rokid; Price: 2,999 yuan

The line with the row's number is boilerplate, so a row is a section of its own: the splitter makes
it a passage, never shared with another row. The number is the one a spreadsheet shows.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from assistant.errors import LoadError
from assistant.load.checks import refuse_long
from assistant.load.limits import TABLE_ROWS
from assistant.records import Document, Heading, Offsets

LONGEST_HEADER = 200  # characters: a header stands in every row
Cells = Sequence[str]


class Sheets:
    """The text of one or more tables, as it grows. `name` is the document's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._boilerplate: list[Offsets] = []

    def add_heading(self, words: str) -> None:
        start, end = self._add(words)
        self._headings.append(Heading(start, end, words, 1))
        self._add("\n\n")

    def add_rows(self, rows: Iterable[Cells]) -> None:
        """Add a table, its rows numbered from 1.

        The header is the first row with two cells or more, unless one of these is a number that is
        no year; rows above it, and those of a table without one, are given as they are.
        """
        header: Cells | None = None
        for number, cells in enumerate(rows, start=1):
            if number > TABLE_ROWS:
                raise LoadError(f"{self.name} has more than {TABLE_ROWS:,} rows", hint="split it")
            clean = [" ".join(cell.split()) for cell in cells]
            filled = [cell for cell in clean if cell]
            if not filled:
                continue
            if header is None and len(filled) > 1:
                header = [] if any(map(_is_number, filled)) else clean
                if header:
                    continue
            self._add_row(number, _join(header or [], clean))

    def load(self, title: str = "") -> Document | LoadError:
        """The document, or a refusal where no row holds anything."""
        if not self._boilerplate:
            hint = "remove it or put rows below its header"
            return LoadError(f"{self.name} holds no rows", hint=hint)
        return Document(
            id=self.name,
            title=title or PurePosixPath(self.name).stem,
            text="".join(self._pieces),
            headings=tuple(self._headings),
            boilerplate=tuple(self._boilerplate),
        )

    def _add_row(self, number: int, words: str) -> None:
        self._boilerplate.append(self._add(f"Row {number}"))
        self._add(f"\n{words}\n\n")

    def _add(self, words: str) -> Offsets:
        start = self._length
        self._pieces.append(words)
        self._length += len(words)
        refuse_long(self._length, f"{self.name} with its header in each row")
        return start, self._length


def _join(header: Cells, cells: Cells) -> str:
    named = [*header, *[""] * len(cells)]
    return "; ".join(
        f"{label[:LONGEST_HEADER]}: {cell}" if label else cell
        for label, cell in zip(named, cells, strict=False)
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
