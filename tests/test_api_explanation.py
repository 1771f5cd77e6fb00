"""How an answer was found: in JSON, in words, on the page and on the command line."""

import json
import math
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from assistant.answer import Assistant, confidence
from assistant.answer.explain import Decider, Outcome
from assistant.api.explanation import ExplainedBody, render_explained, render_explanation
from assistant.api.explanation_wording import ExplanationWording, describe_explanation
from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody
from assistant.api.text import write_explanation
from assistant.cli import main
from assistant.records import QUESTION_KINDS, Calibration, Reading
from assistant.words import LANGUAGES, read_words
from tests.answers import (
    ANSWERED,
    EVERY,
    EXPLANATION,
    FIRST,
    SHOP,
    STORE,
    TODAY,
    CannedAssistant,
    client_of,
    read_page,
    show,
    span_of,
)
from tests.conftest import Maker

PRICE = {"text": "2,999 yuan", "start": 29, "end": 39, "score": 8.4}
BODY: dict[str, Any] = {
    "decided_by": "reader",
    "kind": "fact",
    "kinds": {"fact": 0.9, "list": 0.0625, "count": 0.0375},
    "threshold": 0.5,
    "confidence": {
        "group": "short",
        "bias": -0.5,
        "terms": [
            {"feature": "span", "value": 8.4, "weight": 0.25},
            {"feature": "near", "value": 0.5, "weight": 1.0},
            {"feature": "names_near", "value": 1.0, "weight": 0.0},
        ],
        "logit": pytest.approx(2.1),
        "confidence": pytest.approx(1 / (1 + math.exp(-2.1))),
    },
    "passages": [
        {
            "number": 1,
            "passage_id": "shop/quark 1.txt:0-60",
            "dense": 0.9,
            "dense_rank": 1,
            "lexical": 7.0,
            "lexical_rank": 1,
            "fused": 1.0,
            "read": True,
            "span": PRICE,
            "items": 1,
            "evidence": {
                "text": "Quark glasses cost 2,999 yuan.",
                "start": 10,
                "end": 40,
                "score": 0.91,
            },
        },
        {
            "number": 2,
            "passage_id": "b.txt:0-51",
            "dense": 0.45,
            "dense_rank": 2,
            "lexical": 3.5,
            "lexical_rank": 2,
            "fused": 0.5,
            "read": False,
            "span": None,
            "items": None,
            "evidence": None,
        },
    ],
    "candidates": [
        PRICE | {"passage": 1, "outcome": "answer"},
        {
            "text": "Nobody",
            "start": 41,
            "end": 47,
            "score": 1.5,
            "passage": 1,
            "outcome": "alternative",
        },
    ],
}
ENGLISH = read_words("en")
TEXT = """\
How it was found

What decided
  Decided by the reader
  Kind of question: a fact
  Probable kinds of question: a fact 90 %, a list 6 %, a count 4 %
  Threshold of the confidence: 0.5000

The confidence
  constant: -0.5000
  score of the best span: 8.4000 x 0.2500 = 2.1000
  near: 0.5000 x 1.0000 = 0.5000
  sum: 2.1000, which is a confidence of 0.8909

Passages found (2)
  1. shop/quark 1.txt:0-60; fused 1.0000; cosine 0.9000 (rank 1); BM25 7.0000 (rank 1); \
best span 8.4000 “2,999 yuan”; 1 entry of a list; \
best sentence 0.9100 “Quark glasses cost 2,999 yuan.”
  2. b.txt:0-51; fused 0.5000; cosine 0.4500 (rank 2); BM25 3.5000 (rank 2); not read

Candidates (2)
  8.4000 “2,999 yuan”, passage 1: the answer
  1.5000 “Nobody”, passage 1: another candidate"""


def test_an_explanation_in_json_is_exactly_this() -> None:
    assert render_explanation(EXPLANATION).model_dump(mode="json") == BODY


def test_an_explanation_in_words_is_exactly_this() -> None:
    assert write_explanation(render_explanation(EXPLANATION)) == TEXT


def test_an_explanation_can_be_read_in_chinese() -> None:
    sections = describe_explanation(render_explanation(EXPLANATION), read_words("zh"))
    assert [(title, lines[0]) for title, lines in sections] == [
        ("判定依据", "判定者：阅读模型"),
        ("置信度", "常数：-0.5000"),
        (
            "找到的段落（2）",
            "1. shop/quark 1.txt:0-60；综合得分 1.0000；余弦相似度 0.9000（排名第 1）；"
            "BM25 7.0000（排名第 1）；最佳片段 8.4000，“2,999 yuan”；列表中的 1 项；"
            "最佳句子 0.9100，“Quark glasses cost 2,999 yuan.”",
        ),
        ("候选答案（2）", "8.4000，“2,999 yuan”，段落 1：作为回答"),
    ]


@pytest.mark.parametrize(
    ("bias", "value", "confidence"),
    [(0.0, 0.0, 0.5), (-1.0, 3.0, 1 / (1 + math.exp(-2.0))), (-5e4, 1.0, 0.0), (5e4, 1.0, 1.0)],
)
def test_the_confidence_is_the_logistic_function_of_the_sum(
    bias: float, value: float, confidence: float
) -> None:
    weights = Calibration({"short": {"bias": bias, "span": 1.0}, "long": {"bias": 9.0}})
    explained = replace(EXPLANATION, calibration=weights, features={"span": value})
    body = render_explanation(explained).confidence
    assert body is not None
    assert body.logit == bias + value
    assert body.confidence == pytest.approx(confidence)


def test_without_calibration_the_threshold_is_of_the_score() -> None:
    body = render_explanation(replace(EXPLANATION, calibration=None))
    assert body.confidence is None
    assert [title for title, _ in describe_explanation(body, ENGLISH)] == [
        "What decided", "Passages found (2)", "Candidates (2)",
    ]  # fmt: skip
    assert "Threshold of the score: 0.5000" in next(describe_explanation(body, ENGLISH))[1]


def test_an_explanation_omits_what_a_reader_of_spans_lacks() -> None:
    reading = Reading(FIRST, (span_of(FIRST, "Nobody", 1.5),))
    body = render_explanation(replace(EXPLANATION, kinds=None, readings=(reading,)))
    assert body.kinds is None
    found = body.passages[0]
    assert (found.read, found.items, found.evidence) == (True, None, None)
    sections = dict(describe_explanation(body, ENGLISH))
    assert sections["What decided"][2:] == ["Threshold of the confidence: 0.5000"]
    assert sections["Passages found (2)"][0].endswith("(rank 1); best span 1.5000 “Nobody”")


def test_a_passage_without_spans_counts_as_read() -> None:
    reading = Reading(FIRST, (), items=(), evidence=(0.25, 0.5))
    found = render_explanation(replace(EXPLANATION, readings=(reading,))).passages[0]
    assert (found.read, found.span, found.items) == (True, None, 0)
    assert found.evidence is not None
    assert (found.evidence.text, found.evidence.score) == ("Nobody makes money.", 0.5)


def test_a_question_in_a_foreign_script_is_decided_before_reading() -> None:
    explained = replace(
        EXPLANATION, decided_by="language", kinds=None, features={}, readings=(), candidates=()
    )
    sections = dict(describe_explanation(render_explanation(explained), ENGLISH))
    assert sections["What decided"][0] == (
        "Decided by the script of the text, which the models do not know"
    )
    assert list(sections) == ["What decided", "Passages found (2)"]
    assert all(line.endswith("not read") for line in sections["Passages found (2)"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_an_explanation_has_words(language: str) -> None:
    messages = read_words(language).messages
    for name, values in (
        ("outcome", get_args(Outcome)),
        ("decider", get_args(Decider)),
        ("kind", QUESTION_KINDS),
    ):
        found = {key for key in messages if key.startswith(f"explanation.{name}.")}
        assert found == {f"explanation.{name}.{value}" for value in values}
    assert set(QUESTION_KINDS) == set(confidence.GROUPS)


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ("span", "score of the best span"),
        ("span_below_0", "score of the best span, if below 0"),
        ("best_terms_here", "words of the question in it (best sentence)"),
        ("span_names_near", "names of the question nearby (sentence of the best span)"),
        ("is_two", "asks for two things at once"),
        ("some_new", "some new"),
    ],
)
def test_a_feature_is_named_in_words(feature: str, words: str) -> None:
    assert ExplanationWording(ENGLISH).name_feature(feature) == words


def test_every_feature_of_a_confidence_has_words(make: Maker) -> None:
    assistant = make.assistant(SHOP, STORE)
    _, explanation = assistant.explain("What do Quark glasses cost?")
    assert explanation.features
    for feature in explanation.features:
        assert ExplanationWording(ENGLISH).name_feature(feature) != feature.replace("_", " ")


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.question[:12])
def test_an_explained_answer_is_the_answer(answer: Any) -> None:
    explained = render_explained(answer, EXPLANATION)
    assert explained.model_dump(exclude={"explanation"}) == render_answer(answer).model_dump()


def test_the_page_the_json_and_the_command_line_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client, asked = client_of(ANSWERED), {"question": ANSWERED.question, "include": ["explain"]}
    posted = client.post("/api/v1/query", json=asked).json()
    assert client.get("/api/v1/query", params=asked).json() == posted
    assert posted["explanation"] == BODY
    monkeypatch.setattr(Assistant, "open", lambda **_: CannedAssistant([ANSWERED]))
    assert main(["ask", "--explain", "--json", ANSWERED.question]) == 0
    assert json.loads(capsys.readouterr().out) == posted
    assert main(["ask", "--explain", ANSWERED.question]) == 0
    assert capsys.readouterr().out.endswith(f"documents.\n\n{TEXT}\n")
    shown = read_page(show(ANSWERED, explain="1"))
    for line in filter(None, map(str.strip, TEXT.splitlines())):
        assert line in shown


def test_no_explanation_is_returned_unless_requested() -> None:
    client = client_of(ANSWERED)
    body = client.post("/api/v1/query", json={"question": ANSWERED.question}).json()
    assert set(body) == set(AnswerBody.model_fields)
    assert set(ExplainedBody.model_fields) - set(body) == {"explanation"}
    refused = client.post("/api/v1/query", json={"question": "x", "include": ["all"]})
    assert refused.status_code == 422
    page = show(ANSWERED)
    assert 'id="explanation"' not in page
    assert "explain=1#explanation" in page


@pytest.mark.parametrize("explain", [[], ["--explain"]])
def test_the_command_line_passes_on_the_day(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], explain: list[str]
) -> None:
    canned = CannedAssistant([ANSWERED])
    monkeypatch.setattr(Assistant, "open", lambda **_: canned)
    for given, reported in (([], TODAY), (["--as-of", "2025-03-01"], date(2025, 3, 1))):
        assert main(["ask", "--json", *explain, *given, "--top-k", "3", "Price?"]) == 0
        assert json.loads(capsys.readouterr().out)["as_of"] == reported.isoformat()
    assert canned.asked == [("Price?", 3, None), ("Price?", 3, date(2025, 3, 1))]


def test_the_command_line_refuses_an_invalid_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--as-of", "yesterday", "Price?"]) == 2
    assert "'yesterday' is not a date like 2025-03-01" in capsys.readouterr().err
