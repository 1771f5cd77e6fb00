"""HTTP on a connection whose client may be slow, stall, or send what is not HTTP.

uvicorn's protocol waits without end for the head of a request, for the rest of a body that nobody
reads, and for a client that does not read its answer.
"""

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from time import monotonic
from typing import Any, ClassVar

import h11
from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from assistant.api.access import HEADERS, respond_with_error
from assistant.api.limits.connections import ConnectionLimits
from assistant.api.limits.requests import FIRST_BYTE, TOO_SLOW
from assistant.api.observing.request import REQUEST_ID, choose_request_id
from assistant.errors import StoppingError
from assistant.settings import Settings

LARGEST_HEAD = 64 * 1024  # bytes; the address has the question, and those before it
LINGER_SECONDS = 2.0  # for a client that still sends, so that it reads why it was refused
LINGER_BYTES = 1024 * 1024
CLOSE = (b"connection", b"close")
_SENDING = (h11.SEND_BODY, h11.ERROR)  # states of a client that may have more to send


def make_protocol(settings: Settings) -> type[asyncio.Protocol]:
    """The protocol of a server, for `uvicorn.Config(http=...)`."""

    class Protocol(LimitedProtocol):
        seconds = settings.deadline_seconds
        most = ConnectionLimits.find().most

    return Protocol


class LimitedProtocol(H11Protocol):
    """One connection. Its requests have to arrive, and its answers to be read, in time."""

    seconds: ClassVar[float]  # for the head of a request, and for a client that reads nothing
    most: ClassVar[int]  # connections at a time

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _Connection(on_head=self._begin_request, on_error=self._refuse_malformed)
        self._app = self.app
        self.app = self._run_app
        self._server_state = app_state
        self._socket: _Transport
        self._first_byte: float | None = None  # of the request that arrives or is answered
        self._head_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._progress_timer: asyncio.TimerHandle | None = None
        self._drained = 0  # bytes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._socket = _Transport(transport, self._close)
        super().connection_made(self._socket)
        self._watch_progress(before=None)
        if len(self.connections) > self.most:
            self.connections.discard(self)
            refusal = "too_many_connections", "the server has too many connections", "try again"
            transport.write(_write_error(HTTPStatus.SERVICE_UNAVAILABLE, *refusal, seconds=1))
            transport.close()  # at once: another waits for the file
        else:
            self._expect_head()

    def data_received(self, data: bytes) -> None:
        if self._socket.is_lingering:
            self._drained += len(data)
            if self._drained > LINGER_BYTES:
                self._socket.abort()
            return
        if self._first_byte is None:
            self._first_byte = monotonic()
            self._expect_head()
        super().data_received(data)

    def on_response_complete(self) -> None:
        self._first_byte = None
        super().on_response_complete()
        # The start of the next request, which was sent before this one was answered.
        if self._first_byte is None and self.conn.trailing_data[0]:
            self._first_byte = monotonic()
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._head_timer, self._linger_timer, self._progress_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Answer what has arrived, refuse what is half sent."""
        is_arriving = self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]
        if is_arriving and not (self.cycle and self.cycle.response_started):
            error = StoppingError()
            refusal = error.code, error.message, error.hint
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, *refusal, seconds=error.seconds)
        elif not self._socket.is_closing():
            super().shutdown()

    def _should_upgrade(self) -> bool:
        """No: there are no web sockets. A request to switch to another protocol may be ignored."""
        return False

    def _expect_head(self) -> None:
        """Give the head of a request its time from now."""
        self._stop_expecting()
        self._head_timer = self.loop.call_later(self.seconds, self._refuse_slow)

    def _stop_expecting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _begin_request(self) -> None:
        self._stop_expecting()
        if self._first_byte is None:  # of one that was sent before the one before was answered
            self._first_byte = monotonic()
        self.app_state = {**self._server_state, FIRST_BYTE: self._first_byte}

    async def _run_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_close(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if is_start and self.conn.their_state is h11.SEND_BODY:
                # Nobody reads the rest of the body.
                headers = [*message.get("headers", ())]
                message = {**message, "headers": [*headers, *([] if CLOSE in headers else [CLOSE])]}
            await send(message)

        await self._app(scope, receive, send_and_close)

    def _refuse_slow(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, *TOO_SLOW)

    def _refuse_malformed(self, error: h11.RemoteProtocolError) -> None:
        if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            message = f"address and headers are larger than {LARGEST_HEAD:,} bytes"
            refusal = "head_too_large", message, "shorten the address, or send fewer headers"
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, *refusal)
        else:
            reason = str(error).partition(": bytearray(")[0]  # without what was sent
            refusal = "bad_request", f"this is not valid HTTP/1.1: {reason}", "correct the request"
            self._refuse(HTTPStatus.BAD_REQUEST, *refusal)

    def _refuse(
        self, status: HTTPStatus, code: str, message: str, hint: str, *, seconds: int | None = None
    ) -> None:
        """Answer with an error what no app sees, or not to the end, and close the connection."""
        if self._socket.is_closing():
            return
        self._stop_expecting()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # for the app, the client has gone
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self._socket.abort()
                return
        self._socket.write(_write_error(status, code, message, hint, seconds=seconds))
        self._linger()

    def _close(self) -> None:
        if self.conn.their_state in _SENDING:
            self._linger()
        else:
            self._socket.close_now()

    def _linger(self) -> None:
        """Read for a while what the client still sends: to close a socket with something unread is
        to reset the connection, and the response may be lost (RFC 9112, section 9.6).
        """
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self._socket.linger()
        self._linger_timer = self.loop.call_later(LINGER_SECONDS, self._socket.close_now)

    def _watch_progress(self, before: int | None) -> None:
        """Abort a connection where nothing could be sent since the last look.

        `before` are the bytes sent until then; None if there was nothing to send.
        """
        left = self._socket.get_write_buffer_size()
        sent = self._socket.written - left
        if left and sent == before:
            self._socket.abort()
            return
        self._progress_timer = self.loop.call_later(
            self.seconds, self._watch_progress, sent if left else None
        )


class _Connection(h11.Connection):
    """Reports a head that has arrived, and what is not HTTP, before uvicorn logs it."""

    def __init__(
        self,
        *,
        on_head: Callable[[], None],
        on_error: Callable[[h11.RemoteProtocolError], None],
    ) -> None:
        super().__init__(h11.SERVER, LARGEST_HEAD)
        self._on_head, self._on_error = on_head, on_error

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            event = super().next_event()
            # h11 counts only what has arrived in part.
            if isinstance(event, h11.Request) and _measure(event) > LARGEST_HEAD:
                status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                raise h11.RemoteProtocolError("too large", error_status_hint=status)
        except h11.RemoteProtocolError as error:
            self._on_error(error)
            return h11.NEED_DATA
        if isinstance(event, h11.Request):
            self._on_head()
        return event


def _measure(request: h11.Request) -> int:
    """The bytes of the target and the headers."""
    return len(request.target) + sum(len(name) + len(value) + 4 for name, value in request.headers)


class _Transport(asyncio.Transport):
    """A transport that counts what is written, and can be closed for writing first."""

    def __init__(self, inner: asyncio.Transport, close: Callable[[], None]) -> None:
        super().__init__()
        self._inner, self._close = inner, close
        self.written = 0  # bytes
        self.is_lingering = False
        self.get_extra_info = inner.get_extra_info  # type: ignore[method-assign]
        self.pause_reading = inner.pause_reading  # type: ignore[method-assign]
        self.resume_reading = inner.resume_reading  # type: ignore[method-assign]
        self.get_write_buffer_size = inner.get_write_buffer_size  # type: ignore[method-assign]
        self.abort = inner.abort  # type: ignore[method-assign]
        self.close_now = inner.close

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += len(data)
        self._inner.write(data)

    def is_closing(self) -> bool:
        return self.is_lingering or self._inner.is_closing()

    def close(self) -> None:
        if not self.is_closing():
            self._close()

    def linger(self) -> None:
        self.is_lingering = True
        try:
            self._inner.write_eof()
        except OSError:  # the client has reset the connection, which is noticed only now
            self.abort()


def _write_error(
    status: HTTPStatus, code: str, message: str, hint: str, *, seconds: int | None = None
) -> bytes:
    """A whole response of HTTP/1.1; `seconds` is when to send the request again."""
    request_id = choose_request_id("")
    response = respond_with_error(status, code, message, hint, request_id=request_id)
    response.headers.update(
        {**HEADERS, REQUEST_ID: request_id, "Date": formatdate(usegmt=True), "Connection": "close"}
    )
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    head = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    head += [name + b": " + value for name, value in response.raw_headers]
    return b"\r\n".join([*head, b"", bytes(response.body)])
