import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.cite import hash_quote
from assistant.errors import AccessError
from assistant.evaluate.batch import run_batch
from assistant.evaluate.questions import read_questions
from assistant.records import Document
from assistant.schema import AnswerBody, ErrorBody, QueryBody, quote_href, render_answer
from assistant.serve.access import LARGEST_BODY, check_address
from assistant.serve.app import create_app
from assistant.serve.pages import cut_segments
from assistant.settings import Settings
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, QUESTIONS, ROOT, Maker

QUARK = "How much do the Quark AI glasses cost?"
FRANCE = "What is the capital of France?"
SNAPSHOT = ROOT / "tests" / "data" / "openapi.json"
LOCAL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def app(article_assistant: Assistant) -> FastAPI:
    return create_app(article_assistant)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=LOCAL) as client:
        yield client


def error(response: object) -> tuple[int, str, str]:
    """Status, code and message of an error, which must be in the API's one form."""
    body = response.json()  # type: ignore[attr-defined]
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint"}
    assert body["error"]["hint"]
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


def test_abstaining_is_no_error(client: TestClient) -> None:
    response = client.post("/api/v1/query", json={"question": FRANCE})
    body = response.json()
    assert response.status_code == 200
    assert (body["status"], body["kind"], body["answer"]) == ("abstained", "none", None)
    assert body["abstention"]["closest"] == [1, 2, 3]


def test_page_json_python_and_batch_give_the_same_answers(
    client: TestClient, article_assistant: Assistant
) -> None:
    questions = list(read_questions(QUESTIONS, split="tune"))[::4]
    rows, _ = run_batch(article_assistant, questions)
    for question, row in zip(questions, rows, strict=True):
        batch = row.response.model_dump(mode="json", exclude={"timing_ms", "passages"})
        asked = render_answer(article_assistant.ask(question.question))
        python = asked.model_dump(mode="json", exclude={"timing_ms", "passages"})
        answered = client.post("/api/v1/query", json={"question": question.question}).json()
        assert {name: answered[name] for name in batch} == python == batch
        page = client.get("/", params={"question": question.question})
        assert page.status_code == 200
        shown = html.unescape(re.sub(r"<[^>]+>", "", page.text))
        if batch["answer"]:
            assert batch["answer"]["text"] in shown
        else:
            assert "The documents do not say" in shown


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
        assert found[2].startswith("the body is no JSON object (given: ")
    halved = client.post("/api/v1/query", content=r'{"question": "\ud800 x"}', headers=typed)
    assert error(halved)[:2] == (422, "bad_question")
    assert error(client.get("/api/v1/nothing"))[:2] == (404, "not_found")
    assert error(client.delete("/api/v1/query"))[:2] == (405, "method_not_allowed")
    missing = error(client.get("/api/v1/documents/../../etc/passwd"))
    assert missing[0] == 404
    assert error(client.get("/api/v1/documents/%2e%2e%2fx"))[1] == "unknown_document"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_that_is_too_large_is_refused(client: TestClient, chunked: bool) -> None:
    body = b" " * (LARGEST_BODY + 1)
    content = iter([body[: LARGEST_BODY // 2], body[LARGEST_BODY // 2 :]]) if chunked else body
    assert error(client.post("/api/v1/query", content=content))[:2] == (413, "too_large")


def test_documents_are_listed_and_read(client: TestClient) -> None:
    (line,) = client.get("/api/v1/documents").json()["documents"]
    assert (line["id"], line["published"], line["passages"]) == (ARTICLE_ID, "2025-09-09", 40)
    body = client.get(f"/api/v1/documents/{ARTICLE_ID}").json()
    assert body["furniture"] == [[0, 11], [107, 133]]
    assert len(body["text"]) == line["characters"]


def test_health_is_ready_when_an_answer_can_be_given(client: TestClient, tmp_path: Path) -> None:
    body = client.get("/api/v1/health").json()
    assert (body["status"], body["passages"]) == ("ready", 40)
    without = TestClient(create_app(settings=Settings(indexes=tmp_path)), base_url=LOCAL)
    assert error(without.get("/api/v1/health"))[:2] == (503, "no_index")
    assert error(without.post("/api/v1/query", json={"question": "x"}))[:2] == (503, "no_index")
    page = without.get("/")
    assert page.status_code == 503
    assert "<code>assistant index</code>" in page.text


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
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert " style=" not in response.text
    assert "<script>" not in response.text


def test_a_fault_is_told_without_its_inside(
    article_assistant: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(Assistant, "ask", fail)
    app = create_app(article_assistant)
    client = TestClient(app, base_url=LOCAL, raise_server_exceptions=False)
    response = client.post("/api/v1/query", json={"question": "x"})
    assert error(response)[:2] == (500, "fault")
    page = client.get("/", params={"question": "x"})
    assert page.status_code == 500
    assert "secret inside" not in response.text + page.text
    assert "secret inside" in caplog.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_link_marks_exactly_its_quote(client: TestClient) -> None:
    body = client.post("/api/v1/query", json={"question": QUARK}).json()
    for place in (*body["citations"], *body["passages"]):
        page = client.get(place["href"])
        marks = re.findall(r"<mark[^>]*>(.*?)</mark>", page.text, re.DOTALL)
        text = html.unescape(re.sub(r"<[^>]+>", "", "".join(marks)))
        assert text == place.get("quote", place.get("text"))
        assert page.text.count('id="cited"') == 1


@pytest.mark.parametrize(
    "place",
    ["start=0&end=5&quote=000000", "start=5&end=0&quote=x", "start=a&end=b&quote=c",
     "start=99999999&end=99999999999&quote=x", "start=-5&end=3&quote=x", "start=1", "quote=x"],
)  # fmt: skip
def test_a_link_whose_quote_is_not_there_marks_nothing(client: TestClient, place: str) -> None:
    page = client.get(f"/documents/{ARTICLE_ID}?{place}")
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert "nothing is marked" in page.text


def test_segments_are_the_text(make: Maker) -> None:
    document = Document("a", "A", AWKWARD_TEXT, furniture=((0, 7), (20, 30)))
    for cited in ((3, 25), (0, len(AWKWARD_TEXT)), (29, 30), None):
        segments = list(cut_segments(document, cited))
        assert "".join(segment.text for segment in segments) == AWKWARD_TEXT
        marked = "".join(segment.text for segment in segments if segment.cited)
        assert marked == (AWKWARD_TEXT[slice(*cited)] if cited else "")
        pale = "".join(segment.text for segment in segments if segment.furniture)
        assert pale == AWKWARD_TEXT[0:7] + AWKWARD_TEXT[20:30]
    del make


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7*7 }}"


def test_hostile_documents_and_questions_are_shown_as_text(make: Maker) -> None:
    name = '"><script>alert(3)</script>.txt'
    document = Document(
        name, HOSTILE, f"{HOSTILE} glasses cost 9 yuan.", source="javascript:alert(4)",
        extra={HOSTILE: HOSTILE},
    )  # fmt: skip
    client = TestClient(create_app(make.assistant(document, threshold=0)), base_url=LOCAL)
    question = f"{HOSTILE} glasses cost?"
    body = client.post("/api/v1/query", json={"question": question}).json()
    assert body["status"] == "answered"
    for address in ("/documents", body["citations"][0]["href"]):
        check_harmless(client.get(address).text)
    page = client.get("/", params={"question": question}).text
    check_harmless(page)
    assert "{{ 7*7 }}" in html.unescape(page)


def check_harmless(page: str) -> None:
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
    assert "49" not in re.sub(r"&#?\w+;", "", page)


def test_a_quote_s_hash_is_in_its_link(client: TestClient) -> None:
    citation = client.post("/api/v1/query", json={"question": QUARK}).json()["citations"][0]
    assert f"quote={hash_quote(citation['quote'])}#cited" in citation["href"]


def test_the_api_is_described_as_it_was(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    expected = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert described == expected, f"changed the API? add only, then write {SNAPSHOT} again"
    schemas = described["components"]["schemas"]
    QueryBody.model_validate(schemas["QueryBody"]["examples"][0])
    ErrorBody.model_validate(schemas["ErrorBody"]["examples"][0])
    answer = AnswerBody.model_validate(schemas["AnswerBody"]["examples"][0])
    for place, words in [(c, c.quote) for c in answer.citations] + [
        (p, p.text) for p in answer.passages
    ]:
        assert place.end - place.start == len(words)
        assert place.href == quote_href(place.document_id, place.start, place.end, words)
    page = client.get("/docs").text
    assert "/api/v1/query" in page
    assert "curl" in page
