"""Feedback by the API and by the form of a page: what fits, limits, origins."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.feedback.record import AskedIndex, Feedback, GivenAnswer, QuotedPlace
from assistant.feedback.storage import FILE, append_feedback, read_feedback
from assistant.pages.app import create_app
from assistant.records import Answer, Carried, DocumentFilter
from assistant.settings import Settings
from tests.answers import (
    ABSENT,
    ANSWERED,
    CHARTED,
    COMPARED,
    DECIDED,
    GLASSES,
    LISTED,
    REPHRASED,
    TODAY,
    UNSURE,
    assistant_of,
)
from tests.conftest import LOCAL

API = "/api/v1/feedback"
CARRIED = replace(
    ANSWERED,
    question="and its price?",
    carried=Carried("Who makes Quark?", ("Quark",), "What is the price of Quark?"),
)
ANSWERS = (ANSWERED, LISTED, COMPARED, CHARTED, REPHRASED, DECIDED, UNSURE, ABSENT, CARRIED)
PRICE = QuotedPlace("shop/quark 1.txt", 10, 40, "Quark glasses cost 2,999 yuan.")
MakeClient = Callable[..., TestClient]


@pytest.fixture
def make_client(tmp_path: Path) -> MakeClient:
    def make(folder: Path | str = tmp_path / "feedback", *, host: str = "192.0.2.1") -> TestClient:
        settings = Settings(feedback=Path(folder), trusted_proxies=("192.0.2.1",))
        app = create_app(assistant_of(*ANSWERS), settings=settings)
        return TestClient(app, base_url=LOCAL, client=(host, 1234), follow_redirects=False)

    return make


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    return make_client()


def read(tmp_path: Path) -> list[Feedback]:
    if not (tmp_path / "feedback" / FILE).exists():
        return []
    return [feedback for feedback in read_feedback(tmp_path / "feedback") if feedback]


def give(answer: Answer, verdict: str, /, **more: object) -> dict[str, object]:
    return {"question": answer.question, "verdict": verdict, **more}


def error(response: object) -> tuple[int, str, str]:
    body = response.json()["error"]  # type: ignore[attr-defined]
    return response.status_code, body["code"], body["message"]  # type: ignore[attr-defined]


def test_what_was_asked_answered_and_said_is_stored(client: TestClient, tmp_path: Path) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    start = GLASSES.text.index("Nobody")
    selected = {
        "document_id": GLASSES.id,
        "start": start,
        "end": start + 6,
        "quote": GLASSES.text[start : start + 6],
    }
    asked = {
        "previous": [{"question": "Who makes Quark?"}],
        "documents": [GLASSES.id],
        "published_from": "2025-01-01",
        "as_of": "2025-03-01",
    }
    response = client.post(
        API, json=give(CARRIED, "wrong", **asked, selected=selected, correct_answer=" 9\tyuan ")
    )
    assert response.status_code == 201
    (stored,) = read(tmp_path)
    assert began <= stored.time <= datetime.now(UTC)
    assert stored == Feedback(
        id=response.json()["id"],
        time=stored.time,
        question="and its price?",
        verdict="wrong",
        answer=GivenAnswer(
            outcome="answered",
            kind="span",
            text="2,999 yuan",
            items=(),
            yes_or_no=None,
            confidence=0.83,
            citations=(PRICE,),
            closest=(),
            full="What is the price of Quark?",
        ),
        index=AskedIndex("default", "000001", "span"),
        previous=("Who makes Quark?",),
        within=DocumentFilter((GLASSES.id,), date(2025, 1, 1)),
        as_of=date(2025, 3, 1),
        correct_answer="9\tyuan",
        selected=QuotedPlace(GLASSES.id, start, start + 6, "Nobody"),
    )
    assert response.json().keys() == {"id"}


def test_nothing_about_the_sender_is_stored(client: TestClient, tmp_path: Path) -> None:
    headers = {"User-Agent": "curious/7", "Cookie": "who=me", "X-Forwarded-For": "203.0.113.9"}
    client.post(API, json=give(ANSWERED, "right"), headers=headers)
    line = (tmp_path / "feedback" / FILE).read_text()
    assert json.loads(line).keys() == set(Feedback.__dataclass_fields__)
    for part in ("curious", "who=me", "192.0.2.1", "203.0.113.9"):
        assert part not in line


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LISTED, ("answered", "list", ("2,999 yuan", "1,999 yuan"), None, ())),
        (COMPARED, ("answered", "comparison", ("2,999 yuan", "1,999 yuan", "1 kg"), None, ())),
        (DECIDED, ("answered", "passage", (), "no", ())),
        (UNSURE, ("not_sure", "none", (), None, ("b.txt", "shop/quark 1.txt"))),
        (ABSENT, ("absent", "none", (), None, ("shop/quark 1.txt",))),
    ],
)
def test_each_outcome_is_stored(
    client: TestClient, tmp_path: Path, answer: Answer, expected: tuple[object, ...]
) -> None:
    assert client.post(API, json=give(answer, "right")).status_code == 201
    (stored,) = read(tmp_path)
    given = stored.answer
    assert (given.outcome, given.kind, given.items, given.yes_or_no, given.closest) == expected


def test_of_a_rephrased_answer_what_was_shown_and_what_was_found_is_stored(
    client: TestClient, tmp_path: Path
) -> None:
    assert client.post(API, json=give(REPHRASED, "right")).status_code == 201
    given = read(tmp_path)[0].answer
    assert (given.text, given.generator) == (REPHRASED.text, "model-1b-instruct")
    assert given.extractive == given.found == "2,999 yuan, 1,999 yuan"
    assert given.items == ("2,999 yuan", "1,999 yuan")
    client.post(API, json=give(LISTED, "right"))
    given = read(tmp_path)[1].answer
    assert (given.text, given.generator, given.extractive) == (given.found, "extractive", None)


ALL = {"right", "wrong", "wrong_source", "should_have_abstained", "should_have_known"}
FITTING = [
    (ANSWERED, {"right", "wrong", "wrong_source", "should_have_abstained"}),
    (UNSURE, {"right", "wrong", "should_have_known", "should_have_abstained"}),
    (ABSENT, {"right", "should_have_known"}),
]
SELECTED = {"document_id": GLASSES.id, "start": 10, "end": 15, "quote": "Quark"}


@pytest.mark.parametrize(("answer", "fitting"), FITTING, ids=["answered", "not_sure", "absent"])
def test_only_verdicts_that_fit_the_outcome_are_taken(
    client: TestClient, answer: Answer, fitting: set[str]
) -> None:
    taken = {
        verdict
        for verdict in ALL
        if client.post(API, json=give(answer, verdict)).status_code == 201
    }
    assert taken == fitting


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (give(ANSWERED, "should_have_known"), "bad_feedback",
         "should_have_known does not fit an answer that is answered"),
        (give(ANSWERED, "nonsense"), "bad_request", "verdict: Input should be"),
        (give(ANSWERED, "right", person="me"), "bad_request", "person: Extra inputs"),
        (give(ANSWERED, "right", answer="mine"), "bad_request", "answer: Extra inputs"),
        ({"question": "x"}, "bad_request", "verdict: Field required"),
        (give(replace(ANSWERED, question="x" * 2001), "right"), "bad_question", "2,001"),
        (give(ANSWERED, "wrong", correct_answer="x" * 2001), "bad_feedback",
         "the correct answer has 2,001 characters"),
        (give(ANSWERED, "wrong", correct_answer="a\x1b[2Jb"), "bad_feedback",
         "the correct answer has control characters"),
        (give(ANSWERED, "wrong", correct_answer="\ud800"), "bad_feedback", "control characters"),
        (give(ANSWERED, "should_have_abstained", correct_answer="x"), "bad_feedback",
         "should_have_abstained has no correct answer"),
        (give(ABSENT, "right", selected=SELECTED), "bad_feedback", "right has no correct answer"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"quote": "Meta!"}), "bad_feedback",
         "shop/quark 1.txt does not say this from 10 to 15"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"start": 11}), "bad_feedback",
         "does not say this from 11 to 15"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"start": -50}), "bad_feedback",
         "from -50 to 15 nothing can be selected"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"end": 10}), "bad_feedback", "nothing"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"end": 3000}), "bad_feedback", "nothing"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"end": 10**400}), "bad_feedback", "nothing"),
        (give(ANSWERED, "wrong", selected=SELECTED | {"document_id": "../../etc/passwd"}),
         "bad_feedback", "no document"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_not_stored(
    client: TestClient, tmp_path: Path, body: dict[str, object], code: str, message: str
) -> None:
    content = json.dumps(body)
    found = error(client.post(API, content=content, headers={"Content-Type": "application/json"}))
    assert found[:2] == (422, code)
    assert message in found[2]
    assert read(tmp_path) == []


@pytest.mark.usefixtures("clock")
def test_a_sender_may_send_20_a_minute_also_by_the_form(
    client: TestClient, make_client: MakeClient, tmp_path: Path
) -> None:
    for _ in range(20):
        assert client.post(API, json=give(ANSWERED, "right")).status_code == 201
    for response in (
        client.post(API, json=give(ANSWERED, "right")),
        client.post("/feedback", data={"question": ANSWERED.question, "verdict": "right"}),
    ):
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "54"
    assert len(read(tmp_path)) == 20
    other = make_client(host="192.0.2.2")
    assert other.post(API, json=give(ANSWERED, "right")).status_code == 201


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Origin": LOCAL}, True),
        ({"Origin": LOCAL.upper()}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://127.0.0.1:8001"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://[127.0.0.1:8000"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": LOCAL}, False),
    ],
)
def test_pages_of_other_sites_send_no_feedback(
    client: TestClient, tmp_path: Path, headers: dict[str, str], taken: bool
) -> None:
    by_api = client.post(API, json=give(ANSWERED, "right"), headers=headers)
    form = {"question": ANSWERED.question, "verdict": "right"}
    by_form = client.post("/feedback", data=form, headers=headers)
    expected = [201, 303] if taken else [403, 403]
    assert [by_api.status_code, by_form.status_code] == expected
    if not taken:
        assert error(by_api)[1] == "foreign_site"
    assert len(read(tmp_path)) == 2 * taken


def test_a_form_leads_back_to_its_answer_which_says_so(client: TestClient, tmp_path: Path) -> None:
    form = {
        "question": "and its price?",
        "previous": ["Who?", "Where & why?"],
        "documents": ["b.txt", "shop/quark 1.txt"],
        "as_of": "2025-03-01",
        "verdict": "wrong",
        "correct_answer": "<script>alert(1)</script>",
    }
    response = client.post("/zh/feedback", data=form)
    assert response.status_code == 303
    assert response.headers["Location"] == (
        "/zh/?question=and+its+price%3F&documents=b.txt&documents=shop%2Fquark+1.txt"
        "&as_of=2025-03-01&previous=Who%3F&previous=Where+%26+why%3F&feedback=wrong#feedback"
    )
    (stored,) = read(tmp_path)
    assert stored.previous == ("Who?", "Where & why?")
    assert stored.within.documents == ("b.txt", "shop/quark 1.txt")
    assert stored.correct_answer == form["correct_answer"]
    page = client.get(response.headers["Location"]).text
    assert "谢谢，您的反馈已保存。" in page
    assert 'value="wrong" aria-pressed="true"' in page
    assert "<script>alert" not in page


def test_a_form_without_sense_is_refused_as_a_page(client: TestClient, tmp_path: Path) -> None:
    for content in (b"", b"verdict=right", b"question=x&verdict=x", b"\xff=\xff",
                    b"question=x&verdict=right&as_of=soon", b"&a=b" * 3000):  # fmt: skip
        response = client.post("/feedback", content=content)
        assert response.status_code == 422
        assert "<h1>This feedback does not fit</h1>" in response.text
    assert read(tmp_path) == []


def test_hostile_questions_are_text_on_the_page(client: TestClient) -> None:
    hostile = "'\"><script>alert(1)</script>{{ 7*7 }}"
    page = client.get("/", params={"question": hostile, "feedback": hostile}).text
    assert "<script>alert" not in page
    assert "49" not in page.partition("data-feedback")[2].partition("</section>")[0]
    assert 'aria-pressed="true"' not in page


def test_feedback_is_off_where_it_can_not_be_stored(
    make_client: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for folder in ("off", tmp_path / "file" / "feedback"):
        client = make_client(folder)
        page = client.get("/", params={"question": ANSWERED.question}).text
        assert "feedback" not in page
        assert "feedback.js" not in client.get(f"/documents/{GLASSES.id}").text
        assert error(client.post(API, json=give(ANSWERED, "right"))) == (
            503, "feedback_off", "this server takes no feedback",
        )  # fmt: skip


def test_a_full_file_is_said_and_leaves_the_answers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "assistant.api.feedback.append_feedback",
        lambda folder, feedback: append_feedback(folder, feedback, most_bytes=10),
    )
    status, code, message = error(client.post(API, json=give(ANSWERED, "right")))
    assert (status, code) == (507, "feedback_not_stored")
    assert "of 10 bytes" in message
    assert read(tmp_path) == []
    assert client.get("/", params={"question": ANSWERED.question}).status_code == 200


def test_the_day_of_asking_is_not_a_day_asked_for(client: TestClient, tmp_path: Path) -> None:
    client.post(API, json=give(ANSWERED, "right"))
    (stored,) = read(tmp_path)
    assert (stored.as_of, TODAY) == (None, date(2026, 1, 31))
