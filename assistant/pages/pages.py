"""The pages: rendered here, complete without JavaScript."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from http import HTTPStatus
from itertools import pairwise
from typing import NamedTuple

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from assistant import __version__
from assistant.answer import Assistant
from assistant.answer.cite import hash_quote
from assistant.answer.question import LONGEST_QUESTION, TOP_K
from assistant.api import wording
from assistant.api.explanation import describe_explanation, render_explained
from assistant.api.markdown import render_markdown
from assistant.api.rendering import render_answer, render_document, render_documents
from assistant.api.schema import AnswerBody, Day, PassageBody
from assistant.errors import AssistantError, IndexAbsentError
from assistant.records import Document, Offsets, covers
from assistant.settings import web_folder

TEMPLATES = Jinja2Templates(directory=web_folder() / "templates")


class Place(NamedTuple):
    """What a link marks: a quote and the part of it that answers, None where all of it does."""

    quote: Offsets
    span: Offsets | None = None


class Segment(NamedTuple):
    """A stretch of a document that is shown one way; `span` is the part of a quote that answers."""

    text: str
    cited: bool
    span: bool
    heading: int | None  # its level
    boilerplate: bool


def create_pages(current: Callable[[], Assistant], app: FastAPI) -> APIRouter:
    """The question page, the documents and the description of the API."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    def get_question(
        request: Request, question: str = "", explain: str = "", as_of: Day | None = None
    ) -> Response:
        try:
            assistant = current()
        except IndexAbsentError as error:
            page = {"state": "no_index", "error": error}
            return render_page(request, "ask.html", page, HTTPStatus.SERVICE_UNAVAILABLE)
        given = {"as_of": as_of.isoformat()} if as_of else {}
        page = {
            "state": "empty",
            "question": question,
            "given": given,
            "samples": assistant.generation.store.sample_questions,
            "manifest": assistant.generation.manifest,
        }
        if not question.strip():
            return render_page(request, "ask.html", page)
        try:
            body = _ask(assistant, question, as_of, explain=bool(explain))
        except AssistantError as error:
            page |= {"state": "error", "error": error}
            return render_page(request, "ask.html", page, HTTPStatus.UNPROCESSABLE_ENTITY)
        page |= {
            "state": body.status,
            "body": body,
            "markdown": render_markdown(body),
            "query": {"question": body.question, **given},
        }
        return render_page(request, "ask.html", page)

    @pages.get("/documents")
    def get_documents(request: Request) -> Response:
        lines = render_documents(current().generation.store.list_documents())
        return render_page(request, "documents.html", {"documents": lines.documents})

    @pages.get("/documents/{document_id:path}")
    def get_document(
        request: Request,
        document_id: str,
        start: str = "",
        end: str = "",
        quote: str = "",
        answer_start: str = "",
        answer_end: str = "",
    ) -> Response:
        document = current().document(document_id)
        place = _find_quote(document, start, end, quote)
        if place and (answer_start or answer_end):
            place = _find_span(place, answer_start, answer_end)
        linked = start or end or quote or answer_start or answer_end
        page = {
            "document": render_document(document),
            "segments": list(cut_segments(document, place)),
            "moved": place is None and bool(linked),
        }
        return render_page(request, "document.html", page)

    @pages.get("/docs")
    def get_docs(request: Request) -> Response:
        return render_page(request, "docs.html", {"openapi": app.openapi()})

    return pages


def _ask(assistant: Assistant, question: str, as_of: date | None, *, explain: bool) -> AnswerBody:
    if explain:
        return render_explained(*assistant.explain(question, top_k=TOP_K, as_of=as_of))
    return render_answer(assistant.ask(question, top_k=TOP_K, as_of=as_of))


def render_error(
    request: Request, status: HTTPStatus, code: str, message: str, hint: str
) -> Response:
    """The page of an error, in the form of all errors."""
    error = {"code": code, "message": message, "hint": hint}
    return render_page(request, "error.html", {"status": status, "error": error}, status)


def cut_passage(passage: PassageBody) -> Iterator[tuple[str, bool]]:
    """A passage in stretches, in order, each with whether it is marked."""
    marks = [(mark.start - passage.start, mark.end - passage.start) for mark in passage.marked]
    cuts = sorted({0, len(passage.text), *(offset for mark in marks for offset in mark)})
    for start, end in pairwise(cuts):
        yield passage.text[start:end], covers(marks, start, end)


def cut_segments(document: Document, place: Place | None) -> Iterator[Segment]:
    """A document in segments, in order: together they are its text.

    Cut here and not in the browser, whose offsets count UTF-16 units.
    """
    headings = [(heading.start, heading.end) for heading in document.headings]
    quotes = [place.quote] if place else []
    answering = [place.span] if place and place.span else []
    spans = [*headings, *document.boilerplate, *quotes, *answering]
    cuts = sorted({0, len(document.text), *(offset for span in spans for offset in span)})
    for start, end in pairwise(cuts):
        yield Segment(
            document.text[start:end],
            cited=covers(quotes, start, end),
            span=covers(answering, start, end),
            heading=_level_at(document, start) if covers(headings, start, end) else None,
            boilerplate=covers(document.boilerplate, start, end),
        )


def _level_at(document: Document, place: int) -> int:
    """The level of the last heading that begins at a place or before it."""
    number = bisect_right(document.headings, place, key=lambda heading: heading.start) - 1
    return document.headings[number].level


def _find_quote(document: Document, start: str, end: str, quote: str) -> Place | None:
    """The place a link names, where the document still says there what the link quotes."""
    found = _read_offsets(start, end)
    if found is None:
        return None
    text = document.text[slice(*found)]
    there = text and len(text) == found[1] - found[0] and hash_quote(text) == quote
    return Place(found) if there else None


def _find_span(place: Place, start: str, end: str) -> Place | None:
    """A place with the part that answers, or None where that is not inside the quote."""
    found = _read_offsets(start, end)
    if found is None:
        return None
    inside = place.quote[0] <= found[0] < found[1] <= place.quote[1]
    return Place(place.quote, found) if inside else None


def _read_offsets(start: str, end: str) -> Offsets | None:
    decimal = start.isdecimal() and end.isdecimal() and len(start + end) < 20
    return (int(start), int(end)) if decimal else None


def render_page(
    request: Request, template: str, page: dict[str, object], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    return TEMPLATES.TemplateResponse(request, template, page, status_code=status)


TEMPLATES.env.globals.update(
    version=__version__,
    longest_question=LONGEST_QUESTION,
    not_stated=wording.NOT_STATED,
    verdicts=wording.VERDICTS,
    conflict_title=wording.CONFLICT,
    count=wording.count,
    count_percent=wording.count_percent,
    cut_passage=cut_passage,
    cut_quote=wording.cut_quote,
    describe_coverage=wording.describe_coverage,
    describe_day=wording.describe_day,
    describe_explanation=describe_explanation,
    describe_missing=wording.describe_missing,
    list_conflict=wording.list_conflict,
    list_parts=wording.list_parts,
    list_shown=wording.list_shown,
    title_abstention=wording.title_abstention,
)
