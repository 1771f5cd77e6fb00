from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.answer import Assistant
from assistant.answer.cite import UnverifiableError
from assistant.records import Citation, Document, Heading, Passage, Reading, Span, Weighing
from assistant.schema.rendering import count_percent, render_answer, render_text
from assistant.settings import Settings
from tests.conftest import AWKWARD_TEXT, Maker

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


# A score is the logit of the confidence, whatever else is observed.
LOGIT = defaultdict(float, logit=1.0)
PLAIN = Weighing(defaultdict(float, score=1.0), LOGIT, LOGIT)
LOGIT_OF_83, LOGIT_OF_31 = 1.5856, -0.8001


class WordReader:
    """A reader that finds given words wherever they stand, each with its score."""

    name = "words"
    threshold = 0.0

    def __init__(self, words: dict[str, float], *, weighing: Weighing | None = None) -> None:
        self.words = words
        self.weighing = weighing

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        return [Reading(passage, 0.0, 0.0, self._find(passage)) for passage in passages]

    def _find(self, passage: Passage) -> tuple[Span, ...]:
        found = []
        for words, score in self.words.items():
            start = passage.start + passage.text.find(words)
            if start >= passage.start:
                found.append(Span(passage, start, start + len(words), score))
        return tuple(sorted(found, key=lambda span: -span.score))


def assistant_of(
    make: Maker, words: dict[str, float], *documents: Document, weighing: Weighing | None = None
) -> Assistant:
    """An assistant that finds given words in some documents."""
    reader = WordReader(words, weighing=weighing)
    return Assistant.of(make.generation(*documents), reader, Settings())


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
            "also_in": [],
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
            "also_in": [],
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
ANSWERED: dict[str, Any] = ALWAYS | {
    "question": QUARK,
    "status": "answered",
    "kind": "passage",
    "answer": {
        "text": "Quark glasses cost 2,999 yuan.",
        "parts": [{"text": "Quark glasses cost 2,999 yuan.", "citations": [1], "formula": None}],
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
            "answer_start": None,
            "answer_end": None,
            "page": None,
            "prefix": "# Prices\n\n",
            "suffix": " Nobody makes money.",
            "href": "/documents/shop/quark%201.txt?start=10&end=40&quote=776d5b#cited",
            "also_in": [],
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
            "answer_start": None,
            "answer_end": None,
            "page": None,
            "prefix": "\nQuark glasses cost 2,999 yuan. ",
            "suffix": "",
            "href": "/documents/shop/quark%201.txt?start=41&end=60&quote=81da42#cited",
            "also_in": [],
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


PRICE = {"2,999 yuan": LOGIT_OF_83, "Nobody": LOGIT_OF_31}


def test_a_span_is_given_with_its_place_in_the_sentence_around_it(make: Maker) -> None:
    body = render_answer(assistant_of(make, PRICE, *DOCUMENTS, weighing=PLAIN).ask(QUARK))
    assert body.answer is not None
    assert (body.kind, body.answer.text, body.confidence) == ("span", "2,999 yuan", 0.83)
    alternative = {"text": "Nobody", "confidence": 0.31, "score": LOGIT_OF_31, "citations": [2]}
    assert [one.model_dump() for one in body.alternatives] == [alternative]
    first, second = body.citations
    assert (first.quote, first.start, first.end) == ("Quark glasses cost 2,999 yuan.", 10, 40)
    assert (first.answer_start, first.answer_end) == (29, 39)
    assert first.href == (
        "/documents/shop/quark%201.txt?start=10&end=40&quote=776d5b"
        "&answer_start=29&answer_end=39#cited"
    )
    assert (second.quote, second.answer_start, second.answer_end) == ("Nobody makes money.", 41, 47)


def test_without_a_weighing_no_confidence_is_given(make: Maker) -> None:
    body = render_answer(assistant_of(make, {"2,999": 2.0, "money": 1.0}, *DOCUMENTS).ask(QUARK))
    assert (body.confidence, body.score) == (None, 2.0)
    assert [one.confidence for one in body.alternatives] == [None]


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("The family", "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."),
        ("1,999 yuan", "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."),
        ("the glasses.", "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."),
        ("１２ days", "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days."),
        ("ألف يوان", "سعرها ألف يوان."),
        ("text. Done!", "Zero\u200bwidth words and a clef 𝄞 end the text. Done!"),
    ],
)
def test_a_span_is_marked_exactly_whatever_stands_before_it(
    make: Maker, words: str, quote: str
) -> None:
    document = Document("a.txt", "A", AWKWARD_TEXT)
    body = render_answer(assistant_of(make, {words: 1.0}, document).ask("Who paid?"))
    (citation,) = body.citations
    assert citation.quote == quote == AWKWARD_TEXT[citation.start : citation.end]
    assert citation.answer_start == AWKWARD_TEXT.index(words)
    assert AWKWARD_TEXT[citation.answer_start : citation.answer_end] == words


def test_a_span_that_is_its_whole_sentence_is_not_marked_in_it(make: Maker) -> None:
    words = "Quark glasses cost 2,999 yuan."
    body = render_answer(assistant_of(make, {words: 1.0}, *DOCUMENTS).ask(QUARK))
    (citation,) = body.citations
    assert (body.kind, citation.quote) == ("passage", words)
    assert (citation.answer_start, citation.answer_end) == (None, None)
    assert citation.href.endswith("?start=10&end=40&quote=776d5b#cited")


@pytest.mark.parametrize("marked", [(9, 20), (30, 41), (29, 29), (39, 29), (0, 0), (50, 55)])
def test_a_marked_part_outside_its_quote_is_not_rendered(
    make: Maker, marked: tuple[int, int]
) -> None:
    answer = assistant_of(make, {"2,999 yuan": 1.0}, *DOCUMENTS).ask(QUARK)
    (citation,) = answer.citations
    tampered: tuple[Citation, ...] = (replace(citation, marked=marked),)
    with pytest.raises(UnverifiableError):
        render_answer(replace(answer, citations=tampered))


@pytest.mark.parametrize(
    ("weighing", "line"), [(PLAIN, "Confidence 83 %\n"), (None, "")], ids=["weighed", "unweighed"]
)
def test_a_span_in_plain_text_stands_above_its_sentence(
    make: Maker, weighing: Weighing | None, line: str
) -> None:
    answer = assistant_of(make, PRICE, *DOCUMENTS, weighing=weighing).ask(QUARK)
    assert render_text(render_answer(answer)) == (
        f"2,999 yuan [1]\n{line}\n[1] Smart glasses, 2025-09-09\n"
        "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
        "Read 2 of 2 passages in 2 documents."
    )


def test_an_abstention_in_plain_text_has_no_confidence(make: Maker) -> None:
    assistant = replace(assistant_of(make, PRICE, *DOCUMENTS, weighing=PLAIN), threshold=0.9)
    body = render_answer(assistant.ask(QUARK))
    assert (body.status, body.confidence) == ("abstained", 0.83)
    assert "Confidence" not in render_text(body)


@pytest.mark.parametrize(
    ("probability", "percent"),
    [(0.0, 1), (0.004, 1), (0.0151, 2), (0.8312, 83), (0.9899, 99), (0.9951, 99), (1.0, 99)],
)
def test_nothing_is_shown_as_certain(probability: float, percent: int) -> None:
    assert count_percent(probability) == percent
