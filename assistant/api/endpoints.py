"""The JSON endpoints."""

from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from assistant import __version__
from assistant.api import contents
from assistant.api.csv_export import render_answer_csv, render_figures_csv
from assistant.api.explanation import ExplainedBody, ask_current, ask_extractive
from assistant.api.limits.workers import Workers
from assistant.api.query import QueryAddress, QueryBody
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import AnswerBody, ErrorBody, HealthBody
from assistant.api.stream import EVENT_STREAM, stream_answer, wants_stream
from assistant.overview.choose import choose_figures, read_filter
from assistant.overview.mentions import find_player_mentions

_RESPONSES: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorBody, "description": "The request can't be answered as it stands"},
    503: {"model": ErrorBody, "description": "No intact index yet, or too many questions"},
}
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            **_CSV[200]["content"],
            EVENT_STREAM: {
                "schema": {
                    "type": "string",
                    "description": "With `Accept: text/event-stream`: the events `retrieved` (the "
                    "passages found), `answer` (an answer that a language model has not rephrased "
                    "yet) and `done` (the answer as without a stream), or `error` as the last one",
                },
                "example": 'event: retrieved\ndata: {"passages": [...]}\n\n'
                'event: answer\ndata: {"question": ...}\n\n'
                'event: done\ndata: {"question": ...}\n\n',
            },
        }
    }
}
_UNREADABLE: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The body can't be read as JSON"}
}


def _unknown(thing: str) -> dict[int | str, dict[str, Any]]:
    return {404: {"model": ErrorBody, "description": f"There is no such {thing}"}}


def create_api(current: CurrentAssistant, workers: Workers) -> APIRouter:
    api = APIRouter(prefix="/api/v1", responses=_RESPONSES)
    checks = CapacityLimiter(1)
    reading = [Depends(workers.hold_slot)]

    def answer(query: QueryBody) -> Response:
        # Rendered here: FastAPI would validate the body again.
        if query.format == "csv":
            body = ask_extractive(current, query)
            named = {"Content-Disposition": 'attachment; filename="answer.csv"'}
            return Response(render_answer_csv(body), media_type="text/csv", headers=named)
        body = ask_current(current, query)
        return Response(body.model_dump_json(), media_type="application/json")

    async def answer_as_accepted(query: QueryBody, request: Request) -> Response:
        if wants_stream(request):
            response = await stream_answer(current, workers, query)
        else:
            response = await workers.run(partial(answer, query))
        response.headers["Vary"] = "Accept"
        return response

    @api.post(
        "/query",
        summary="Ask a question",
        response_model=ExplainedBody | AnswerBody,
        responses={**_EVENTS, **_UNREADABLE},
    )
    async def post_query(body: QueryBody, request: Request) -> Response:
        """An answer with its citations, or why there is none. Abstaining is no error."""
        return await answer_as_accepted(body, request)

    @api.get(
        "/query",
        summary="Ask a question by its address",
        response_model=ExplainedBody | AnswerBody,
        responses=_EVENTS,
    )
    async def get_query(query: Annotated[QueryAddress, Query()], request: Request) -> Response:
        """The same as POST."""
        return await answer_as_accepted(query.to_query(), request)

    @api.get("/documents", summary="List the documents", dependencies=reading)
    def get_documents(
        query: Annotated[contents.DocumentsQueryBody, Query()],
    ) -> contents.DocumentsBody:
        """The documents of the index in its order: all of them, or those that words find."""
        return contents.render_documents(current().generation.catalog, query)

    @api.get(
        "/documents/{document_id:path}",
        summary="Read a document",
        responses=_unknown("document"),
        dependencies=reading,
    )
    def get_document(document_id: str) -> contents.DocumentBody:
        """A document's text: what the offsets of citations count in."""
        return contents.render_document(current().document(document_id))

    @api.get("/players", summary="List the players", dependencies=reading)
    def get_players() -> contents.PlayersBody:
        """Who the documents are about, those mentioned most first."""
        return contents.render_players(current().generation.catalog)

    @api.get(
        "/players/{player_id}",
        summary="Read a player",
        responses=_unknown("player"),
        dependencies=reading,
    )
    def get_player(player_id: str) -> contents.PlayerBody:
        """A player's mentions, sentences and figures, and who is mentioned with it."""
        catalog = current().generation.catalog
        return contents.render_player(catalog, find_player_mentions(catalog, player_id))

    @api.get(
        "/figures",
        summary="List the figures",
        response_model=contents.FiguresBody,
        responses=_CSV,
        dependencies=reading,
    )
    def get_figures(query: Annotated[contents.FiguresQueryBody, Query()]) -> Response:
        """The figures that fit all filters, in order of place; `format=csv` gives a table."""
        catalog = current().generation.catalog
        wanted = query.model_dump(exclude={"format"})
        chosen = choose_figures(catalog, read_filter(catalog, **wanted))
        if query.format == "csv":
            named = {"Content-Disposition": 'attachment; filename="figures.csv"'}
            return Response(
                render_figures_csv(catalog, chosen), media_type="text/csv", headers=named
            )
        body = contents.render_figures(catalog, chosen)
        return Response(body.model_dump_json(), media_type="application/json")

    @api.get("/health", summary="Check whether an answer can be given")
    async def get_health() -> HealthBody:
        """200 when ready, 503 until then."""
        # A thread of its own: slow questions may take all of the usual ones.
        assistant = await run_sync(current, limiter=checks)
        return HealthBody.of(
            assistant.generation.manifest,
            status="ready",
            version=__version__,
            index=assistant.source,
            warning=current.warning,
        )

    return api
