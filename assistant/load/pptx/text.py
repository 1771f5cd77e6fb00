"""The paragraphs of text boxes and table cells of a slide, with their list numbers."""

import re
from collections.abc import Iterator

from lxml import etree

from assistant.load.drawings import A
from assistant.load.formulas import MATH, read_formula
from assistant.load.grids import Paragraph
from assistant.load.numerals import write_numeral
from assistant.load.superscripts import join_pieces

# How lists are numbered: "alphaLcParenR" is "a)".
_SCHEME = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(Period|ParenR|ParenBoth|Plain)")
_NUMERALS = {"arabic": "1", "alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}
_AROUND = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}


def read_paragraphs(box: etree._Element, page_mark: str = "") -> Iterator[Paragraph]:
    """The paragraphs of a text, each with its number or bullet if it has one of its own.

    `page_mark` is written for the number of the slide.
    """
    counts: dict[int, int] = {}  # by the level of lists
    for element in box.iter(f"{A}p"):
        text = join_pieces(_list_pieces(element, page_mark))
        if not text.strip():
            continue
        properties = element.find(f"{A}pPr")
        level = "0" if properties is None else properties.get("lvl", "0")
        depth = int(level) if level.isdecimal() else 0
        numbered = None if properties is None else properties.find(f"{A}buAutoNum")
        counts = {at: count for at, count in counts.items() if at <= depth}
        if numbered is None:
            counts.pop(depth, None)
            has_bullet = properties is not None and properties.find(f"{A}buChar") is not None
            yield Paragraph(f"• {text}" if has_bullet else text)
        else:
            start = numbered.get("startAt", "1")
            first = int(start) if start.isdecimal() else 1
            counts[depth] = counts.get(depth, first - 1) + 1
            yield Paragraph(f"{_write_number(counts[depth], numbered.get('type', ''))} {text}")


def _write_number(number: int, scheme: str) -> str:
    known = _SCHEME.fullmatch(scheme)
    kind, around = known.groups() if known else ("arabic", "Period")
    return _AROUND[around].format(write_numeral(number, _NUMERALS[kind]))


def _list_pieces(paragraph: etree._Element, page_mark: str) -> Iterator[tuple[str, bool]]:
    """Pieces of text, and whether they are raised."""
    for child in paragraph:
        if child.tag == f"{A}br":
            yield "\n", False
        elif child.tag == f"{A}fld" and child.get("type", "").startswith("slidenum"):
            yield page_mark, False
        elif child.tag in (f"{A}r", f"{A}fld"):
            properties = child.find(f"{A}rPr")
            raised = "0" if properties is None else properties.get("baseline", "0")
            is_raised = not raised.startswith("-") and raised.strip("0%") != ""
            yield (child.findtext(f"{A}t") or ""), is_raised
        elif next(child.iter(f"{MATH}t"), None) is not None:
            yield read_formula(child), False
