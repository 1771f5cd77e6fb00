"""Errors as JSON or as a page: what happened, what to do, and the id of the request."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match

from assistant.api.access import (
    HEADERS,
    METRICS_PATH,
    OPEN_PATHS,
    REFUSALS,
    BodyTooLargeError,
    add_retry,
    respond_too_large,
    respond_with_error,
)
from assistant.api.adding import Corpus
from assistant.api.chat.errors import is_chat, respond_to_chat
from assistant.api.faults import FAULT_WORDS, FIELDS_HINT, describe_invalid, name_field, shorten
from assistant.api.limits.requests import TOO_SLOW, BodyTimeoutError
from assistant.api.observing.request import (
    FAULT,
    REQUEST_ID,
    find_request_id,
    note_error,
)
from assistant.errors import (
    AbandonedError,
    AssistantError,
    BatchError,
    ChartUnknownError,
    DeadlineError,
    DocumentUnknownError,
    ExtraAbsentError,
    FeedbackError,
    FeedbackLimitError,
    FeedbackOffError,
    FeedbackWriteError,
    FileChangedError,
    FileFormatError,
    FileTakenError,
    FileTooLargeError,
    FileUnknownError,
    FileWriteError,
    FilterError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
    IndexOpeningError,
    ModelUnknownError,
    OverloadError,
    PageImageError,
    PlayerUnknownError,
    QuestionError,
    ShortageError,
    StoppingError,
    StoreError,
    UploadError,
    find_shortage,
)
from assistant.pages.starting import describe_start
from assistant.pages.templates import render_page

LOG = logging.getLogger("assistant")

STATUSES: dict[type[AssistantError], HTTPStatus] = {
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BatchError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FilterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DocumentUnknownError: HTTPStatus.NOT_FOUND,
    PlayerUnknownError: HTTPStatus.NOT_FOUND,
    ChartUnknownError: HTTPStatus.NOT_FOUND,
    PageImageError: HTTPStatus.NOT_FOUND,
    ModelUnknownError: HTTPStatus.NOT_FOUND,
    FeedbackError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FeedbackOffError: HTTPStatus.SERVICE_UNAVAILABLE,
    FeedbackLimitError: HTTPStatus.TOO_MANY_REQUESTS,
    OverloadError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    StoppingError: HTTPStatus.SERVICE_UNAVAILABLE,
    DeadlineError: HTTPStatus.SERVICE_UNAVAILABLE,
    FeedbackWriteError: HTTPStatus.INSUFFICIENT_STORAGE,
    IndexAbsentError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexDamagedError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexOpeningError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexMismatchError: HTTPStatus.SERVICE_UNAVAILABLE,
    ShortageError: HTTPStatus.SERVICE_UNAVAILABLE,
    UploadError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FileFormatError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    FileTakenError: HTTPStatus.CONFLICT,
    FileChangedError: HTTPStatus.PRECONDITION_FAILED,
    FileUnknownError: HTTPStatus.NOT_FOUND,
    FileTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FileWriteError: HTTPStatus.INSUFFICIENT_STORAGE,
    ExtraAbsentError: HTTPStatus.NOT_IMPLEMENTED,
    **REFUSALS,
}
# Of a page that may be there when it is loaded again.
_PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
PROGRAM_PATHS = frozenset({"/openapi.json", "/mcp", *OPEN_PATHS, METRICS_PATH})
_NO_INDEX = (IndexAbsentError, IndexDamagedError, IndexMismatchError)


def add_error_handlers(app: FastAPI, corpus: Corpus) -> None:
    @app.exception_handler(AssistantError)
    def on_assistant_error(request: Request, error: AssistantError) -> Response:
        status = find_status(error)
        if isinstance(error, _NO_INDEX) and not is_for_programs(request):
            note_error(error.code, status)
            page = describe_start(corpus, code=error.code)
            page["error"] = {"code": error.code, "message": error.message, "hint": error.hint}
            page["request_id"] = find_request_id()
            return render_page(request, "no_index.html", page, status)
        response = respond(request, status, error.code, error.message, error.hint)
        add_retry(response, error)
        if isinstance(error, FileTakenError) and error.digest:
            response.headers["ETag"] = f'"{error.digest}"'
        return response

    @app.exception_handler(RequestValidationError)
    def on_bad_request(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = name_field(first["loc"][1:])
        if first["loc"] == ("body",) or first["type"] == "json_invalid":
            message = f"the body is not a JSON object (given: {shorten(first.get('input'))})"
            hint = "send one, with Content-Type: application/json"
        else:
            message, hint = describe_invalid(first, field=field), FIELDS_HINT
        refusal = HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", message, hint
        if not is_chat(request):
            return respond(request, *refusal)
        note_error("bad_request", HTTPStatus.BAD_REQUEST)
        return respond_to_chat(*refusal, param=field)

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        code = status.phrase.lower().replace(" ", "_")
        message = f"{request.method} {request.url.path[:200]}: {status.phrase.lower()}"
        hint = "see /docs for the API" if is_for_programs(request) else ""
        if status is HTTPStatus.BAD_REQUEST and hint:  # FastAPI's, for bytes that are no text
            message = "the body can't be read as JSON"
            hint = "send it in UTF-8, not compressed and not deeply nested"
        response = respond(request, status, code, message, hint)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(_list_methods(app, request))
        return response

    @app.exception_handler(AbandonedError)
    @app.exception_handler(ClientDisconnect)
    def on_disconnect(_request: Request, _error: Exception) -> Response:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it

    @app.exception_handler(BodyTimeoutError)
    def on_body_timeout(request: Request, _error: BodyTimeoutError) -> Response:
        response = respond(request, HTTPStatus.REQUEST_TIMEOUT, *TOO_SLOW)
        response.headers["Connection"] = "close"  # the rest of the body is not read
        return response

    @app.exception_handler(BodyTooLargeError)
    def on_too_large(request: Request, _error: BodyTooLargeError) -> Response:
        return respond_too_large(request, respond)

    @app.exception_handler(MemoryError)
    @app.exception_handler(Exception)
    async def on_unexpected_error(request: Request, error: Exception) -> Response:
        # Async, to need no thread: that none can be started may be the error.
        request_id = find_request_id()
        place = f"{request.method} {request.url.path}"
        LOG.error("request %s failed: %s", request_id, place, exc_info=error)
        if (shortage := find_shortage(error)) is not None:
            response = on_assistant_error(request, shortage)
        else:
            response = respond(request, HTTPStatus.INTERNAL_SERVER_ERROR, FAULT, *FAULT_WORDS)
        # This response is made outside the middleware that adds these to all others.
        response.headers.update({**HEADERS, REQUEST_ID: request_id})
        return response


def find_status(error: AssistantError) -> HTTPStatus:
    return STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)


def respond(request: Request, status: HTTPStatus, code: str, message: str, hint: str) -> Response:
    """An error as JSON for programs, else as a page."""
    note_error(code, status)
    if is_chat(request):
        return respond_to_chat(status, code, message, hint)
    request_id = find_request_id()
    if is_for_programs(request):
        return respond_with_error(status, code, message, hint, request_id=request_id)
    error = {"code": code, "message": message, "hint": hint}
    page = {
        "error": error,
        "request_id": request_id,
        "can_retry": request.method == "GET" and status in _PASSING,
    }
    return render_page(request, "error.html", page, status)


def is_for_programs(request: Request) -> bool:
    """Whether an address is of the API."""
    path = request.url.path
    return path.startswith(("/api/", "/v1/", "/static/")) or path in PROGRAM_PATHS


def _list_methods(app: FastAPI, request: Request) -> list[str]:
    """The methods that a path allows: Starlette names only those of one route."""
    return [
        method
        for method in ("GET", "POST", "PUT", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in app.routes
        )
    ]
