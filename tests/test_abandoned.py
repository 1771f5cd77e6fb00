"""A client that goes ends the work for its request, by whatever interface it asked."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self, cast
from urllib.parse import quote

import httpx2
import pytest

from assistant.answer import Assistant
from assistant.answer.answerer import Listener, ignore
from assistant.answer.explain import Explanation
from assistant.api.limits.workers import Workers
from assistant.deadline import check_deadline, find_deadline
from assistant.errors import AbandonedError, AssistantError, DeadlineError
from assistant.pages.app import create_app
from assistant.records import Answer
from assistant.settings import Settings
from tests.answers import ANSWERED, CannedAssistant
from tests.browser.visiting import served

ASKED = {"question": ANSWERED.question}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": ASKED},
}
MESSAGES = [{"role": "user", "content": ANSWERED.question}]
JSON, LINES = "application/json", "application/x-ndjson"
BOTH = "application/json, text/event-stream"
IN_ADDRESS = f"question={quote(ANSWERED.question)}"


class ReadingAssistant(CannedAssistant):
    """Reads until its request ends, or `is_quick`; with `is_late`, the time has just ended."""

    def __init__(self) -> None:
        super().__init__([ANSWERED])
        self.began = threading.Semaphore(0)
        self.ended: list[type[AssistantError]] = []
        self.is_quick = False
        self.is_late = False

    def explain(
        self, question: str, *, listen: Listener = ignore, **options: Any
    ) -> tuple[Answer, Explanation]:
        found = super().explain(question, **options)
        listen(found[0].hits)
        self.began.release()
        deadline = find_deadline()
        if self.is_late and deadline is not None:
            deadline.ends = time.monotonic()
        try:
            while not self.is_quick:
                check_deadline()
                time.sleep(0.001)
        except AssistantError as error:
            self.ended.append(type(error))
            raise
        return found

    def without_writer(self) -> Self:
        return self


class Server:
    """An app of one thread for answers, served for real."""

    def __init__(self, address: str, assistant: ReadingAssistant, workers: Workers) -> None:
        self.address, self.assistant, self.workers = address, assistant, workers

    def send(
        self, method: str, path: str, body: str = "", *, kind: str = JSON, accept: str = JSON
    ) -> socket.socket:
        """A connection over which a request was sent."""
        host = self.address.removeprefix("http://")
        name, _, port = host.partition(":")
        connection = socket.create_connection((name, int(port)))
        content = body.encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n"
        if body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + content)
        return connection


def until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends, "waited for 60 s"
        time.sleep(0.002)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Server]]:
    made: list[Workers] = []

    class SeenWorkers(Workers):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings)
            made.append(self)

    monkeypatch.setattr("assistant.pages.app.Workers", SeenWorkers)
    entered = []

    def begin() -> Server:
        assistant = ReadingAssistant()
        settings = Settings(concurrency=1, deadline_seconds=100)
        serving = served(create_app(cast(Assistant, assistant), settings=settings))
        address = serving.__enter__()
        entered.append((serving, assistant))
        return Server(address, assistant, made[-1])

    yield begin
    for serving, assistant in entered:
        assistant.is_quick = True
        serving.__exit__(None, None, None)


REQUESTS: dict[str, dict[str, str]] = {
    "post": {"method": "POST", "path": "/api/v1/query", "body": json.dumps(ASKED)},
    "get": {"method": "GET", "path": f"/api/v1/query?{IN_ADDRESS}"},
    "csv": {"method": "GET", "path": f"/api/v1/query?{IN_ADDRESS}&format=csv"},
    "stream": {
        "method": "POST",
        "path": "/api/v1/query",
        "body": json.dumps(ASKED),
        "accept": "text/event-stream",
    },
    "batch": {
        "method": "POST",
        "path": "/api/v1/batch",
        "body": 5 * f"{json.dumps(ASKED)}\n",
        "kind": LINES,
    },
    "chat": {
        "method": "POST",
        "path": "/v1/chat/completions",
        "body": json.dumps({"model": "assistant", "messages": MESSAGES}),
    },
    "chat stream": {
        "method": "POST",
        "path": "/v1/chat/completions",
        "body": json.dumps({"model": "assistant", "messages": MESSAGES, "stream": True}),
        "accept": "text/event-stream",
    },
    "mcp": {"method": "POST", "path": "/mcp", "body": json.dumps(CALL), "accept": BOTH},
    "page": {"method": "GET", "path": f"/?{IN_ADDRESS}", "accept": "text/html"},
    "chart": {"method": "GET", "path": f"/answers/chart.svg?{IN_ADDRESS}"},
}


def test_a_client_that_goes_ends_its_answer(start: Callable[[], Server]) -> None:
    server = start()
    assistant = server.assistant
    for name, request in REQUESTS.items():
        assistant.ended.clear()
        assistant.asked.clear()
        connection = server.send(**request)
        assert assistant.began.acquire(timeout=60), name
        connection.close()
        until(lambda: assistant.ended == [AbandonedError] and server.workers.running == 0)
        assert len(assistant.asked) == 1, name  # of a batch, no further line
    assistant.is_quick = True
    assert httpx2.post(f"{server.address}/api/v1/query", json=ASKED).status_code == 200


def test_a_client_that_goes_leaves_the_queue(start: Callable[[], Server]) -> None:
    server = start()
    assistant, workers = server.assistant, server.workers
    first = server.send(**REQUESTS["post"])
    assert assistant.began.acquire(timeout=60)
    for name, request in REQUESTS.items():
        connection = server.send(**request)
        until(lambda: workers.waiting == 1)
        connection.close()
        until(lambda: workers.waiting == 0)
        assert len(assistant.asked) == 1, name
    first.close()
    until(lambda: workers.running == 0)
    assert assistant.ended == [AbandonedError]


@pytest.mark.parametrize("name", ["post", "csv", "chat", "chat stream", "page", "chart"])
def test_an_answer_ends_with_its_time(start: Callable[[], Server], name: str) -> None:
    server = start()
    server.assistant.is_late = True
    request = REQUESTS[name]
    response = httpx2.request(
        request["method"],
        server.address + request["path"],
        content=request.get("body"),
        headers={"Content-Type": JSON, "Accept": request.get("accept", JSON)},
        timeout=60,
    )
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "no answer within 100 s" in response.text
    assert server.assistant.ended == [DeadlineError]
    until(lambda: server.workers.running == 0)
