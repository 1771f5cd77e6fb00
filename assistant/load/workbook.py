"""The parts of an XLSX file: its sheets, and of each sheet its rows of cells as displayed.

Read from the XML, as no library shows what a person sees: python-calamine (2 s for 50,000 rows of
ten cells) has values without number formats and fills the whole range up to the last cell; openpyxl
has all of it, but takes 40 s.
"""

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from assistant.load.limits import TABLE_COLUMNS, TABLE_ROWS
from assistant.load.numbers import BUILT_IN, write_number
from assistant.load.package import Package
from assistant.load.sheets import Range, Sheet

_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_find_texts = etree.XPath(".//*[local-name()='t'][not(ancestor::*[local-name()='rPh'])]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Workbook:
    """The parts of an XLSX file. Raises ValueError, XMLSyntaxError, LookupError."""

    def __init__(self, package: Package) -> None:
        self.package = package
        root = self._follow("", "officeDocument")[0]
        tree = self._read_tree(root)
        properties = tree.find("{*}workbookPr")
        self.since_1904 = properties is not None and _is_on(properties.get("date1904"))
        targets = package.list_relations(root)
        self.visible: list[tuple[str, str]] = []  # names and parts of sheets
        self.hidden: list[str] = []
        for sheet in tree.iterfind("{*}sheets/{*}sheet"):
            target = targets.get(_find_relation(sheet))
            if target is None or target.kind != "worksheet":  # a chart
                continue
            if sheet.get("state", "visible") == "visible":
                self.visible.append((sheet.get("name", ""), target.target))
            else:
                self.hidden.append(sheet.get("name", ""))
        self._strings = [
            _read_text(item)
            for part in self._follow(root, "sharedStrings")[:1]
            for item in package.iterate(part, "si")
        ]
        self._formats = [code for part in self._follow(root, "styles")[:1]
                         for code in _read_formats(self._read_tree(part))]  # fmt: skip

    def read_sheets(self) -> Iterator[Sheet]:
        """The visible sheets; cells of merged ranges hold their text only in the first."""
        for name, part in self.visible:
            sheet = Sheet(name)
            self._read_cells(part, sheet)
            sheet.comments.extend(self._read_comments(part))
            yield sheet

    def _read_cells(self, part: str, found: Sheet) -> None:
        row = 0
        for element in self.package.iterate(part, "row", "col", "mergeCell"):
            kind = etree.QName(element).localname
            if kind == "row":
                row = int(element.get("r", row + 1))
                if not 0 < row <= TABLE_ROWS:
                    raise ValueError(f"row {row}")
                if _is_hidden(element, "ht"):
                    found.hidden_rows.add(row)
                self._read_row(element, row, found)
            elif kind == "col" and _is_hidden(element, "width"):
                last = min(int(element.get("max", 0)), TABLE_COLUMNS)
                found.hidden_columns.update(range(int(element.get("min", 1)), last + 1))
            elif kind == "mergeCell":
                found.merged.append(read_range(element.get("ref", "")))

    def _read_comments(self, part: str) -> Iterator[tuple[str, str]]:
        """The comments on the cells of a sheet: the cell's name and the comment's text."""
        for comments in self._follow(part, "comments"):
            for comment in self.package.iterate(comments, "comment"):
                words = " ".join(" ".join(map(_read_text, comment.iterfind("{*}text"))).split())
                if words:
                    yield comment.get("ref", ""), words

    def _read_row(self, element: etree._Element, row: int, found: Sheet) -> None:
        column = 0
        cells: dict[int, str] = {}
        for cell in element:
            place = cell.get("r")
            column = column + 1 if place is None else _number_column(place.rstrip("0123456789"))
            value = formula = inline = None
            for child in cell:
                tag = child.tag.rpartition("}")[2]
                if tag == "v":
                    value = child.text
                elif tag == "f":
                    formula = child
                elif tag == "is":
                    inline = child
            kind = cell.get("t", "n")
            if formula is not None and not value and kind != "str":
                found.unknown.append((row, column))
            text = _read_text(inline) if inline is not None else ""
            if value and inline is None:
                text = self._write_value(value, kind, int(cell.get("s", 0)))
            if text:
                cells[column] = text
        if cells:
            found.rows.setdefault(row, {}).update(cells)

    def _write_value(self, value: str, kind: str, style: int) -> str:
        """A cell's value as displayed, with TRUE and FALSE as "yes" and "no"."""
        if kind == "s":
            return self._strings[int(value)]
        if kind == "b":
            return "yes" if _is_on(value) else "no"
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        if kind != "n":
            return _unescape(value)
        code = self._formats[style] if 0 <= style < len(self._formats) else "General"
        return write_number(float(value), code, since_1904=self.since_1904)

    def _follow(self, part: str, kind: str) -> list[str]:
        """The parts of a kind that a part is related to; those of the archive for ""."""
        relations = self.package.list_relations(part).values()
        return [relation.target for relation in relations if relation.kind == kind]

    def _read_tree(self, part: str) -> etree._Element:
        root = self.package.read(part)
        if root is None:
            raise KeyError(part)
        return root


def read_range(words: str) -> Range:
    """A range like "B2:C5". Raises ValueError."""
    corners = [_CELL.fullmatch(corner) for corner in words.replace("$", "").split(":")]
    places = [(int(c[2]), _number_column(c[1])) for c in corners if c is not None]
    if not places or len(places) != len(corners):
        raise ValueError(f"range {words[:50]!r}")
    rows, columns = zip(*places, strict=True)
    return Range(min(rows), min(columns), max(rows), max(columns))


@cache
def _number_column(name: str) -> int:
    """The number of a column, "A" is 1. Raises ValueError for a name that is none."""
    number = 0
    for letter in name[:4]:
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= TABLE_COLUMNS or not (name.isascii() and name.isupper()):
        raise ValueError(f"column {name[:10]!r}")
    return number


def _read_formats(styles: etree._Element) -> list[str]:
    """The number format of each style of a cell."""
    codes = {
        int(each.get("numFmtId", 0)): each.get("formatCode", "General")
        for each in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    numbers = [int(each.get("numFmtId", 0)) for each in styles.iterfind("{*}cellXfs/{*}xf")]
    return [codes.get(number, BUILT_IN.get(number, "General")) for number in numbers]


def _read_text(element: etree._Element) -> str:
    """The text of a string, without the reading of Chinese characters ("phonetic runs")."""
    return _unescape("".join(each.text or "" for each in _find_texts(element)))


def _unescape(text: str) -> str:
    """Text in which "_x000D_" is the character of that number; none that text can't have."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] > "0008" else " ", text)


def _find_relation(element: etree._Element) -> str:
    """The value of `r:id`, in whichever namespace."""
    return next((v for name, v in element.attrib.items() if str(name).endswith("}id")), "")


def _is_hidden(element: etree._Element, size: str) -> bool:
    return _is_on(element.get("hidden")) or element.get(size) in ("0", "0.0")


def _is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")
