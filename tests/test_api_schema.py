"""An answer in JSON: each outcome, exactly."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.answer.cite import UnverifiableError
from assistant.api.query import QueryBody
from assistant.api.rendering import find_shown_numbers, render_answer
from assistant.api.schema import AnswerBody
from assistant.records import About, Answer, Document
from tests import answers
from tests.answers import (
    ABSENT,
    ANSWERED,
    COMPARED,
    DECIDED,
    DISAGREEING,
    EVERY,
    FOREIGN,
    LISTED,
    QUARK,
    UNSURE,
    cite_words,
    client_of,
    hits_of,
    mark_words,
    passage_of,
)
from tests.conftest import AWKWARD_TEXT

FIRST_PASSAGE: dict[str, Any] = {
    "number": 1,
    "passage_id": "shop/quark 1.txt:0-60",
    "document_id": "shop/quark 1.txt",
    "document_title": "Smart glasses",
    "heading": "Prices",
    "start": 0,
    "end": 60,
    "text": "# Prices\n\nQuark glasses cost 2,999 yuan. Nobody makes money.",
    "score": 1.0,
    "href": "/documents/shop/quark%201.txt?start=0&end=60&quote=89a2ea#cited",
    "also_in": [],
    "generated": [],
    "marked": [{"start": 10, "end": 40, "evidence": 0.91}],
}
SECOND_PASSAGE: dict[str, Any] = {
    "number": 2,
    "passage_id": "b.txt:0-51",
    "document_id": "b.txt",
    "document_title": "Batteries",
    "heading": "",
    "start": 0,
    "end": 51,
    "text": "A battery lasts 4 hours. It cost 1,999 yuan in May.",
    "score": 0.5,
    "href": "/documents/b.txt?start=0&end=51&quote=7a4e28#cited",
    "also_in": [],
    "generated": [],
    "marked": [{"start": 25, "end": 51, "evidence": 0.27}],
}
ALWAYS: dict[str, Any] = {
    "status": "answered",
    "score": None,
    "confidence": None,
    "likelihood": None,
    "abstention": None,
    "best_guess": None,
    "generator": "extractive",
    "extractive": None,
    "verdict": None,
    "missing": [],
    "conflict": [],
    "alternatives": [],
    "table": None,
    "passages": [FIRST_PASSAGE, SECOND_PASSAGE],
    "players": [],
    "about": [],
    "as_of": "2026-01-31",
    "carried": None,
    "suggestions": [],
    "filter": None,
    "coverage": {
        "documents": 2,
        "passages": 3,
        "passages_read": 2,
        "exhaustive": False,
        "method": "reader",
        "unread": [],
        "skipped": 0,
        "all_documents": None,
    },
    "index": {"name": "default", "generation": "000001", "embedder": "fake", "reader": "span"},
    "timing_ms": {"retrieve": 6.1, "read": 48.0, "write": None, "total": 54.2},
}
PRICE: dict[str, Any] = {
    "number": 1,
    "document_id": "shop/quark 1.txt",
    "document_title": "Smart glasses",
    "published": "2025-09-09",
    "dated": "",
    "passage_id": "shop/quark 1.txt:0-60",
    "quote": "Quark glasses cost 2,999 yuan.",
    "start": 10,
    "end": 40,
    "answer_start": 29,
    "answer_end": 39,
    "page": None,
    "page_end": None,
    "recognised": False,
    "prefix": "# Prices\n\n",
    "suffix": " Nobody makes money.",
    "href": "/documents/shop/quark%201.txt?start=10&end=40&quote=776d5b"
    "&answer_start=29&answer_end=39#cited",
    "also_in": [],
    "generated": [],
}
OLD_PRICE: dict[str, Any] = {
    "number": 2,
    "document_id": "b.txt",
    "document_title": "Batteries",
    "published": None,
    "dated": "",
    "passage_id": "b.txt:0-51",
    "quote": "It cost 1,999 yuan in May.",
    "start": 25,
    "end": 51,
    "answer_start": 33,
    "answer_end": 43,
    "page": None,
    "page_end": None,
    "recognised": False,
    "prefix": "A battery lasts 4 hours. ",
    "suffix": "",
    "href": "/documents/b.txt?start=25&end=51&quote=2b76cb&answer_start=33&answer_end=43#cited",
    "also_in": [],
    "generated": [],
}
NOBODY: dict[str, Any] = PRICE | {
    "quote": "Nobody makes money.",
    "start": 41,
    "end": 60,
    "answer_start": None,
    "answer_end": None,
    "prefix": "\nQuark glasses cost 2,999 yuan. ",
    "suffix": "",
    "href": "/documents/shop/quark%201.txt?start=41&end=60&quote=81da42#cited",
}
BATTERY: dict[str, Any] = OLD_PRICE | {
    "number": 1,
    "quote": "A battery lasts 4 hours.",
    "start": 0,
    "end": 24,
    "answer_start": 16,
    "answer_end": 23,
    "prefix": "",
    "suffix": " It cost 1,999 yuan in May.",
    "href": "/documents/b.txt?start=0&end=24&quote=66b371&answer_start=16&answer_end=23#cited",
}
NAMED = {"id": "quark", "name": "Quark", "href": "/players/quark"}


def cell(text: str, *citations: int) -> dict[str, Any]:
    return {"text": text, "citations": list(citations), "formula": None}


def part(text: str, *citations: int) -> dict[str, Any]:
    return cell(text, *citations) | {"formula_code": None}


EXPECTED: list[tuple[Answer, dict[str, Any]]] = [
    (
        ANSWERED,
        {
            "question": "How much do Quark glasses cost?",
            "kind": "span",
            "answer": {"text": "2,999 yuan", "parts": [part("2,999 yuan", 1)]},
            "score": 8.4213,
            "confidence": 0.83,
            "likelihood": "very_likely",
            "alternatives": [
                {"text": "Nobody", "confidence": 0.31, "score": 1.5, "citations": [2]}
            ],
            "citations": [
                PRICE,
                NOBODY
                | {
                    "number": 2,
                    "answer_start": 41,
                    "answer_end": 47,
                    "href": "/documents/shop/quark%201.txt?start=41&end=60&quote=81da42"
                    "&answer_start=41&answer_end=47#cited",
                },
            ],
            "players": [NAMED],
        },
    ),
    (
        LISTED,
        {
            "question": "What are the prices?",
            "kind": "list",
            "answer": {
                "text": "2,999 yuan, 1,999 yuan",
                "parts": [part("2,999 yuan", 1), part("1,999 yuan", 2)],
            },
            "confidence": 0.7,
            "likelihood": "likely",
            "citations": [PRICE, OLD_PRICE],
            "coverage": {
                "documents": 1,
                "passages": 40,
                "passages_read": 40,
                "exhaustive": True,
                "method": "reader",
                "unread": [],
                "skipped": 0,
                "all_documents": None,
            },
        },
    ),
    (
        COMPARED,
        {
            "question": "What cost Quark and the battery, and which is lighter?",
            "kind": "comparison",
            "answer": {
                "text": "Quark: 2,999 yuan the battery: 1,999 yuan",
                "parts": [part("Quark: 2,999 yuan", 1), part("the battery: 1,999 yuan", 2)],
            },
            "confidence": 0.6,
            "likelihood": "likely",
            "missing": ["which is lighter"],
            "table": {
                "columns": ["price", "weight"],
                "rows": [
                    {"label": "Quark", "cells": [cell("2,999 yuan", 1), None]},
                    {
                        "label": "the battery",
                        "cells": [
                            cell("1,999 yuan", 2),
                            cell("1 kg", 2) | {"formula": "0.5 + 0.5"},
                        ],
                    },
                ],
            },
            "citations": [PRICE, OLD_PRICE],
        },
    ),
    (
        DECIDED,
        {
            "question": "Does anybody make money?",
            "kind": "passage",
            "answer": {"text": "Nobody makes money.", "parts": [part("Nobody makes money.", 1)]},
            "confidence": 0.9,
            "likelihood": "very_likely",
            "verdict": "no",
            "citations": [NOBODY],
        },
    ),
    (
        DISAGREEING,
        {
            "question": "What is the price?",
            "kind": "span",
            "answer": {"text": "2,999 yuan", "parts": [part("2,999 yuan", 1)]},
            "conflict": [1, 2],
            "citations": [PRICE, OLD_PRICE],
        },
    ),
    (
        UNSURE,
        {
            "question": "How long does a Quark battery last?",
            "status": "abstained",
            "kind": "none",
            "answer": None,
            "score": -0.5,
            "confidence": 0.31,
            "abstention": {
                "reason": "low_confidence",
                "message": "No passage answers this for certain.",
                "closest": [2, 1],
                "code": None,
                "fields": {},
            },
            "best_guess": {"text": "4 hours", "confidence": 0.31, "citations": [1]},
            "citations": [BATTERY],
            "passages": [
                FIRST_PASSAGE | {"marked": [{"start": 41, "end": 60, "evidence": 0.12}]},
                SECOND_PASSAGE | {"marked": [{"start": 0, "end": 24, "evidence": 0.44}]},
            ],
            "players": [NAMED],
            "coverage": {
                "documents": 41,
                "passages": 900,
                "passages_read": 10,
                "exhaustive": False,
                "method": "reader",
                "unread": ["x", "y", "z"],
                "skipped": 0,
                "all_documents": None,
            },
        },
    ),
    (
        ABSENT,
        {
            "question": "Who designed Quark?",
            "status": "abstained",
            "kind": "none",
            "answer": None,
            "abstention": {
                "reason": "no_evidence",
                "message": "No passage comes near the question.",
                "closest": [1],
                "code": None,
                "fields": {},
            },
            "citations": [],
            "passages": [
                FIRST_PASSAGE | {"marked": [{"start": 10, "end": 40, "evidence": 0.05}]},
                SECOND_PASSAGE | {"marked": []},
            ],
            "players": [NAMED],
        },
    ),
    (
        FOREIGN,
        {
            "question": "夸克眼镜多少钱？",
            "status": "abstained",
            "kind": "none",
            "answer": None,
            "abstention": {
                "reason": "language",
                "message": "The question is in a script that is not known.",
                "closest": [],
                "code": None,
                "fields": {},
            },
            "citations": [],
            "passages": [],
        },
    ),
]
OUTCOMES = ["span", "list", "comparison", "yes or no", "conflict", "unsure", "absent", "language"]


@pytest.mark.parametrize(("answer", "expected"), EXPECTED, ids=OUTCOMES)
def test_an_outcome_in_json_is_exactly_this(answer: Answer, expected: dict[str, Any]) -> None:
    assert render_answer(answer).model_dump(mode="json") == ALWAYS | expected


def test_what_is_said_about_the_names_of_a_question_is_cited_after_the_answer() -> None:
    about = (About("Quark", QUARK, (answers.PRICE,)), About("May", None, (answers.OLD_PRICE,)))
    body = render_answer(replace(UNSURE, about=about)).model_dump(mode="json")
    assert body["about"] == [
        {
            "name": "Quark",
            "player_id": "quark",
            "href": "/players/quark",
            "citations": [PRICE | {"number": 2}],
        },
        {
            "name": "May",
            "player_id": None,
            "href": None,
            "citations": [OLD_PRICE | {"number": 3}],
        },
    ]
    moved = replace(answers.PRICE, start=11)
    with pytest.raises(UnverifiableError):
        render_answer(replace(UNSURE, about=(About("Quark", QUARK, (moved,)),)))


@pytest.mark.parametrize("answer", EVERY, ids=OUTCOMES)
def test_the_api_gives_what_is_rendered_by_both_ways(answer: Answer) -> None:
    client, asked = client_of(answer), {"question": answer.question}
    expected = json.loads(render_answer(answer).model_dump_json())
    assert client.post("/api/v1/query", json=asked).json() == expected
    assert client.get("/api/v1/query", params=asked).json() == expected


def test_a_body_without_the_new_fields_can_still_be_read() -> None:
    body = render_answer(ANSWERED).model_dump(mode="json")
    for name in ("best_guess", "verdict", "missing", "conflict", "players", "as_of"):
        del body[name]
    del body["coverage"]["unread"]
    for passage in body["passages"]:
        del passage["marked"]
    read = AnswerBody.model_validate(body)
    assert (read.as_of, read.players, read.coverage.unread) == (None, [], [])


@pytest.mark.parametrize(
    "change", [{"quote": "Quark glasses cost 1,999 yuan."}, {"start": 9}, {"end": 999}]
)
@pytest.mark.parametrize("number", [0, 1])
def test_a_quote_that_was_tampered_with_is_not_rendered(
    number: int, change: dict[str, Any]
) -> None:
    citations = list(ANSWERED.citations)
    citations[number] = replace(citations[number], **change)
    with pytest.raises(UnverifiableError):
        render_answer(replace(ANSWERED, citations=tuple(citations)))


@pytest.mark.parametrize("marked", [(9, 20), (30, 41), (29, 29), (39, 29), (0, 0), (50, 55)])
def test_a_marked_part_outside_its_quote_is_not_rendered(marked: tuple[int, int]) -> None:
    tampered = replace(ANSWERED.citations[0], marked=marked)
    with pytest.raises(UnverifiableError):
        render_answer(replace(ANSWERED, citations=(tampered, *ANSWERED.citations[1:])))


FAMILY = "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."
CAFE = "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days."


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        (FAMILY, "The family"),
        (FAMILY, "1,999 yuan"),
        (FAMILY, "the glasses."),
        (CAFE, "１２ days"),
        ("سعرها ألف يوان.", "ألف يوان"),
        ("Zero\u200bwidth words and a clef 𝄞 end the text. Done!", "text. Done!"),
    ],
)
def test_offsets_count_code_points(quote: str, words: str) -> None:
    passage = passage_of(Document("a.txt", "A", AWKWARD_TEXT))
    answer = replace(
        ANSWERED,
        citations=(cite_words(passage, quote, words),),
        alternatives=(),
        hits=hits_of(passage),
        marks=(mark_words(passage, (quote, 0.5)),),
    )
    body = json.loads(render_answer(answer).model_dump_json())
    (citation,), (shown,) = body["citations"], body["passages"]
    assert AWKWARD_TEXT[citation["start"] : citation["end"]] == citation["quote"] == quote
    assert AWKWARD_TEXT[citation["answer_start"] : citation["answer_end"]] == words
    (mark,) = shown["marked"]
    assert AWKWARD_TEXT[mark["start"] : mark["end"]] == quote


def test_marks_belong_to_the_passages_that_are_returned() -> None:
    (passage,) = render_answer(replace(ANSWERED, hits=ANSWERED.hits[:1])).passages
    assert [(mark.start, mark.end) for mark in passage.marked] == [(10, 40)]


def test_the_citations_of_other_candidates_are_not_shown_first() -> None:
    assert find_shown_numbers(render_answer(ANSWERED)) == {1}
    assert find_shown_numbers(render_answer(UNSURE)) == {1}
    assert (
        find_shown_numbers(render_answer(COMPARED))
        == find_shown_numbers(render_answer(DISAGREEING))
        == {1, 2}
    )
    assert find_shown_numbers(render_answer(ABSENT)) == set()


def test_iso_dates_are_read() -> None:
    assert QueryBody(question="x").as_of is None
    assert QueryBody.model_validate({"question": "x", "as_of": "2024-02-29"}).as_of == date(
        2024, 2, 29
    )


@pytest.mark.parametrize(
    "day", ["2025-02-29", "yesterday", "", "2025-03", "2025-03-01T00:00:00", 1740787200, True, []]
)
def test_invalid_dates_are_refused(day: object) -> None:
    with pytest.raises(ValidationError, match="write a day as 2025-03-01"):
        QueryBody.model_validate({"question": "x", "as_of": day})


@pytest.mark.parametrize("field", ["asof", "as_of_date", "history", "best_guess", "limit"])
def test_unknown_fields_are_refused_by_both_ways(field: str) -> None:
    asked, client = {"question": "x", field: "2025-03-01"}, client_of(ANSWERED)
    for response in (
        client.post("/api/v1/query", json=asked),
        client.get("/api/v1/query", params=asked),
    ):
        assert response.status_code == 422
        error = response.json()["error"]
        assert (error["code"], error["message"].split(" (")[0]) == (
            "bad_request",
            f"{field}: Extra inputs are not permitted",
        )
