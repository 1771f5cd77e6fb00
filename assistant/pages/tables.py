"""A document's text cut into blocks to show: text with its marks, and tables."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.api.segments import Segment, cut_text
from assistant.pages.parts import MOST_ROWS
from assistant.records import Document, Offsets, Table, TableRow

ROWS_ABOVE = 50  # shown above the row that a link marks
Marks = Mapping[str, Sequence[Offsets]]


class ShownRow(NamedTuple):
    """A row: its number in a spreadsheet, its cells cut at marks, and where these start; `is_line`
    if it has only one cell, which stands for all columns.
    """

    number: int | None
    cells: list[list[Segment]]
    is_line: bool
    starts: list[int]


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
    """A piece of a document: text that begins at `start`, or a table, by its number from 1."""

    pieces: list[Segment]
    start: int
    table: ShownTable | None = None
    number: int = 0


def cut_blocks(
    document: Document, marks: Marks, *, row: int = 1, within: Offsets | None = None
) -> list[Block]:
    """The blocks of a document, or of a part of it that divides no table.

    Of a long table there are the rows around a mark, or from a row's place on. Where what is
    `cited` begins is marked `first` as well, its last piece `last`. All characters but generated
    labels and the space around tables are in the blocks.
    """
    first, last = within or (0, len(document.text))
    blocks = []
    position, place, after_table = first, 1, False
    for number, table in enumerate(document.tables, start=1):
        begin, end = table.rows[0].start, table.rows[-1].end
        if begin >= last:
            break
        if begin >= first:
            blocks.append(_cut_between(document, marks, (position, begin), after_table=after_table))
            shown = _choose_rows(document, table, marks, begins=place, row=row)
            blocks.append(Block([], begin, shown, number))
        if end >= first:
            position, after_table = max(end, first), True
        place += len(table.rows)
    blocks.append(_cut_between(document, marks, (position, last), after_table=after_table))
    shown_blocks = [block for block in blocks if block.pieces or block.table]
    _mark_ends(
        [pieces for block in shown_blocks for pieces in _list_pieces(block)],
        begins=all(start >= first for start, _ in marks.get("cited", ())),
        ends=all(end <= last for _, end in marks.get("cited", ())),
    )
    return shown_blocks


def find_row(document: Document, place: int) -> int | None:
    """The offset of a row by its place among all rows of a document; None if there is none."""
    for table in document.tables:
        if place <= len(table.rows):
            return table.rows[place - 1].start
        place -= len(table.rows)
    return None


def _cut_between(document: Document, marks: Marks, span: Offsets, *, after_table: bool) -> Block:
    """The text before, between or after tables, without the space around these."""
    start, end = span
    text = document.text[start:end]
    if after_table:
        start += len(text) - len(text.lstrip())
        text = text.lstrip()
    before = bisect_left(document.tables, end, key=lambda table: table.rows[0].start)
    if before < len(document.tables) and document.tables[before].rows[0].start == end:
        text = text.rstrip()
    return Block(cut_text(text, _clip(marks, start, start + len(text)), start=start), start)


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
    return ShownRow(row.number, cells, is_line, [start for start, _ in row.cells])


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


def _mark_ends(runs: Sequence[list[Segment]], *, begins: bool, ends: bool) -> None:
    """Mark the pieces with which the first and the last run of what is cited begin, if what is
    cited `begins` and `ends` here.
    """
    parts = [
        (run, number)
        for run in runs
        for number, piece in enumerate(run)
        if "cited" in piece.marks and (not number or "cited" not in run[number - 1].marks)
    ]
    for name, found in (("first", parts[:1] * begins), ("last", parts[-1:] * ends)):
        for run, number in found:
            run[number] = Segment(run[number].text, run[number].marks | {name})
