"""Tables as text: each row is a paragraph that repeats the header.

    Row 2
    Company: Rokid; Price: 2,999 yuan

The line with the row's number is boilerplate, so each row becomes a passage of its own. The number
is the one a spreadsheet shows.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import PurePosixPath

from assistant.errors import LoadError
from assistant.load.limits import TABLE_ROWS, check_length
from assistant.records import Document, Heading, Offsets

LONGEST_LABEL = 200  # characters: a label of the header is repeated in every row
Cells = Sequence[str]


class TableText:
    """The text of one or more tables, as it grows. `name` is the document's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._boilerplate: list[Offsets] = []

    def add_heading(self, words: str) -> None:
        self._headings.append(Heading(*self._add(words), words, 1))
        self._add("\n\n")

    def add_rows(self, rows: Iterable[Cells]) -> None:
        """Add a table, its rows numbered from 1.

        The header is the first row with two cells or more, unless one of these is a number that is
        not a year. Rows above it, and all rows of a table without one, have no labels.
        """
        header: Cells | None = None
        for number, row in enumerate(rows, start=1):
            if number > TABLE_ROWS:
                raise LoadError(f"{self.name} has more than {TABLE_ROWS:,} rows", hint="split it")
            cells = [" ".join(cell.split()) for cell in row]
            filled = [cell for cell in cells if cell]
            if header is None and len(filled) > 1:
                header = () if any(map(_is_number, filled)) else cells
                if header:
                    continue
            if filled:
                self._boilerplate.append(self._add(f"Row {number}"))
                self._add(f"\n{_label(header or (), cells)}\n\n")

    def load(self, title: str = "") -> Document:
        """The document. Raises LoadError where no row holds anything."""
        if not self._boilerplate:
            hint = "remove it or put rows below its header"
            raise LoadError(f"{self.name} holds no rows", hint=hint)
        return Document(
            id=self.name,
            title=title or PurePosixPath(self.name).stem,
            text="".join(self._pieces),
            headings=tuple(self._headings),
            boilerplate=tuple(self._boilerplate),
        )

    def _add(self, words: str) -> Offsets:
        start = self._length
        self._pieces.append(words)
        self._length += len(words)
        check_length(self._length, f"{self.name} with its header in each row")
        return start, self._length


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
