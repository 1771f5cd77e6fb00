"""Paragraphs, and tables of cells that hold paragraphs and tables, as word processors have them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Union

from assistant.errors import LoadError
from assistant.load.header import is_line
from assistant.load.limits import check_length
from assistant.load.tables import LoadedTable, SpanningCell, fill_spans, find_header, join_labels

MOST_COLUMNS = 256  # of a merged cell; Word allows 63
MOST_CELLS = 2**22
PAGE = "\ufdd0"  # in place of a page number in a header or footer; a noncharacter of Unicode


class Paragraph(NamedTuple):
    """A paragraph with its list number; `level` of a heading is 1 or more, and 0 of the title.

    `notes` are the notes whose marks are in its text. Not `is_content` is a table of contents.
    """

    text: str
    level: int | None = None
    notes: tuple[str, ...] = ()
    is_content: bool = True


class Cell(NamedTuple):
    """A cell of a table, with the columns and rows that it covers."""

    blocks: Sequence["Block"]
    columns: int = 1
    rows: int = 1


class Grid(NamedTuple):
    """A table: its rows, of which the first `headers` are marked as its header."""

    rows: Sequence[Sequence[Cell]]
    headers: int = 0


Block = Union[Paragraph, Grid]  # noqa: UP007, it refers to itself


def list_paragraphs(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    """All paragraphs, also those in tables."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            yield from list_paragraphs(b for row in block.rows for cell in row for b in cell.blocks)


def read_cell(cell: Cell) -> str:
    """The text of a cell, without the tables in it."""
    texts = (block.text.strip() for block in cell.blocks if isinstance(block, Paragraph))
    return " ".join(filter(None, texts))


def list_tables(grid: Grid, name: str) -> Iterator[LoadedTable]:
    """A table, and those in its cells, the rows of which repeat the row that they are in.

    Raises LoadError for too much text.
    """
    rows = _fill(grid, name)
    texts = [[read_cell(cell) for cell in row] for row in rows]
    check_length(sum(len(text) for row in texts for text in row), name)
    whole = _find_header(texts, max(grid.headers, _count_headers(rows)), name)
    yield whole
    labels = join_labels(whole.header)
    for row, words in zip(rows, texts, strict=True):
        yield from _list_nested(row, () if words in whole.header else labels, words, name)


def _fill(grid: Grid, name: str) -> list[list[Cell]]:
    """The rows with each cell wherever it covers a row and column; one merged cell is one cell.

    Columns in which no cell begins are left out: Word has them where rows have other widths.
    """
    cells = [Cell(()), *(cell for row in grid.rows for cell in row)]
    numbers = iter(range(1, len(cells)))
    spans = (
        [SpanningCell(f"{next(numbers)}", min(c.columns, MOST_COLUMNS), c.rows) for c in row]
        for row in grid.rows
    )
    filled: list[list[int]] = []
    total = 0
    for row in fill_spans(spans):
        total += len(row)
        if total > MOST_CELLS:
            problem = f"{name} has a table of more than {MOST_CELLS:,} cells"
            raise LoadError(problem, hint="split it")
        filled.append([int(number or 0) for number in row])
    begin = {at for row in filled for at, each in enumerate(row) if not at or each != row[at - 1]}
    return [[cells[row[at]] for at in sorted(begin) if at < len(row)] for row in filled]


def _count_headers(rows: Sequence[Sequence[Cell]]) -> int:
    """The rows of a header that is not marked but merged, 0 if there is none.

    Below a cell that covers several columns are their labels: next to cells that cover these rows
    as well, or the same labels repeated (Adult, Child, Adult, Child).
    """
    first = next((at for at, row in enumerate(rows) if len({id(c) for c in row}) > 1), len(rows))
    top, below = ([*rows[at]] if at < len(rows) else [] for at in (first, first + 1))
    if len({id(cell) for cell in top}) == len(top):
        return 0
    deepest = max(cell.rows for cell in top)
    labels = [read_cell(cell) for cell in below if all(cell is not each for each in top)]
    if deepest > 1:
        return first + deepest
    return first + 2 if len({*labels}) < len(labels) and not any(map(has_digit, labels)) else 0


def has_digit(words: str) -> bool:
    return any(map(str.isdigit, words))


def _find_header(texts: Sequence[list[str]], headers: int, name: str) -> LoadedTable:
    """The rows below their header; a header without words below it is the body."""
    if headers:
        notes = [row[0] for row in texts[:headers] if is_line(row)]
        marked = [row for row in texts[:headers] if not is_line(row)]
        rows = ((None, row) for row in texts[headers:])
        found = LoadedTable(marked, rows, notes)
    else:
        found = find_header(((None, row) for row in texts), name)
    body = list(found.body)
    if any(any(cells) for _, cells in body):
        return replace(found, body=body)
    return LoadedTable((), [(None, row) for row in found.header], found.notes)


def _list_nested(
    row: Sequence[Cell], labels: Sequence[str], texts: Sequence[str], name: str
) -> Iterator[LoadedTable]:
    """The tables in a row's cells; their rows begin with the row's texts below its labels."""
    above = [
        (labels[at] if at < len(labels) else "", text) for at, text in enumerate(texts) if text
    ]
    grids = {id(b): b for cell in row for b in cell.blocks if isinstance(b, Grid)}
    for grid in grids.values():
        for table in list_tables(grid, name):
            yield LoadedTable(
                [[*(label for label, _ in above), *join_labels(table.header)]],
                [(number, [*(text for _, text in above), *cells]) for number, cells in table.body],
                table.notes,
            )
