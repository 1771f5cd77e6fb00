"""What an endpoint waits for, and what it does not."""

import json
from dataclasses import replace
from typing import Any

import anyio
import httpx2
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient

from assistant.pages.app import create_app
from assistant.records import Answer
from tests.answering import ASKED, SAID, SHOP, open_with
from tests.conftest import LOCAL, Maker

FOLLOW_UPS = f'{{"follow_ups": []}} <chat_history>USER: {ASKED}</chat_history>'


class CountingWriter:
    """Rephrases nothing, and counts the answers that it is given."""

    model = "model"

    def __init__(self) -> None:
        self.given = 0

    def rephrase(self, answer: Answer) -> Answer:
        self.given += 1
        return answer


def test_no_language_model_is_waited_for_where_its_words_are_not_used(make: Maker) -> None:
    writer = CountingWriter()
    app = create_app(replace(open_with(make, SHOP), writer=writer))
    client, asked = TestClient(app, base_url=LOCAL), {"question": ASKED}
    table = client.post("/api/v1/query", json={**asked, "format": "csv"})
    assert SAID in table.text
    chat: dict[str, Any] = {"messages": [{"role": "user", "content": FOLLOW_UPS}]}
    response = client.post("/v1/chat/completions", json={"model": "assistant", **chat})
    content = response.json()["choices"][0]["message"]["content"]
    assert list(json.loads(content)) == ["follow_ups"]
    assert writer.given == 0
    assert client.post("/api/v1/query", json=asked).json()["answer"]["text"] == SAID
    assert writer.given == 1


def test_health_is_checked_while_questions_hold_all_threads(make: Maker) -> None:
    app = create_app(open_with(make, SHOP))

    async def run() -> int:
        threads = current_default_thread_limiter()
        for _ in range(int(threads.total_tokens)):
            threads.acquire_on_behalf_of_nowait(object())
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url=LOCAL) as client:
            with anyio.fail_after(60):  # it would wait without an end
                return (await client.get("/api/v1/health")).status_code

    assert anyio.run(run) == 200
