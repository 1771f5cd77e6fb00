"""The list of documents, and a document with the quote of a link marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.answer.cite import hash_quote
from assistant.api.adding import Corpus
from assistant.api.feedback import FeedbackBox
from assistant.api.rendering import document_href
from assistant.api.wording import read_wording
from assistant.errors import PageImageError
from assistant.index.catalog import Catalog
from assistant.pages.images import (
    DPI,
    PAGES_SHOWN,
    PageImages,
    ShownPage,
    find_places,
    list_pages,
)
from assistant.pages.language import find_language
from assistant.pages.listing import MOST_SKIPPED, SORTS, read_list, read_number
from assistant.pages.outline import (
    FEW_FIGURES,
    MOST_FIGURES,
    find_page,
    list_found_figures,
    list_found_players,
    make_outline,
)
from assistant.pages.parts import MOST_ROWS, find_part, find_parts
from assistant.pages.starting import describe_adding
from assistant.pages.tables import Block, cut_blocks, find_row
from assistant.pages.templates import render_page
from assistant.records import Document, Offsets

LINK = ("start", "end", "quote", "answer_start", "answer_end")  # parameters of a link to a quote
# What of a document an address asks for with `view`, and whether it is page images.
VIEWS = {"": False, "pane": False, "part": False,
         "pages": True, "pane-pages": True, "pages-part": True}  # fmt: skip
TEMPLATES = {"pane": "_pane.html", "pane-pages": "_pane.html",
             "part": "_part.html", "pages-part": "_part.html"}  # fmt: skip
# A browser keeps an image, but asks each time whether its document is still there.
CACHED = "private, no-cache"
Marks = dict[str, list[Offsets]]


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a document with the quote of a link."""

    path: str
    link: Mapping[str, str]

    def __call__(self, **more: object) -> str:
        """The address of a view or part of the document."""
        values = {**self.link, **more}
        return f"{self.path}?{urlencode(values)}" if values else self.path


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a document: text between two offsets as blocks, or the images of some pages.

    `number` counts from 1 among `count` parts. `digest` is the SHA-256 of the file of the pages.
    """

    number: int
    count: int
    span: Offsets = (0, 0)
    blocks: tuple[Block, ...] = ()
    pages: tuple[ShownPage, ...] = ()
    digest: str = ""

    def holds(self, offset: int) -> bool:
        return self.span[0] <= offset < self.span[1]


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document as a page, a pane or a part shows it.

    `problem` says why there are no page images. `quote` is what a link cites, "" for nothing;
    `moved` if the link's quote is not there. `levels` are those of headings by their marks.
    """

    document: Document
    address: Address
    part: ShownPart
    page_shown: bool
    problem: str
    has_pages: bool
    quote: str
    moved: bool
    levels: Mapping[str, int]
    most_rows: int = MOST_ROWS

    @property
    def marked(self) -> bool:
        return bool(self.quote)


def create_document_pages(corpus: Corpus, box: FeedbackBox) -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    current, settings = corpus.current, corpus.settings
    images = PageImages(settings.corpus)

    @pages.get("/documents")
    def get_documents(request: Request) -> Response:
        catalog = current().generation.catalog
        skipped = [file for file in catalog.skipped if not file.is_readme]
        unread = read_wording(find_language(request)).describe_unread(
            documents=catalog.documents,
            partly=len(catalog.unread),
            skipped=len(skipped),
        )
        page: dict[str, object] = {
            "list": read_list(catalog, request.query_params),
            "sorts": SORTS,
            "documents": catalog.documents,
            "skipped": skipped[:MOST_SKIPPED],
            "skipped_count": len(skipped),
            "unread": unread,
            "warning": current.warning,
            **describe_adding(corpus),
        }
        return render_page(request, "documents.html", page)

    @pages.get("/documents/{document_id:path}")
    def get_document(request: Request, document_id: str) -> Response:
        assistant, query = current(), request.query_params
        catalog, document = assistant.generation.catalog, assistant.document(document_id)
        marks = find_marks(document, query)
        view = query.get("view", "")
        part, problem = None, ""
        if VIEWS.get(view):
            part, problem = _show_pages(
                images, catalog, document, marks, read_number(query, "part")
            )
        shown = ShownDocument(
            document=document,
            address=Address(document_href(document.id), _read_link(query) if marks else {}),
            part=part or _show_text(document, marks, query),
            page_shown=part is not None,
            problem=problem,
            has_pages=document.format == "pdf" and catalog.file_of(document.id) is not None,
            quote="".join(document.text[slice(*span)] for span in marks.get("cited", ())),
            moved=not marks and any(query.get(name) for name in LINK),
            levels={_heading_class(heading.level): heading.level for heading in document.headings},
        )
        page: dict[str, object] = {"page": shown, "deletes": settings.write_token is not None}
        if view not in TEMPLATES:
            is_whole = query.get("figures") == "all"
            most = MOST_FIGURES if is_whole else FEW_FIGURES
            page |= {
                "outline": make_outline(document.headings),
                "players": list_found_players(catalog, document),
                "figures": list_found_figures(catalog, document, most=most),
                "all_figures": is_whole,
                "takes_feedback": box.is_open,
            }
        return render_page(request, TEMPLATES.get(view, "document.html"), page)

    @pages.get("/page-images/{digest}/{page}")
    def get_page_image(request: Request, digest: str, page: int, scale: int = 1) -> Response:
        original = images.find_file(current().generation.catalog, digest)
        if original is None or page < 1 or scale not in (1, 2):
            raise PageImageError(f"no page {page} of a file {digest[:64]!r}")
        headers = {"Cache-Control": CACHED, "ETag": f'"{digest}-{page}-{scale}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        image = images.draw(original, page, dpi=DPI * scale)
        return Response(image.content, media_type=image.media_type, headers=headers)

    return pages


def _show_text(document: Document, marks: Marks, query: Mapping[str, str]) -> ShownPart:
    """The part of the text that an address asks for: by its number, a place or a row."""
    starts = find_parts(document, *marks.get("cited", [])[:1])
    row = read_number(query, "row") or 1
    number = read_number(query, "part")
    if number is None:
        places = (find_row(document, row) if "row" in query else None,
                  read_number(query, "at"), read_number(query, "start"))  # fmt: skip
        number = find_part(starts, next((place for place in places if place is not None), 0))
    number = min(max(number, 1), len(starts))
    span = (starts[number - 1], [*starts, len(document.text)][number])
    blocks = cut_blocks(document, mark_parts(document, marks), row=row, within=span)
    return ShownPart(number, len(starts), span, tuple(blocks))


def _show_pages(
    images: PageImages, catalog: Catalog, document: Document, marks: Marks, number: int | None
) -> tuple[ShownPart | None, str]:
    """Some pages as images, those with the quote if no number is given; or a word for why not."""
    original = images.find_original(catalog, document)
    if original is None:
        return None, "gone"
    quote = next(iter(marks.get("cited", ())), None)
    cited = find_places(catalog.places_of(document.id), quote)
    if number is None:
        page = cited[0].page if cited else quote and find_page(document, quote[0])
        number = ((page or 1) - 1) // PAGES_SHOWN + 1
    count = max(-(-len(document.page_starts) // PAGES_SHOWN), 1)
    number = min(max(number, 1), count)
    first = (number - 1) * PAGES_SHOWN + 1
    try:
        shown = list_pages(first, images.measure(original, first), cited)
    except PageImageError:
        return None, "not_drawn"
    return ShownPart(number, count, pages=tuple(shown), digest=original.digest), ""


def find_marks(document: Document, link: Mapping[str, str]) -> Marks:
    """The marks of a link: the quote that is `cited`, and the `span` in it that answers.

    {} if the document no longer has the quote at this place.
    """
    quote = _read_offsets(link, "start", "end")
    text = document.text[slice(*quote)] if quote else ""
    if quote is None or not text or len(text) < quote[1] - quote[0]:
        return {}
    if hash_quote(text) != link.get("quote"):
        return {}
    if not (link.get("answer_start") or link.get("answer_end")):
        return {"cited": [quote]}
    span = _read_offsets(link, "answer_start", "answer_end")
    if span is None or not quote[0] <= span[0] < span[1] <= quote[1]:
        return {}
    return {"cited": [quote], "span": [span]}


def mark_parts(document: Document, marks: Marks) -> Marks:
    """The marks of a link with the document's `boilerplate` and its headings (`level-1`)."""
    spans: Marks = {**marks, "boilerplate": list(document.boilerplate)}
    for heading in document.headings:
        spans.setdefault(_heading_class(heading.level), []).append((heading.start, heading.end))
    return spans


def _heading_class(level: int) -> str:
    return f"level-{level}"


def _read_link(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in LINK if query.get(name)}


def _read_offsets(link: Mapping[str, str], first: str, last: str) -> Offsets | None:
    start, end = link.get(first, ""), link.get(last, "")
    decimal = start.isdecimal() and end.isdecimal() and len(start + end) < 20
    return (int(start), int(end)) if decimal else None
