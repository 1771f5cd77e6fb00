"""The web server: started on a socket, and stopped without losing a question."""

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from assistant.api.limits.connections import ConnectionLimits
from assistant.api.limits.protocol import make_protocol
from assistant.api.limits.stopping import Stopping
from assistant.settings import Settings

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What a connection has to bring a request that is on its way, or the rest of one.
ARRIVING_SECONDS = 0.5
# What refused requests have to end in, after the grace: work in a thread ends at its next check.
ENDING_SECONDS = 5.0
_LOOK_SECONDS = 0.02


class Server(uvicorn.Server):
    """Stops at SIGTERM or SIGINT in this order:

    1. The socket is closed, after all connections that wait at it have been accepted.
    2. Requests that are just arriving are accepted. Each response closes its connection.
    3. Connections without a request are closed; requests that are incomplete get 503.
    4. Within the grace, answers are finished; then the rest get 503 with Retry-After.
    5. The app shuts down.

    A second signal skips 2 to 4. `received` is the first signal, `force_exit` says that threads
    may still be working.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, stopping: Stopping) -> None:
        # uvicorn's access log would contain every question. The order above depends on this loop,
        # whatever else is installed: that of uvicorn on Windows can't stop looking at a socket.
        config = uvicorn.Config(
            app,
            http=make_protocol(settings),
            loop="asyncio:SelectorEventLoop",
            ws="none",
            log_config=None,
            server_header=False,
            access_log=False,
            proxy_headers=False,  # trusted ones only: see `assistant.api.limits.proxies`
            backlog=ConnectionLimits.find().backlog,
        )
        super().__init__(config)
        self.received: signal.Signals | None = None
        self._grace = settings.grace_seconds
        self._stopping = stopping

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Unlike uvicorn's, this does not raise them again at the end."""
        if current_thread() is not main_thread():  # there, Python allows none
            yield
            return
        previous = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.received is None:
            self.received = signal.Signals(sig)
        else:
            self.force_exit = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.begin()
        await self._accept_last(sockets or [])
        await self._wait(ARRIVING_SECONDS)
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        if not await self._wait(self._grace):
            self._stopping.end()
            self.force_exit = not await self._wait(ENDING_SECONDS) or self.force_exit
        for task in tuple(self.server_state.tasks):
            task.cancel()
        await self.lifespan.shutdown()

    async def _accept_last(self, sockets: list[socket.socket]) -> None:
        """Accept what waits at the sockets, and close them at the same moment."""
        loop = asyncio.get_running_loop()
        for listening in sockets:
            loop.remove_reader(listening)
        await asyncio.sleep(_LOOK_SECONDS)  # connections that were accepted reach their protocols
        accepted = []
        for listening in sockets:
            while (connection := _accept(listening)) is not None:
                accepted.append(connection)
        for server in self.servers:
            server.close()  # with its socket
        for connection in accepted:
            await loop.connect_accepted_socket(self._make_protocol, connection)

    def _make_protocol(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    async def _wait(self, seconds: float) -> bool:
        """Wait until all connections and requests have ended; whether they have, in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self.server_state.connections or self.server_state.tasks) and not self.force_exit:
            if loop.time() >= end:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        return True


def _accept(listening: socket.socket) -> socket.socket | None:
    """The next connection; None if there is none."""
    while True:
        try:
            connection, _ = listening.accept()
        except ConnectionAbortedError:  # this one has gone
            continue
        except OSError:  # there is none, or too many are open
            return None
        connection.setblocking(False)
        return connection
