"""The web app: access, JSON, pages, and errors as JSON or as a page."""

import json
import logging
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.staticfiles import StaticFiles

from assistant import __version__
from assistant.answer import Assistant
from assistant.api.access import (
    HEADERS,
    Access,
    BodyTooLargeError,
    respond_too_large,
    respond_with_error,
)
from assistant.api.endpoints import create_api
from assistant.api.reloading import CurrentAssistant
from assistant.errors import (
    AssistantError,
    ChartUnknownError,
    DocumentUnknownError,
    FilterError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
    PageImageError,
    PlayerUnknownError,
    QuestionError,
)
from assistant.pages.asking import create_question_page
from assistant.pages.documents import create_document_pages
from assistant.pages.figures import create_figure_pages
from assistant.pages.guide import create_guide
from assistant.pages.language import LanguageInAddress
from assistant.pages.templates import render_page
from assistant.settings import Settings, read_settings, web_folder

LOG = logging.getLogger("assistant")

STATUSES: dict[type[AssistantError], HTTPStatus] = {
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FilterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DocumentUnknownError: HTTPStatus.NOT_FOUND,
    PlayerUnknownError: HTTPStatus.NOT_FOUND,
    ChartUnknownError: HTTPStatus.NOT_FOUND,
    PageImageError: HTTPStatus.NOT_FOUND,
    IndexAbsentError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexDamagedError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexMismatchError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def create_app(assistant: Assistant | None = None, *, settings: Settings | None = None) -> FastAPI:
    """The app for an Assistant, or for the index in the settings as soon as it exists."""
    chosen = settings or read_settings()
    current = CurrentAssistant(chosen, assistant)
    app = FastAPI(
        title="Assistant",
        version=__version__,
        description="Ask documents a question and get an answer that can be checked.",
        docs_url=None,  # FastAPI's load scripts from another origin; ours is at /docs
        redoc_url=None,
    )
    app.add_middleware(LanguageInAddress)
    app.add_middleware(Access, settings=chosen)
    app.include_router(create_api(current))
    app.include_router(create_question_page(current, app))
    app.include_router(create_document_pages(current, chosen))
    app.include_router(create_figure_pages(current))
    app.include_router(create_guide())
    app.mount("/static", StaticFiles(directory=web_folder() / "static"), name="static")
    _add_error_handlers(app)
    _add_example(app)
    return app


def _add_example(app: FastAPI) -> None:
    """Add an example of an answer with its nulls, which FastAPI would leave out."""
    describe = app.openapi

    def describe_with_example() -> dict[str, Any]:
        described = describe()
        example = json.loads(files("assistant.api").joinpath("example_answer.json").read_bytes())
        described["components"]["schemas"]["AnswerBody"]["examples"] = [example]
        return described

    app.openapi = describe_with_example  # type: ignore[method-assign]


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(AssistantError)
    def on_assistant_error(request: Request, error: AssistantError) -> Response:
        status = STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)
        return _respond(request, status, error.code, error.message, error.hint)

    @app.exception_handler(RequestValidationError)
    def on_bad_request(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])[:100] or "body"
        value = repr(first.get("input"))
        shown = value if len(value) <= 100 else f"{value[:100]}…"
        if first["loc"] == ("body",) or first["type"] == "json_invalid":
            message = f"the body is not a JSON object (given: {shown})"
            hint = "send one, with Content-Type: application/json"
        else:
            reason = first["msg"].removeprefix("Value error, ")  # by our own validators
            message = f"{place}: {reason} (given: {shown})"
            hint = "see /docs for the fields and values"
        return _respond(request, HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", message, hint)

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        code = status.phrase.lower().replace(" ", "_")
        message = f"{request.method} {request.url.path[:200]}: {status.phrase.lower()}"
        response = _respond(request, status, code, message, "see /docs for the API")
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(_list_methods(app, request))
        return response

    @app.exception_handler(BodyTooLargeError)
    def on_too_large(_request: Request, _error: BodyTooLargeError) -> Response:
        return respond_too_large()

    @app.exception_handler(Exception)
    def on_unexpected_error(request: Request, error: Exception) -> Response:
        LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        message = "something went wrong on the server"
        status, hint = HTTPStatus.INTERNAL_SERVER_ERROR, "see its log"
        response = _respond(request, status, "fault", message, hint)
        # This response is made outside the middleware that adds these to all others.
        response.headers.update(HEADERS)
        return response


def _list_methods(app: FastAPI, request: Request) -> list[str]:
    """The methods that a path allows: Starlette names only those of one route."""
    return [
        method
        for method in ("GET", "POST")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in app.routes
        )
    ]


def _respond(request: Request, status: HTTPStatus, code: str, message: str, hint: str) -> Response:
    if request.url.path.startswith("/api/") or request.url.path == "/openapi.json":
        return respond_with_error(status, code, message, hint)
    error = {"code": code, "message": message, "hint": hint}
    return render_page(request, "error.html", {"status": status, "error": error}, status)
