"""Many questions at a time: JSON Lines in, and a line for each as soon as it is answered."""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from assistant.answer import Assistant
from assistant.api.access import LARGEST_BODY
from assistant.api.explanation import ask_current
from assistant.api.faults import (
    FIELDS_HINT,
    describe_error,
    describe_invalid,
    name_field,
    shorten,
)
from assistant.api.limits.workers import Workers
from assistant.api.origin import is_foreign
from assistant.api.query import QueryBody
from assistant.api.schema import ErrorBody
from assistant.deadline import find_deadline
from assistant.errors import BatchError, ForeignSiteError, StoppingError

MOST_LINES = 10_000
# The type that JSON Lines propose and FastAPI sends; `application/x-ndjson` is an older name.
JSON_LINES = "application/jsonl"
_LINES = {JSON_LINES: {"schema": {"type": "string"}}}
_BODY = {
    "required": True,
    "description": "JSON Lines in UTF-8: on each line a question as `POST /api/v1/query` takes it",
    "content": _LINES,
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": _LINES,
        "description": "For each line, in order, what `POST /api/v1/query` gives, or an error",
    },
    403: {"model": ErrorBody, "description": "A page of another site sent it"},
    413: {"model": ErrorBody, "description": "The body is larger than 8 MiB"},
    422: {"model": ErrorBody, "description": "No lines, too many, or not UTF-8"},
    503: {"model": ErrorBody, "description": "There is no intact index yet"},
}


def create_batch(current: Callable[[], Assistant], workers: Workers) -> APIRouter:
    api = APIRouter(prefix="/api/v1")

    @api.post(
        "/batch",
        summary="Ask many questions",
        response_class=StreamingResponse,
        responses=_RESPONSES,
        openapi_extra={"requestBody": _BODY},
    )
    async def post_batch(request: Request) -> Response:
        """Questions are answered one after the other, each from the index in use at that time."""
        if is_foreign(request):
            raise ForeignSiteError(
                "a page of another site can't send a batch", hint="use a program, or this server"
            )
        body = await request.body()
        lines = await run_in_threadpool(read_lines, body)
        await run_in_threadpool(current)  # without an index no question can be answered
        answers = _answer_lines(current, workers, lines)
        return StreamingResponse(answers, media_type=JSON_LINES)

    return api


def read_lines(body: bytes) -> list[tuple[int, str]]:
    """The lines that are not empty, with their numbers from 1. Raises BatchError."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BatchError(
            f"byte {error.start:,} of the batch is not UTF-8", hint="save the lines as UTF-8"
        ) from None
    # Not `splitlines`: JSON may contain the other characters that it splits at.
    numbered = enumerate(text.split("\n"), start=1)
    lines = [(number, line) for number, line in numbered if line.strip()]
    if not lines:
        raise BatchError("the batch is empty", hint="send a JSON object on each line")
    if len(lines) > MOST_LINES:
        raise BatchError(
            f"the batch has {len(lines):,} questions", hint=f"send at most {MOST_LINES:,} at a time"
        )
    return lines


async def _answer_lines(
    current: Callable[[], Assistant], workers: Workers, lines: list[tuple[int, str]]
) -> AsyncIterator[str]:
    """A line for each; where the client disconnects, the server asks for no more of them. One that
    has to stop says so in one last line.
    """
    for number, line in lines:
        deadline = find_deadline()
        if deadline is not None and deadline.is_stopped:
            yield write_error(StoppingError(), at=f"lines from {number}")
            return
        work = partial(answer_line, current, line, number)
        yield await workers.run(work, is_patient=True)


def answer_line(current: Callable[[], Assistant], line: str, number: int) -> str:
    """The JSON of the answer to a line, or of what is wrong with it."""
    try:
        body = ask_current(current, read_query(line)).model_dump_json()
    except Exception as error:  # the other lines are answered
        return write_error(error, at=f"line {number}")
    return f"{body}\n"


def write_error(error: Exception, *, at: str) -> str:
    """The line of an error."""
    return f"{describe_error(error, at=at).model_dump_json()}\n"


def read_query(line: str) -> QueryBody:
    """The question of a line, checked as `POST /api/v1/query` checks it. Raises BatchError."""
    if len(line) > LARGEST_BODY:  # read as JSON, millions of brackets would fill the memory
        raise BatchError(
            f"longer than {LARGEST_BODY:,} characters", hint="ask in at most 2,000 characters"
        )
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise BatchError(
            f"not a JSON object (given: {shorten(line.strip())})",
            hint="write one on each line; curl keeps the lines with --data-binary",
        )
    try:
        query = QueryBody.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        message = describe_invalid(first, field=name_field(first["loc"]))
        raise BatchError(message, hint=FIELDS_HINT) from None
    if query.format == "csv":
        raise BatchError("format: a batch has no CSV (given: 'csv')", hint="leave it out")
    return query
