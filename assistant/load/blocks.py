"""Writes the paragraphs and tables of word processors to a document."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import PurePosixPath
from typing import Protocol

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.grids import (
    PAGE,
    Block,
    Cell,
    Grid,
    Paragraph,
    has_digit,
    list_paragraphs,
    list_tables,
    read_cell,
)
from assistant.load.text import LONGEST_TITLE
from assistant.load.text_lines import LOWEST_LEVEL, ends_like_a_sentence
from assistant.load.wording import choose_pronoun, count_things
from assistant.records import Document

MOST_PAGE_WORDS = 3  # next to page numbers: "Page 1 of 3"
# Between the left, middle and right of a header, and between other words and a page number.
_EDGE = re.compile(r"(?<!\s)(?:\s{3,}+|\s?[\t\n]\s?)")
_PAGE_EDGE = re.compile(r"(?<!\s)(?:\s*+[|•·]\s*+|\s{3,}+|\s?[\t\n]\s?)|[|•·]\s*+")


class BlockWriter:
    """Writes blocks to a document. `title` is the first paragraph that is marked as one."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.title = ""
        self._opening: str | None = None
        self._written: set[str] = set()

    def write(self, blocks: Iterable[Block]) -> None:
        """Append blocks, each followed by its notes."""
        for block in blocks:
            if isinstance(block, Paragraph):
                self._write_paragraph(block)
            elif _is_layout(block):
                for row in block.rows:
                    for cell in row:
                        self.write(cell.blocks)
            else:
                for table in list_tables(block, self.builder.name):
                    self.builder.add_table(table)
                for paragraph in list_paragraphs([block]):
                    self._write_notes(paragraph)

    def write_once(self, blocks: Iterable[Block]) -> None:
        """Append the text of headers and footers, unless another has the same."""
        for block in blocks:
            rows = [[Cell([block])]] if isinstance(block, Paragraph) else block.rows
            for row in rows:
                words = "; ".join(filter(None, (_drop_page(read_cell(cell)) for cell in row)))
                if words and words not in self._written:
                    self._written.add(words)
                    self.builder.add(words)

    def build(self, title: str, published: date | None, *, pictures: int) -> Document:
        """The document, with its title from its properties or "".

        Raises LoadError if it has no text, but perhaps some pictures.
        """
        if not self.builder.length and pictures:
            problem = f"{self.builder.name} has {count_things(pictures, 'picture')} and no text"
            raise LoadError(problem, hint="save it as PDF")
        return self.builder.build(title=title or self._find_title(), published=published)

    def _find_title(self) -> str:
        """The title, else the only heading of level 1, else the line above all headings.

        Several headings of level 1 are chapters, so the first of them is no title.
        """
        highest = [h.text for h in self.builder.headings if h.level == 1]
        if self.title or len(highest) < 2:
            return self.title or "".join(highest)
        return self._opening or PurePosixPath(self.builder.name).stem

    def _write_paragraph(self, paragraph: Paragraph) -> None:
        text, level = paragraph.text.strip(), paragraph.level
        if not text:
            return
        if self._opening is None and paragraph.is_content:
            is_title = len(text) <= LONGEST_TITLE and not ends_like_a_sentence(text)
            self._opening = text if is_title and text[0].isalpha() else ""
        if not paragraph.is_content:
            self.builder.add_boilerplate(text)
        elif level is None:
            self.builder.add(text)
        else:
            self.builder.add_heading(text, min(max(level, 1), LOWEST_LEVEL))
            self.title = self.title or ("" if level else " ".join(text.split()))
        self._write_notes(paragraph)

    def _write_notes(self, paragraph: Paragraph) -> None:
        for note in paragraph.notes:
            self.builder.add(note)


class Unread(Protocol):
    """Counts of what a loader left out of a document: paragraphs with hidden text, and so on."""

    hidden: int
    comments: int
    objects: int


def report_unread(builder: DocumentBuilder, unread: Unread) -> None:
    """Note what was left out of a document."""
    if unread.hidden:
        hidden = count_things(unread.hidden, "paragraph", "has")
        message = f"{hidden} hidden text, which was left out: unhide it to have it read"
        builder.report("hidden_text", message)
    if unread.comments:
        builder.report(
            "hidden_parts", f"{count_things(unread.comments, 'comment', 'was')} left out"
        )
    if unread.objects:
        files = count_things(unread.objects, "embedded file", "was")
        message = f"{files} not read: save {choose_pronoun(unread.objects)} to the folder"
        builder.report("attachments", message)


def _drop_page(text: str) -> str:
    """The text of a header or footer without page numbers and the words that are only for them."""
    kept = []
    for part in (_PAGE_EDGE if PAGE in text else _EDGE).split(text):
        words = part.replace(PAGE, " ").split()
        if PAGE not in part or len(words) > MOST_PAGE_WORDS or any(map(has_digit, words)):
            kept.append(" ".join(words))
    words = "; ".join(filter(None, kept))
    return words if any(map(str.isalpha, words)) or len(words) > 4 else ""


def _is_layout(grid: Grid) -> bool:
    """Whether a table only arranges text: it has one column, or one row of long cells."""
    if all(len(row) < 2 for row in grid.rows):
        return True
    cells = [cell for row in grid.rows for cell in row]
    return len(grid.rows) == 1 and any(
        sum(isinstance(b, Grid) or bool(b.text.strip()) for b in cell.blocks) > 1
        or any(isinstance(b, Paragraph) and b.level is not None for b in cell.blocks)
        for cell in cells
    )
