"""Requests as bytes on a connection, and a real server that takes them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from io import BytesIO
from typing import Any

import uvicorn
from fastapi import FastAPI

from assistant.api.limits.protocol import make_protocol
from assistant.settings import Settings

PATIENCE = 20  # seconds that a test waits for a response, for a busy machine


@dataclass(frozen=True)
class Wired:
    """A response as it came."""

    status: int
    headers: HTTPMessage
    body: bytes


@contextmanager
def wired(app: FastAPI, settings: Settings | None = None, **options: Any) -> Iterator[int]:
    """The port of an app that is served with the protocol of `assistant serve`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            app,
            http=make_protocol(settings or Settings()),
            proxy_headers=False,
            access_log=False,
            log_config=None,
            **options,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    """The bytes of a request with the usual Host; headers are whole lines."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def receive(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    received = bytearray()
    with suppress(ConnectionResetError):  # what was sent before is there
        while chunk := connection.recv(65536):
            received += chunk
    return bytes(received)


def read(received: bytes) -> Wired:
    """The first final response in what was received."""

    class Source(BytesIO):
        def makefile(self, *_: object) -> BytesIO:
            return self

    response = HTTPResponse(Source(received))  # type: ignore[arg-type]
    response.begin()
    return Wired(response.status, response.headers, response.read())


def send(port: int, sent: bytes, *, is_all: bool = False) -> bytes:
    """What comes for what is sent on a connection of its own; `is_all`: no more can be sent."""
    with connect(port) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before the end
            connection.sendall(sent)
            if is_all:
                connection.shutdown(socket.SHUT_WR)
        return receive(connection)


def exchange(port: int, sent: bytes) -> Wired:
    """The response to what is sent."""
    return read(send(port, sent))
