"""PDF: pdfium reads the characters of each page; their places and sizes show what they are.

Characters become words (`characters`), those that nobody sees are left out (`visible`), pages
without words are recognised on request (`scans`), tables are found (`tables`), other words become
lines (`lines`), lines are put in reading order (`order`), without running heads (`heads`), and
become paragraphs (`paragraphs`), labels of figures (`figures`) and headings (`headings`), which are
written with their hyphens resolved (`hyphens`, `layout`).
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from assistant.errors import LoadError, find_reason
from assistant.load.builder import DocumentBuilder
from assistant.load.limits import check_length
from assistant.load.pdf.annotations import open_pages
from assistant.load.pdf.characters import read_frame, read_words
from assistant.load.pdf.headings import find_first_title
from assistant.load.pdf.layout import PageContent, write_pages
from assistant.load.pdf.lines import find_lines
from assistant.load.pdf.properties import find_creation_date, find_title
from assistant.load.pdf.scans import is_scan, recognise_page
from assistant.load.pdf.tables import carry_headers, find_tables
from assistant.load.pdf.visible import find_visible
from assistant.load.recogniser import Recogniser, explain_way_out
from assistant.load.wording import choose_pronoun, count_things
from assistant.records import Document

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage


def load_pdf(content: bytes, name: str, recogniser: Recogniser | None = None) -> Document:
    """One document, with the offsets at which its pages begin; a PDF without text is refused.

    Text in pictures is read only with a recogniser.
    """
    from pypdfium2 import PdfDocument, PdfiumError  # 8 MB, in the worker process only

    try:
        with PdfDocument(content) as pdf:
            pages = list(_read_pages(pdf, name, recogniser))
            properties = pdf.get_metadata_dict(skip_empty=True)
            attached = pdf.count_attachments()
    except PdfiumError as error:
        reason = find_reason(error)
        if "password" in reason.lower():
            problem = f"{name} is locked with a password"
            raise LoadError(problem, hint="save it again without one") from None
        raise LoadError(f"{name} is damaged ({reason})", hint="open it and save it again") from None
    if not any(page.lines or page.tables for page in pages):
        raise LoadError(
            f"{name} has {count_things(len(pages), 'page')} and no text: a scan, or a drawing",
            hint=explain_way_out(recogniser),
        )
    for page, tables in zip(pages, carry_headers([page.tables for page in pages]), strict=True):
        page.tables = tables
    builder = DocumentBuilder(name)
    write_pages(builder, pages)
    _report(builder, pages, recogniser)
    if attached:
        words = count_things(attached, "attachment", "was")
        message = f"{words} not read: save {choose_pronoun(attached)} to the folder"
        builder.report("attachments", message)
    title = find_title(properties) or find_first_title(builder) or PurePosixPath(name).stem
    return builder.build(title=title, published=find_creation_date(properties))


def _read_pages(
    pdf: "PdfDocument", name: str, recogniser: Recogniser | None
) -> Iterator[PageContent]:
    length = 0
    for page in open_pages(pdf):
        content = _read_page(page, name, recogniser)
        length += sum(len(line.text) for line in content.lines)
        check_length(length, name)
        yield content
        page.close()


def _read_page(page: "PdfPage", name: str, recogniser: Recogniser | None) -> PageContent:
    from pypdfium2 import raw

    drawn, frame = read_words(page), read_frame(page)
    words, has_hidden = find_visible(page, drawn, frame)
    is_unread = bool(raw.FPDFPage_CountObjects(page)) if not words else is_scan(page, words, frame)
    if is_unread and recogniser is not None:
        printed = [word.shown for word in words]
        words += [
            word
            for word in recognise_page(page, frame, recogniser)
            if not any(box.holds(word.box) for box in printed)
        ]
    upright = [word for word in words if not word.direction]
    tables = find_tables(page, upright, frame, name)
    words = [
        word for word in words
        if not any(table.box.holds(word.shown) for table in tables)
    ]  # fmt: skip
    lines = [
        line
        for direction in sorted({word.direction for word in words})
        for line in find_lines([word for word in words if word.direction == direction])
    ]
    return PageContent(lines, tables, is_unread=is_unread, has_hidden=has_hidden)


def _report(
    builder: DocumentBuilder, pages: Sequence[PageContent], recogniser: Recogniser | None
) -> None:
    """Note which pages were not read completely, or not from text."""
    empty = [n for n, p in enumerate(pages, 1) if p.is_unread and not p.is_recognised]
    if empty:
        are = "they are scans or drawings" if len(empty) > 1 else "it is a scan or a drawing"
        way_out = explain_way_out(recogniser)
        message = f"{count_things(len(empty), 'page', 'has')} no text: {are}; {way_out}"
        builder.report("pages_without_text", message, empty)
    hidden = [n for n, page in enumerate(pages, 1) if page.has_hidden]
    if hidden:
        count = count_things(len(hidden), "page", "has")
        message = f"{count} text that cannot be seen, which was left out"
        builder.report("hidden_text", message, hidden)
    recognised = [n for n, page in enumerate(pages, 1) if page.is_recognised]
    if recognised:
        count = count_things(len(recognised), "page", "was")
        message = f"{count} recognised from pictures: the text may have errors"
        builder.report("recognised", message, recognised)
