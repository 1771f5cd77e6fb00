"""Reads the elements of a page in order: paragraphs, headings, lists, tables and boilerplate.

Words are joined as a browser joins them: `fi<span>r</span>st` is one word, blocks are apart.
inscriptis, which draws pages for a terminal, was used here before; it drops superscripts, moves
cells that a rowspan covers and separates words at elements inside them.
"""

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from assistant.load.builder import PARAGRAPH, DocumentBuilder
from assistant.load.page_hidden import remove_hidden
from assistant.load.page_menus import find_boilerplate
from assistant.load.page_tables import PageCell, is_layout, read_table
from assistant.load.page_words import (
    HEADINGS,
    describe_image,
    has_style,
    is_block,
    is_linked,
    is_mark_of_page,
    is_note_link,
    read_formula,
    read_start,
    tidy,
    write_number,
)
from assistant.load.superscripts import write_superscript
from assistant.load.tables import LoadedTable
from assistant.load.text import is_byline
from assistant.load.wording import count_things

_VERBATIM = frozenset(("pre", "textarea", "xmp", "listing", "plaintext"))
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_APART = frozenset(("button", "label", "option", "select", "input"))  # inline boxes
_QUOTES = {"q": ("“", "”"), "rt": ("(", ")")}
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|text-top)", re.IGNORECASE)
_LOOK_BACK = 40  # characters before a superscript that say what it is
MOST_INDENTED = 9  # levels of lists


class Paragraph(NamedTuple):
    """Words of a page; `marker` is what a list has in front of them."""

    words: str
    marker: str = ""
    gap: str = PARAGRAPH


class PageHeading(NamedTuple):
    words: str
    level: int


class Boilerplate(NamedTuple):
    """The lines of a menu, a footer or the like."""

    words: str


Block = Paragraph | PageHeading | Boilerplate | LoadedTable


def add_page(builder: DocumentBuilder, root: HtmlElement) -> str:
    """Append a page to a document, and report what it doesn't show; its byline, or "".

    The tree of the page is changed.
    """
    count = remove_hidden(root)
    if count:
        parts = count_things(count, "part", "is")
        verb = "was" if count == 1 else "were"
        builder.report("hidden_text", f"{parts} hidden or struck out and {verb} left out")
    byline, is_below_title = "", False
    for block in read_blocks(root, builder.name, find_boilerplate(root)):
        if isinstance(block, PageHeading):
            builder.add_heading(block.words, block.level)
        elif isinstance(block, Boilerplate):
            builder.add_boilerplate(block.words)
        elif isinstance(block, LoadedTable):
            builder.add_table(block)
        elif is_below_title and is_byline(block.words, below_title=True):
            byline = block.words
            builder.add_boilerplate(byline)
        else:
            builder.add(block.marker + block.words, gap=block.gap)
        is_below_title = isinstance(block, PageHeading)
    return byline


def read_blocks(
    root: HtmlElement, name: str, boilerplate: Set[HtmlElement] = frozenset()
) -> Iterator[Block]:
    """The blocks of a page, or of an element of it; `name` is the file's, for messages."""
    reader = _Reader(root, name, boilerplate)
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "start":
            if not reader.open(element):
                walker.skip_subtree()
        else:
            reader.close(element)
        if reader.blocks:
            yield from reader.blocks
            reader.blocks.clear()
    reader.flush()
    yield from reader.blocks


class _Reader:
    """Follows the elements of a page, and collects the words of the block that it is in."""

    def __init__(self, root: HtmlElement, name: str, boilerplate: Set[HtmlElement]) -> None:
        self.root, self.name, self.boilerplate = root, name, boilerplate
        self.blocks: list[Block] = []
        self._words: list[str] = []
        self._level = 0  # of the heading that is open
        self._verbatim = 0  # elements open that keep their spaces
        self._marker = ""  # of an item that has no words yet
        self._term = ""  # of a list of definitions, that has none yet
        self._lists: list[int | None] = []  # that are open: the number of the next item, or None
        self._gap = PARAGRAPH
        self._menu: HtmlElement | None = None
        self._lines: list[str] = []  # of the menu

    def open(self, element: HtmlElement) -> bool:
        """Begin an element; whether its content is to be read."""
        tag = element.tag
        if is_block(element) or element in self.boilerplate:
            self._begin_block()
            if self._menu is None and element in self.boilerplate:
                self._menu = element
            if tag == "table" and self._menu is None and not is_layout(element, self.boilerplate):
                self._read_table(element)
                return False
            self._open_block(element)
        elif self._is_raised(element):
            self._add_raised(element)
            return False
        elif tag == "math":
            self._words.append(read_formula(element))
            return False
        elif (tag == "a" and is_mark_of_page(element)) or (tag == "button" and self._level):
            return False
        else:
            self._open_inline(element)
        self._add(element.text)
        return True

    def close(self, element: HtmlElement) -> None:
        """End an element, and take the text that follows it."""
        tag = element.tag
        if is_block(element) or element in self.boilerplate:
            self._close_block(element)
        elif tag in _APART:
            self._words.append(" ")
        elif tag in _QUOTES:
            self._words.append(_QUOTES[tag][1])
        if element is not self.root:
            self._add(element.tail)

    def flush(self) -> None:
        """End the block that is open, if it has words."""
        text = "".join(self._words)
        self._words.clear()
        words = tidy(text, keep_spaces=bool(self._verbatim))
        if not words:
            return
        if self._menu is not None:
            self._lines.append(self._marker + words)
            self._marker = self._term = ""
            return
        if self._level or not self._marker:
            self._write_term()
        if self._level:
            self.blocks.append(PageHeading(" ".join(words.split()), self._level))
        else:
            self.blocks.append(Paragraph(words, self._marker, self._gap))
        self._marker = self._term = ""
        self._gap = "\n" if self._lists else PARAGRAPH

    def _begin_block(self) -> None:
        if not self._verbatim:
            self.flush()
        elif self._words and not self._words[-1].endswith("\n"):
            self._words.append("\n")

    def _open_block(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in HEADINGS:
            self._level = HEADINGS[tag]
        elif tag in _VERBATIM:
            self._verbatim += 1
        elif tag in _LISTS:
            self._write_term()
            self._lists.append(read_start(element) if tag == "ol" else None)
        elif tag == "li":
            self._marker = self._number_item(element)
        elif tag == "dd" and self._term:
            self._marker = self._term + (" " if self._term[-1] in ":?!." else ": ")

    def _close_block(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "dt" and not self._verbatim:
            words = " ".join(tidy("".join(self._words)).split())
            self._words.clear()
            self._term = ", ".join(filter(None, (self._term, words)))
            return
        self._begin_block()
        if tag in HEADINGS:
            self._level = 0
        elif tag in _VERBATIM and self._verbatim:
            self.flush()
            self._verbatim -= 1
        elif tag in _LISTS and self._lists:
            self._lists.pop()
            self._gap = self._gap if self._lists else PARAGRAPH
        elif tag == "li":
            self._marker = ""
        elif tag in ("dd", "dl"):
            self._write_term()
        if element is self._menu:
            self._write_menu()

    def _open_inline(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "br":
            self._words.append("\n")
        elif tag == "img":
            self._words.append(describe_image(element))
        elif tag == "input" and element.get("type") == "checkbox":
            self._words.append("[x] " if "checked" in element.attrib else "[ ] ")
        elif tag in _APART:
            self._words.append(" ")
        elif tag in _QUOTES:
            self._words.append(_QUOTES[tag][0])

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._verbatim:
            self._words.append(text.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            self._words.append(text.replace("\n", " ").replace("\r", " "))

    def _number_item(self, element: HtmlElement) -> str:
        indent = "  " * min(len(self._lists) - 1, MOST_INDENTED)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{indent}- "
        value = element.get("value", "")
        number = int(value) if value.isdecimal() and len(value) < 9 else number
        self._lists[-1] = number + 1
        return f"{indent}{write_number(element, number)}. "

    def _is_raised(self, element: HtmlElement) -> bool:
        if element.tag == "sup" or (element.tag == "span" and has_style(element, _RAISED)):
            return True
        is_first = not any(map(str.strip, self._words))
        return element.tag == "a" and is_note_link(element, is_first=is_first)

    def _add_raised(self, element: HtmlElement) -> None:
        before = "".join(self._words[-_LOOK_BACK:])[-_LOOK_BACK:]
        words = "".join(element.itertext())
        self._words.append(
            write_superscript(before, words, element.tail or "", is_link=is_linked(element, words))
        )

    def _read_table(self, table: HtmlElement) -> None:
        self._write_term()
        self._marker = ""
        for part in read_table(table, self.name, self._read_cell):
            if isinstance(part, LoadedTable):
                self.blocks.append(part)
            elif part:
                self.blocks.append(Paragraph(part))

    def _read_cell(self, cell: HtmlElement) -> PageCell:
        if len(cell) == 0:
            return PageCell(" ".join(tidy(cell.text or "").split()))
        words = ""
        tables = []
        for block in read_blocks(cell, self.name):
            if isinstance(block, LoadedTable):
                tables.append(block)
                continue
            is_item = isinstance(block, Paragraph) and block.marker.endswith("- ")
            marker = block.marker if isinstance(block, Paragraph) and not is_item else ""
            gap = ", " if is_item and words and words[-1].isalnum() else " "
            words = f"{words}{gap if words else ''}{marker.lstrip()}{block.words}"
        return PageCell(" ".join(words.split()), tables)

    def _write_term(self) -> None:
        """Write a term that has no definition in words."""
        if self._term and self._menu is None:
            self.blocks.append(Paragraph(self._term))
        elif self._term:
            self._lines.append(self._term)
        self._term = self._marker = ""

    def _write_menu(self) -> None:
        if self._lines:
            self.blocks.append(Boilerplate("\n".join(self._lines)))
        self._menu, self._lines = None, []
