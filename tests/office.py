"""PDF, DOCX, ODT and XLSX files written by hand, as small as their formats allow."""

import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from tests.pdfs import Page, draw, write_pdf

_TYPES = (
    '<?xml version="1.0"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/{part}" '
    'ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return whole.getvalue()


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'


def properties(title: str = "", created: str = "") -> str:
    return (
        '<?xml version="1.0"?><cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"<dc:title>{escape(title)}</dc:title><dcterms:created>{created}</dcterms:created>"
        "</cp:coreProperties>"
    )


# The other parts of a DOCX: the kinds of their relationships, and the elements that they are.
_ROOTS = {
    "styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "endnotes": "endnotes",
    "comments": "comments", "settings": "settings", "header": "hdr", "footer": "ftr",
}  # fmt: skip
_NAMESPACES = (
    f'xmlns:w="{_WORD}" xmlns:r="{_OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>'
    "</w:style>"
    for name in ("Title", "heading 1", "heading 2")
)


def docx_parts(body: str, others: Mapping[str, str] | None = None) -> dict[str, str | bytes]:
    """The parts of a DOCX: a body of WordprocessingML, and others by names such as "header1".

    The first of the others has the relationship "r2".
    """
    parts = {"styles": STYLES} | dict(others or {})
    kinds = {name: name.rstrip("0123456789") for name in parts}
    targets = [(kind, f"{name}.xml") for name, kind in kinds.items()]
    written: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES.format(
            part="word/document.xml", kind="wordprocessingml.document.main"
        ),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
        "word/_rels/document.xml.rels": _relations(targets),
        "word/document.xml": f'<?xml version="1.0"?><w:document {_NAMESPACES}><w:body>'
        f"{body}</w:body></w:document>",
    }
    for name, content in parts.items():
        root = _ROOTS[kinds[name]]
        written[f"word/{name}.xml"] = f"<w:{root} {_NAMESPACES}>{content}</w:{root}>"
    return written


_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODF_NAMESPACES = " ".join(
    [f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in "office style text table chart meta".split()]
    + [f'xmlns:draw="{_ODF}:drawing:1.0"', 'xmlns:xlink="http://www.w3.org/1999/xlink"']
    + ['xmlns:dc="http://purl.org/dc/elements/1.1/"']
)


def odt_parts(
    body: str, *, automatic: str = "", common: str = "", pages: str = "", title: str = ""
) -> dict[str, str | bytes]:
    """The parts of an ODT: a body, automatic and common styles, and master pages."""
    return {
        "content.xml": f"<office:document-content {_ODF_NAMESPACES}><office:automatic-styles>"
        f"{automatic}</office:automatic-styles><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>",
        "styles.xml": f"<office:document-styles {_ODF_NAMESPACES}><office:styles>{common}"
        f"</office:styles><office:master-styles>{pages}</office:master-styles>"
        "</office:document-styles>",
        "meta.xml": f"<office:document-meta {_ODF_NAMESPACES}><office:meta><dc:title>"
        f"{escape(title)}</dc:title><meta:creation-date>2025-09-09T10:00:00</meta:creation-date>"
        "</office:meta></office:document-meta>",
    }


def paragraph(text: str, style: str = "") -> str:
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{kind}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def make_docx(*paragraphs: str | tuple[str, str], title: str = "", created: str = "") -> bytes:
    """A DOCX of paragraphs: text, or text and the id of its style (Title, heading1, heading2)."""
    body = "".join(
        paragraph(each) if isinstance(each, str) else paragraph(*each) for each in paragraphs
    )
    return make_zip(docx_parts(body) | {"docProps/core.xml": properties(title, created)})


def xlsx_parts(
    sheets: Mapping[str, Sequence[Sequence[str | float | None]]],
) -> dict[str, str | bytes]:
    """The parts of an XLSX: sheets by name, rows of cells."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES.format(
            part="xl/workbook.xml", kind="spreadsheetml.sheet.main"
        ),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(targets),
    }
    for number, rows in enumerate(sheets.values(), start=1):
        inner = ""
        for place, row in enumerate(rows, start=1):
            cells = "".join(_cell(column, value, place) for column, value in enumerate(row))
            inner += f'<row r="{place}">{cells}</row>'
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<?xml version="1.0"?><worksheet xmlns="{_SHEET}"><sheetData>{inner}</sheetData>'
            "</worksheet>"
        )
    return parts


def _cell(column: int, value: str | float | None, row: int) -> str:
    place = f"{chr(65 + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def make_xlsx(
    sheets: Mapping[str, Sequence[Sequence[str | float | None]]], title: str = "", created: str = ""
) -> bytes:
    return make_zip(xlsx_parts(sheets) | {"docProps/core.xml": properties(title, created)})


Line = tuple[
    str, float, float
]  # its text, the size of its letters, its place from below, in points


def make_pdf(*pages: Sequence[Line], title: str = "", created: str = "") -> bytes:
    """A PDF in Helvetica, of lines of ASCII."""
    drawn = (
        "".join(draw(text, 72, place, size=size) for text, size, place in lines) for lines in pages
    )
    letter = (0, 0, 612, 792)
    return write_pdf([Page(content, box=letter) for content in drawn], title=title, created=created)


def set_lines(*texts: str, size: float = 11, top: float = 720, gap: float = 14) -> list[Line]:
    """Lines below each other; an empty text leaves a gap."""
    return [(text, size, top - gap * n) for n, text in enumerate(texts) if text]
