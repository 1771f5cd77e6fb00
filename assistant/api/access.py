"""Access to the server: Host header, tokens, size of requests; and the headers of responses."""

import base64
import re
import secrets
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias

from fastapi import HTTPException, Request
from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.limits.addresses import read_address
from assistant.api.limits.heads import check_head
from assistant.api.limits.proxies import Proxies
from assistant.api.limits.rates import RequestRate
from assistant.api.observing.request import REQUEST_ID, find_request_id
from assistant.api.writing import find_limit
from assistant.errors import (
    AccessError,
    AssistantError,
    ForeignSiteError,
    ForwardedError,
    HostError,
    RateLimitError,
    RequestError,
    RetryError,
    WriteError,
    WriteTokenError,
)
from assistant.load.limits import MIB
from assistant.settings import Settings

LARGEST_BODY = 64 * 1024  # bytes; the longest question is 2,000 characters
# Of what has many questions: a conversation with all its answers, a batch.
LARGEST_BODIES = {"/v1/chat/completions": MIB, "/api/v1/batch": 8 * MIB}
# For orchestrators: without a token, at any address; their answers are no secret.
OPEN_PATHS = frozenset({"/livez", "/readyz"})
METRICS_PATH = "/metrics"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(\[(?P<six>[^]]*)\]|(?P<name>[^:]*))(:\d{0,5})?")
_ANY = frozenset({"0.0.0.0", "::"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer", browsers send "Origin: null" with a form, as for another site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # a new generation may answer differently
}
REFUSALS: dict[type[AssistantError], HTTPStatus] = {
    RequestError: HTTPStatus.BAD_REQUEST,
    ForwardedError: HTTPStatus.BAD_REQUEST,
    HostError: HTTPStatus.MISDIRECTED_REQUEST,
    RateLimitError: HTTPStatus.TOO_MANY_REQUESTS,
    WriteError: HTTPStatus.FORBIDDEN,
    WriteTokenError: HTTPStatus.UNAUTHORIZED,
    ForeignSiteError: HTTPStatus.FORBIDDEN,
}
# Makes the response to a refused request: status, code, message, hint.
Respond: TypeAlias = Callable[[Request, HTTPStatus, str, str, str], Response]


def check_address(settings: Settings) -> None:
    """Raise AccessError if others can reach the server and no token is required."""
    if settings.token is None and not _is_local(settings.host):
        raise AccessError(
            f"host {settings.host} can be reached by others and no token is set",
            hint="set ASSISTANT_TOKEN (16 characters or more), or serve on 127.0.0.1",
        )


def _is_local(host: str) -> bool:
    """Whether only this machine can reach an address."""
    address = read_address(host.strip("[]"))
    return host == "localhost" or (address is not None and address.is_loopback)


class Access:
    """Middleware that passes a request on, or refuses it with an error."""

    def __init__(self, app: ASGIApp, *, settings: Settings, respond: Respond) -> None:
        self._app = app
        self._respond = respond
        self._settings = settings
        self._token = settings.token
        self._proxies = Proxies(settings.trusted_proxies)
        self._rate = RequestRate(settings.rate_limit)
        # Not Starlette's TrustedHostMiddleware: it can't allow every bare IP address, its error is
        # plain text, and its older versions cut IPv6 addresses at their first colon.
        self._hosts = {*settings.allowed_hosts, settings.host.strip("[]").lower()}
        # A server on every address can't know its own addresses. A bare address is safe: DNS
        # rebinding, which this check prevents, needs a name.
        self._any_address = settings.host in _ANY
        if _is_local(settings.host) or self._any_address:
            self._hosts |= _LOCAL
        if self._any_address:
            self._hosts.add(socket.gethostname().lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        request_id = find_request_id()
        is_head = scope["method"] == "HEAD"
        # A part of a file may be asked for, and all of it sent: no file is large.
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        # HEAD is answered like GET, without the body.
        asked = {**scope, "method": "GET" if is_head else scope["method"], "headers": headers}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                cached = headers.get("Cache-Control")  # by content that never changes
                headers.update({**HEADERS, REQUEST_ID: request_id})
                if cached is not None:
                    headers["Cache-Control"] = cached
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        request = Request(asked)
        refusal = self._find_refusal(request)
        limit = request.state.limit if refusal is None else LARGEST_BODY
        await (refusal or self._app)(asked, _limit(receive, limit), send_with_headers)
        if "route" in asked:
            scope["route"] = asked["route"]  # for the middleware that observes the request

    def _find_refusal(self, request: Request) -> Response | None:
        """The response to a request that may not pass, before any of its body is read."""
        scope, path = request.scope, request.scope["path"]
        try:
            check_head(scope)
            if path not in OPEN_PATHS:
                self._check_host(scope)
                self._proxies.apply(scope)
                self._check_host(scope)  # that of the proxy
                self._rate.check(scope)
            headers = request.headers
            if not self._is_allowed(path, headers.get("authorization")):
                return self._ask_for_token(request)
            usual = LARGEST_BODIES.get(path, LARGEST_BODY)
            request.state.limit = find_limit(request, self._settings, usual=usual)
        except tuple(REFUSALS) as error:
            refused = error.code, error.message, error.hint
            response = self._respond(request, REFUSALS[type(error)], *refused)
            add_retry(response, error)
            return response
        length = headers.get("content-length", "0")
        # Python reads no number of thousands of digits.
        if not length.isdecimal() or len(length) > 20 or int(length) > request.state.limit:
            return respond_too_large(request, self._respond)
        return None

    def _is_allowed(self, path: str, authorization: str | None) -> bool:
        """Whether a request has the token, or needs none."""
        is_open = path in OPEN_PATHS or (path == METRICS_PATH and self._settings.metrics_open)
        return is_open or self._token is None or _has_token(authorization, self._token)

    def _check_host(self, scope: Scope) -> None:
        """Raises HostError."""
        host = _read_host(Headers(scope=scope).get("host", ""))
        if host not in self._hosts and not (self._any_address and read_address(host)):
            raise HostError(
                f"this server does not answer to the host {host[:100]!r}",
                hint="use the address it prints, or add the name to ASSISTANT_ALLOWED_HOSTS",
            )

    def _ask_for_token(self, request: Request) -> Response:
        response = self._respond(
            request,
            HTTPStatus.UNAUTHORIZED,
            "no_token",
            "this server asks for a token",
            "send `Authorization: Bearer TOKEN`, or give it as the password",
        )
        response.headers["WWW-Authenticate"] = 'Basic realm="assistant", charset="UTF-8"'
        return response


class BodyTooLargeError(HTTPException):
    """The body is too large, and larger than its Content-Length or without one.

    An HTTPException: FastAPI takes any other error while reading a body for invalid JSON.
    """

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def respond_with_error(
    status: HTTPStatus, code: str, message: str, hint: str, *, request_id: str
) -> Response:
    """An error as JSON."""
    error = {"code": code, "message": message, "hint": hint, "request_id": request_id}
    return JSONResponse({"error": error}, status_code=status)


def add_retry(response: Response, error: AssistantError) -> None:
    """Add when to send the request again, if that helps."""
    if isinstance(error, RetryError):
        response.headers["Retry-After"] = str(error.seconds)


def respond_too_large(request: Request, respond: Respond) -> Response:
    limit: int = request.state.limit
    hint = "ask in at most 2,000 characters"
    if request.scope["path"] in LARGEST_BODIES:
        hint = "send fewer questions at a time"
    elif limit > LARGEST_BODY:
        hint = "split the file, or raise ASSISTANT_LARGEST_FILE"
    return respond(
        request,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        f"the request is larger than {limit:,} bytes",
        hint,
    )


def _limit(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLargeError
        return message

    return receive_some


def _read_host(header: str) -> str:
    """The host without its port: `::1` of `[::1]:8000`; "" for what is none."""
    found = _HOST.fullmatch(header.strip().lower())
    return (found["six"] or found["name"] or "") if found is not None else ""


def _has_token(authorization: str | None, token: str) -> bool:
    """Whether a header has the token: as Bearer, or as the password of Basic."""
    scheme, sent = get_authorization_scheme_param(authorization)
    if scheme.lower() == "basic":
        try:
            sent = base64.b64decode(sent, validate=True).decode().partition(":")[2]
        except ValueError:
            return False
    elif scheme.lower() != "bearer":
        return False
    return secrets.compare_digest(sent.encode(), token.encode())
