"""The app: JSON by every way, access, limits, errors."""

import asyncio
import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.answer.cite import hash_quote
from assistant.api.access import LARGEST_BODY, check_address
from assistant.api.query import QueryBody
from assistant.api.rendering import quote_href, render_answer
from assistant.api.schema import AnswerBody, ErrorBody
from assistant.api.wording import find_answering_words, read_wording
from assistant.cli import main
from assistant.errors import (
    AccessError,
    AssistantError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
    ShortageError,
)
from assistant.evaluate.plan import find_newest
from assistant.pages.app import create_app
from assistant.questions.index_questions import locate, read_index_questions
from assistant.settings import Settings
from tests.answers import strip_tags
from tests.conftest import ARTICLE_ID, LOCAL, QUESTIONS, ROOT
from tests.evaluating import run_set

QUARK = "How much do the Quark AI glasses cost?"
FRANCE = "What is the capital of France?"
SNAPSHOT = ROOT / "tests" / "data" / "openapi.json"


def error(response: object) -> tuple[int, str, str]:
    """Status, code and message of an error, which must be in the API's one form."""
    body = response.json()  # type: ignore[attr-defined]
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint", "request_id"}
    assert body["error"]["hint"]
    assert body["error"]["request_id"] == response.headers["X-Request-ID"]  # type: ignore[attr-defined]
    status: int = response.status_code  # type: ignore[attr-defined]
    return status, body["error"]["code"], body["error"]["message"]


def test_post_and_get_give_the_same_body(client: TestClient) -> None:
    posted = client.post("/api/v1/query", json={"question": QUARK, "top_k": 3}).json()
    got = client.get("/api/v1/query", params={"question": QUARK, "top_k": 3}).json()
    assert posted.pop("timing_ms").keys() == got.pop("timing_ms").keys()
    assert posted == got
    assert posted["status"] == "answered"
    assert posted["confidence"] is None
    assert len(posted["passages"]) == 3
    text = client.get(f"/api/v1/documents/{ARTICLE_ID}").json()["text"]
    for citation in posted["citations"]:
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_abstaining_is_not_an_error(client: TestClient) -> None:
    response = client.post("/api/v1/query", json={"question": FRANCE})
    body = response.json()
    assert response.status_code == 200
    assert (body["status"], body["kind"], body["answer"]) == ("abstained", "none", None)
    assert body["abstention"]["closest"] == [1, 2, 3]


def test_page_json_python_batch_and_command_line_give_the_same_answers(
    article_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant = Assistant.open(article_index, settings=Settings())
    client = TestClient(create_app(assistant), base_url=LOCAL)
    questions = list(read_index_questions(QUESTIONS, split="tune"))[::16]
    rows, _ = run_set(assistant, list(locate(questions, assistant.document)), tmp_path)
    as_of = find_newest(assistant)  # for which a batch asks
    assert as_of is not None
    for number, (question, row) in enumerate(zip(questions, rows, strict=True)):
        assert row.response is not None
        batch = row.response.model_dump(mode="json", exclude={"timing_ms", "passages"})
        asked = render_answer(assistant.ask(question.question, as_of=as_of))
        python = asked.model_dump(mode="json", exclude={"timing_ms", "passages"})
        query = {"question": question.question, "as_of": as_of.isoformat()}
        answered = client.post("/api/v1/query", json=query).json()
        assert {name: answered[name] for name in batch} == python == batch
        if number % 6 == 0:  # it opens the index each time
            where = ["--indexes", str(article_index.parent)]
            assert main(["ask", question.question, "--json", "--as-of", str(as_of), *where]) == 0
            printed = json.loads(capsys.readouterr().out)
            assert printed.pop("timing_ms").keys() == answered.pop("timing_ms").keys()
            assert printed == answered
        page = client.get("/", params=query)
        assert page.status_code == 200
        shown = strip_tags(page.text)
        if row.response.answer is None:
            assert read_wording().title_abstention(row.response) in shown
        else:
            assert all(part.text in shown for part in row.response.answer.parts)


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        ({"question": ""}, 422, "bad_question", "the question is empty"),
        ({"question": "x" * 2001}, 422, "bad_question", "the question has 2,001 characters"),
        ({"question": "x", "top_k": 0}, 422, "bad_question", "top_k is 0"),
        ({"question": "x", "top_k": 51}, 422, "bad_question", "top_k is 51"),
        ({"question": "x", "top_k": "many"}, 422, "bad_request", "top_k: Input should be"),
        ({"question": "x", "limit": 3}, 422, "bad_request", "limit: Extra inputs"),
        ({}, 422, "bad_request", "question: Field required"),
        ({"question": "x", "body": 1}, 422, "bad_request", "body: Extra inputs"),
    ],
)
def test_a_bad_query_is_refused_in_one_form_by_both_ways(
    client: TestClient, body: dict[str, object], status: int, code: str, message: str
) -> None:
    for response in (
        client.post("/api/v1/query", json=body),
        client.get("/api/v1/query", params={name: str(value) for name, value in body.items()}),
    ):
        found = error(response)
        assert found[:2] == (status, code)
        assert message in found[2]


def test_other_bad_requests_have_the_same_form(client: TestClient) -> None:
    typed = {"Content-Type": "application/json"}
    for body, headers in (('{"question": "x"}', {}), ("not json", typed), ("[1]", typed)):
        found = error(client.post("/api/v1/query", content=body, headers=headers))
        assert found[:2] == (422, "bad_request")
        assert found[2].startswith("the body is not a JSON object (given: ")
    for content in (b'{"question": "\xff"}', b"[" * 60_000):
        found = error(client.post("/api/v1/query", content=content, headers=typed))
        assert found[:3] == (400, "bad_request", "the body can't be read as JSON")
    halved = client.post("/api/v1/query", content=r'{"question": "\ud800 x"}', headers=typed)
    assert error(halved)[:2] == (422, "bad_question")
    assert error(client.get("/api/v1/nothing"))[:2] == (404, "not_found")
    assert error(client.delete("/api/v1/query"))[:2] == (405, "method_not_allowed")
    missing = error(client.get("/api/v1/documents/../../etc/passwd"))
    assert missing[0] == 404
    assert error(client.get("/api/v1/documents/%2e%2e%2fx"))[1] == "unknown_document"


def test_long_values_are_not_echoed(client: TestClient) -> None:
    long = client.post("/api/v1/query", json={"question": "x", "n" * 5000: "v" * 5000})
    assert error(long) == (
        422,
        "bad_request",
        f"{'n' * 100}: Extra inputs are not permitted (given: '{'v' * 99}…)",
    )
    digits = {"question": "x", "top_k": int("9" * 4000)}
    for response in (
        client.post("/api/v1/query", json=digits),
        client.get("/api/v1/query", params={name: str(value) for name, value in digits.items()}),
    ):
        assert error(response) == (422, "bad_question", f"top_k is {'9' * 20}")
    path = error(client.get("/api/v1/" + "p" * 5000))[2]
    assert path == f"GET /api/v1/{'p' * 192}: not found"


def test_the_page_of_an_error_speaks_plainly(client: TestClient) -> None:
    page = client.get("/documents/none.txt")
    assert page.status_code == 404
    assert "<title>There is no such document – Assistant</title>" in page.text
    assert "<h1>There is no such document</h1>" in page.text
    assert "unknown_document" not in page.text


def test_a_shortage_is_no_fault_of_the_question(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ShortageError("")

    monkeypatch.setattr("assistant.pages.asking.ask_current", fail)
    page = client.get("/", params={"question": QUARK})
    assert page.status_code == 503
    assert "<h1>The server has run out of resources</h1>" in page.text
    assert f'value="{QUARK}"' in page.text


@pytest.mark.parametrize("path", ["/", "/trends", "/api/v1/health", "/api/v1/documents"])
def test_a_wrong_method_gets_the_right_one(client: TestClient, path: str) -> None:
    response = client.delete(path)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


def test_a_wrong_method_gets_both_right_ones(client: TestClient) -> None:
    allowed = client.delete("/api/v1/query").headers["Allow"].split(", ")
    assert sorted(allowed) == ["GET", "POST"]


def send(app: FastAPI, method: str, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body as the app sends them: a client drops what HEAD's body holds."""
    sent: list[MutableMapping[str, Any]] = []

    arriving: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b""}]

    async def receive() -> MutableMapping[str, Any]:
        if not arriving:  # the client stays
            await asyncio.Event().wait()
        return arriving.pop()

    async def keep(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"127.0.0.1")],
             "query_string": b"", "scheme": "http", "server": ("127.0.0.1", 80), "root_path": "",
             "http_version": "1.1"}  # fmt: skip
    asyncio.run(app(scope, receive, keep))
    start, *rest = sent
    return start["status"], dict(start["headers"]), b"".join(part["body"] for part in rest)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), (f"/documents/{ARTICLE_ID}", 200), ("/api/v1/health", 200), ("/documents/x", 404)],
)  # fmt: skip
def test_head_is_get_without_its_body(app: FastAPI, path: str, status: int) -> None:
    got, headers, body = send(app, "GET", path)
    assert (got, headers[b"content-length"]) == (status, str(len(body)).encode())
    assert body
    head, without, nothing = send(app, "HEAD", path)
    del headers[b"x-request-id"], without[b"x-request-id"]
    assert (head, without, nothing) == (got, headers, b"")


@pytest.mark.parametrize("kind", [IndexAbsentError, IndexDamagedError, IndexMismatchError])
def test_without_an_intact_index_all_is_503(
    kind: type[AssistantError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("the index is not intact", hint="build it")

    monkeypatch.setattr(Assistant, "open", fail)
    client = TestClient(create_app(), base_url=LOCAL)
    for path in ("/api/v1/health", "/api/v1/documents", "/api/v1/query?question=x"):
        assert error(client.get(path)) == (503, kind.code, "the index is not intact")
    for path in ("/", f"/?question={QUARK}", "/documents", "/documents/a"):
        page = client.get(path)
        assert page.status_code == 503
        assert "the index is not intact" in page.text


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_that_is_too_large_is_refused(client: TestClient, chunked: bool) -> None:
    body = b" " * (LARGEST_BODY + 1)
    content = iter([body[: LARGEST_BODY // 2], body[LARGEST_BODY // 2 :]]) if chunked else body
    assert error(client.post("/api/v1/query", content=content))[:2] == (413, "too_large")


def test_documents_are_listed_and_read(client: TestClient) -> None:
    (line,) = client.get("/api/v1/documents").json()["documents"]
    assert (line["id"], line["published"], line["passages"]) == (ARTICLE_ID, "2025-09-09", 40)
    body = client.get(f"/api/v1/documents/{ARTICLE_ID}").json()
    assert body["boilerplate"] == [[0, 11], [107, 133]]
    assert len(body["text"]) == line["characters"]


def test_health_is_ready_when_an_answer_can_be_given(client: TestClient, tmp_path: Path) -> None:
    body = client.get("/api/v1/health").json()
    assert (body["status"], body["passages"]) == ("ready", 40)
    without = TestClient(
        create_app(settings=Settings(indexes=tmp_path, corpus=tmp_path)), base_url=LOCAL
    )
    assert error(without.get("/api/v1/health"))[:2] == (503, "no_index")
    assert error(without.post("/api/v1/query", json={"question": "x"}))[:2] == (503, "no_index")
    page = without.get("/")
    assert page.status_code == 503
    assert f"assistant index --corpus FOLDER --indexes {tmp_path}</code>" in page.text


def test_an_index_that_appears_is_used(article_index: Path, tmp_path: Path) -> None:
    app = create_app(settings=Settings(indexes=tmp_path))
    client = TestClient(app, base_url=LOCAL)
    assert client.get("/api/v1/health").status_code == 503
    (tmp_path / "default").symlink_to(article_index)
    assert client.get("/api/v1/health").status_code == 200


@pytest.mark.parametrize(
    ("host", "settings", "allowed"),
    [
        ("127.0.0.1:8000", {}, True),
        ("localhost", {}, True),
        ("[::1]:8000", {}, True),
        ("evil.example", {}, False),
        ("127.0.0.1.evil.example", {}, False),
        ("", {}, False),
        ("qa.example.org", {"allowed_hosts": "qa.example.org"}, True),
        ("qa.example.org", {"allowed_hosts": "QA.example.org:8443"}, True),
        ("qa.example.org:8443", {"allowed_hosts": "qa.example.org:8443"}, True),
        ("example.org", {"allowed_hosts": "qa.example.org:8443"}, False),
        ("[::1]evil.example", {}, False),
        ("[::1", {}, False),
        ("127.0.0.1:x", {}, False),
        ("192.0.2.7:80", {"host": "0.0.0.0", "token": "t" * 16}, True),
        ("evil.example", {"host": "0.0.0.0", "token": "t" * 16}, False),
        ("192.0.2.7", {"host": "192.0.2.7", "token": "t" * 16}, True),
        ("localhost", {"host": "192.0.2.7", "token": "t" * 16}, False),
    ],
)
def test_only_the_address_served_is_answered_to(
    article_assistant: Assistant, host: str, settings: dict[str, str], allowed: bool
) -> None:
    app = create_app(article_assistant, settings=Settings.model_validate(settings))
    client = TestClient(app, base_url=LOCAL)
    headers = {"Host": host, "Authorization": "Bearer " + "t" * 16}
    response = client.get("/api/v1/health", headers=headers)
    if allowed:
        assert response.status_code == 200
    else:
        assert error(response)[:2] == (421, "unknown_host")


@pytest.mark.parametrize(
    ("authorization", "allowed"),
    [
        ("Bearer tttttttttttttttt", True),
        ("bearer tttttttttttttttt", True),
        ("Basic YW55OnR0dHR0dHR0dHR0dHR0dHQ=", True),
        ("Bearer wrong", False),
        ("Bearer ", False),
        ("Bearer", False),
        ("Bearer tttttttt", False),
        ("Bearer ttttttttttttttttx", False),
        ("Bearer TTTTTTTTTTTTTTTT", False),
        ("Basic YW55Og==", False),  # any, and no password
        ("Basic YW55OnR0dHR0dHR0", False),  # half of it
        ("Basic dHR0dHR0dHR0dHR0dHR0dA==", False),  # no name before it
        ("Basic tttttttttttttttt", False),
        ("Basic %%%", False),
        ("tttttttttttttttt", False),
        ("", False),
    ],
)
def test_a_token_is_asked_of_every_request(
    article_assistant: Assistant, authorization: str, allowed: bool
) -> None:
    app = create_app(article_assistant, settings=Settings(token="t" * 16))
    client = TestClient(app, base_url=LOCAL, headers={"Authorization": authorization})
    for path in ("/", "/api/v1/health", "/static/style.css", "/openapi.json"):
        response = client.get(path)
        if allowed:
            assert response.status_code == 200
        else:
            assert response.status_code == 401
            if path == "/":
                assert "<h1>Access needs a token</h1>" in response.text
            else:
                assert error(response)[:2] == (401, "no_token")
            assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_a_public_address_needs_a_token() -> None:
    for host in ("0.0.0.0", "192.0.2.7", "::", "qa.example.org"):
        with pytest.raises(AccessError, match="no token is set"):
            check_address(Settings(host=host))
        check_address(Settings(host=host, token="t" * 16))
    for host in ("127.0.0.1", "127.0.0.9", "localhost", "::1"):
        check_address(Settings(host=host))


@pytest.mark.parametrize(
    "path",
    ["/", f"/?question={QUARK}", "/?question=x" + "y" * 2000, "/documents", "/docs", "/nothing",
     f"/documents/{ARTICLE_ID}", "/documents/none", "/api/v1/health", "/static/page.js"],
)  # fmt: skip
def test_every_response_has_a_strict_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert " style=" not in response.text
    assert "<script>" not in response.text


def test_a_fault_is_reported_without_its_cause(
    article_assistant: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(Assistant, "explain", fail)
    app = create_app(article_assistant)
    client = TestClient(app, base_url=LOCAL, raise_server_exceptions=False)
    response = client.post("/api/v1/query", json={"question": "x"})
    assert error(response)[:2] == (500, "fault")
    page = client.get("/", params={"question": "x"})
    assert page.status_code == 500
    assert "secret inside" not in response.text + page.text
    assert "secret inside" in caplog.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_quote_s_hash_is_in_its_link(client: TestClient) -> None:
    citation = client.post("/api/v1/query", json={"question": QUARK}).json()["citations"][0]
    assert f"quote={hash_quote(citation['quote'])}#cited" in citation["href"]


def test_the_api_is_described_as_it_was(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    expected = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert described == expected, "changed the API? add only, then run python -m tests.evaluating"
    schemas = described["components"]["schemas"]
    QueryBody.model_validate(schemas["QueryBody"]["examples"][0])
    ErrorBody.model_validate(schemas["ErrorBody"]["examples"][0])
    answer = AnswerBody.model_validate(schemas["AnswerBody"]["examples"][0])
    for passage in answer.passages:
        assert passage.end - passage.start == len(passage.text)
        place = passage.document_id, passage.start, passage.end
        assert passage.href == quote_href(*place, passage.text)
    (citation,) = answer.citations
    assert answer.answer is not None
    assert find_answering_words(citation) == answer.answer.text
    assert citation.end - citation.start == len(citation.quote)
    assert citation.answer_start is not None
    assert citation.answer_end is not None
    marked = citation.answer_start, citation.answer_end
    place = citation.document_id, citation.start, citation.end
    assert citation.href == quote_href(*place, citation.quote, marked=marked)
    page = client.get("/docs").text
    assert "/api/v1/query" in page
    assert "curl" in page
