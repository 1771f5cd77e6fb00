"""ODS: the tables of each sheet as displayed, read from the XML of OpenDocument 1.3, part 3."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from zipfile import BadZipFile

from lxml import etree

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.limits import TABLE_COLUMNS, TABLE_ROWS
from assistant.load.office import check_office, make_damage_error
from assistant.load.package import Package
from assistant.load.sheets import Range, Sheet, add_sheets, name_column
from assistant.records import Document

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_NAMES = {"table": _TABLE[1:-1]}
MOST_REPEATED = 2_000_000  # cells that repeat another


def load_ods(content: bytes, name: str) -> Document:
    """One document: the tables of each visible sheet, below its name where there are several.

    Hidden sheets, rows and columns are left out. Raises LoadError.
    """
    title, created = check_office(content, name)
    builder = DocumentBuilder(name, where=f"{name} with its header in each row")
    try:
        root = Package(content).read("content.xml")
        if root is None:
            raise make_damage_error(name, ValueError("it has no content.xml"))
        hidden_styles = {
            style.get(f"{_STYLE}name")
            for style in root.iter(f"{_STYLE}style")
            if any(each.get(f"{_TABLE}display") == "false" for each in style)
        }
        tables = root.xpath("//table:table[not(ancestor::table:table)]", namespaces=_NAMES)
        hidden = [each for each in tables if each.get(f"{_TABLE}style-name") in hidden_styles]
        visible = [each for each in tables if each not in hidden]
        names = [each.get(f"{_TABLE}name", "") for each in hidden]
        sheets = (_SheetReader.read(each, name) for each in visible)
        add_sheets(builder, sheets, count=len(visible), hidden=names)
    except (BadZipFile, etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise make_damage_error(name, error) from None
    return builder.build(title=title or PurePosixPath(name).stem, published=created)


@dataclass(slots=True)
class _SheetReader:
    """Reads the rows of one sheet; `repeated` counts cells that repeat another."""

    found: Sheet
    file_name: str
    repeated: int = 0

    @classmethod
    def read(cls, table: etree._Element, file_name: str) -> Sheet:
        reader = cls(Sheet(table.get(f"{_TABLE}name", "")), file_name)
        column = row = 1
        # Rows may be grouped, columns as well.
        for element in table.iter(f"{_TABLE}table-column", f"{_TABLE}table-row"):
            if element.tag == f"{_TABLE}table-column":
                last = column + _count(element, "columns")
                if _is_hidden(element):
                    reader.found.hidden_columns.update(range(column, min(last, TABLE_COLUMNS + 1)))
                column = last
            else:
                row = reader._read_row(element, row)
        return reader.found

    def _read_row(self, element: etree._Element, row: int) -> int:
        """The number of the next row."""
        count = _count(element, "rows")
        cells = dict(self._read_cells(element, row))
        rows = range(row, min(row + count, TABLE_ROWS + 1))
        if _is_hidden(element):
            self.found.hidden_rows.update(rows)
        if cells:
            self._count_repeated((len(rows) - 1) * len(cells))
            self.found.rows.update((number, dict(cells)) for number in rows)
        return row + count

    def _read_cells(self, element: etree._Element, row: int) -> Iterator[tuple[int, str]]:
        column = 1
        for cell in element.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            count = _count(cell, "columns")
            text = _write_cell(cell)
            if text and column <= TABLE_COLUMNS and cell.tag == f"{_TABLE}table-cell":
                self._count_repeated(count - 1)
                for place in range(column, min(column + count, TABLE_COLUMNS + 1)):
                    yield place, text
                self._note(cell, row, column)
            elif cell.get(f"{_TABLE}formula") and not cell.get(f"{_OFFICE}value-type"):
                self.found.unknown.append((row, column))
            column += count

    def _note(self, cell: etree._Element, row: int, column: int) -> None:
        """Note with what a cell is merged, and what is commented on it."""
        columns = int(cell.get(f"{_TABLE}number-columns-spanned", 1))
        rows = int(cell.get(f"{_TABLE}number-rows-spanned", 1))
        if columns > 1 or rows > 1:
            self.found.merged.append(Range(row, column, row + rows - 1, column + columns - 1))
        for comment in cell.iterchildren(f"{_OFFICE}annotation"):
            words = " ".join(_list_paragraphs(comment))
            if words:
                self.found.comments.append((f"{name_column(column)}{row}", words))

    def _count_repeated(self, cells: int) -> None:
        self.repeated += cells
        if self.repeated > MOST_REPEATED:
            problem = f"{self.file_name} has more than {MOST_REPEATED:,} cells that repeat another"
            raise LoadError(problem, hint="split it")


def _write_cell(cell: etree._Element) -> str:
    """A cell as displayed, with dates as 2025-09-09."""
    day = cell.get(f"{_OFFICE}date-value")
    if day is not None:
        return str(day)[:16].removesuffix("T00:00").replace("T", " ")
    return " ".join(_list_paragraphs(cell))


def _list_paragraphs(element: etree._Element) -> list[str]:
    for space in element.iter(f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
        space.text = " "
    return ["".join(each.itertext()) for each in element.iterchildren(f"{_TEXT}p")]


def _count(element: etree._Element, kind: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{kind}-repeated", 1)))


def _is_hidden(element: etree._Element) -> bool:
    return bool(element.get(f"{_TABLE}visibility", "visible") != "visible")
