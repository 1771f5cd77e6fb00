"""The paragraphs, lists and tables of an ODT file, with the text boxes and charts in them."""

import posixpath
from collections.abc import Iterable, Iterator
from itertools import repeat, takewhile

from lxml import etree

from assistant.load.grids import Block, Cell, Grid, Paragraph, list_paragraphs
from assistant.load.odt_styles import CHART, DRAW, TABLE, TEXT, ListCounts, Styles, read_number
from assistant.load.odt_text import TextReader
from assistant.load.package import Package

_HREF = "{http://www.w3.org/1999/xlink}href"
_MATH = "{http://www.w3.org/1998/Math/MathML}math"
_MOST_REPEATS = 256  # of a row, and of a cell in its row
_INDEX = f"{TEXT}index-body"
_ROW_GROUPS = frozenset(f"{TABLE}table-{name}" for name in ("header-rows", "rows", "row-group"))
# Elements of which nothing is shown in their place.
_SKIPPED = frozenset(
    f"{TEXT}{name}"
    for name in "tracked-changes sequence-decls variable-decls user-field-decls".split()
)


class BlockReader:
    """Reads the blocks of a part; lists are counted in reading order.

    `hidden` counts paragraphs with hidden text, `comments`, `objects` and `pictures` those.
    """

    def __init__(self, package: Package, styles: Styles) -> None:
        self.page_mark = ""
        self.hidden = self.comments = self.objects = self.pictures = 0
        self.find_style = styles.find
        self._package = package
        self._lists = ListCounts(styles)
        self._outline: dict[int, int] = {}

    def read_blocks(self, elements: Iterable[etree._Element]) -> Iterator[Block]:
        """The blocks among elements, such as those in another, in order."""
        for child in elements:
            if child.tag in (f"{TEXT}p", f"{TEXT}h"):
                yield from self._read_paragraph(child)
            elif child.tag == f"{TEXT}list":
                style = child.get(f"{TEXT}style-name", "")
                yield from self._read_list(child, style, 1, self._lists.start(child, style))
            elif child.tag == f"{TABLE}table":
                yield self._read_table(child)
            elif child.tag == f"{TEXT}section" and child.get(f"{TEXT}display", "true") != "true":
                self.hidden += sum(bool(p.text) for p in list_paragraphs(self.read_blocks(child)))
            elif child.tag == _INDEX:
                paragraphs = list_paragraphs(self.read_blocks(child))
                yield from (each._replace(is_content=False) for each in paragraphs)
            elif child.tag.startswith(DRAW):
                yield from self._read_drawing(child)
            elif child.tag.startswith(TEXT) and child.tag not in _SKIPPED:
                yield from self.read_blocks(child)

    def read_note(self, note: etree._Element) -> str:
        body = note.find(f"{TEXT}note-body")
        blocks = () if body is None else self.read_blocks(body)
        return " ".join(paragraph.text for paragraph in list_paragraphs(blocks))

    def find_formula(self, frame: etree._Element) -> etree._Element | None:
        """The formula in a frame, or None if there is none."""
        root = self._read_object(frame.find(f"{DRAW}object"))
        return root if root is not None and root.tag == _MATH else None

    def _read_object(self, element: etree._Element | None) -> etree._Element | None:
        if element is None:
            return None
        if len(element):  # its content is in the file itself
            return element[0]
        folder = posixpath.normpath(element.get(_HREF, ""))
        return self._package.read(f"{folder}/content.xml")

    def _read_paragraph(
        self, element: etree._Element, number: str | None = None
    ) -> Iterator[Block]:
        """A paragraph, with the number of its list item, and the drawings in it."""
        reader = TextReader(self)
        text = reader.read(element)
        self.hidden += reader.has_hidden
        names = self.find_style("paragraph", element.get(f"{TEXT}style-name", "")).names
        level = 0 if "Title" in names else None
        if element.tag == f"{TEXT}h" and level is None:
            level = max(1, read_number(element, f"{TEXT}outline-level"))
            if number is None and text and element.get(f"{TEXT}is-list-header") != "true":
                number = self._lists.count(self._outline, "", level)
        if text:
            words = f"{number} {text}" if number else text
            yield Paragraph(words, level=level, notes=tuple(reader.notes))
        for drawing in reader.drawings:
            yield from self._read_drawing(drawing)

    def _read_list(
        self, element: etree._Element, style: str, level: int, counts: dict[int, int]
    ) -> Iterator[Block]:
        """The items of a list; the first paragraph of each has its number."""
        for item in element.iterchildren(f"{TEXT}list-item", f"{TEXT}list-header"):
            is_numbered = item.tag == f"{TEXT}list-header"
            for child in item:
                if child.tag == f"{TEXT}list":
                    inner = child.get(f"{TEXT}style-name", style)
                    yield from self._read_list(child, inner, level + 1, counts)
                elif child.tag in (f"{TEXT}p", f"{TEXT}h"):
                    number = ""
                    if not is_numbered:
                        value = item.get(f"{TEXT}start-value")
                        start = read_number(item, f"{TEXT}start-value") if value else None
                        number = self._lists.count(counts, style, level, start)
                    is_numbered = True
                    yield from self._read_paragraph(child, number)
                else:
                    yield from self.read_blocks([child])

    def _read_drawing(self, drawing: etree._Element) -> Iterator[Block]:
        """What is written in a frame or shape, which may be a group."""
        for child in drawing:
            if child.tag == f"{DRAW}object":
                root = self._read_object(child)
                if root is not None and next(root.iter(f"{CHART}chart"), None) is not None:
                    yield from self._read_chart(root)
                elif root is None or root.tag != _MATH:
                    self.objects += 1
            self.objects += child.tag in (f"{DRAW}object-ole", f"{DRAW}plugin")
            self.pictures += child.tag == f"{DRAW}image"
        shown = [child for child in drawing if child.tag != f"{DRAW}object"]
        yield from self.read_blocks(shown)

    def _read_chart(self, root: etree._Element) -> Iterator[Block]:
        for title in root.iter(f"{CHART}title"):
            yield from self.read_blocks(title)
        for table in root.iter(f"{TABLE}table"):
            yield self._read_table(table)

    def _read_table(self, table: etree._Element) -> Grid:
        rows = [*_list_rows(table)]
        cells = [
            cells
            for row in rows
            for cells in repeat(self._read_row(row), _count_repeats(row, "rows"))
        ]
        return Grid(cells, headers=sum(1 for _ in takewhile(self._is_header, rows)))

    def _read_row(self, row: etree._Element) -> list[Cell]:
        return [
            Cell(
                tuple(self.read_blocks(element)),
                columns=read_number(element, f"{TABLE}number-columns-spanned"),
                rows=read_number(element, f"{TABLE}number-rows-spanned"),
            )
            for element in row.iterchildren(f"{TABLE}table-cell")
            for _ in range(
                min(read_number(element, f"{TABLE}number-columns-repeated"), _MOST_REPEATS)
            )
        ]

    def _is_header(self, row: etree._Element) -> bool:
        """Whether a row is repeated at the top of pages, or all its text is a "Table Heading"."""
        if row.getparent().tag == f"{TABLE}table-header-rows":
            return True
        styles = [p.get(f"{TEXT}style-name", "") for p in row.iter(f"{TEXT}p")]
        return bool(styles) and all(
            "Table Heading" in self.find_style("paragraph", style).names for style in styles
        )


def _list_rows(parent: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, also those in groups."""
    for child in parent:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from _list_rows(child)


def _count_repeats(element: etree._Element, what: str) -> int:
    return min(read_number(element, f"{TABLE}number-{what}-repeated"), _MOST_REPEATS)
