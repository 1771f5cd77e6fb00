"""The list of documents, and a document with the quote of a link marked."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.answer.cite import hash_quote
from assistant.api.contents import render_document, render_documents
from assistant.api.reloading import CurrentAssistant
from assistant.api.wording import read_wording
from assistant.pages.language import find_language
from assistant.pages.tables import MOST_ROWS, cut_blocks
from assistant.pages.templates import render_page
from assistant.records import Document, Offsets

LINK = ("start", "end", "quote", "answer_start", "answer_end")  # parameters of a link to a quote
Marks = dict[str, list[Offsets]]


def create_document_pages(current: CurrentAssistant) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/documents")
    def get_documents(request: Request) -> Response:
        store = current().generation.store
        skipped = [file for file in store.skipped if not file.is_readme]
        unread = read_wording(find_language(request)).describe_unread(
            documents=store.documents,
            partly=len(store.unread),
            skipped=len(skipped),
        )
        page: dict[str, object] = {
            "documents": render_documents(store).documents,
            "skipped": skipped,
            "unread": unread,
            "warning": current.warning,
        }
        return render_page(request, "documents.html", page)

    @pages.get("/documents/{document_id:path}")
    def get_document(request: Request, document_id: str) -> Response:
        document = current().document(document_id)
        marks = find_marks(document, request.query_params)
        page = {
            "document": render_document(document),
            "blocks": cut_blocks(document, mark_parts(document, marks), row=read_row(request)),
            "most_rows": MOST_ROWS,
            "marked": bool(marks),
            "levels": {
                _heading_class(heading.level): heading.level for heading in document.headings
            },
            "moved": not marks and any(request.query_params.get(name) for name in LINK),
        }
        return render_page(request, "document.html", page)

    return pages


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


def read_row(request: Request) -> int:
    """The place of the row from which a long table is shown, counted from 1."""
    place = request.query_params.get("row", "")
    return int(place) if place.isdecimal() and len(place) < 10 else 1


def _heading_class(level: int) -> str:
    return f"level-{level}"


def _read_offsets(link: Mapping[str, str], first: str, last: str) -> Offsets | None:
    start, end = link.get(first, ""), link.get(last, "")
    decimal = start.isdecimal() and end.isdecimal() and len(start + end) < 20
    return (int(start), int(end)) if decimal else None
