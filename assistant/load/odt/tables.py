"""The tables of an ODT file: merged and repeated cells, and the rows of the header."""

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat, takewhile
from typing import Protocol

from lxml import etree

from assistant.load.grids import Block, Cell, Grid
from assistant.load.odt.styles import TABLE, TEXT, Style, read_number

MOST_REPEATS = 256  # of a row, and of a cell in its row
_ROW_GROUPS = frozenset(f"{TABLE}table-{name}" for name in ("header-rows", "rows", "row-group"))


class Context(Protocol):
    """What reads the cells of a table, and knows its styles."""

    @property
    def find_style(self) -> Callable[[str, str], Style]: ...
    def read_blocks(self, elements: Iterable[etree._Element]) -> Iterator[Block]: ...


def read_table(table: etree._Element, context: Context) -> Grid:
    rows = [*_list_rows(table)]
    cells = [
        cells
        for row in rows
        for cells in repeat(_read_row(row, context), _count_repeats(row, "rows"))
    ]
    marked = takewhile(lambda row: _is_header(row, context), rows)
    return Grid(cells, headers=sum(1 for _ in marked))


def _read_row(row: etree._Element, context: Context) -> list[Cell]:
    return [
        Cell(
            tuple(context.read_blocks(element)),
            columns=read_number(element, f"{TABLE}number-columns-spanned"),
            rows=read_number(element, f"{TABLE}number-rows-spanned"),
        )
        for element in row.iterchildren(f"{TABLE}table-cell")
        for _ in range(_count_repeats(element, "columns"))
    ]


def _is_header(row: etree._Element, context: Context) -> bool:
    """Whether a row is repeated at the top of pages, or all its text is a "Table Heading"."""
    if row.getparent().tag == f"{TABLE}table-header-rows":
        return True
    styles = [paragraph.get(f"{TEXT}style-name", "") for paragraph in row.iter(f"{TEXT}p")]
    return bool(styles) and all(
        "Table Heading" in context.find_style("paragraph", style).names for style in styles
    )


def _list_rows(parent: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, also those in groups."""
    for child in parent:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from _list_rows(child)


def _count_repeats(element: etree._Element, what: str) -> int:
    return min(read_number(element, f"{TABLE}number-{what}-repeated"), MOST_REPEATS)
