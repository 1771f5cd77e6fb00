"""Many requests at a time: each gets its answer or is sent away, and the server stays awake."""

import asyncio
import json
import re
import threading
import time
from collections import Counter
from typing import Any, cast

import anyio
import httpx2
import pytest

from assistant.answer import Assistant
from assistant.answer.explain import Explanation
from assistant.api import contents
from assistant.api.limits.workers import SLOTS, Workers
from assistant.pages.app import create_app
from assistant.records import Answer, Source
from assistant.settings import Settings
from tests.answers import ANSWERED, CannedAssistant
from tests.browser.visiting import served

ASKED = {"question": ANSWERED.question}
HEALTH, QUERY, PLAYERS = "/api/v1/health", "/api/v1/query", "/api/v1/players"
UNLIMITED = httpx2.Limits(max_connections=None)


class SlowAssistant(CannedAssistant):
    source = Source("default", "000001", "embedder", "reader")

    def explain(self, question: str, **options: Any) -> tuple[Answer, Explanation]:
        time.sleep(0.005)
        return super().explain(question, **options)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Workers]:
    """The workers of the apps that are made."""
    found: list[Workers] = []

    class SeenWorkers(Workers):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings)
            found.append(self)

    monkeypatch.setattr("assistant.pages.app.Workers", SeenWorkers)
    return found


def test_of_500_questions_at_once_none_is_lost(made: list[Workers]) -> None:
    assistant = SlowAssistant([ANSWERED])
    app = create_app(cast(Assistant, assistant), settings=Settings(concurrency=2))
    answers: list[tuple[int, str]] = []
    healthy: list[int] = []

    async def ask_all(address: str) -> None:
        async def ask() -> None:
            answers.append(await send(address, QUERY, ASKED))

        async with anyio.create_task_group() as tasks:
            for _ in range(500):
                tasks.start_soon(ask)
            while len(answers) < 500 or not healthy:
                healthy.append((await send(address, HEALTH))[0])

    with served(app) as address:
        anyio.run(ask_all, address)
    counts = Counter(status for status, _ in answers)
    assert counts[200] + counts[503] == 500
    assert counts[200] == len(assistant.asked) > 0
    refused = [response for status, response in answers if status == 503]
    assert all(re.search(r"\r\nretry-after: [1-9]\d*\r\n", response, re.I) for response in refused)
    assert all(re.search(r'"code": ?"(?:overloaded|deadline)"', response) for response in refused)
    assert set(healthy) == {200}
    assert (made[0].running, made[0].waiting) == (0, 0)


async def send(address: str, path: str, body: object = None) -> tuple[int, str]:
    """The status of a response, and all of it: cheaper than with a client made for people."""
    content = b"" if body is None else json.dumps(body).encode()
    host = address.removeprefix("http://")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    head = (
        f"{'POST' if content else 'GET'} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    )
    head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    response = (await reader.read()).decode()
    writer.close()
    return int(response.split(maxsplit=2)[1]), response


def test_slow_lists_do_not_keep_others_waiting(
    made: list[Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def list_slowly(_store: object) -> contents.PlayersBody:
        release.wait(60)
        return contents.PlayersBody(players=[])

    monkeypatch.setattr(contents, "render_players", list_slowly)
    app = create_app(cast(Assistant, SlowAssistant([ANSWERED])), settings=Settings())
    listed: list[int] = []

    async def use(address: str) -> None:
        async with httpx2.AsyncClient(base_url=address, timeout=60, limits=UNLIMITED) as client:

            async def list_players() -> None:
                listed.append((await client.get(PLAYERS)).status_code)

            async with anyio.create_task_group() as tasks:
                for _ in range(60):  # more than there are threads for all endpoints
                    tasks.start_soon(list_players)
                with anyio.fail_after(60):
                    while made[0]._slots.statistics().tasks_waiting < 60 - SLOTS:
                        await anyio.sleep(0.005)
                for path in (HEALTH, "/static/answer.css", "/", f"{QUERY}?question=a"):
                    assert (await client.get(path)).status_code == 200
                assert listed == []
                release.set()

    with served(app) as address:
        anyio.run(use, address)
    assert listed == [200] * 60
