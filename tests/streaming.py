"""Server-sent events read, and an app called as a server calls it, with a client that may go."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message

from assistant.answer.answerer import Listener, ignore
from assistant.answer.explain import Explanation
from assistant.records import Answer
from tests.answers import EXPLANATION, CannedAssistant

Event = tuple[str, dict[str, Any]]


def read_events(text: str) -> list[Event]:
    """The events of a response, each its name and data; comments are left out."""
    assert text.endswith("\n\n")
    blocks = [block.split("\n") for block in text.split("\n\n")[:-1]]
    return [_read_event(lines) for lines in blocks if not lines[0].startswith(":")]


def _read_event(lines: list[str]) -> Event:
    (name, data) = lines
    assert name.startswith("event: ")
    assert data.startswith("data: ")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


class PausingAssistant(CannedAssistant):
    """Finds its passages at once, and its answer only when it may go on."""

    def __init__(self, answer: Answer) -> None:
        super().__init__([answer])
        self.may_go_on, self.has_answered = threading.Event(), threading.Event()

    def explain(
        self, question: str, *, listen: Listener = ignore, **options: Any
    ) -> tuple[Answer, Explanation]:
        answer = self.ask(question, **options)
        listen(answer.hits)
        assert self.may_go_on.wait(60)
        listen(answer)
        self.has_answered.set()
        return answer, EXPLANATION


class Client:
    """Calls an app without a server. `see` is called with each part of the body that it gets."""

    def __init__(self, app: ASGIApp, see: Callable[["Client", str], None]) -> None:
        self._app, self._see = app, see
        self.gone = asyncio.Event()  # set: the client disconnects
        self.reads = asyncio.Event()  # cleared: the client reads nothing
        self.reads.set()
        self.text = ""

    async def get(self, path: str, query: str, accept: str) -> None:
        headers = [(b"host", b"127.0.0.1:8000"), (b"accept", accept.encode())]
        scope = {
            "type": "http", "method": "GET", "path": path, "query_string": query.encode(),
            "scheme": "http", "headers": headers, "asgi": {"spec_version": "2.3"},
        }  # fmt: skip
        given: list[Message] = [{"type": "http.request", "body": b""}]

        async def receive() -> Message:
            if given:
                return given.pop()
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            part = message.get("body", b"").decode()
            if part:
                self.text += part
                self._see(self, part)
            await self.reads.wait()

        await self._app(scope, receive, send)
