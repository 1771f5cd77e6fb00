"""PDF pages of words and rules at given places."""

from collections.abc import Sequence

from tests.pdfs import Page, draw, write_pdf

Word = tuple[str, float, float]  # its text, and its place from the left and from below, in points
Rule = tuple[float, float, float, float]  # from x, y to x, y
Drawing = tuple[Sequence[Word], Sequence[Rule]]


def draw_pdf(*pages: Drawing) -> bytes:
    return write_pdf([Page(draw_page(*page)) for page in pages])


def draw_page(words: Sequence[Word], rules: Sequence[Rule]) -> str:
    """The operators that draw words and rules."""
    lines = [f"{a} {b} m {c} {d} l S\n" for a, b, c, d in rules]
    return "".join([draw(*word) for word in words] + lines)


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
