"""PPTX: each slide is a page with its title as heading, its shapes in reading order, its notes.

python-pptx (maintained, MIT) finds the slides, the inherited places of shapes and the parts of
charts; text is read from its elements, as it skips list numbers, raised letters and formulas.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lxml import etree

from assistant.load.blocks import BlockWriter
from assistant.load.builder import DocumentBuilder
from assistant.load.grids import PAGE, Block, Paragraph, list_paragraphs
from assistant.load.office import check_office, make_damage_error
from assistant.load.pptx.shapes import (
    P,
    choose_alternatives,
    find_placeholder,
    is_hidden,
    list_shapes,
    read_shape,
)  # fmt: skip
from assistant.load.pptx.text import read_paragraphs
from assistant.load.text_lines import LONGEST_HEADING, ends_like_a_sentence
from assistant.load.wording import count_things, describe_hidden
from assistant.records import Document, NoticeCode

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide

_TITLES = ("title", "ctrTitle")
_MARGINS = ("ftr", "dt", "hdr", "sldNum")  # placeholders that repeat on slides


def load_pptx(content: bytes, name: str) -> Document:
    """One document whose pages are the slides; hidden ones are left out and reported."""
    title, created = check_office(content, name)
    from pptx import Presentation  # 0.2 s, in the worker process only
    from pptx.exc import PythonPptxError

    deck = _Deck(BlockWriter(DocumentBuilder(name)))
    try:
        for slide in Presentation(io.BytesIO(content)).slides:
            deck.write_slide(slide)
    except (
        PythonPptxError, etree.XMLSyntaxError, RecursionError,
        AttributeError, LookupError, TypeError, ValueError,
    ) as error:  # fmt: skip
        raise make_damage_error(name, error) from None
    deck.report()
    document = deck.writer.builder.build(title=title, published=created)
    return replace(document, page_starts=tuple(deck.page_starts))


@dataclass(slots=True)
class _Deck:
    """Writes slides, and notes the numbers of those of which something is not read.

    `page_starts` has a start for each slide, also for a hidden one.
    """

    writer: BlockWriter
    page_starts: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    without_text: list[int] = field(default_factory=list)
    with_hidden_text: list[int] = field(default_factory=list)
    with_comments: list[int] = field(default_factory=list)
    with_files: list[int] = field(default_factory=list)

    def write_slide(self, slide: "Slide") -> None:
        start = self.writer.builder.length
        self.page_starts.append(start)
        number = len(self.page_starts)
        if slide.element.get("show") in ("0", "false"):
            self.hidden.append(number)
            return
        choose_alternatives(slide.element)
        self._write_shapes(slide, number)
        tags = {element.tag for element in slide.element.iter(f"{P}pic", f"{P}oleObj")}
        if self.writer.builder.length == start and f"{P}pic" in tags:
            self.without_text.append(number)
        if f"{P}oleObj" in tags:
            self.with_files.append(number)
        if any(each.reltype.endswith("/comments") for each in slide.part.rels.values()):
            self.with_comments.append(number)

    def report(self) -> None:
        """Note what was not read."""
        report = self.writer.builder.report
        if self.hidden:
            message = f"{describe_hidden(len(self.hidden), 'slide')}; unhide what should be read"
            report("hidden_parts", message, self.hidden)
        reports: tuple[tuple[NoticeCode, list[int], str], ...] = (
            ("hidden_text", self.with_hidden_text,
             "hidden shapes, which were left out: unhide them to have them read"),
            ("hidden_parts", self.with_comments, "comments, which were left out"),
            ("pages_without_text", self.without_text,
             "only pictures and no text: save the slides as PDF to have it recognised"),
            ("attachments", self.with_files,
             "embedded files, which were not read: save them to the folder"),
        )  # fmt: skip
        for code, slides, words in reports:
            if slides:
                report(code, f"{count_things(len(slides), 'slide', 'has')} {words}", slides)

    def _write_shapes(self, slide: "Slide", number: int) -> None:
        shapes = [*list_shapes(slide.shapes)]
        shown = [shape for shape in shapes if not is_hidden(shape)]
        if len(shown) < len(shapes):
            self.with_hidden_text.append(number)
        words = list_paragraphs(
            _read(shape for shape in shown if find_placeholder(shape) in _TITLES)
        )
        title = " ".join(paragraph.text for paragraph in words)
        blocks = [*_read(s for s in shown if find_placeholder(s) not in (*_TITLES, *_MARGINS))]
        first = blocks[0] if blocks else None
        if not title and isinstance(first, Paragraph) and _is_title(first.text):
            title, blocks = first.text, blocks[1:]
        self.writer.write([Paragraph(title, level=1), *blocks])
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
            paragraphs = [*read_paragraphs(notes._txBody)]
            if paragraphs:
                first = paragraphs[0]._replace(text=f"Notes: {paragraphs[0].text}")
                self.writer.write([first, *paragraphs[1:]])
        margins = (s for s in shown if find_placeholder(s) in _MARGINS)
        self.writer.write_once(_read(margins, page_mark=PAGE))
        # What a layout shows on each of its slides.
        for layout in (slide.slide_layout, slide.slide_layout.slide_master):
            shapes = [shape for shape in layout.shapes if find_placeholder(shape) is None]
            self.writer.write_once(_read(shapes, page_mark=PAGE))


def _read(shapes: "Iterable[BaseShape]", *, page_mark: str = "") -> Iterator[Block]:
    return (block for shape in shapes for block in read_shape(shape, page_mark))


def _is_title(words: str) -> bool:
    return len(words) <= LONGEST_HEADING and not ends_like_a_sentence(words)
