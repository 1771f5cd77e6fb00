"""Many questions at a time: a line for each, in order, the same as for one question."""

import json
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.answer.answerer import Listener, ignore
from assistant.answer.explain import Explanation
from assistant.api import batch
from assistant.api.access import LARGEST_BODY
from assistant.api.batch import JSON_LINES, MOST_LINES, read_lines
from assistant.api.rendering import render_answer
from assistant.load.limits import MIB
from assistant.pages.app import create_app
from assistant.records import Answer
from assistant.settings import Settings
from tests.answers import (
    ANSWERED,
    EVERY,
    EXPLANATION,
    SHOP,
    CannedAssistant,
    assistant_of,
    client_of,
)
from tests.browser.visiting import ReadyServer
from tests.conftest import LOCAL, Maker
from tests.generations import FIRST, SECOND, build

BATCH = "/api/v1/batch"
ASKED = json.dumps({"question": ANSWERED.question})


def send(client: TestClient, body: str | bytes, **headers: str) -> list[dict[str, Any]]:
    response = client.post(BATCH, content=body, headers=headers)
    assert (response.status_code, response.headers["Content-Type"]) == (200, JSON_LINES)
    assert response.text.endswith("\n")
    return [json.loads(line) for line in response.text.split("\n")[:-1]]


def find_error(line: dict[str, Any]) -> tuple[str, str, str]:
    assert line.keys() == {"error"}
    error = line["error"]
    return error["code"], error["message"], error["hint"]


# What is sent


def test_each_line_gets_the_body_of_a_question_in_order() -> None:
    client = client_of(*EVERY)
    asked = [{"question": answer.question} for answer in (*EVERY, *reversed(EVERY))]
    lines = send(client, "\n".join(map(json.dumps, asked)))
    assert lines == [client.post("/api/v1/query", json=one).json() for one in asked]
    assert lines[0] == json.loads(render_answer(EVERY[0]).model_dump_json())


def test_a_line_has_all_fields_of_a_question() -> None:
    assistant = CannedAssistant([ANSWERED])
    client = TestClient(create_app(cast(Assistant, assistant)), base_url=LOCAL)
    fields = {
        "question": "and then?",
        "previous": [{"question": "What?"}],
        "documents": ["b.txt"],
        "top_k": 3,
        "as_of": "2025-03-01",
        "include": ["explain"],
    }
    (line,) = send(client, json.dumps(fields))
    assert line == client.post("/api/v1/query", json=fields).json()
    assert line["explanation"]["kind"] == EXPLANATION.kind
    assert assistant.asked[0] == assistant.asked[1]
    assert assistant.conversations[0] == assistant.conversations[1]
    assert assistant.conversations[0][0] == ("What?",)


@pytest.mark.parametrize(
    "body",
    [
        f"\ufeff{ASKED}\n{ASKED}",
        f"{ASKED}\r\n{ASKED}\r\n",
        f"\n\n  {ASKED}  \n \t \n{ASKED}\n\n",
        f'{ASKED}\n{{"question": "a\u2028b\x85c"}}',
    ],
    ids=["mark", "CRLF", "empty lines", "other separators"],
)
def test_lines_are_read_as_they_are_written(body: str) -> None:
    lines = send(client_of(ANSWERED), body)
    assert [line["status"] for line in lines] == ["answered", "answered"]


def test_the_last_line_needs_no_end_and_any_type_of_content_is_read() -> None:
    for kind in ("application/x-ndjson", "application/jsonl", "application/x-www-form-urlencoded"):
        (line,) = send(client_of(ANSWERED), ASKED, **{"Content-Type": kind})
        assert line["question"] == ANSWERED.question


# Errors


@pytest.mark.parametrize(
    ("line", "code", "message", "hint"),
    [
        (
            "{",
            "bad_request",
            "line 3: not a JSON object (given: '{')",
            "write one on each line; curl keeps the lines with --data-binary",
        ),
        (
            "{}{}",
            "bad_request",
            "line 3: not a JSON object (given: '{}{}')",
            "write one on each line; curl keeps the lines with --data-binary",
        ),
        (
            "bad_alloc",  # as C++ says that there is no memory
            "bad_request",
            "line 3: not a JSON object (given: 'bad_alloc')",
            "write one on each line; curl keeps the lines with --data-binary",
        ),
        (
            '["question"]',
            "bad_request",
            "line 3: not a JSON object (given: '[\"question\"]')",
            "write one on each line; curl keeps the lines with --data-binary",
        ),
        (
            "[" * 60_000,
            "bad_request",
            f"line 3: not a JSON object (given: {'[' * 100_000!r:.100}…)",
            "write one on each line; curl keeps the lines with --data-binary",
        ),
        (
            "{}",
            "bad_request",
            "line 3: question: Field required",
            "see /docs for the fields and values",
        ),
        (
            '{"question": "x", "topk": 1}',
            "bad_request",
            "line 3: topk: Extra inputs are not permitted (given: 1)",
            "see /docs for the fields and values",
        ),
        (
            '{"question": "x", "as_of": "today"}',
            "bad_request",
            "line 3: as_of: write a day as 2025-03-01 (given: 'today')",
            "see /docs for the fields and values",
        ),
        (
            "[" * (LARGEST_BODY + 1),
            "bad_request",
            "line 3: longer than 65,536 characters",
            "ask in at most 2,000 characters",
        ),
        (
            '{"question": "x", "format": "csv"}',
            "bad_request",
            "line 3: format: a batch has no CSV (given: 'csv')",
            "leave it out",
        ),
        (
            '{"question": "x", "documents": ["none.txt"]}',
            "unknown_document",
            "line 3: no document 'none.txt'",
            "see /documents",
        ),
    ],
)
def test_a_line_that_can_not_be_answered_is_an_error_and_the_others_are_answered(
    line: str, code: str, message: str, hint: str
) -> None:
    lines = send(client_of(ANSWERED), f"{ASKED}\n\n{line}\n{ASKED}\n", **{"X-Request-ID": "r1"})
    assert [one.get("status") for one in lines] == ["answered", None, "answered"]
    assert find_error(lines[1]) == (code, message, hint)
    assert lines[1]["error"]["request_id"] == "r1"


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"question": null}',
        '{"question": "\\ud800"}',
        '{"question": "x", "include": ["\\ud800"]}',
        '{"question": "x", "previous": [{"questions": "y"}]}',
        '{"question": "x", "include": ["all"]}',
        '{"question": "x", "top_k": "many"}',
        '{"question": "x", "as_of": NaN}',
    ],
)
def test_the_error_of_a_line_is_that_of_a_question(make: Maker, body: str) -> None:
    client = TestClient(create_app(make.assistant(SHOP)), base_url=LOCAL)
    headers = {"Content-Type": "application/json"}
    alone = client.post("/api/v1/query", content=body, headers=headers)
    (line,) = send(client, body)
    code, message, hint = find_error(alone.json())
    assert find_error(line) == (code, f"line 1: {message}", hint)


def test_a_fault_is_in_the_log_and_the_other_lines_are_answered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(_current: object, query: Any) -> Any:
        if query.question == "fail":
            raise ValueError("secret")
        return render_answer(ANSWERED)

    monkeypatch.setattr(batch, "ask_current", ask)
    body = f'{{"question": "fail"}}\n{ASKED}'
    first, second = send(client_of(ANSWERED), body, **{"X-Request-ID": "r2"})
    message = "line 1: something went wrong on the server"
    assert find_error(first) == ("fault", message, "see its log for this request")
    assert second["status"] == "answered"
    assert [one.getMessage() for one in caplog.records] == ["request r2 failed: line 1"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the batch is empty"),
        (b"\n \r\n", "the batch is empty"),
        (b'{"question": "\xff"}', "byte 14 of the batch is not UTF-8"),
        (ASKED.encode("utf-16"), "byte 0 of the batch is not UTF-8"),
        (b"{}\n" * (MOST_LINES + 1), "the batch has 10,001 questions"),
    ],
)
def test_a_batch_that_can_not_be_read_is_refused(body: bytes, message: str) -> None:
    response = client_of(ANSWERED).post(BATCH, content=body)
    assert response.status_code == 422
    assert find_error(response.json())[:2] == ("bad_request", message)


def test_a_batch_of_the_most_lines_is_read() -> None:
    lines = read_lines(b"{}\n" * MOST_LINES)
    assert (len(lines), lines[-1]) == (MOST_LINES, (MOST_LINES, "{}"))


def test_a_batch_may_be_larger_than_a_question_but_not_too_large() -> None:
    (answer,) = send(client_of(ANSWERED), ASKED + "\n" * (8 * MIB - len(ASKED)))
    assert answer["question"] == ANSWERED.question
    line = json.dumps({"question": "x", "documents": ["x" * 1000]}) + "\n"
    response = client_of(ANSWERED).post(BATCH, content=line * (8 * MIB // len(line) + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert response.json()["error"]["hint"] == "send fewer questions at a time"


def test_a_page_of_another_site_sends_no_batch() -> None:
    headers = {"Origin": "https://example.org"}
    response = client_of(ANSWERED).post(BATCH, content=ASKED, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "foreign_site")


def test_batch_and_stream_need_the_token_of_the_server() -> None:
    token = "a-token-of-16-characters"
    app = create_app(assistant_of(ANSWERED), settings=Settings(token=token))
    client = TestClient(app, base_url=LOCAL)
    stream = {"Accept": "text/event-stream"}
    asked = {"question": ANSWERED.question}
    for headers, status in (({}, 401), ({"Authorization": f"Bearer {token}"}, 200)):
        batch_response = client.post(BATCH, content=ASKED, headers=headers)
        stream_response = client.get("/api/v1/query", params=asked, headers=headers | stream)
        assert (batch_response.status_code, stream_response.status_code) == (status, status)
        assert (ANSWERED.parts[0].text in batch_response.text) == (status == 200)
        assert ("event: retrieved" in stream_response.text) == (status == 200)


def test_without_an_index_no_line_is_answered(tmp_path: Path) -> None:
    app = create_app(settings=Settings(indexes=tmp_path))
    response = TestClient(app, base_url=LOCAL).post(BATCH, content=ASKED)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "no_index")


@pytest.mark.usefixtures("fake_models", "terms_reader")
def test_a_question_is_answered_by_the_index_in_use_when_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    answer_line = batch.answer_line

    def build_between(*given: Any) -> str:
        line = answer_line(*given)
        if given[2] == 1:
            build(index, SECOND)
        return line

    monkeypatch.setattr(batch, "answer_line", build_between)
    app = create_app(settings=Settings(indexes=tmp_path, index="index"))
    asked = json.dumps({"question": "What does it cost?"})
    lines = send(TestClient(app, base_url=LOCAL), f"{asked}\n{asked}")
    assert [line["index"]["generation"] for line in lines] == ["000001", "000002"]
    assert [line["answer"]["text"] for line in lines] == [FIRST, SECOND]


# Clients that go


class CountingAssistant(CannedAssistant):
    """Answers its second question only when it may go on."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__(answers)
        self.may_go_on, self.is_at_second = threading.Event(), threading.Event()

    def explain(
        self, question: str, *, listen: Listener = ignore, **options: Any
    ) -> tuple[Answer, Explanation]:
        found = super().explain(question, listen=listen, **options)
        if len(self.asked) == 2:
            self.is_at_second.set()
            assert self.may_go_on.wait(60)
        return found


def test_it_stops_after_the_question_at_which_the_client_disconnects() -> None:
    assistant = CountingAssistant([ANSWERED])
    server = ReadyServer(create_app(cast(Assistant, assistant)))
    thread = threading.Thread(target=server.run)
    thread.start()
    server.ready.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    asked = [{"question": f"{number}?"} for number in range(5)]
    body = "\n".join(map(json.dumps, asked))
    address = f"http://127.0.0.1:{port}{BATCH}"
    with httpx.stream("POST", address, content=body, timeout=60) as response:
        first = next(response.iter_lines())
        assert assistant.is_at_second.wait(60)
    assert json.loads(first)["question"] == "0?"
    while server.server_state.connections:  # until the server knows
        threading.Event().wait(0.01)
    assistant.may_go_on.set()
    server.should_exit = True
    thread.join()  # after all that it still does
    assert [question for question, *_ in assistant.asked] == ["0?", "1?"]


def test_the_answers_come_one_by_one() -> None:
    """The first is there while the second is being found, on a connection that stays open."""
    assistant = CountingAssistant([ANSWERED])
    server = ReadyServer(create_app(cast(Assistant, assistant)))
    thread = threading.Thread(target=server.run)
    thread.start()
    server.ready.wait()
    with socket.create_connection(server.servers[0].sockets[0].getsockname()[:2]) as connection:
        body = f"{ASKED}\n{ASKED}\n".encode()
        head = f"POST {BATCH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)
        received = b""
        while b'"status":"answered"' not in received:
            received += connection.recv(65536)
        assert not assistant.may_go_on.is_set()
        assistant.may_go_on.set()
        while part := connection.recv(65536):
            received += part
    server.should_exit = True
    thread.join()
    assert received.count(b'"status":"answered"') == 2
