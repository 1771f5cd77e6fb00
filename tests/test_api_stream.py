"""An answer as server-sent events: the same answer, in steps, whatever becomes of the client."""

import asyncio
import json
import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.answer.answerer import Listener, ignore
from assistant.answer.explain import Explanation
from assistant.api import stream
from assistant.api.rendering import render_answer
from assistant.errors import IndexAbsentError
from assistant.pages.app import create_app
from assistant.records import Answer, Document, Part
from assistant.settings import Settings
from tests.answers import (
    ANSWERED,
    COMPARED,
    EVERY,
    EXPLANATION,
    CannedAssistant,
    answer_from,
    client_of,
)
from tests.conftest import LOCAL
from tests.streaming import Client, Event, PausingAssistant, read_events

QUERY, STREAM = "/api/v1/query", {"Accept": "text/event-stream"}
ASKED = {"question": ANSWERED.question}
FIRST_PASSAGE = {
    "passage_id": "shop/quark 1.txt:0-60",
    "document_id": "shop/quark 1.txt",
    "document_title": "Smart glasses",
    "heading": "Prices",
    "start": 0,
    "end": 60,
    "score": 1.0,
    "href": "/documents/shop/quark%201.txt?start=0&end=60&quote=89a2ea#cited",
}


def render(answer: Answer) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(render_answer(answer).model_dump_json())
    return body


def ask(client: TestClient, **fields: Any) -> list[Event]:
    """The same events by both ways."""
    posted = client.post(QUERY, json=fields, headers=STREAM)
    got = client.get(QUERY, params=fields, headers=STREAM)
    assert (posted.status_code, posted.text) == (got.status_code, got.text) == (200, got.text)
    assert posted.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    return read_events(posted.text)


# What is sent


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.question)
def test_the_last_event_is_what_is_answered_without_a_stream(answer: Answer) -> None:
    client = client_of(answer)
    events = ask(client, question=answer.question)
    assert [name for name, _ in events] == ["retrieved", "answer", "done"]
    assert events[1][1] == events[2][1] == render(answer)
    assert events[2][1] == client.post(QUERY, json={"question": answer.question}).json()


def test_the_passages_come_first() -> None:
    name, data = ask(client_of(ANSWERED), **ASKED)[0]
    assert (name, data["passages"][0]) == ("retrieved", FIRST_PASSAGE)
    assert [passage["document_id"] for passage in data["passages"]] == [
        "shop/quark 1.txt",
        "b.txt",
    ]


def test_the_answer_comes_before_a_language_model_has_rephrased_it() -> None:
    said = replace(
        ANSWERED,
        parts=(Part("They cost 2,999 yuan.", (1,), 8.4213),),
        generator="a-model",
        extractive=ANSWERED.parts,
    )
    _, (_, answer), (_, done) = ask(client_of(said), **ASKED)
    assert (answer["answer"]["text"], answer["generator"]) == ("2,999 yuan", "extractive")
    assert (done["answer"]["text"], done["generator"]) == ("They cost 2,999 yuan.", "a-model")
    assert done == render(said)


def test_the_last_event_has_the_explanation_that_was_asked_for() -> None:
    client, asked = client_of(ANSWERED), ASKED | {"include": ["explain"]}
    _, (_, answer), (_, done) = ask(client, **asked)
    assert "explanation" not in answer
    assert done == client.post(QUERY, json=asked).json()
    assert done["explanation"]["kind"] == EXPLANATION.kind


def test_lines_in_a_document_do_not_end_an_event() -> None:
    text = "a\r\nb\u2028c\x85d\n\n\ne"
    answer = answer_from(Document("lines.txt", "Lines", text), text, None)
    *_, (_, done) = ask(client_of(answer), **ASKED)
    assert done["citations"][0]["quote"] == text


# When it is a stream


@pytest.mark.parametrize(
    ("accept", "is_stream"),
    [
        ("text/event-stream", True),
        ("application/json, text/event-stream;q=0.5", True),
        ("TEXT/Event-Stream ; charset=utf-8", True),
        ("*/*", False),
        ("text/*", False),
        ("application/json", False),
        ("text/event-stream-2", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_gets_what_it_accepts(method: str, accept: str, is_stream: bool) -> None:
    given: dict[str, Any] = {"params" if method == "GET" else "json": ASKED}
    response = client_of(ANSWERED).request(method, QUERY, headers={"Accept": accept}, **given)
    assert response.headers["Vary"] == "Accept"
    kind = response.headers["Content-Type"].split(";")[0]
    assert kind == ("text/event-stream" if is_stream else "application/json")


def test_one_of_several_headers_may_name_it() -> None:
    headers = [("Accept", "application/json"), ("Accept", "text/event-stream")]
    response = client_of(ANSWERED).get(QUERY, params=ASKED, headers=headers)
    assert read_events(response.text)[-1][0] == "done"


def test_csv_is_no_stream() -> None:
    client, asked = client_of(COMPARED), {"question": COMPARED.question, "format": "csv"}
    for response in (
        client.post(QUERY, json=asked, headers=STREAM),
        client.get(QUERY, params=asked, headers=STREAM),
    ):
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (422, "bad_question")
        assert error["message"] == "the answer can't be a stream and CSV at the same time"
    both = {"Accept": "text/csv, application/json"}
    assert client.get(QUERY, params=asked, headers=both).headers["Vary"] == "Accept"


# Errors


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"question": "x" * 2001}, "bad_question"),
        ({"question": "x", "documents": ["none"]}, "unknown_document"),
        ({"question": "x", "as_of": "today"}, "bad_request"),
    ],
)
def test_an_error_before_the_first_event_is_one_without_a_stream(
    asked: dict[str, Any], code: str
) -> None:
    client = client_of(ANSWERED)
    responses = [client.post(QUERY, json=asked, headers=one) for one in (STREAM, {})]
    assert responses[0].status_code == responses[1].status_code
    errors = [response.json()["error"] for response in responses]
    assert errors[0] | {"request_id": ""} == errors[1] | {"request_id": ""}
    assert errors[0]["code"] == code


def test_without_an_index_there_is_no_stream(tmp_path: Path) -> None:
    app = create_app(settings=Settings(indexes=tmp_path))
    with TestClient(app, base_url=LOCAL) as client:
        response = client.get(QUERY, params=ASKED, headers=STREAM)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "no_index")


class FailingAssistant(CannedAssistant):
    """Fails after it has found passages, as often as there are errors."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__([ANSWERED])
        self.errors = list(errors)

    def explain(
        self, question: str, *, listen: Listener = ignore, **options: Any
    ) -> tuple[Answer, Explanation]:
        if not self.errors:
            return super().explain(question, listen=listen, **options)
        listen(self.ask(question, **options).hits)
        raise self.errors.pop(0)


def fail(*errors: Exception) -> TestClient:
    return TestClient(create_app(cast(Assistant, FailingAssistant(*errors))), base_url=LOCAL)


def test_an_error_after_the_first_event_is_the_last_event() -> None:
    absent = IndexAbsentError("no index in a", hint="run `assistant index`")
    client = fail(absent, absent)
    response = client.get(QUERY, params=ASKED, headers=STREAM | {"X-Request-ID": "r1"})
    (first, _), (again, _), last = read_events(response.text)
    assert (first, again) == ("retrieved", "retrieved")
    error = {"code": absent.code, "message": absent.message, "hint": absent.hint}
    assert last == ("error", {"error": error | {"request_id": "r1"}})


def test_a_fault_after_the_first_event_is_in_the_log_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = fail(ValueError("secret")).get(
        QUERY, params=ASKED, headers=STREAM | {"X-Request-ID": "r2"}
    )
    _, (name, data) = read_events(response.text)
    assert (name, data["error"]["code"], data["error"]["request_id"]) == ("error", "fault", "r2")
    assert "secret" not in response.text
    (logged,) = caplog.records
    assert (logged.levelno, logged.getMessage()) == (
        logging.ERROR,
        "request r2 failed: an answer",
    )
    assert logged.exc_info is not None
    assert str(logged.exc_info[1]) == "secret"


def test_where_a_generation_was_removed_the_passages_of_the_next_one_follow() -> None:
    response = fail(IndexAbsentError("gone")).get(QUERY, params=ASKED, headers=STREAM)
    events = read_events(response.text)
    assert [name for name, _ in events] == ["retrieved", "retrieved", "answer", "done"]
    assert events[-1][1] == render(ANSWERED)


# Clients that go, or are slow. That the event loop is blocked by a question would stop these tests:
# only what runs on it lets the question go on.


async def follow(client: Client) -> asyncio.Task[None]:
    query = "question=How%20much%20do%20Quark%20glasses%20cost%3F"
    return asyncio.create_task(client.get(QUERY, query, STREAM["Accept"]))


async def wait_for(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 60)


def test_nothing_is_left_of_a_question_when_its_client_has_gone() -> None:
    assistant = PausingAssistant(ANSWERED)

    async def run() -> str:
        client = Client(create_app(cast(Assistant, assistant)), lambda one, _: one.gone.set())
        await (await follow(client))
        assert not assistant.has_answered.is_set()  # the response ended first
        assert len(stream._ASKED) == 1
        assistant.may_go_on.set()
        await asyncio.wait(stream._ASKED)
        await asyncio.sleep(0)  # what is done when a task is done is called next
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return client.text

    sent = asyncio.run(run())
    assert [name for name, _ in read_events(sent)] == ["retrieved"]
    assert assistant.has_answered.is_set()
    assert not stream._ASKED


def test_a_question_does_not_wait_for_a_client_that_reads_slowly() -> None:
    assistant = PausingAssistant(ANSWERED)

    async def run() -> str:
        client = Client(create_app(cast(Assistant, assistant)), lambda one, _: one.reads.clear())
        response = await follow(client)
        assistant.may_go_on.set()
        await wait_for(assistant.has_answered)  # before the client has read the first event
        assert not response.done()
        client.reads.set()
        client._see = lambda *_: None
        await response
        return client.text

    events = read_events(asyncio.run(run()))
    assert [name for name, _ in events] == ["retrieved", "answer", "done"]


def test_comments_are_sent_while_an_answer_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE_SECONDS", 0.001)
    assistant = PausingAssistant(ANSWERED)

    def see(_: Client, part: str) -> None:
        if part == ": ping\n\n":
            assistant.may_go_on.set()

    async def run() -> str:
        client = Client(create_app(cast(Assistant, assistant)), see)
        await (await follow(client))
        return client.text

    events = read_events(asyncio.run(run()))
    assert [name for name, _ in events] == ["retrieved", "answer", "done"]
    assert events[-1][1] == render(ANSWERED)
