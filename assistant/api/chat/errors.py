"""Errors under `/v1/` in the form that OpenAI's clients read."""

from http import HTTPStatus

from fastapi import Request
from starlette.responses import JSONResponse, Response

from assistant.api.chat.schema import ChatErrorBody, ChatErrorDetail
from assistant.api.observing.request import find_request_id
from assistant.errors import DocumentUnknownError, FilterError, ModelUnknownError

# Which field of the request an error is about, by its code.
_PARAMS = {
    FilterError.code: "assistant",
    DocumentUnknownError.code: "assistant",
    ModelUnknownError.code: "model",
}
_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


def is_chat(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.startswith("/v1/")


def respond_to_chat(
    status: HTTPStatus, code: str, message: str, hint: str, *, param: str | None = None
) -> Response:
    """An error as OpenAI sends it, about the field `param` or that which its code names.

    422 is 400, which clients take for a bad request.
    """
    if status is HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    usual = (
        "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    )
    detail = ChatErrorDetail(
        message=f"{message}: {hint}" if hint else message,
        type=_TYPES.get(status, usual),
        param=param or _PARAMS.get(code),
        code=code,
        request_id=find_request_id(),
    )
    return JSONResponse(ChatErrorBody(error=detail).model_dump(), status_code=status)
