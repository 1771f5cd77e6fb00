"""Tables of a page: which of them are tables, their headers, sections, notes and nested tables."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.html import HtmlElement

from assistant.errors import LoadError
from assistant.load.limits import TABLE_ROWS, TEXT_CHARACTERS
from assistant.load.tables import LoadedTable, SpanningCell, fill_spans, find_header

_GROUPS = ("thead", "tbody", "tfoot")
_BLOCKS = "h1|h2|h3|h4|h5|h6|form|pre|table|article|section|hr|nav".split("|")
_LONGEST_CELL = 600  # characters of a cell of a table without any mark of one
_MOST_SPANNED = 1000  # columns, as in browsers
_MOST_CELLS = 2**22  # of a table with its merged cells repeated


class PageCell(NamedTuple):
    """The words of a cell and the tables inside it."""

    words: str
    tables: Sequence[LoadedTable] = ()


ReadCell = Callable[[HtmlElement], PageCell]


@dataclass(slots=True)
class _Row:
    cells: list[SpanningCell]
    headers: list[bool]  # whether each cell is marked as a header
    is_head: bool  # in <thead>
    tables: list[LoadedTable] = field(default_factory=list)

    @property
    def is_header(self) -> bool:
        marked = [mark for cell, mark in zip(self.cells, self.headers, strict=True) if cell.text]
        return self.is_head or (bool(marked) and all(marked))

    @property
    def width(self) -> int:
        return sum(cell.columns for cell in self.cells)


def is_layout(table: HtmlElement, boilerplate: Set[HtmlElement] = frozenset()) -> bool:
    """Whether a table only arranges parts of the page, so that its cells are no rows."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = list(_find_rows(table))
    cells = [cell for row, _ in rows for cell in _find_cells(row)]
    marks = [table.find(tag) for tag in ("caption", "thead")]
    if any(mark is not None for mark in marks) or any(cell.tag == "th" for cell in cells):
        return False
    if max((len(_find_cells(row)) for row, _ in rows), default=0) < 2:
        return True
    holds_blocks = any(next(cell.iter(*_BLOCKS), None) is not None for cell in cells)
    if holds_blocks or (boilerplate and any(part in boilerplate for part in table.iter())):
        return True
    return any(sum(map(len, cell.itertext())) > _LONGEST_CELL for cell in cells)


def read_table(table: HtmlElement, name: str, read_cell: ReadCell) -> Iterator[str | LoadedTable]:
    """The paragraphs and tables that a table is written as, in order.

    A table inside a cell follows, with the first text of its row repeated in its rows.
    """
    for caption in table.iterchildren("caption"):
        yield read_cell(caption).words
    rows = [_read_row(row, is_head, read_cell) for row, is_head in _find_rows(table)]
    rows = [row for row in rows if row.cells]
    _check_size(rows, name)
    if not any(any(row.headers) or row.is_head for row in rows):
        numbered = ((None, cells) for cells in fill_spans(row.cells for row in rows))
        yield find_header(numbered, name)
    else:
        yield from _divide(rows)
    for row in rows:
        for nested in row.tables:
            yield _name_rows(nested, next((c.text for c in row.cells if c.text), ""))


def _find_rows(table: HtmlElement) -> Iterator[tuple[HtmlElement, bool]]:
    """The rows of a table and whether each is in its head; a foot comes last."""
    feet = []
    for child in table:
        if child.tag == "tr":
            yield child, False
        elif child.tag == "tfoot":
            feet.append(child)
        elif child.tag in _GROUPS:
            for row in child.iterchildren("tr"):
                yield row, child.tag == "thead"
    for foot in feet:
        for row in foot.iterchildren("tr"):
            yield row, False


def _find_cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _read_row(row: HtmlElement, is_head: bool, read_cell: ReadCell) -> _Row:
    cells: list[SpanningCell] = []
    headers: list[bool] = []
    tables: list[LoadedTable] = []
    for cell in _find_cells(row):
        words, nested = read_cell(cell)
        columns = min(_read_span(cell, "colspan"), _MOST_SPANNED)
        cells.append(SpanningCell(words, columns, _read_span(cell, "rowspan")))
        headers.append(cell.tag == "th")
        tables.extend(nested)
    return _Row(cells, headers, is_head, tables)


def _read_span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "").strip()
    if name == "rowspan" and value == "0":
        return TABLE_ROWS  # down to the end
    return min(max(1, int(value)), TABLE_ROWS) if value.isdecimal() and len(value) < 9 else 1


def _check_size(rows: Sequence[_Row], name: str) -> None:
    """Raise LoadError if merged cells, repeated, give more than a document may have."""
    cells = characters = 0
    for number, row in enumerate(rows):
        for cell in row.cells:
            repeated = cell.columns * min(cell.rows, len(rows) - number)
            cells += repeated
            characters += repeated * len(cell.text)
    if cells > _MOST_CELLS or characters > TEXT_CHARACTERS:
        raise LoadError(f"{name} has a table with too many merged cells", hint="leave it out")


def _divide(rows: Sequence[_Row]) -> Iterator[LoadedTable]:
    """A table with marked headers as its parts: a row of headers below others starts a new one."""
    width = max((row.width for row in rows if len(row.cells) > 1), default=1)
    header: list[list[str]] = []
    body: list[list[str]] = []
    notes: list[str] = []
    for row, cells in zip(rows, fill_spans(row.cells for row in rows), strict=True):
        if len(row.cells) == 1 and row.width >= width > 1:  # the label of a section, or a note
            if body or (header and not row.is_head):
                body.append(cells[:1] * width)
            else:
                notes.append(cells[0])
        elif row.is_header and body and not row.is_head:
            yield _make_table(header, body, notes)
            header, body, notes = [cells], [], []
        elif row.is_header:
            header.append(cells)
        elif not row.tables or sum(map(bool, cells)) > 1:  # else its label is in their rows
            body.append(cells)
    if body or header:
        named = (row.headers[0] for row in rows if len(row.cells) > 1)
        is_named = not header and width < 3 and all(named)
        yield _make_table(header, body, notes, pairs=is_named)
    elif notes:
        yield LoadedTable((), (), notes)


def _make_table(
    header: list[list[str]], body: list[list[str]], notes: list[str], *, pairs: bool = False
) -> LoadedTable:
    if not body:  # every cell is marked: the first row is the header, or all there is
        header, body = (header[:1], header[1:]) if len(header) > 1 else ([], header)
    return LoadedTable(header, [(None, cells) for cells in body], notes, pairs=pairs)


def _name_rows(nested: LoadedTable, words: str) -> LoadedTable:
    if not words:
        return nested
    return LoadedTable(
        [["", *labels] for labels in nested.header],
        [(number, [words, *cells]) for number, cells in nested.body],
        nested.notes,
    )
