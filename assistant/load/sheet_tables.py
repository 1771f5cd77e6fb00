"""The tables on one sheet: separated at empty rows and columns, side by side too."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assistant.load.header import count_header_rows, find_kind, is_line
from assistant.load.tables import LoadedTable, Row, find_header

Block = list[tuple[int, list[str]]]  # numbers and cells of rows that follow each other
MOST_CUTS = 50  # tables next to tables inside tables; no person nests them deeper
MOST_COMPARED = 5_000_000  # cells that are looked at to find tables next to each other


def find_tables(rows: Iterable[tuple[int, Sequence[str]]], name: str) -> Iterator[LoadedTable]:
    """The tables of a sheet, from top to bottom and from left to right.

    A header is not carried over an empty row: the table below has its own or none.
    """
    for block in split_rows(rows):
        for table in cut_columns(block):
            yield find_header(table, name)


def split_rows(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Block]:
    """The rows between empty rows."""
    block: Block = []
    for number, row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            block.append((number, cells))
        elif block:
            yield block
            block = []
    if block:
        yield block


def join_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks of which each begins a table: one without a header of its own continues the last."""
    joined: Block = []
    width = 0  # of the rows joined
    for block in blocks:
        own_width = max(_measure(row) for _, row in block)
        if joined and _begins_table(block, is_wider=own_width > width):
            yield joined
            joined, width = [], 0
        joined += block
        width = max(width, own_width)
    if joined:
        yield joined


def _begins_table(block: Block, *, is_wider: bool) -> bool:
    """Whether a block has a header that is sure, or is wider than what is above it."""
    rows = [row for _, row in block if not is_line(row)]
    if not rows:
        return False
    count, sure = count_header_rows(rows)
    return is_wider or (count > 0 and sure)


def _measure(cells: Sequence[str]) -> int:
    """The width of a row up to its last cell that is not empty."""
    return max((place for place, cell in enumerate(cells, 1) if cell), default=0)


def cut_columns(block: Block, cuts: int = MOST_CUTS) -> Iterator[Iterable[Row]]:
    """The tables next to each other in a block, and those below each other in each of them."""
    used = sorted({column for _, row in block for column, cell in enumerate(row) if cell})
    parts: list[tuple[int, int]] = []  # the first column of each, and the one after its last
    compared = 0
    for _, run in groupby(enumerate(used), key=lambda pair: pair[1] - pair[0]):
        columns = [column for _, column in run]
        first, last = columns[0], columns[-1] + 1
        compared += len(block)
        may_cut = parts and cuts and compared <= MOST_COMPARED
        if may_cut and min(last - first, parts[-1][1] - parts[-1][0]) > 1:
            is_table = _has_row_labels(block, first)
        else:
            is_table = not parts
        if is_table:
            parts.append((first, last))
        else:  # an empty column inside a table
            parts[-1] = parts[-1][0], last
    for first, last in parts:
        cells = [(number, row[first:last]) for number, row in block]
        if len(parts) == 1:
            yield cells
            continue
        for below in split_rows(cells):
            yield from cut_columns(below, cuts - 1)


def _has_row_labels(block: Block, column: int) -> bool:
    """Whether a column holds words for its rows, as the first of a table of its own does."""
    labels = [row[column] for _, row in block if column < len(row) and row[column]]
    kinds = [find_kind(cell) for cell in labels[1:] or labels]
    return bool(kinds) and 2 * sum(kind == "text" for kind in kinds) > len(kinds)
