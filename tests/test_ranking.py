"""What was read becomes one ranking of sentences and one of spans."""

import math
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer.evidence import Evidence
from assistant.answer.question import QuestionTerms
from assistant.answer.ranking import find_context, find_recency, find_sentence, logit, rank_evidence
from assistant.records import QUESTION_KINDS, Document, Hit, Passage, QuestionKind, Reading
from assistant.text import find_passage_terms
from tests.answers import TODAY, passage_of, span_of

SHOP = Document("shop.txt", "Shop", "Quark glasses cost 9 yuan. Nobody bought a case.")
STORE = Document(
    "store.txt", "Store", "It cost 4 yuan.\n\nQuark is here.", published=date(2025, 1, 31)
)
FIRST = passage_of(SHOP, "Quark glasses cost 9 yuan.", "Nobody bought a case.")
SECOND = passage_of(STORE, "It cost 4 yuan.", "Quark is here.", number=1)
HITS = (Hit(FIRST, 0.5, 0.5, 0.0), Hit(SECOND, 0.4, 0.25, 0.0))
QUESTION = "what does quark cost in the shop?"
TERMS = QuestionTerms({"quark": 2.0, "cost": 1.0, "shop": 1.0}, (), (), 0.0)
READINGS = (
    Reading(FIRST, (span_of(FIRST, "9 yuan", 3.0), span_of(FIRST, "a case", 1.0)), (), (0.5, 0.2)),
    Reading(SECOND, (span_of(SECOND, "4 yuan", 6.0),), (), (0.9, 0.5)),
)
NEWNESS = 4.0 / (1 + 365 / 365.25)


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are easy to multiply by."""
    sentences = {"evidence": 1.0, "cosine": 2.0, "here": 3.0, "near": 5.0, "passage": 7.0}
    spans = {"span": 10.0, "cosine": 20.0, "here": 30.0, "near": 50.0, "passage": 70.0}
    monkeypatch.setattr("assistant.answer.ranking.SENTENCE_WEIGHTS", sentences)
    monkeypatch.setattr("assistant.answer.ranking.SPAN_WEIGHTS", spans)
    monkeypatch.setattr("assistant.answer.ranking.RECENCY_WEIGHT", 4.0)


def read(*readings: Reading, hits: tuple[Hit, ...] = HITS) -> Evidence:
    return rank_evidence(Evidence(QUESTION, TERMS, as_of=TODAY), hits, readings, find_passage_terms)


def test_sentences_are_ranked_by_a_weighted_sum(weights: None) -> None:
    del weights
    found = read(*READINGS)
    scores = [(one.text, one.place, one.number, one.evidence, one.score) for one in found.sentences]
    # The question's terms are worth 4, "quark" 2 of them. Below "Shop" all three are near the
    # second sentence too; the two of "Store" are paragraphs of their own.
    assert scores == [
        ("Quark glasses cost 9 yuan.", 0, 0, 0.5, 0 + 2 * 0.5 + 3 * 0.75 + 5 + 7),
        ("It cost 4 yuan.", 1, 0, 0.9,
         round(math.log(9) + 2 * 0.25 + 3 * 0.25 + 5 * 0.25 + 7 * 0.75 + NEWNESS, 4)),
        ("Quark is here.", 1, 1, 0.5,
         round(0 + 2 * 0.25 + 3 * 0.5 + 5 * 0.5 + 7 * 0.75 + NEWNESS, 4)),
        ("Nobody bought a case.", 0, 1, 0.2, round(math.log(1 / 4) + 2 * 0.5 + 0 + 5 + 7, 4)),
    ]  # fmt: skip
    assert found.sentences[3].context_terms == frozenset(
        "shop quark glass cost 9 yuan nobodi bought a case".split()
    )
    assert found.sentences[2].context_terms == frozenset("store quark is here".split())
    assert (found.hits, found.readings) == (HITS, READINGS)


def test_spans_are_ranked_by_a_weighted_sum_of_their_own(weights: None) -> None:
    del weights
    found = read(*READINGS)
    assert [(one.span.text, one.sentence.text, one.score) for one in found.candidates] == [
        ("9 yuan", "Quark glasses cost 9 yuan.", 30 + 10 + 30 * 0.75 + 50 + 70),
        ("a case", "Nobody bought a case.", 10 + 10 + 0 + 50 + 70),
        ("4 yuan", "It cost 4 yuan.",
         round(60 + 5 + 30 * 0.25 + 50 * 0.25 + 70 * 0.75 + NEWNESS, 4)),
    ]  # fmt: skip


def test_equal_sentences_and_spans_go_by_place() -> None:
    text = "Same words.\n\nSame words."
    document = Document("a.txt", "A", text)
    passages = [
        replace(passage_of(document, number=number), sentences=((0, 11), (13, 24)))
        for number in (1, 0)
    ]
    hits = tuple(Hit(passage, 0.5, 0.5, 0.0) for passage in passages)
    readings = [
        Reading(
            passage,
            (
                replace(span_of(passage, "words", 1.0), start=18, end=23),
                span_of(passage, "words", 1.0),
            ),
            (),
            (0.5, 0.5),
        )
        for passage in passages
    ]
    found = read(*readings, hits=hits)
    places = [(one.passage.number, one.number) for one in found.sentences]
    assert places == [(0, 0), (0, 1), (1, 0), (1, 1)]
    spans = [(one.span.passage.number, one.span.start) for one in found.candidates]
    assert spans == [(0, 5), (0, 18), (1, 5), (1, 18)]


def test_without_evidence_a_sentence_is_as_likely_as_half_of_its_best_span(weights: None) -> None:
    del weights
    third = span_of(FIRST, "Quark", -9.0)
    plain = [replace(READINGS[0], evidence=None, items=None), replace(READINGS[1], spans=())]
    plain[0] = replace(plain[0], spans=(*plain[0].spans[:1], third))
    plain[1] = replace(plain[1], evidence=None)
    found = read(*plain)
    scores = {one.text: (one.evidence, one.score) for one in found.sentences}
    assert scores["Quark glasses cost 9 yuan."] == (None, 1.5 + 1 + 2.25 + 5 + 7)
    assert scores["Nobody bought a case."] == (None, -7.0 + 1 + 5 + 7)
    assert found.kinds is None
    assert found.kind == "fact"


def test_the_kind_is_the_softmax_of_the_mean_of_the_three_best_passages() -> None:
    hits, readings = [], []
    scores: list[dict[QuestionKind, float]] = [
        {"list": 4.0, "fact": 1.0},
        {"list": 1.0, "fact": 1.0},
        {"list": 1.0, "fact": 1.0, "trend": 3.0},
        {"top": 900.0},  # of a passage that is not among the three best
    ]
    for number, given in enumerate(scores):
        document = Document(f"{number}.txt", "A", "Some words. Other words.")
        passage = passage_of(document, "Some words.", "Other words.", number=number)
        kinds: dict[QuestionKind, float] = {kind: given.get(kind, 0.0) for kind in QUESTION_KINDS}
        likely = 0.9 - number / 10
        readings.append(Reading(passage, (), (), (likely, likely), kinds))
        hits.append(Hit(passage, 0.5, 0.5, 0.0))
    found = read(*readings, hits=tuple(hits))
    powers = dict.fromkeys(QUESTION_KINDS, 1.0)
    powers |= {"list": math.exp(2), "fact": math.exp(1), "trend": math.exp(1)}
    whole = sum(powers.values())
    assert found.kinds == {kind: round(power / whole, 4) for kind, power in powers.items()}
    assert found.kind == "list"


def test_a_sentence_is_understood_with_two_before_it_in_its_paragraph() -> None:
    text = "One.\nTwo. Three. Four.\n\nFive. Six."
    words = "One. Two. Three. Four. Five. Six.".split()
    passage = passage_of(Document("a.txt", "Title", text), *words)
    assert [find_context(passage, number) for number in range(6)] == [0, 0, 0, 1, 4, 4]


@pytest.mark.parametrize(
    ("published", "recency"),
    [
        (TODAY, 1.0),
        (date(2026, 1, 30), 365.25 / 366.25),
        (date(2022, 1, 31), 1 / 5),  # four years of 365.25 days
        (date(2026, 2, 1), 0.0),  # of a later day
        (None, 0.0),
    ],
)
def test_a_document_of_that_day_is_the_newest(published: date | None, recency: float) -> None:
    assert find_recency(published, TODAY) == pytest.approx(recency, abs=1e-9)


@pytest.mark.parametrize(
    ("probability", "found"),
    [(0.5, 0.0), (0.75, math.log(3)), (0.0, -7.0), (1.0, 7.0), (0.0001, -7.0)],
)
def test_a_logit_is_kept_within_bounds(probability: float, found: float) -> None:
    assert logit(probability) == pytest.approx(found)


@pytest.mark.parametrize(("place", "number"), [(0, 0), (25, 0), (26, 0), (27, 1), (47, 1)])
def test_a_place_is_in_the_last_sentence_that_begins_before_it(place: int, number: int) -> None:
    assert find_sentence(FIRST, place) == number


def test_a_passage_without_sentences_has_no_evidence() -> None:
    blank = Passage(SHOP, 0, 0, len(SHOP.text), "", ())
    found = read(Reading(blank, (), (), ()), hits=(Hit(blank, 0.0, 0.0, 0.0),))
    assert (found.sentences, found.candidates, found.kinds) == ((), (), None)


def test_a_kind_that_a_reader_was_not_trained_on_is_none_of_its_kinds() -> None:
    known: dict[QuestionKind, float] = {"fact": 1.0, "list": 2.0}
    found = read(*(replace(one, kind=known) for one in READINGS))
    whole = math.exp(1) + math.exp(2)
    assert found.kinds == {
        "fact": round(math.exp(1) / whole, 4),
        "list": round(math.exp(2) / whole, 4),
    }
