"""Each request gets a Deadline, has to arrive in time, and is abandoned when its client goes."""

import asyncio
from http import HTTPStatus
from time import monotonic

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.limits.stopping import Stopping
from assistant.deadline import Deadline
from assistant.settings import Settings

FIRST_BYTE = "first_byte"  # in the state of a scope: when it came, on the clock of `monotonic`
TOO_SLOW = ("request_timeout", "the request did not arrive in time", "send it again")
SLOWEST = 16 * 1024  # bytes per second of a body, after the seconds that any request has


class BodyTimeoutError(HTTPException):
    """The body does not arrive in time.

    An HTTPException: FastAPI takes any other error while reading a body for invalid JSON.
    """

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_TIMEOUT)


class RequestLimits:
    """Middleware that makes the Deadline of each request and watches its client."""

    def __init__(self, app: ASGIApp, *, settings: Settings, stopping: Stopping) -> None:
        self._app = app
        self._seconds = settings.deadline_seconds
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline = Deadline(self._seconds, began=scope.get("state", {}).get(FIRST_BYTE))
        arriving = _Arriving(receive, deadline)
        headers = Headers(scope=scope)

        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start" and self._stopping.has_begun:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        self._stopping.deadlines.add(deadline)
        try:
            if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
                await arriving.begin()
            with deadline.apply():
                await self._app(scope, arriving.receive, send_last)
        finally:
            self._stopping.deadlines.discard(deadline)
            arriving.leave()


class _Arriving:
    """The messages of a request, in time; after the last one its client is watched."""

    def __init__(self, receive: Receive, deadline: Deadline) -> None:
        self._receive = receive
        self._deadline = deadline
        self._first: Message | None = None
        self._is_gone = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Take the empty body of a request that no endpoint reads."""
        self._first = await self.receive()

    def leave(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def receive(self) -> Message:
        """Raises BodyTimeoutError."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        if self._watching is not None:
            await self._is_gone.wait()
            return {"type": "http.disconnect"}
        try:
            async with asyncio.timeout(self._deadline.ends - monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise BodyTimeoutError from None
        if message["type"] == "http.disconnect":
            self._deadline.abandon()
        else:
            self._deadline.extend(len(message.get("body", b"")) / SLOWEST)
            if not message.get("more_body", False):
                self._watching = asyncio.create_task(self._watch())
        return message

    async def _watch(self) -> None:
        if (await self._receive())["type"] == "http.disconnect":
            self._deadline.abandon()
            self._is_gone.set()
