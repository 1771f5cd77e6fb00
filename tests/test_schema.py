from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.answer import Assistant
from assistant.cite import UnverifiableError
from assistant.records import Document, Heading
from assistant.schema import render_answer, render_text
from tests.conftest import Maker

DOCUMENTS = (
    Document(
        "shop/quark 1.txt",
        "Smart glasses",
        "# Prices\n\nQuark glasses cost 2,999 yuan. Nobody makes money.",
        published=date(2025, 9, 9),
        headings=(Heading(0, 8, "Prices", 1),),
    ),
    Document("b.txt", "Batteries", "A battery lasts 4 hours."),
)
QUARK = "How much do Quark glasses cost?"


@pytest.fixture
def fake_assistant(make: Maker) -> Assistant:
    return make.assistant(*DOCUMENTS, threshold=0.5)


def passages(*scores: float) -> list[dict[str, Any]]:
    return [
        {
            "number": 1,
            "passage_id": "shop/quark 1.txt:0-60",
            "document_id": "shop/quark 1.txt",
            "document_title": "Smart glasses",
            "heading": "Prices",
            "start": 0,
            "end": 60,
            "text": "# Prices\n\nQuark glasses cost 2,999 yuan. Nobody makes money.",
            "score": scores[0],
            "href": "/documents/shop/quark%201.txt?start=0&end=60&quote=89a2ea#cited",
        },
        {
            "number": 2,
            "passage_id": "b.txt:0-24",
            "document_id": "b.txt",
            "document_title": "Batteries",
            "heading": "",
            "start": 0,
            "end": 24,
            "text": "A battery lasts 4 hours.",
            "score": scores[1],
            "href": "/documents/b.txt?start=0&end=24&quote=66b371#cited",
        },
    ]


ALWAYS = {
    "confidence": None,
    "table": None,
    "coverage": {
        "documents": 2,
        "passages": 2,
        "passages_read": 2,
        "exhaustive": False,
        "method": "reader",
    },
}
ANSWERED = ALWAYS | {
    "question": QUARK,
    "status": "answered",
    "kind": "passage",
    "answer": {
        "text": "Quark glasses cost 2,999 yuan.",
        "parts": [{"text": "Quark glasses cost 2,999 yuan.", "citations": [1]}],
    },
    "score": 0.823,
    "abstention": None,
    "alternatives": [
        {"text": "Nobody makes money.", "confidence": None, "score": 0.5839, "citations": [2]}
    ],
    "citations": [
        {
            "number": 1,
            "document_id": "shop/quark 1.txt",
            "document_title": "Smart glasses",
            "published": "2025-09-09",
            "passage_id": "shop/quark 1.txt:0-60",
            "quote": "Quark glasses cost 2,999 yuan.",
            "start": 10,
            "end": 40,
            "page": None,
            "prefix": "# Prices\n\n",
            "suffix": " Nobody makes money.",
            "href": "/documents/shop/quark%201.txt?start=10&end=40&quote=776d5b#cited",
        },
        {
            "number": 2,
            "document_id": "shop/quark 1.txt",
            "document_title": "Smart glasses",
            "published": "2025-09-09",
            "passage_id": "shop/quark 1.txt:0-60",
            "quote": "Nobody makes money.",
            "start": 41,
            "end": 60,
            "page": None,
            "prefix": "\nQuark glasses cost 2,999 yuan. ",
            "suffix": "",
            "href": "/documents/shop/quark%201.txt?start=41&end=60&quote=81da42#cited",
        },
    ],
    "passages": passages(1.0, 0.0),
}
ABSTAINED = ALWAYS | {
    "question": "Who was Napoleon?",
    "status": "abstained",
    "kind": "none",
    "answer": None,
    "score": 0.001,
    "abstention": {
        "reason": "no_evidence",
        "message": "What the question is about stands nowhere in them. These passages come "
        "closest.",
        "closest": [1, 2],
    },
    "alternatives": [],
    "citations": [],
    "passages": passages(0.5, 0.0),
}


@pytest.mark.parametrize("expected", [ANSWERED, ABSTAINED], ids=["answered", "abstained"])
def test_an_answer_is_exactly_this(fake_assistant: Assistant, expected: dict[str, Any]) -> None:
    body = render_answer(fake_assistant.ask(f" {expected['question']}\n")).model_dump(mode="json")
    timing = body.pop("timing_ms")
    assert timing.keys() == {"retrieve", "read", "total"}
    assert body == expected | {
        "index": {
            "name": fake_assistant.generation.name,
            "generation": "000001",
            "embedder": "fake",
            "reader": "sentence",
        }
    }


@pytest.mark.parametrize(
    "change", [{"quote": "Quark glasses cost 1,999 yuan."}, {"start": 9}, {"end": 999}]
)
@pytest.mark.parametrize("number", [0, 1])
def test_a_quote_that_was_tampered_with_is_not_rendered(
    fake_assistant: Assistant, number: int, change: dict[str, Any]
) -> None:
    answer = fake_assistant.ask(QUARK)
    citations = list(answer.citations)
    citations[number] = replace(citations[number], **change)
    with pytest.raises(UnverifiableError):
        render_answer(replace(answer, citations=tuple(citations)))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            QUARK,
            "Quark glasses cost 2,999 yuan. [1]\n\n[1] Smart glasses, 2025-09-09\n"
            "    shop/quark 1.txt, characters 10-40\n\nRead 2 of 2 passages in 2 documents.",
        ),
        (
            "Who was Napoleon?",
            "The documents do not say. What the question is about stands nowhere in them. "
            "These passages come closest.\n\n(1) Smart glasses\n"
            "    shop/quark 1.txt, characters 0-60\n    # Prices\n"
            "    Quark glasses cost 2,999 yuan. Nobody makes money.\n\n(2) Batteries\n"
            "    b.txt, characters 0-24\n    A battery lasts 4 hours.\n\n\n"
            "Read 2 of 2 passages in 2 documents.",
        ),
        (
            "夸克眼镜多少钱？",
            "The question is in a script that this index's embedder does not know. Ask in the "
            "language of the documents, or build the index with a multilingual embedder.\n\n\n"
            "Read 0 of 2 passages in 2 documents.",
        ),
    ],
    ids=["answered", "abstained", "language"],
)
def test_an_answer_in_plain_text_is_exactly_this(
    fake_assistant: Assistant, question: str, text: str
) -> None:
    assert render_text(render_answer(fake_assistant.ask(question))) == text
