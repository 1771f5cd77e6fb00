"""The paragraphs and tables of a DOCX file, with the text boxes, notes and charts in them."""

from collections.abc import Iterator
from itertools import takewhile

from lxml import etree

from assistant.load.docx_numbering import Numbering, write_number
from assistant.load.docx_styles import Styles, W, get_number, get_value, is_on, read_item
from assistant.load.docx_text import MC, WRAPPERS, TextReader
from assistant.load.drawings import list_references, read_drawing
from assistant.load.grids import Block, Cell, Grid, Paragraph, list_paragraphs
from assistant.load.package import Package, Relation

_VML = "{urn:schemas-microsoft-com:vml}"
_OBJECT = "{urn:schemas-microsoft-com:office:office}OLEObject"
_CONTENTS = ("toc ", "table of ", "index ")  # styles of what repeats headings with page numbers


class BlockReader:
    """Reads the blocks of all parts of a file; lists and notes are counted in reading order.

    `hidden` counts paragraphs with hidden text, `objects` embedded files, `pictures` pictures.
    """

    def __init__(self, package: Package) -> None:
        kinds = {each.kind: each.target for each in package.list_relations("").values()}
        self.document = kinds.get("officeDocument", "word/document.xml")
        self.page_mark = ""
        self.hidden = self.objects = self.pictures = 0
        self._package = package
        self._relations: dict[str, dict[str, Relation]] = {}
        parts = {each.kind: each.target for each in self.relations_of(self.document).values()}
        self.settings = package.read(parts.get("settings", ""))
        self.find_style = Styles(package.read(parts.get("styles", ""))).find
        self._numbering = Numbering(package.read(parts.get("numbering", "")), self.find_style)
        self.comments = len(self._list_notes(parts.get("comments", "")))
        self._notes = {
            f"{kind}Reference": (
                parts.get(f"{kind}s", ""),
                self._list_notes(parts.get(f"{kind}s", "")),
            )
            for kind in ("footnote", "endnote")
        }
        self._note_counts = dict.fromkeys(self._notes, 0)

    def read_part(self, part: str) -> Iterator[Block]:
        """The blocks of a part such as a header, none if it is missing."""
        root = self._package.read(part)
        return iter(()) if root is None else self.read_blocks(root, part)

    def read_blocks(self, parent: etree._Element, part: str) -> Iterator[Block]:
        """The blocks in an element of a part, in order."""
        for child in parent:
            if child.tag == f"{W}p":
                yield from self._read_paragraph(child, part)
            elif child.tag == f"{W}tbl":
                yield self._read_table(child, part)
            elif child.tag == f"{W}altChunk":
                self.objects += 1
            elif child.tag in WRAPPERS:
                yield from self.read_blocks(child, part)
            elif child.tag == f"{MC}AlternateContent":
                yield from self.read_blocks(child[0], part) if len(child) else ()

    def relations_of(self, part: str) -> dict[str, Relation]:
        if part not in self._relations:
            self._relations[part] = self._package.list_relations(part)
        return self._relations[part]

    def add_note(self, reference: etree._Element) -> tuple[str, str]:
        """The mark of the note that is referred to, "" if the text has one; and the note."""
        kind = etree.QName(reference).localname
        part, notes = self._notes[kind]
        note = notes.pop(reference.get(f"{W}id", ""), None)  # a note may refer to itself
        if reference.get(f"{W}customMarkFollows") in ("1", "true", "on"):
            mark, own = "", "".join(reference.getparent().itertext(f"{W}t")).strip()
        else:
            self._note_counts[kind] += 1
            own = mark = write_number(self._note_counts[kind], self._find_format(kind))
        blocks = () if note is None else self.read_blocks(note, part)
        words = " ".join(paragraph.text.strip() for paragraph in list_paragraphs(blocks))
        return mark, f"[{own}] {words}".strip()

    def _find_format(self, kind: str) -> str:
        name = kind.replace("Reference", "Pr")
        properties = None if self.settings is None else self.settings.find(f"{W}{name}")
        usual = "lowerRoman" if kind.startswith("end") else "decimal"
        return get_value(properties, "numFmt") or usual

    def _list_notes(self, part: str) -> dict[str, etree._Element]:
        root = self._package.read(part)
        return {} if root is None else {each.get(f"{W}id", ""): each for each in root}

    def _read_paragraph(self, element: etree._Element, part: str) -> Iterator[Block]:
        properties = element.find(f"{W}pPr")
        style = self.find_style(get_value(properties, "pStyle") or "")
        reader = TextReader(self, is_hidden=style.is_hidden)
        text = reader.read(element)
        if text.strip():
            number = self._numbering.count(read_item(properties), style)
            outline = get_number(properties, "outlineLvl")
            level = style.level if outline is None else outline + 1 if outline < 9 else None
            yield Paragraph(
                f"{number} {text}" if number else text,
                level=level,
                notes=tuple(reader.notes),
                is_content=not style.name.startswith(_CONTENTS),
            )
        for drawing in reader.drawings:
            yield from self._read_drawing(drawing, part)

    def _read_drawing(self, drawing: etree._Element, part: str) -> Iterator[Block]:
        self.objects += sum(1 for _ in drawing.iter(_OBJECT))
        self.pictures += sum(1 for _ in drawing.iter("{*}blip", f"{_VML}imagedata"))
        for text in drawing.iter(f"{_VML}textpath"):
            yield Paragraph(text.get("string", ""))
        for box in _list_boxes(drawing):
            yield from self.read_blocks(box, part)
        for reference in list_references(drawing):
            relation = self.relations_of(part).get(reference)
            root = self._package.read(relation.target) if relation else None
            yield from () if root is None else read_drawing(root)

    def _read_table(self, table: etree._Element, part: str) -> Grid:
        rows = [row for row in _list_inside(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None]
        grid: list[list[Cell]] = []
        origins: dict[int, tuple[int, int]] = {}  # by column: the cell that is merged downwards
        for row in rows:
            cells: list[Cell] = []
            column = get_number(row.find(f"{W}trPr"), "gridBefore") or 0
            if column > 0:
                cells.append(Cell((), columns=column))
            for element in _list_inside(row, f"{W}tc"):
                properties = element.find(f"{W}tcPr")
                columns = max(1, get_number(properties, "gridSpan") or 1)
                merge = get_value(properties, "vMerge")
                if merge in ("", "continue") and column in origins:
                    at, place = origins[column]
                    grid[at][place] = grid[at][place]._replace(rows=len(grid) - at + 1)
                else:
                    origins.pop(column, None)
                    if merge == "restart":
                        origins[column] = len(grid), len(cells)
                    cells.append(Cell(tuple(self.read_blocks(element, part)), columns))
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


def _list_boxes(drawing: etree._Element) -> Iterator[etree._Element]:
    """The contents of text boxes, each once: a fallback for older programs has the same."""
    for child in drawing:
        if child.tag == f"{W}txbxContent":
            yield child
        elif child.tag != f"{MC}Fallback":
            yield from _list_boxes(child)
