"""The text of a paragraph of an ODT file as it is shown: spans, fields, marks of notes."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from lxml import etree

from assistant.load.formulas import read_formula
from assistant.load.odt.styles import DRAW, OFFICE, TEXT, Style, read_number
from assistant.load.superscripts import join_pieces

_MOST_SPACES = 100
_SPACE = re.compile(r"[ \t\r\n]+")
_SKIPPED = frozenset(
    (f"{OFFICE}annotation-end", f"{TEXT}ruby-text", f"{TEXT}note-citation", f"{TEXT}script")
)
Pieces = Iterator[tuple[str, bool]]


class Context(Protocol):
    """What a paragraph refers to."""

    comments: int
    page_mark: str  # what stands for a page number

    def find_style(self, family: str, name: str) -> Style: ...
    def read_note(self, note: etree._Element) -> str: ...
    def find_formula(self, frame: etree._Element) -> etree._Element | None: ...


class TextReader:
    """Reads one paragraph. `drawings` are the drawings in it, `notes` its notes.

    `has_hidden` is set if some of its text is hidden.
    """

    def __init__(self, context: Context) -> None:
        self.drawings: list[etree._Element] = []
        self.notes: list[str] = []
        self.has_hidden = False
        self._context = context

    def read(self, paragraph: etree._Element) -> str:
        style = self._find_style("paragraph", paragraph)
        return join_pieces(self._read_inside(paragraph, style.is_hidden, style.is_raised)).strip()

    def _find_style(self, family: str, element: etree._Element) -> Style:
        return self._context.find_style(family, element.get(f"{TEXT}style-name", ""))

    def _read_inside(self, parent: etree._Element, is_hidden: bool, is_raised: bool) -> Pieces:
        """The pieces in an element, and whether they are raised."""
        yield from self._show(_SPACE.sub(" ", parent.text or ""), is_hidden, is_raised)
        for child in parent:
            yield from self._read_element(child, is_hidden, is_raised)
            yield from self._show(_SPACE.sub(" ", child.tail or ""), is_hidden, is_raised)

    def _show(self, words: str, is_hidden: bool, is_raised: bool) -> Pieces:
        if is_hidden:
            self.has_hidden = self.has_hidden or bool(words.strip())
        elif words:
            yield words, is_raised

    def _read_element(self, element: etree._Element, is_hidden: bool, is_raised: bool) -> Pieces:
        tag = element.tag
        if tag in _SIGNS:
            yield from self._show(_SIGNS[tag](element), is_hidden, is_raised)
        elif tag == f"{TEXT}span":
            style = self._find_style("text", element)
            yield from self._read_inside(
                element, is_hidden or style.is_hidden, is_raised or style.is_raised
            )
        elif tag == f"{TEXT}note":
            if not is_hidden:
                mark = (element.findtext(f"{TEXT}note-citation") or "").strip()
                yield f" [{mark}]", False
                self.notes.append(f"[{mark}] {self._context.read_note(element)}")
        elif tag in (f"{TEXT}page-number", f"{TEXT}page-count"):
            yield self._context.page_mark, False
        elif tag == f"{OFFICE}annotation":
            self._context.comments += 1
        elif tag in (f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"):
            self.has_hidden = self.has_hidden or element.get(f"{TEXT}is-hidden") == "true"
        elif tag.startswith(DRAW):
            formula = self._context.find_formula(element)
            if formula is not None:
                yield read_formula(formula), False
            elif not is_hidden:
                self.drawings.append(element)
        elif tag not in _SKIPPED:
            yield from self._read_inside(element, is_hidden, is_raised)


_SIGNS: dict[str, Callable[[etree._Element], str]] = {
    f"{TEXT}s": lambda each: " " * min(read_number(each, f"{TEXT}c"), _MOST_SPACES),
    f"{TEXT}tab": lambda _: "\t",
    f"{TEXT}line-break": lambda _: "\n",
}
