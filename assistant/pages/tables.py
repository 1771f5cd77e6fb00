"""A document's text cut into blocks to show: text with its marks, and tables."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.api.segments import Segment, cut_text
from assistant.records import Document, Offsets, Table, TableRow

MOST_ROWS = 200  # of a table that a page shows at once
ROWS_ABOVE = 50  # shown above the row that a link marks
Marks = Mapping[str, Sequence[Offsets]]


class ShownRow(NamedTuple):
    """A row: its number in a spreadsheet, its cells cut at marks; `is_line` if it has only one
    cell, which stands for all columns.
    """

    number: int | None
    cells: list[list[Segment]]
    is_line: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Some rows of a table; `first` is the place of the first among all rows of the document.

    `count` of them belong to the table, whose first has the place `begins`; both count from 1.
    """

    labels: tuple[str, ...]
    rows: list[ShownRow]
    columns: int
    begins: int
    first: int
    count: int

    @property
    def has_numbers(self) -> bool:
        return any(row.number is not None for row in self.rows)

    @property
    def last(self) -> int:
        """The place of the last row that is shown."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document: text, or a table."""

    pieces: list[Segment]
    table: ShownTable | None = None


def cut_blocks(document: Document, marks: Marks, *, row: int = 1) -> list[Block]:
    """The blocks of a document; of a long table, rows around a mark, or from a row's place on.

    Where the first part of what is `cited` begins is marked `first` as well, the last one `last`.
    All characters but generated labels and the space around tables are in the blocks.
    """
    blocks = []
    position, place = 0, 1
    for table in document.tables:
        blocks.append(_cut_between(document, marks, position, table.rows[0].start))
        blocks.append(Block([], _choose_rows(document, table, marks, begins=place, row=row)))
        position, place = table.rows[-1].end, place + len(table.rows)
    blocks.append(_cut_between(document, marks, position, len(document.text)))
    shown = [block for block in blocks if block.pieces or block.table]
    _mark_ends([pieces for block in shown for pieces in _list_pieces(block)])
    return shown


def _cut_between(document: Document, marks: Marks, start: int, end: int) -> Block:
    """The text before, between or after tables."""
    text = document.text[start:end]
    if start > 0:
        start += len(text) - len(text.lstrip())
        text = text.lstrip()
    if end < len(document.text):
        text = text.rstrip()
    return Block(cut_text(text, _clip(marks, start, start + len(text)), start=start))


def _choose_rows(
    document: Document, table: Table, marks: Marks, *, begins: int, row: int
) -> ShownTable:
    """The rows of a table to show."""
    rows, first = table.rows, row - begins
    cited = marks.get("cited", ())
    if cited and rows[0].start < cited[0][1] and cited[0][0] < rows[-1].end:
        first = bisect_left(rows, cited[0][0], key=lambda row: row.end) - ROWS_ABOVE
    if not 0 < first < len(rows) or len(rows) <= MOST_ROWS:
        first = 0
    chosen = rows[first : first + MOST_ROWS]
    columns = max(len(table.labels), *(len(row.cells) for row in chosen))
    shown = [_cut_row(document, row, marks, columns) for row in chosen]
    return ShownTable(table.labels, shown, columns, begins, begins + first, len(rows))


def _cut_row(document: Document, row: TableRow, marks: Marks, columns: int) -> ShownRow:
    inside = _clip(marks, row.start, row.end)
    cells = [
        cut_text(document.text[start:end], _clip(inside, start, end), start=start)
        for start, end in row.cells
    ]
    is_line = columns > 1 and row.cells[0] == (row.start, row.end)
    return ShownRow(row.number, cells, is_line)


def _clip(marks: Marks, start: int, end: int) -> dict[str, list[Offsets]]:
    """The parts of marks between two offsets; the spans of each are in order."""
    clipped = {}
    for name, spans in marks.items():
        inside = []
        for place in range(bisect_left(spans, start, key=lambda span: span[1]), len(spans)):
            first, last = max(spans[place][0], start), min(spans[place][1], end)
            if spans[place][0] >= end:
                break
            if first < last:
                inside.append((first, last))
        if inside:
            clipped[name] = inside
    return clipped


def _list_pieces(block: Block) -> Iterator[list[Segment]]:
    yield block.pieces
    for row in block.table.rows if block.table else ():
        yield from row.cells


def _mark_ends(runs: Sequence[list[Segment]]) -> None:
    """Mark the pieces with which the first and the last part of what is cited begin."""
    parts = [
        (run, number)
        for run in runs
        for number, piece in enumerate(run)
        if "cited" in piece.marks and (not number or "cited" not in run[number - 1].marks)
    ]
    for name, found in (("first", parts[:1]), ("last", parts[-1:])):
        for run, number in found:
            run[number] = Segment(run[number].text, run[number].marks | {name})
