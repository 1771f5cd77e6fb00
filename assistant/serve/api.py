"""The JSON endpoints."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from assistant import __version__
from assistant.answer import Assistant
from assistant.schema import (
    AnswerBody,
    DocumentBody,
    DocumentsBody,
    ErrorBody,
    HealthBody,
    IndexBody,
    QueryBody,
)
from assistant.schema.rendering import render_answer, render_document, render_documents

_RESPONSES: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorBody, "description": "The request can't be answered as it stands"},
    503: {"model": ErrorBody, "description": "There is no sound index yet"},
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no such document"}
}


def create_api(opening: Callable[[], Assistant]) -> APIRouter:
    """Version 1. Endpoints that run a model are plain functions: FastAPI gives them threads."""
    api = APIRouter(prefix="/api/v1", responses=_RESPONSES)

    def answer(query: QueryBody) -> Response:
        # Rendered here: FastAPI would check a second time what has just been checked.
        body = render_answer(opening().ask(query.question, top_k=query.top_k))
        return Response(body.model_dump_json(), media_type="application/json")

    @api.post("/query", summary="Ask a question", response_model=AnswerBody)
    def post_query(body: QueryBody) -> Response:
        """An answer with its citations, or why there is none. Abstaining is no error."""
        return answer(body)

    @api.get("/query", summary="Ask a question by its address", response_model=AnswerBody)
    def get_query(query: Annotated[QueryBody, Query()]) -> Response:
        """The same as POST."""
        return answer(query)

    @api.get("/documents", summary="List the documents")
    def get_documents() -> DocumentsBody:
        """All documents of the index, in its order."""
        return render_documents(opening().generation.store.list_documents())

    @api.get("/documents/{document_id:path}", summary="Read a document", responses=_UNKNOWN)
    def get_document(document_id: str) -> DocumentBody:
        """A document's text: what the offsets of citations count in."""
        return render_document(opening().document(document_id))

    @api.get("/health", summary="Tell whether an answer can be given")
    def get_health() -> HealthBody:
        """200 when ready, 503 until then."""
        assistant = opening()
        coverage = assistant.generation.manifest
        return HealthBody(
            status="ready",
            version=__version__,
            index=IndexBody.model_validate(assistant.source, from_attributes=True),
            documents=coverage.documents,
            passages=coverage.passages,
        )

    return api
