"""PDF pages with words and rules at given places, and pictures in place of text."""

from collections.abc import Sequence

Word = tuple[str, float, float]  # its text, and its place from the left and from below, in points
Rule = tuple[float, float, float, float]  # from x, y to x, y
Page = tuple[Sequence[Word], Sequence[Rule]]


def draw_pdf(*pages: Page, size: float = 10) -> bytes:
    """A PDF in Courier, so that a letter is 0.6 of its size wide."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"]
    kids = []
    for words, rules in pages:
        shown = [f"BT /F {size} Tf {x} {y} Td ({_quote(text)}) Tj ET" for text, x, y in words]
        shown += [f"{a} {b} m {c} {d} l S" for a, b, c, d in rules]
        content = "\n".join(shown)
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]"
            f"/Resources<</Font<</F 3 0 R>>>>/Contents {len(objects)} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>"
    whole = "%PDF-1.4\n"
    for number, body in enumerate(objects, start=1):
        whole += f"{number} 0 obj\n{body}\nendobj\n"
    return f"{whole}trailer<</Root 1 0 R>>\n%%EOF\n".encode("ascii")


def set_rows(
    rows: Sequence[Sequence[str]],
    *,
    columns: Sequence[float] = (72, 180, 270, 360),
    top: float = 700,
    gap: float = 14,
) -> list[Word]:
    """The cells of rows below each other; an empty one leaves its place free."""
    return [
        (text, columns[column], top - gap * number)
        for number, row in enumerate(rows)
        for column, text in enumerate(row)
        if text
    ]


def draw_grid(xs: Sequence[float], ys: Sequence[float]) -> list[Rule]:
    """The rules of a grid."""
    return [(xs[0], y, xs[-1], y) for y in ys] + [(x, ys[-1], x, ys[0]) for x in xs]


def _quote(text: str) -> str:
    return "".join(f"\\{c}" if c in "()\\" else c for c in text)
