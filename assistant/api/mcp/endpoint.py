"""MCP over HTTP: `/mcp` of the web app."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from assistant.api.limits.workers import Workers
from assistant.api.mcp import check_installed
from assistant.api.origin import is_foreign
from assistant.api.reloading import CurrentAssistant
from assistant.errors import ExtraAbsentError, ForeignSiteError

PATH = "/mcp"


class McpEndpoint:
    """Answers each POST by itself, with JSON.

    No tool sends anything before its result, so neither sessions nor streams are kept: an answer
    doesn't depend on which process or connection got the requests before, and nothing is lost when
    the server starts again.
    """

    def __init__(self, current: CurrentAssistant, workers: Workers) -> None:
        self._current = current
        self._workers = workers
        self._serve: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None

    @property
    def route(self) -> Route:
        """A GET would open a stream, a DELETE end a session: 405, as the protocol has it."""
        return Route(PATH, endpoint=self, methods=["POST"], include_in_schema=False)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serve while the app runs; an app may be started again."""
        try:
            check_installed()
        except ExtraAbsentError:  # raised again by each request
            yield
            return

        # Here, because they need the optional SDK.
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
        from mcp.server.transport_security import TransportSecuritySettings

        from assistant.api.mcp.server import create_server

        sessions = StreamableHTTPSessionManager(
            create_server(self._current, self._workers),
            json_response=True,
            stateless=True,
            # Access has checked Host and token, and `__call__` checks Origin: the SDK's check knows
            # neither a name given with ASSISTANT_ALLOWED_HOSTS nor any port of it.
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with sessions.run():
            self._serve = sessions.handle_request
            try:
                yield
            finally:
                self._serve = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_foreign(Request(scope)):
            raise ForeignSiteError(
                "a page of another site can't use this server", hint="use a program"
            )
        if self._serve is None:
            check_installed()
            raise RuntimeError("the lifespan of the app has not started")
        # Read here: the SDK would log a client that disconnects meanwhile as a fault.
        body = await Request(scope, receive).body()
        await self._serve(scope, _give(body, receive), send)


def _give(body: bytes, receive: Receive) -> Receive:
    """Receives a body that was read already, and then what follows it."""
    first: list[Message] = [{"type": "http.request", "body": body}]

    async def receive_next() -> Message:
        return first.pop() if first else await receive()

    return receive_next
