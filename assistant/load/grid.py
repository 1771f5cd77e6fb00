"""The tables on one sheet: separated at empty rows and columns, side by side too."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assistant.load.header import count_header_rows, find_kind, is_line
from assistant.load.tables import LoadedTable, Row, find_header

Block = list[tuple[int, list[str]]]  # numbers and cells of rows that follow each other
# Empty columns are looked for in blocks of a size that a person lays out.
MOST_CUTS = 1000


def find_tables(rows: Iterable[tuple[int, Sequence[str]]], name: str) -> Iterator[LoadedTable]:
    """The tables of a sheet, from top to bottom and from left to right.

    No header stands for rows below an empty one: a table there has its own or none.
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
    for block in blocks:
        if joined and _begins_table(joined, block):
            yield joined
            joined = []
        joined = [*joined, *block]
    if joined:
        yield joined


def _begins_table(above: Block, block: Block) -> bool:
    """Whether a block has a header that is sure, or other columns than the one above."""
    rows = [row for _, row in block if not is_line(row)]
    if not rows:
        return False
    count, sure = count_header_rows(rows)
    widths = [max(map(_measure, (row for _, row in each))) for each in (above, block)]
    return (count > 0 and sure) or widths[0] < widths[1]


def _measure(cells: Sequence[str]) -> int:
    """The width of a row up to its last cell that is not empty."""
    return max((place for place, cell in enumerate(cells, 1) if cell), default=0)


def cut_columns(block: Block, cuts: int = MOST_CUTS) -> Iterator[Iterable[Row]]:
    """The tables next to each other in a block, and those below each other in each of them."""
    used = sorted({column for _, row in block for column, cell in enumerate(row) if cell})
    runs = [
        [column for _, column in run]
        for _, run in groupby(enumerate(used), key=lambda pair: pair[1] - pair[0])
    ]
    parts = [runs[0]]
    for run in runs[1:]:
        if cuts and len(run) > 1 and len(parts[-1]) > 1 and _has_row_labels(block, run):
            parts.append(run)
        else:  # an empty column inside a table
            parts[-1] = [*range(parts[-1][0], run[-1] + 1)]
    for columns in parts:
        first, last = columns[0], columns[-1] + 1
        cells = [(number, row[first:last]) for number, row in block]
        if len(parts) == 1:
            yield cells
            continue
        for below in split_rows(cells):
            yield from cut_columns(below, cuts - 1)


def _has_row_labels(block: Block, columns: Sequence[int]) -> bool:
    """Whether some columns begin with words for their rows, as a table of its own does."""
    first = [row[columns[0]] for _, row in block if columns[0] < len(row) and row[columns[0]]]
    kinds = [find_kind(cell) for cell in first[1:] or first]
    return bool(kinds) and 2 * sum(kind == "text" for kind in kinds) > len(kinds)
