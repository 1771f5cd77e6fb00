"""PDF: pdfium reads the characters of each page; their places and sizes show what they are.

Characters become words (`characters`), those that nobody sees are left out (`visible`), words
become lines (`lines`), lines are put in reading order (`order`), without running heads (`heads`),
and become paragraphs (`paragraphs`), which are written with their hyphens resolved (`hyphens`,
`layout`).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.errors import LoadError, find_reason
from assistant.load.builder import DocumentBuilder
from assistant.load.limits import check_length
from assistant.load.pdf.annotations import open_pages
from assistant.load.pdf.characters import read_frame, read_words
from assistant.load.pdf.layout import PageContent, write_pages
from assistant.load.pdf.lines import find_lines
from assistant.load.pdf.properties import find_creation_date, find_title
from assistant.load.pdf.visible import find_visible
from assistant.records import Document

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

TITLE_PAGES = 3  # of a document, on which its title is looked for


def load_pdf(content: bytes, name: str) -> Document:
    """One document, with the offsets at which its pages begin; a PDF without text is refused."""
    from pypdfium2 import PdfDocument, PdfiumError  # 8 MB, in the worker process only

    try:
        with PdfDocument(content) as pdf:
            pages = list(_read_pages(pdf, name))
            properties = pdf.get_metadata_dict(skip_empty=True)
    except PdfiumError as error:
        reason = find_reason(error)
        if "password" in reason.lower():
            problem = f"{name} is locked with a password"
            raise LoadError(problem, hint="save it again without one") from None
        raise LoadError(f"{name} is damaged ({reason})", hint="open it and save it again") from None
    if not any(page.lines or page.tables for page in pages):
        raise LoadError(
            f"{name} has {_count(len(pages))} and no text: a scan, or a drawing",
            hint="have its text recognised (ocrmypdf does) and put that file in",
        )
    builder = DocumentBuilder(name)
    write_pages(builder, pages)
    _report(builder, pages)
    title = find_title(properties) or _find_first_title(builder)
    return builder.build(title=title, published=find_creation_date(properties))


def _find_first_title(builder: DocumentBuilder) -> str:
    """The largest heading of the first page that has one: of a book, not of one of its figures."""
    for start, end in pairwise([*builder.page_starts[:TITLE_PAGES], builder.length]):
        headings = [heading for heading in builder.headings if start <= heading.start < end]
        if headings:
            return min(headings, key=lambda heading: heading.level).text
    return ""


def _read_pages(pdf: "PdfDocument", name: str) -> Iterator[PageContent]:
    length = 0
    for page in open_pages(pdf):
        content = _read_page(page)
        length += sum(len(line.text) for line in content.lines)
        check_length(length, name)
        yield content
        page.close()


def _read_page(page: "PdfPage") -> PageContent:
    from pypdfium2 import raw

    drawn, frame = read_words(page), read_frame(page)
    words, has_hidden = find_visible(page, drawn, frame)
    lines = [
        line
        for direction in sorted({word.direction for word in words})
        for line in find_lines([word for word in words if word.direction == direction])
    ]
    is_blank = not raw.FPDFPage_CountObjects(page)
    return PageContent(lines, is_blank=is_blank, has_hidden=has_hidden)


def _report(builder: DocumentBuilder, pages: Sequence[PageContent]) -> None:
    """Note which pages were not read completely, or not from text."""
    empty = [n for n, p in enumerate(pages, 1) if not (p.lines or p.tables or p.is_blank)]
    if empty:
        they_are = "it is a scan or a drawing" if len(empty) == 1 else "they are scans or drawings"
        verb = "has" if len(empty) == 1 else "have"
        builder.report(
            "pages_without_text", f"{_count(len(empty))} {verb} no text: {they_are}", empty
        )
    hidden = [n for n, page in enumerate(pages, 1) if page.has_hidden]
    if hidden:
        message = f"text that cannot be seen on {_count(len(hidden))} was left out"
        builder.report("hidden_text", message, hidden)
    recognised = [n for n, page in enumerate(pages, 1) if page.is_recognised]
    if recognised:
        message = f"the text of {_count(len(recognised))} was recognised from a picture"
        builder.report("recognised", message, recognised)


def _count(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages} pages"
