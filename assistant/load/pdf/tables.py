"""The tables of a page: their rows and header, found from rules and from space between words.

Cells right on 26 files of LaTeX, Chromium, LibreOffice, ReportLab and pandoc, FIGURES.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.load.pdf.characters import Frame
from assistant.load.pdf.cells import FoundRow, FoundTable
from assistant.load.pdf.grids import find_grids
from assistant.load.pdf.hyphens import Vocabulary
from assistant.load.pdf.ruled import find_ruled
from assistant.load.pdf.rules import find_rules
from assistant.load.pdf.unruled import find_unruled
from assistant.load.pdf.words import Box, PlacedTable, Word
from assistant.load.tables import LoadedTable, find_header

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST_WORDS = 20_000  # of a page; more are a drawing


def find_tables(page: "PdfPage", words: Sequence[Word], frame: Frame, name: str) -> list[PlacedTable]:
    """The tables of a page in no order; `words` are its upright words."""
    if len(words) > MOST_WORDS:
        return []
    rules = find_rules(page, frame)
    found: list[FoundTable] = []
    left = list(words)
    for find in (find_grids, find_ruled, find_unruled):
        for table in find(left, rules):
            if not any(_overlap(table.box, other.box) for other in found):
                found.append(table)
        left = [word for word in left if not any(table.box.holds(word.box) for table in found)]
    vocabulary = Vocabulary(word.text for word in words) if found else None
    return [_place(table, name, vocabulary) for table in found if vocabulary]


def _place(table: FoundTable, name: str, vocabulary: Vocabulary) -> PlacedTable:
    """A table with its header, and the boxes of the rows of its body."""
    rows = [
        FoundRow([_join_lines(cell, vocabulary) for cell in row.cells], row.box)
        for row in table.rows
    ]
    if table.header_rows is None:
        loaded = find_header(enumerate(row.cells for row in rows), name)
        header, numbered, notes = list(loaded.header), list(loaded.body), loaded.notes
        if header and numbered and _has_spans(header[0]) and find_header(numbered[:1], name).header:
            header.append(numbered.pop(0)[1])
    else:
        header, notes = [row.cells for row in rows[: table.header_rows]], ()
        numbered = list(enumerate(row.cells for row in rows))[table.header_rows :]
    boxes = [rows[number].box for number, _ in numbered if number is not None]
    body = [(None, cells) for _, cells in numbered]
    return PlacedTable(table.box, LoadedTable(header, body, notes), boxes)


def _join_lines(cell: str, vocabulary: Vocabulary) -> str:
    """The lines of a cell as one, with hyphens at their ends resolved."""
    text, *lines = cell.split("\n")
    for line in lines:
        text = "".join(vocabulary.join(text, line)) + line
    return text


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.right and other.left < one.right
        and one.bottom < other.top and other.bottom < one.top
    )  # fmt: skip


def _has_spans(cells: Sequence[str]) -> bool:
    """Whether a cell is repeated over several columns."""
    return any(one == other != "" for one, other in pairwise(cells))
