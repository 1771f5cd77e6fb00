"""PDF files written by hand: text at any place, in any direction and colour."""

from collections.abc import Sequence
from dataclasses import dataclass

A4 = (0, 0, 595, 842)


@dataclass(frozen=True)
class Page:
    """A page of drawing operators; `/I` is a grey picture, `/F` is Helvetica, `/B` its bold font.

    Without a box it has that of all pages, A3.
    """

    content: str
    rotation: int = 0
    box: tuple[int, int, int, int] | None = A4
    crop: tuple[int, int, int, int] | None = None
    field: str = ""  # what is filled into a field of a form, at 200, 700


def draw(
    text: str,
    x: float,
    y: float,
    *,
    size: float = 10,
    matrix: str = "1 0 0 1",
    colour: str = "0 0 0",
    mode: int = 0,
    font: str = "F",
) -> str:
    """The operators that draw a line of ASCII; `matrix` turns it."""
    place = f"{matrix} {x} {y} Tm"
    return f"BT {colour} rg {mode} Tr /{font} {size} Tf {place} ({quote(text)}) Tj 0 Tr ET\n"


def draw_lines(
    lines: Sequence[str], x: float, top: float, *, size: float = 10, gap: float = 12
) -> str:
    """Lines below each other."""
    return "".join(draw(line, x, top - gap * n, size=size) for n, line in enumerate(lines))


def draw_side_by_side(columns: Sequence[tuple[float, Sequence[str]]], top: float) -> str:
    """Columns from their left edges and lines, drawn row by row."""
    rows = max(len(lines) for _, lines in columns)
    return "".join(
        draw(lines[row], x, top - 12 * row)
        for row in range(rows)
        for x, lines in columns
        if row < len(lines)
    )


def draw_picture(x: float, y: float, width: float, height: float) -> str:
    return f"q {width} 0 0 {height} {x} {y} cm /I Do Q\n"


def fill(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A rectangle of a colour."""
    return f"q {colour} rg {x} {y} {width} {height} re f Q\n"


def write_pdf(
    pages: Sequence[Page], *, title: str = "", created: str = "", producer: str = ""
) -> bytes:
    """The bytes of a PDF."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        f"<</Title({quote(title)})/CreationDate({created})/Producer({quote(producer)})>>",
        "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
        "/Length 1>>stream\n~\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for page in pages:
        objects.append(f"<</Length {len(page.content)}>>stream\n{page.content}\nendstream")
        boxes = f"/Rotate {page.rotation}"
        if page.box:
            boxes += f"/MediaBox[{' '.join(map(str, page.box))}]"
        if page.crop:
            boxes += f"/CropBox[{' '.join(map(str, page.crop))}]"
        if page.field:
            shown = draw(page.field, 0, 0)
            objects.append(
                "<</Type/XObject/Subtype/Form/BBox[0 -5 200 20]/Resources<</Font<</F 3 0 R>>>>"
                f"/Length {len(shown)}>>stream\n{shown}\nendstream"
            )
            boxes += (
                "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/F 4/T(a)/Rect[200 695 400 720]"
                f"/AP<</N {len(objects)} 0 R>>>>]"
            )
        contents = len(objects) - bool(page.field)
        objects.append(
            f"<</Type/Page/Parent 2 0 R{boxes}"
            "/Resources<</Font<</F 3 0 R/B 6 0 R>>/XObject<</I 5 0 R>>>>"
            f"/Contents {contents} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]/MediaBox[0 0 842 1191]>>"
    pieces, places, length = ["%PDF-1.4\n"], [], 9
    for number, body in enumerate(objects, start=1):
        places.append(length)
        pieces.append(f"{number} 0 obj\n{body}\nendobj\n")
        length += len(pieces[-1])
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    pieces.append(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info 4 0 R>>\n"
        f"startxref\n{length}\n%%EOF\n"
    )
    return "".join(pieces).encode("ascii")


def quote(text: str) -> str:
    return "".join(f"\\{c}" if c in "()\\" else c for c in text)
