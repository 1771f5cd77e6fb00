"""A stand-in for an OpenAI-compatible server: an HTTP server on 127.0.0.1 that says what it is
given, well or badly.
"""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from assistant.settings import Settings

MODEL = "stub-model"
KEY = "sk-0123456789abcdef"
JSON = "application/json"
Write: TypeAlias = Callable[[dict[str, Any]], str]  # what a model writes for a request


class ModelServer(ThreadingHTTPServer):
    """`reply` answers each request; `requests` are the bodies received, `keys` their headers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, reply: "Reply") -> None:
        self.reply = reply
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.stopped = threading.Event()
        super().__init__(("127.0.0.1", 0), Request)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def settings(self, *, seconds: float = 20.0) -> Settings:
        return Settings(llm_url=self.url, llm_model=MODEL, llm_key=KEY, llm_seconds=seconds)


class Request(BaseHTTPRequestHandler):
    """A request, which is answered by writing to it."""

    server: ModelServer

    def do_POST(self) -> None:
        assert self.path == "/v1/chat/completions"
        length = int(self.headers["Content-Length"])
        self.server.requests.append(json.loads(self.rfile.read(length)))
        self.server.keys.append(self.headers["Authorization"])
        with suppress(OSError):  # the client has gone
            self.server.reply(self)

    def do_GET(self) -> None:
        raise AssertionError("only completions are asked for")

    def send(
        self, body: bytes, *, status: int = 200, length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": JSON} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing on standard error."""


Reply: TypeAlias = Callable[[Request], None]


@contextmanager
def serve(reply: Reply) -> Iterator[ModelServer]:
    """A server that runs meanwhile; what hangs is let go at the end."""
    with ModelServer(reply) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()


def completion(text: str, finish_reason: str = "stop") -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return json.dumps({"object": "chat.completion", "choices": [choice]}).encode()


def say(text: str) -> Reply:
    """Always the same text."""
    return lambda request: request.send(completion(text))


def write(make_text: Write) -> Reply:
    """A text for each request."""
    return lambda request: request.send(completion(make_text(request.server.requests[-1])))


def send(body: bytes, **how: Any) -> Reply:
    return lambda request: request.send(body, **how)


def hang(request: Request) -> None:
    """No byte, until the server is stopped."""
    request.server.stopped.wait()


def trickle(request: Request) -> None:
    """A byte at a time, without end."""
    request.send(b"{", length=1_000_000)
    while not request.server.stopped.wait(0.005):
        request.wfile.write(b" ")


def trickle_headers(request: Request) -> None:
    """The headers without end, a byte at a time."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not request.server.stopped.wait(0.005):
        request.wfile.write(b"x")


def send_much(request: Request) -> None:
    """10 MB of a completion."""
    request.send(completion("Quark glasses cost 9 yuan [1]. " * 340_000))


def send_bomb(request: Request) -> None:
    """A kilobyte of gzip for each megabyte."""
    body = gzip.compress(completion("Quark glasses cost 9 yuan [1]." + " " * 10_000_000))
    request.send(body, Content_Encoding="gzip")


def close_early(request: Request) -> None:
    """Half of the announced body."""
    body = completion("Quark glasses cost 9 yuan [1].")
    request.send(body[: len(body) // 2], length=len(body))
