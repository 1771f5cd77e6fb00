"""Why there is no answer, in words; what comes near is marked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from assistant.answer.abstain import explain_abstention, fill_message, is_near, mark_sentences
from assistant.answer.evidence import Evidence
from assistant.answer.question import QuestionTerms, Subject
from assistant.figures.periods import Period
from assistant.index.lexical import Lexical
from assistant.records import Abstention, Document, Mark, Player
from assistant.text import find_terms
from assistant.words import read_words
from tests.answers import hits_of, passage_of
from tests.evidence import evidence_of, read_as, without_evidence

SHOP = Document("shop.txt", "Shop", "Quark glasses cost 9 yuan. It has Rokid. A case costs 4.")
STORE = Document("store.txt", "Store", "Lenses cost 7 yuan. It closed.")
FIRST = passage_of(SHOP, "Quark glasses cost 9 yuan.", "It has Rokid.", "A case costs 4.")
SECOND = passage_of(STORE, "Lenses cost 7 yuan.", "It closed.", number=1)
PLAYERS = Player("thunderbird", "Thunderbird", "company"), Player("quark", "Quark", "product")
YEAR_2025 = Period(date(2025, 1, 1), date(2025, 12, 31), "2025")
QUARK = Subject("Quark", (("quark",),))
LENSES = Subject("Lenses", (tuple(find_terms("Lenses")),))  # in the other document


class Words:
    """Stands in for a lexical index of the two passages."""

    def count_passages_with(self, terms: Sequence[str]) -> list[int]:
        held = [set(find_terms(document.text)) for document in (SHOP, STORE)]
        return [sum(term in words for words in held) for term in terms]


def explain(
    question: str,
    *,
    names: tuple[tuple[str, ...], ...] = (),
    rarity: dict[str, float] | None = None,
    unknown: float = 0.0,
    subjects: tuple[Subject, ...] = (),
    features: dict[str, float] | None = None,
    shown: int = 8,
    as_of: date = date(2025, 6, 30),
) -> Abstention:
    terms = QuestionTerms({"cost": 1.0} if rarity is None else rarity, names, (), unknown)
    evidence = evidence_of(
        read_as(FIRST, evidence=(0.75, 0.5, 0.1)),
        question=question,
        terms=terms,
        subjects=subjects,
        periods=(YEAR_2025,),
    )
    evidence = replace(evidence, as_of=as_of)
    return explain_abstention(
        evidence,
        features or {},
        shown=shown,
        players=PLAYERS,
        lexical=cast(Lexical, Words()),
    )


@pytest.mark.parametrize(("shown", "closest"), [(8, (1, 2, 3)), (2, (1, 2)), (0, ())])
def test_the_closest_passages_are_the_first_three_of_those_shown(
    shown: int, closest: tuple[int, ...]
) -> None:
    assert explain("What does it cost?", shown=shown) == Abstention(
        "low_confidence", "These passages come closest.", closest, "closest"
    )


def test_a_misspelt_player_is_suggested() -> None:
    found = explain("Does Thunderbrid sell glasses?", names=(("thunderbrid",),))
    assert (found.reason, found.message) == (
        "other_player",
        "The documents do not mention Thunderbrid. Did you mean Thunderbird?",
    )


def test_an_abstention_carries_its_message_and_fields_for_other_languages() -> None:
    found = explain("Does Thunderbrid sell glasses?", names=(("thunderbrid",),))
    assert (found.code, found.fields) == (
        "misspelt",
        {"word": "Thunderbrid", "player": "Thunderbird"},
    )
    assert found.code is not None
    assert fill_message(read_words("zh"), found.code, found.fields) == (
        "文档中没有提到 Thunderbrid。您要找的是 Thunderbird 吗？"
    )


def test_a_name_that_is_not_in_the_documents_is_named() -> None:
    rokid = Subject("Rokid", (("rokid",),))
    song_gang = Subject("Song Gang", (("song", "gang"),))
    found = explain("Does “Song Gang” like Rokid?", subjects=(rokid, song_gang))
    assert found.reason == "no_evidence"
    assert found.message == "The documents do not mention Song Gang."
    # of which one word is there and one is not
    rokid_park = Subject("Rokid Park", (("rokid", "park"),))
    found = explain("Is it in Rokid Park?", subjects=(rokid_park,))
    assert found.message == "The documents do not mention Rokid Park."
    # of which another name is there
    rokid = Subject("Rokd", (("rokd",), ("rokid",)))
    assert explain("What does Rokd cost?", subjects=(rokid,)).reason == "low_confidence"
    # of which the name is in another passage only
    found = explain("What do Lenses cost?", subjects=(LENSES,))
    assert (found.reason, found.message) == (
        "other_player",
        "The closest passages do not name Lenses.",
    )


def test_the_closest_passage_may_be_about_another_time() -> None:
    found = explain("What did it cost in 2025?", features={"best_period": -1.0}, subjects=(LENSES,))
    assert (found.reason, found.message) == (
        "other_period",
        "The closest passages are not about 2025.",
    )
    for period in (0.0, 1.0):
        assert explain("Cost?", features={"best_period": period}).reason == "low_confidence"


@pytest.mark.parametrize(
    ("as_of", "reason"),
    [
        (date(2024, 12, 31), "low_confidence"),
        (date(2025, 1, 1), "other_period"),  # the first day of the period
        (date(2026, 1, 1), "other_period"),
    ],
)
def test_a_future_time_is_not_a_reason_to_abstain(as_of: date, reason: str) -> None:
    found = explain("What did it cost in 2025?", features={"best_period": -1.0}, as_of=as_of)
    assert found.reason == reason


def test_the_closest_passage_may_not_name_the_player_of_the_question() -> None:
    found = explain("Does Quark cost more than Lenses?", subjects=(QUARK, LENSES))
    assert (found.reason, found.message) == (
        "other_player",
        "The closest passages do not name Lenses.",
    )
    assert explain("What does Quark cost?", subjects=(QUARK,)).reason == "low_confidence"


def test_words_in_no_passage_mean_no_evidence() -> None:
    found = explain("zyx qwv?", rarity={"zyx": 1.0, "qwv": 1.0}, unknown=1.0)
    assert (found.reason, found.message) == (
        "no_evidence",
        "The documents contain none of the question’s words.",
    )
    assert explain("cost qwv?", rarity={"cost": 1.0}, unknown=0.99).reason == "low_confidence"
    assert explain("?", rarity={}, unknown=1.0).reason == "low_confidence"


# Near or not


@pytest.mark.parametrize(
    ("evidence", "confidence", "near"),
    [
        (0.05, 0.0, True),
        (0.049, 0.049, False),
        (0.0, 0.05, True),
        (0.0, None, False),
        (0.9, None, True),
    ],
)
def test_evidence_or_confidence_makes_a_guess_worth_showing(
    evidence: float, confidence: float | None, near: bool
) -> None:
    found = evidence_of(read_as(FIRST, evidence=(evidence, 0.0, 0.0)))
    assert is_near(found, confidence) is near


@pytest.mark.parametrize(("unknown", "near"), [(0.99, True), (1.0, False)])
def test_no_guess_is_shown_for_a_question_without_known_terms(unknown: float, near: bool) -> None:
    terms = QuestionTerms({"zyx": 1.0}, (), (), unknown)
    found = evidence_of(read_as(FIRST, evidence=(0.9, 0.0, 0.0)), terms=terms)
    assert is_near(found, 0.9) is near
    spans = evidence_of(read_as(FIRST, spans=[("9 yuan", 9.0)]), terms=terms)
    assert is_near(without_evidence(spans), None) is near


@pytest.mark.parametrize(
    ("spans", "near"), [([("9 yuan", 0.1)], True), ([("9 yuan", 0.0)], False), ([], False)]
)
def test_without_evidence_a_span_makes_a_guess_worth_showing(
    spans: list[tuple[str, float]], near: bool
) -> None:
    assert is_near(without_evidence(evidence_of(read_as(FIRST, spans=spans))), 0.9) is near
    assert not is_near(evidence_of(), 0.9)


def marks_of(evidence: Evidence) -> list[list[tuple[str, float]]]:
    found = mark_sentences(evidence, hits_of(SECOND, FIRST, passage_of(STORE, number=2)))
    return [
        [(hit.document.text[one.start : one.end], one.evidence) for one in marks]
        for hit, marks in zip((SECOND, FIRST, SECOND), found, strict=True)
    ]


def test_the_three_best_sentences_and_all_with_evidence_are_marked() -> None:
    evidence = evidence_of(
        read_as(FIRST, evidence=(0.2, 0.3, 0.01)),
        read_as(SECOND, evidence=(0.02, 0.19)),
        scores=[(1.0, 2.0, 9.0), (8.0, 3.0)],
    )
    assert marks_of(evidence) == [
        [("Lenses cost 7 yuan.", 0.02), ("It closed.", 0.19)],
        [("Quark glasses cost 9 yuan.", 0.2), ("It has Rokid.", 0.3), ("A case costs 4.", 0.01)],
        [],
    ]
    ranked = evidence_of(
        read_as(FIRST, evidence=(0.19, 0.3, 0.01)),
        read_as(SECOND, evidence=(0.02, 0.01)),
        scores=[(1.0, 2.0, 9.0), (8.0, 3.0)],
    )
    assert marks_of(ranked) == [
        [("Lenses cost 7 yuan.", 0.02), ("It closed.", 0.01)],
        [("It has Rokid.", 0.3), ("A case costs 4.", 0.01)],
        [],
    ]


def test_a_reader_without_evidence_has_its_three_best_sentences_marked() -> None:
    evidence = without_evidence(
        evidence_of(read_as(FIRST), read_as(SECOND), scores=[(9.0, 1.0, 2.0), (3.0, 0.0)])
    )
    assert mark_sentences(evidence, hits_of(FIRST)) == ((Mark(0, 26, 0.0), Mark(41, 56, 0.0)),)
