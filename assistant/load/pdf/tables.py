"""The tables of a page: their rows and header, found from rules and from space between words.

Of the 1,514 cells of 26 files of LaTeX, Chromium, ReportLab, pandoc and LibreOffice, half of them
without rules between columns, 1,483 are read right, and no table is found in 9 files without any.
pdfplumber takes ten times as long for 634 cells; with columns found from text it reads 410, and
finds two tables too many. camelot needs Ghostscript or a second parser; img2table and docling draw
the page, and need OpenCV or models.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.load.header import Cells, is_line
from assistant.load.pdf.cells import FoundTable
from assistant.load.pdf.characters import Frame
from assistant.load.pdf.grids import find_grids
from assistant.load.pdf.hyphens import Vocabulary
from assistant.load.pdf.pairs import are_pairs, split_pairs
from assistant.load.pdf.ruled import find_ruled
from assistant.load.pdf.rules import find_rules
from assistant.load.pdf.unruled import find_unruled
from assistant.load.pdf.words import Box, PlacedTable, Word
from assistant.load.tables import LoadedTable, Row, find_header, join_labels

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

SAME_EDGE = 1.5  # points, between the columns of a table on two pages
MOST_WORDS = 10_000  # of a page; more are a drawing


def find_tables(
    page: "PdfPage", words: Sequence[Word], frame: Frame, name: str
) -> list[PlacedTable]:
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
    recognised = [word.box for word in words if word.is_recognised]
    return [
        _place(table, name, vocabulary)._replace(
            is_recognised=any(table.box.holds(box) for box in recognised)
        )
        for table in found
        if vocabulary
    ]


def _place(table: FoundTable, name: str, vocabulary: Vocabulary) -> PlacedTable:
    """A table with its header, and the boxes of the rows of its body."""
    cells = {cell for row in table.rows for cell in row.cells}
    texts = {cell: _join_lines(cell, vocabulary) for cell in cells}  # once for a merged cell
    rows = [row._replace(cells=[texts[cell] for cell in row.cells]) for row in table.rows]
    numbered: list[Row] = [(number, row.cells) for number, row in enumerate(rows)]
    header, notes, pairs = [row.cells for row in rows[: table.header_rows or 0]], [], False
    if are_pairs(rows):
        header, pairs = [], True
        numbered = [(number, split_pairs(row.cells)) for number, row in enumerate(rows)]
    elif table.header_rows is None:
        loaded = find_header(numbered, name)
        header, numbered, notes = list(loaded.header), list(loaded.body), list(loaded.notes)
        pairs = loaded.pairs
    else:
        numbered = numbered[table.header_rows :]
    if not numbered:  # a table of labels alone would not be written
        numbered, header = [(number, row.cells) for number, row in enumerate(rows)], []
    unused = _list_unused_labels(header, [row for _, row in numbered if not is_line(row)])
    notes += ["; ".join(unused)] if unused else []
    boxes = [rows[number].box for number, _ in numbered if number is not None]
    body: list[Row] = [(None, cells) for _, cells in numbered]
    return PlacedTable(table.box, LoadedTable(header, body, notes, pairs), boxes, table.edges)


def _list_unused_labels(header: Sequence[Cells], body: Sequence[Cells]) -> list[str]:
    """The labels of columns without values, which no row has."""
    return list(dict.fromkeys(
        label
        for column, label in enumerate(join_labels(header))
        if label and not any(any(cells[column : column + 1]) for cells in body)
    ))  # fmt: skip


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


def carry_headers(pages: Sequence[Sequence[PlacedTable]]) -> Iterator[list[PlacedTable]]:
    """The tables of each page; one that goes on at the top of the next page keeps its labels."""
    above: PlacedTable | None = None
    for tables in pages:
        ordered = sorted(tables, key=lambda table: -table.box.top)
        if ordered and above and _goes_on(above, ordered[0]):
            first = ordered[0].table
            body = [(None, cells) for cells in first.header] + list(first.body)
            rows = [ordered[0].box] * len(first.header) + list(ordered[0].rows)
            loaded = replace(first, header=above.table.header, body=body)
            ordered[0] = ordered[0]._replace(table=loaded, rows=rows)
        above = ordered[-1] if ordered else None
        yield ordered


def _goes_on(above: PlacedTable, table: PlacedTable) -> bool:
    """Whether a table has the columns of one at the end of the page before, but no header."""
    header, own = above.table.header, table.table.header
    is_below = above.box.bottom < table.box.bottom
    if not header or not is_below or header == own or _count(above.table) != _count(table.table):
        return False
    if not own:
        return abs(above.box.left - table.box.left) <= SAME_EDGE
    return 0 < len(above.edges) == len(table.edges) and all(
        abs(one - other) <= SAME_EDGE for one, other in zip(above.edges, table.edges, strict=True)
    )


def _count(table: LoadedTable) -> int:
    """How many columns a table has."""
    return max((len(cells) for _, cells in table.body), default=0)
