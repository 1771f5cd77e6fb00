"""The tables of a DOCX file: merged cells, and the rows of the header."""

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from lxml import etree

from assistant.load.docx.styles import W, get_number, get_value, is_on
from assistant.load.docx.text import WRAPPERS
from assistant.load.grids import Block, Cell, Grid

ReadBlocks = Callable[[etree._Element], Iterable[Block]]


def read_table(table: etree._Element, read_blocks: ReadBlocks) -> Grid:
    """A table without its deleted rows; `read_blocks` gives the content of a cell."""
    grid: list[list[Cell]] = []
    merging: dict[int, tuple[int, int]] = {}  # by column: the cell that is merged downwards
    rows = [row for row in _list_inside(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None]
    for row in rows:
        cells: list[Cell] = []
        column = max(0, get_number(row.find(f"{W}trPr"), "gridBefore") or 0)
        if column:
            cells.append(Cell((), columns=column))
        for element in _list_inside(row, f"{W}tc"):
            properties = element.find(f"{W}tcPr")
            columns = max(1, get_number(properties, "gridSpan") or 1)
            merge = get_value(properties, "vMerge")
            if merge in ("", "continue") and column in merging:
                above, place = merging[column]
                covered = len(grid) - above + 1
                grid[above][place] = grid[above][place]._replace(rows=covered)
            else:
                merging.pop(column, None)
                if merge == "restart":
                    merging[column] = len(grid), len(cells)
                cells.append(Cell(tuple(read_blocks(element)), columns))
            column += columns
        grid.append(cells)
    return Grid(grid, headers=sum(1 for _ in takewhile(_is_header, rows)))


def _is_header(row: etree._Element) -> bool:
    """Whether a row is repeated at the top of pages, or formatted as the first of its table."""
    properties = row.find(f"{W}trPr")
    style = None if properties is None else properties.find(f"{W}cnfStyle")
    is_first = style is not None and (
        style.get(f"{W}firstRow") in ("1", "true") or style.get(f"{W}val", "").startswith("1")
    )
    return is_first or bool(is_on(properties, "tblHeader"))


def _list_inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The rows of a table or cells of a row, also those in content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            yield from _list_inside(child, tag)
