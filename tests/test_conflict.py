"""Sources that say different things of the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer.compose.draft import compose_span
from assistant.answer.conflict import find_conflict, find_disagreeing
from assistant.answer.question import QuestionTerms, find_subjects
from assistant.answer.rows import match_cell
from assistant.figures.periods import Period
from assistant.records import Document, Passage, Table, TableRow
from tests.answers import passage_of
from tests.evidence import evidence_of, read_as

FEE = "The entrance to the tower is {} francs."


def source(
    number: int, value: str, *, published: date | None = None, title: str = "", text: str = FEE
) -> Passage:
    document = Document(f"{number}.txt", title, text.format(value), published=published)
    return passage_of(document, document.text, number=number)


def conflict_of(*found: tuple[Passage, str, float], as_of: date = date.max) -> list[str]:
    """The values of a conflict between spans with their scores, with their documents."""
    readings = [read_as(passage, spans=[(words, score)]) for passage, words, score in found]
    evidence = replace(evidence_of(*readings), as_of=as_of)
    entries = find_disagreeing(evidence, compose_span(evidence, "fact"))
    return [f"{entry.text} of {entry.passage.document.id}" for entry in entries]


def test_different_values_in_the_same_words_are_a_conflict_newest_first() -> None:
    sources = [
        (source(0, "9", published=date(2019, 5, 1)), "9 francs", 5.0),
        (source(1, "10", title="Prices of 2023 and 2021"), "10 francs", 4.5),
        (source(2, "8", title="Prices"), "8 francs", 4.0),
        (source(3, "11", published=date(2024, 1, 1)), "11 francs", 3.0),
        (source(4, "12", published=date(2022, 5, 1)), "12 francs", 3.5),
    ]
    expected = [
        "11 francs of 3.txt",
        "10 francs of 1.txt",
        "12 francs of 4.txt",
        "9 francs of 0.txt",
        "8 francs of 2.txt",
    ]
    assert conflict_of(*sources) == conflict_of(*sources[::-1]) == expected


def test_later_documents_come_last() -> None:
    sources = [
        (source(0, "9", published=date(2019, 5, 1)), "9 francs", 5.0),
        (source(1, "11", title="Prices of 2024"), "11 francs", 4.5),
        (source(2, "10", published=date(2021, 5, 1)), "10 francs", 4.0),
    ]
    assert conflict_of(*sources, as_of=date(2021, 5, 1)) == [
        "10 francs of 2.txt",
        "9 francs of 0.txt",
        "11 francs of 1.txt",
    ]


@pytest.mark.parametrize(("year", "given"), [(2019, ["9 francs of 0.txt"]), (2018, [])])
def test_of_the_time_asked_for_one_version_is_given(year: int, given: list[str]) -> None:
    passages = source(0, "9", title="Prices 2019"), source(1, "11", published=date(2024, 1, 1))
    readings = [
        read_as(passage, spans=[(f"{value} francs", score)])
        for passage, value, score in zip(passages, ("9", "11"), (4.0, 5.0), strict=True)
    ]
    asked = Period(date(year, 1, 1), date(year, 12, 31), f"{year}")
    evidence = evidence_of(*readings, periods=(asked,))
    entries = find_disagreeing(evidence, compose_span(evidence, "fact"))
    both = ["11 francs of 1.txt", "9 francs of 0.txt"]
    found = [f"{entry.text} of {entry.passage.document.id}" for entry in entries]
    assert found == (given or both)


@pytest.mark.parametrize(
    ("score", "expected"),
    [(3.0, ["9 francs of 0.txt", "11 francs of 1.txt"]), (2.9, [])],
)
def test_candidates_far_below_the_best_do_not_conflict(score: float, expected: list[str]) -> None:
    assert conflict_of(
        (source(0, "9"), "9 francs", 5.0), (source(1, "11"), "11 francs", score)
    ) == expected  # fmt: skip


@pytest.mark.parametrize(("score", "many"), [(0.0, 2), (-0.1, 0)])
def test_unlikely_spans_do_not_conflict(score: float, many: int) -> None:
    found = conflict_of((source(0, "9"), "9 francs", 1.0), (source(1, "11"), "11 francs", score))
    assert len(found) == many


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (source(1, "9"), "9 francs"),  # the same value
        (source(1, "9"), "9"),  # less of the same
        (source(1, "9"), "is 9 francs"),  # more of the same
        (source(1, "11", text="Lunch is served on all days for {} francs."), "11 francs"),
    ],
)
def test_the_same_value_or_another_subject_is_not_a_conflict(other: Passage, words: str) -> None:
    assert conflict_of((source(0, "9"), "9 francs", 5.0), (other, words, 4.0)) == []


@pytest.mark.parametrize(
    ("text", "many"),
    [
        # The terms without the value: the, entranc, to, tower, is.
        ("The entrance to a hall is {} francs.", 2),  # 4 of 6 are in both
        ("The exit of a tower is {} francs.", 0),  # 3 of 6
        ("The entrance to our old tower {} francs.", 2),  # 4 of 6
    ],
)
def test_sentences_of_the_same_thing_share_three_fifths_of_their_terms(
    text: str, many: int
) -> None:
    found = conflict_of(
        (source(0, "9"), "9 francs", 5.0), (source(1, "11", text=text), "11 francs", 4.0)
    )
    assert len(found) == many


def test_a_document_does_not_contradict_itself() -> None:
    lines = [FEE.format(value) for value in ("9", "11")]
    document = Document("0.txt", "", "\n".join(lines))
    first = passage_of(document, *lines)
    spans: Sequence[tuple[str, float]] = [("9 francs", 5.0), ("11 francs", 4.0)]
    evidence = evidence_of(read_as(first, spans=spans))
    assert find_conflict(evidence) == []
    assert find_conflict(replace(evidence, candidates=())) == []
    assert find_conflict(evidence_of(read_as(first))) == []


def fees(number: int, whom: str, fee: str) -> Passage:
    """The row of a table of fees below its caption."""
    text = f"Service: Skip; Fee: {fee}"
    table = Table(("Service", "Fee"), (TableRow(0, len(text), ((9, 13), (20, len(text)))),))
    document = Document(f"{number}.html", "Fees", text, tables=(table,))
    return Passage(document, number, 0, len(text), f"Fees for {whom}", ((0, len(text)),))


@pytest.mark.parametrize(("word", "many"), [("visitor", 0), ("guest", 2)])
def test_rows_of_tables_of_which_the_question_names_one_do_not_conflict(
    word: str, many: int
) -> None:
    terms = QuestionTerms({"skip": 2.0, word: 1.0}, (), (), 0.0)
    passages = fees(0, "visitors", "90"), fees(1, "residents", "55")
    readings = [read_as(one, spans=[(one.text[-2:], 5.0)]) for one in passages]
    evidence = evidence_of(*readings, terms=terms)
    candidates = [
        replace(candidate, cell=match_cell(candidate.span, terms))
        for candidate in evidence.candidates
    ]
    assert len(find_conflict(replace(evidence, candidates=tuple(candidates)))) == many


@pytest.mark.parametrize(("asked", "many"), [("Alba", 0), ("Coe", 2)])
def test_a_passage_that_does_not_name_what_the_question_names_does_not_conflict(
    asked: str, many: int
) -> None:
    passages = source(0, "9", title="Alba"), source(1, "11", title="Brim")
    subjects = find_subjects(f"What is the entrance fee of {asked}?", {})
    readings = [
        read_as(passage, spans=[(f"{value} francs", 5.0)])
        for passage, value in zip(passages, ("9", "11"), strict=True)
    ]
    assert len(find_conflict(evidence_of(*readings, subjects=subjects))) == many
