"""Errors in words: of a request that is not valid, and inside a response that has begun."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from assistant.api.observing.request import FAULT, find_request_id, note_error
from assistant.api.schema import ErrorBody, ErrorDetail
from assistant.errors import AssistantError, find_shortage

LOG = logging.getLogger("assistant")
# Message and hint: what went wrong is for the log.
FAULT_WORDS = ("something went wrong on the server", "see its log for this request")
FIELDS_HINT = "see /docs for the fields and values"


def describe_error(error: Exception, *, at: str = "") -> ErrorBody:
    """The JSON of an error for a response that has begun; `at` is the place that it names.

    What no user can cause is logged.
    """
    error, request_id = find_shortage(error) or error, find_request_id()
    if isinstance(error, AssistantError):
        code, message, hint = error.code, error.message, error.hint
    else:
        LOG.error("request %s failed: %s", request_id, at or "an answer", exc_info=error)
        code, (message, hint) = FAULT, FAULT_WORDS
    note_error(code, HTTPStatus.OK)
    named = f"{at}: {message}" if at else message
    detail = ErrorDetail(code=code, message=named, hint=hint, request_id=request_id)
    return ErrorBody(error=detail)


def name_field(path: Iterable[object]) -> str:
    """A field as errors name it: `previous.0.question`; `body` for the whole."""
    return ".".join(map(str, path))[:100] or "body"


def describe_invalid(first: Mapping[str, Any], *, field: str) -> str:
    """What is wrong with a field, from the first of pydantic's errors."""
    reason = first["msg"].removeprefix("Value error, ")  # by our own validators
    # Of a missing field, pydantic gives all that surrounds it.
    given = "" if first["type"] == "missing" else f" (given: {shorten(first['input'])})"
    return f"{field}: {reason}{given}"


def shorten(value: object) -> str:
    """A value as it is shown in an error."""
    shown = repr(value)
    return shown if len(shown) <= 100 else f"{shown[:100]}…"
