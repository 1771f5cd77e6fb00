import asyncio
import html
import json
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.cite import hash_quote
from assistant.cli import main
from assistant.errors import (
    AccessError,
    AssistantError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
)
from assistant.evaluate.batch import run_batch
from assistant.evaluate.questions import read_questions
from assistant.records import Document, Heading
from assistant.schema import AnswerBody, ErrorBody, QueryBody
from assistant.schema.rendering import quote_href, render_answer
from assistant.serve.access import LARGEST_BODY, check_address
from assistant.serve.app import create_app
from assistant.serve.example import EXAMPLE
from assistant.serve.pages import Place, Segment, cut_quote, cut_segments, render_markdown
from assistant.settings import Settings
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, QUESTIONS, ROOT, Maker
from tests.test_schema import LOGIT_OF_31, LOGIT_OF_83, PLAIN, assistant_of

QUARK = "How much do the Quark AI glasses cost?"
FRANCE = "What is the capital of France?"
SNAPSHOT = ROOT / "tests" / "data" / "openapi.json"
LOCAL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def app(article_index: Path) -> FastAPI:
    return create_app(Assistant.open(article_index, settings=Settings(reader="sentence")))


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


@pytest.mark.parametrize(("reader", "step"), [("sentence", 4), ("packaged", 8)])
def test_page_json_python_batch_and_command_line_give_the_same_answers(
    article_index: Path, capsys: pytest.CaptureFixture[str], reader: str, step: int
) -> None:
    assistant = Assistant.open(article_index, settings=Settings(reader=reader))
    client = TestClient(create_app(assistant), base_url=LOCAL)
    questions = list(read_questions(QUESTIONS, split="tune"))[::step]
    rows, _ = run_batch(assistant, questions)
    for number, (question, row) in enumerate(zip(questions, rows, strict=True)):
        batch = row.response.model_dump(mode="json", exclude={"timing_ms", "passages"})
        asked = render_answer(assistant.ask(question.question))
        python = asked.model_dump(mode="json", exclude={"timing_ms", "passages"})
        answered = client.post("/api/v1/query", json={"question": question.question}).json()
        assert {name: answered[name] for name in batch} == python == batch
        if number % 3 == 0:  # it opens the index anew each time
            where = ["--indexes", str(article_index.parent), "--reader", reader]
            assert main(["ask", question.question, "--json", *where]) == 0
            printed = json.loads(capsys.readouterr().out)
            assert printed.pop("timing_ms").keys() == answered.pop("timing_ms").keys()
            assert printed == answered
        page = client.get("/", params={"question": question.question})
        assert page.status_code == 200
        shown = strip_tags(page.text)
        if batch["answer"]:
            assert batch["answer"]["text"] in shown
        else:
            assert "The documents do not say" in shown


def strip_tags(page: str) -> str:
    """What a page says, to the character."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_the_page_shows_as_many_passages_as_the_api_gives(client: TestClient) -> None:
    body = client.post("/api/v1/query", json={"question": QUARK}).json()
    page = client.get("/", params={"question": QUARK}).text
    assert len(body["passages"]) == 8
    assert "Passages searched (8)" in page
    place = page.index("Passages searched (8)")
    hrefs = [html.escape(passage["href"]) for passage in body["passages"]]
    assert [href for href in hrefs if href in page[place:]] == hrefs


def test_the_page_of_an_unknown_script_says_that_it_can_not_be_read(client: TestClient) -> None:
    page = client.get("/", params={"question": "夸克眼镜多少钱？"})
    assert page.status_code == 200
    assert '<h2 id="abstained">The question can’t be read</h2>' in page.text
    assert "The documents do not say" not in page.text
    assert "Closest passages" not in page.text


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
        assert found[2].startswith("the body is no JSON object (given: ")
    halved = client.post("/api/v1/query", content=r'{"question": "\ud800 x"}', headers=typed)
    assert error(halved)[:2] == (422, "bad_question")
    assert error(client.get("/api/v1/nothing"))[:2] == (404, "not_found")
    assert error(client.delete("/api/v1/query"))[:2] == (405, "method_not_allowed")
    missing = error(client.get("/api/v1/documents/../../etc/passwd"))
    assert missing[0] == 404
    assert error(client.get("/api/v1/documents/%2e%2e%2fx"))[1] == "unknown_document"


def test_what_is_too_long_is_not_echoed_whole(client: TestClient) -> None:
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


@pytest.mark.parametrize("path", ["/", "/documents", "/api/v1/health", "/api/v1/documents"])
def test_a_wrong_method_is_told_the_right_one(client: TestClient, path: str) -> None:
    response = client.delete(path)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


def test_a_wrong_method_is_told_both_right_ones(client: TestClient) -> None:
    allowed = client.delete("/api/v1/query").headers["Allow"].split(", ")
    assert sorted(allowed) == ["GET", "POST"]


def send(app: FastAPI, method: str, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body as the app sends them: a client drops what HEAD's body holds."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

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
    assert send(app, "HEAD", path) == (got, headers, b"")


@pytest.mark.parametrize("kind", [IndexAbsentError, IndexDamagedError, IndexMismatchError])
def test_without_a_sound_index_all_is_503(
    kind: type[AssistantError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise kind("the index is not sound", hint="build it")

    monkeypatch.setattr(Assistant, "open", fail)
    client = TestClient(create_app(), base_url=LOCAL)
    for path in ("/api/v1/health", "/api/v1/documents", "/api/v1/query?question=x"):
        assert error(client.get(path)) == (503, kind.code, "the index is not sound")
    for path in ("/", f"/?question={QUARK}", "/documents", "/documents/a"):
        page = client.get(path)
        assert page.status_code == 503
        assert "the index is not sound" in page.text


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
        ("qa.example.org", {"allowed_hosts": "QA.example.org:8443"}, True),
        ("qa.example.org:8443", {"allowed_hosts": "qa.example.org:8443"}, True),
        ("example.org", {"allowed_hosts": "qa.example.org:8443"}, False),
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
        assert [strip_tags(mark) for mark in marks] == [place.get("quote", place.get("text"))]
        assert page.text.count('id="cited"') == 1
        assert "<strong" not in page.text


FAMILY = "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."
CAFE = "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days."


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("The family", FAMILY),
        ("1,999 yuan", FAMILY),
        ("the glasses.", FAMILY),
        ("Zoe\u0308", CAFE),
        ("１２ days", CAFE),
        ("ألف يوان", "سعرها ألف يوان."),
    ],
)
def test_both_pages_mark_a_span_exactly_in_its_sentence(
    make: Maker, words: str, quote: str
) -> None:
    document = Document("a 👍.txt", "A", AWKWARD_TEXT)
    assistant = assistant_of(make, {words: 1.0}, document)
    client = TestClient(create_app(assistant), base_url=LOCAL)
    before, behind = quote.split(words)
    nested = f'{before}<strong class="span">{words}</strong>{behind}'
    page = client.get("/", params={"question": "Who paid?"}).text
    assert f'<span class="words">{words}</span>' in page
    assert f'<q class="quote">{nested}</q>' in page
    (href,) = re.findall(r'class="open" href="([^"]*answer_start[^"]*)"', page)
    shown = client.get(html.unescape(href)).text
    assert f'<mark class="cited" id="cited" tabindex="-1">{nested}</mark>' in shown
    assert shown.count("<mark") == shown.count("<strong") == 1
    text = shown[shown.index('id="text"') :].partition(">")[2].partition("</div>")[0]
    assert strip_tags(text) == AWKWARD_TEXT


def test_a_span_across_headings_and_furniture_is_marked_as_one(make: Maker) -> None:
    text = "Prices\nmenu\nQuark costs 9."
    document = Document("a.txt", "A", text, headings=(Heading(0, 6, "Prices", 1),),
                        furniture=((7, 11),))  # fmt: skip
    client = TestClient(create_app(assistant_of(make, {}, document)), base_url=LOCAL)
    href = quote_href("a.txt", 0, len(text), text, marked=(3, 17))
    page = client.get(href).text
    (mark,) = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    (strong,) = re.findall(r"<strong[^>]*>(.*?)</strong>", mark, re.DOTALL)
    assert (strip_tags(mark), strip_tags(strong)) == (text, "ces\nmenu\nQuark")


@pytest.mark.parametrize(
    "answer",
    ["answer_start=9&answer_end=20", "answer_start=15&answer_end=41", "answer_start=15",
     "answer_start=20&answer_end=20", "answer_start=20&answer_end=15", "answer_end=20",
     "answer_start=a&answer_end=b", "answer_start=-1&answer_end=20", "answer_start=&answer_end=20",
     "answer_start=15&answer_end=1e1", "answer_start=15&answer_end=99999999999999999999"],
)  # fmt: skip
def test_a_link_whose_answer_is_not_in_its_quote_marks_nothing(make: Maker, answer: str) -> None:
    text = "No money. Quark glasses cost 2,999 yuan."
    client = TestClient(
        create_app(assistant_of(make, {}, Document("a", "A", text))), base_url=LOCAL
    )
    whole = quote_href("a", 10, 40, text[10:]).partition("#")[0]
    assert '<mark class="cited"' in client.get(f"{whole}&answer_start=&answer_end=").text
    for link in (f"{whole}&{answer}", f"/documents/a?{answer}"):
        page = client.get(link)
        assert page.status_code == 200
        assert "<mark" not in page.text
        assert "<strong" not in page.text
        assert "nothing is marked" in page.text


def test_where_the_document_moved_the_answer_is_not_marked_either(make: Maker) -> None:
    text = "No money. Quark glasses cost 2,999 yuan."
    client = TestClient(
        create_app(assistant_of(make, {}, Document("a", "A", text))), base_url=LOCAL
    )
    page = client.get(quote_href("a", 10, 40, "Quark glasses cost 1,999 yuan.", marked=(29, 39)))
    assert "<mark" not in page.text
    assert "<strong" not in page.text
    assert "nothing is marked" in page.text


PRICE = {"2,999 yuan": LOGIT_OF_83, "Nobody": LOGIT_OF_31}
SHOP = Document("a.txt", "A", "Quark glasses cost 2,999 yuan. Nobody makes money.")


def test_the_page_tells_the_confidence_of_the_answer_and_of_each_candidate(make: Maker) -> None:
    assistant = assistant_of(make, PRICE, SHOP, weighing=PLAIN)
    page = TestClient(create_app(assistant), base_url=LOCAL).get("/?question=Cost%3F").text
    shown = strip_tags(page)
    assert re.findall(r"Confidence \d+\xa0%", shown) == ["Confidence 83\xa0%", "Confidence 31\xa0%"]
    answer, _, others = shown.partition("Other candidates (1)")
    assert "Confidence 83\xa0%, the estimated probability that this is right" in answer
    assert "Nobody" not in answer.partition("Citations")[0]
    assert others.index("Nobody") < others.index("Confidence 31") < others.index("Nobody makes")


def test_the_page_without_a_confidence_does_not_speak_of_it(make: Maker) -> None:
    client = TestClient(create_app(assistant_of(make, PRICE, SHOP)), base_url=LOCAL)
    page = client.get("/?question=Cost%3F").text
    assert '<span class="words">2,999 yuan</span>' in page
    assert "confidence" not in page.lower()


def test_the_page_of_an_abstention_tells_no_confidence(make: Maker) -> None:
    assistant = replace(assistant_of(make, PRICE, SHOP, weighing=PLAIN), threshold=0.9)
    client = TestClient(create_app(assistant), base_url=LOCAL)
    page = client.get("/?question=Quark%3F").text
    assert "The documents do not say" in page
    assert "confidence" not in page.lower()


def test_the_markdown_of_a_span_has_its_sentence_and_source(make: Maker) -> None:
    body = render_answer(assistant_of(make, PRICE, SHOP, weighing=PLAIN).ask("Cost?"))
    assert render_markdown(body) == (
        "**Cost?**\n\n2,999 yuan[^1]\n\n"
        "[^1]: “Quark glasses cost 2,999 yuan.” — A, a.txt, characters 0-30"
    )


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


@pytest.mark.parametrize(
    ("cited", "span"),
    [((3, 25), None), ((3, 25), (3, 25)), ((3, 25), (3, 4)), ((3, 25), (24, 25)),
     ((0, len(AWKWARD_TEXT)), (29, 40)), ((29, 30), (29, 30)), (None, None)],
)  # fmt: skip
def test_segments_are_the_text(cited: tuple[int, int] | None, span: tuple[int, int] | None) -> None:
    document = Document("a", "A", AWKWARD_TEXT, furniture=((0, 7), (20, 30)))
    segments = list(cut_segments(document, Place(cited, span) if cited else None))
    assert "".join(segment.text for segment in segments) == AWKWARD_TEXT
    marked = "".join(segment.text for segment in segments if segment.cited)
    assert marked == (AWKWARD_TEXT[slice(*cited)] if cited else "")
    stronger = "".join(segment.text for segment in segments if segment.span)
    assert stronger == (AWKWARD_TEXT[slice(*span)] if span else "")
    pale = "".join(segment.text for segment in segments if segment.furniture)
    assert pale == AWKWARD_TEXT[0:7] + AWKWARD_TEXT[20:30]


def test_a_span_is_a_segment_of_its_quote() -> None:
    text = "Zoe\u0308 👨‍👩‍👧‍👦 paid 9 yuan. No!"
    start, end = text.index("9"), text.index("n.") + 1
    segments = list(cut_segments(Document("a", "A", text), Place((0, end + 1), (start, end))))
    assert segments == [
        Segment("Zoe\u0308 👨‍👩‍👧‍👦 paid ", cited=True, span=False, heading=None, furniture=False),
        Segment("9 yuan", cited=True, span=True, heading=None, furniture=False),
        Segment(".", cited=True, span=False, heading=None, furniture=False),
        Segment(" No!", cited=False, span=False, heading=None, furniture=False),
    ]


def test_many_headings_and_much_furniture_are_cut_in_one_go() -> None:
    count, line = 4000, "Head\nmenu\nText.\n"
    starts = range(0, count * len(line), len(line))
    document = Document(
        "a", "A", line * count,
        headings=tuple(Heading(n, n + 4, "Head", 1 + n % 2) for n in starts),
        furniture=tuple((n + 5, n + 9) for n in starts),
    )  # fmt: skip
    segments = list(cut_segments(document, None))
    assert "".join(segment.text for segment in segments) == document.text
    assert len(segments) == 4 * count
    found = [segment.heading for segment in segments if segment.text == "Head"]
    assert found == [1 + n % 2 for n in starts]
    assert {segment.text for segment in segments if segment.heading is None} == {
        "\n", "menu", "\nText.\n",
    }  # fmt: skip
    assert {segment.text for segment in segments if segment.furniture} == {"menu"}


@pytest.mark.parametrize(
    "cited",
    [
        None,
        (0, 8),
        (0, 12),
        *[(0, 5), (2, 4), (4, 8), (5, 18), (15, 17)],
    ],
)
def test_a_heading_keeps_its_level_where_a_quote_cuts_it(cited: tuple[int, int] | None) -> None:
    text = "One head\nText. Two head\n"
    headings = (Heading(0, 8, "One head", 1), Heading(15, 23, "Two head", 2))
    document = Document("a", "A", text, headings=headings)
    segments = cut_segments(document, Place(cited) if cited else None)
    levels = "".join(str(segment.heading or 0) * len(segment.text) for segment in segments)
    assert levels == "1" * 8 + "0" * 7 + "2" * 8 + "0"


MARKDOWN = """\
**Is \\*it\\* \\[a\\] \\`b\\` \\#c?**

“Two” \\<b\\> lines \\| 9\\_000 \\\\ yuan.[^1][^3]

[^1]: ““Two” \\<b\\> lines” — A \\*bold\\* title (2025-09-09), my\\_file.txt, characters 100-165
[^3]: “9\\_000 \\\\ yuan.” — B, b.txt, characters 7-9"""


def test_markdown_says_the_answer_and_nothing_else() -> None:
    (citation,) = AnswerBody.model_validate(EXAMPLE).citations
    words = "“Two” <b>\r\n lines | 9_000 \\ yuan."
    body = AnswerBody.model_validate(
        {
            **EXAMPLE,
            "question": "Is *it* [a]\n`b` #c?",
            "answer": {"text": words, "parts": [{"text": words, "citations": [1, 3]}]},
            "citations": [
                citation.model_copy(update=changed)
                for changed in (
                    {"quote": "“Two” <b>\r\n lines", "document_title": "A *bold*\ntitle",
                     "document_id": "my_file.txt"},
                    {"number": 2, "quote": "of an alternative"},
                    {"number": 3, "quote": "9_000 \\ yuan.", "document_title": "B",
                     "document_id": "b.txt", "start": 7, "end": 9, "published": None},
                )
            ],
        }
    )  # fmt: skip
    assert render_markdown(body) == MARKDOWN
    assert render_markdown(body.model_copy(update={"answer": None})) == ""


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


def test_hostile_words_that_answer_are_shown_as_text(make: Maker) -> None:
    document = Document("a.txt", "A", f"It costs {HOSTILE} today.")
    client = TestClient(create_app(assistant_of(make, {HOSTILE: 1.0}, document)), base_url=LOCAL)
    (citation,) = client.get("/api/v1/query?question=x").json()["citations"]
    assert citation["answer_start"] == 9
    for address in ("/?question=x", citation["href"]):
        page = client.get(address).text
        check_harmless(page)
        (strong,) = re.findall(r"<strong[^>]*>(.*?)</strong>", page)
        assert strip_tags(strong) == HOSTILE


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
    for passage in answer.passages:
        assert passage.end - passage.start == len(passage.text)
        place = passage.document_id, passage.start, passage.end
        assert passage.href == quote_href(*place, passage.text)
    (citation,) = answer.citations
    assert answer.answer is not None
    assert cut_quote(citation)[1] == answer.answer.text
    assert citation.end - citation.start == len(citation.quote)
    assert citation.answer_start is not None
    assert citation.answer_end is not None
    marked = citation.answer_start, citation.answer_end
    place = citation.document_id, citation.start, citation.end
    assert citation.href == quote_href(*place, citation.quote, marked=marked)
    page = client.get("/docs").text
    assert "/api/v1/query" in page
    assert "curl" in page
