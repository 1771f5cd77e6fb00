"""A draft becomes parts, citations, a table and a guess."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.answer.compose import Draft, compose
from assistant.answer.evidence import Entry, Evidence
from assistant.answer.write import Citations, WrittenAnswer, write_answer
from assistant.records import (
    AnswerCell,
    AnswerRow,
    AnswerTable,
    Document,
    Guess,
    Part,
    QuestionKind,
)
from tests.answers import cite_words, find, passage_of
from tests.evidence import evidence_of, read_as

SHOP = Document("shop.txt", "Shop", "Quark glasses cost 9 yuan. A case costs 4 yuan in 2024.")
FIRST = passage_of(SHOP, "Quark glasses cost 9 yuan.", "A case costs 4 yuan in 2024.")
STORE = Document("store.txt", "Store", "Lenses cost 7 yuan.", published=date(2025, 9, 9))
SECOND = passage_of(STORE, "Lenses cost 7 yuan.", number=1)
GLASSES, CASE = "Quark glasses cost 9 yuan.", "A case costs 4 yuan in 2024."


def entry(words: str, cited: str = GLASSES, score: float = 0.5, label: str = "") -> Entry:
    return Entry(FIRST, *find(FIRST, words), find(FIRST, cited), score, label)


EVIDENCE = evidence_of(
    read_as(
        FIRST, spans=[("9 yuan", 4.0), ("Quark", 3.0)], items=[("9 yuan", 0.9), ("4 yuan", 0.8)]
    )
)


def test_a_part_has_the_words_and_the_number_of_its_sentence() -> None:
    draft = Draft("passage", (entry("9 yuan"), entry(CASE, CASE, 0.25)))
    assert write_answer(EVIDENCE, draft, 0.75) == WrittenAnswer(
        parts=(Part("9 yuan", (1,), 0.5, 0.75), Part(CASE, (2,), 0.25, 0.75)),
        citations=(cite_words(FIRST, GLASSES, "9 yuan"), cite_words(FIRST, CASE)),
    )


def test_a_place_that_is_cited_twice_has_one_number() -> None:
    citations = Citations()
    entries = entry("9 yuan"), entry("Quark"), entry("9 yuan"), entry(CASE, CASE)
    assert [citations.add(one) for one in entries] == [1, 2, 1, 3]
    assert len(citations.found) == 3
    same = replace(entries[0], passage=replace(FIRST, document=replace(SHOP, id="copy.txt")))
    assert citations.add(same) == 4, "of another document"


def test_unverifiable_quotes_are_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    blank = Entry(FIRST, 26, 27, (26, 27), 0.5)  # the space between two sentences
    written = write_answer(EVIDENCE, Draft("passage", (blank, entry("9 yuan"))), None)
    assert [(part.text, part.citations) for part in written.parts] == [("9 yuan", (1,))]
    assert f"words of {FIRST.id} are not shown" in caplog.text
    nothing = write_answer(EVIDENCE, Draft("count", (blank,), counted=True), None)
    assert (nothing.parts, nothing.citations, nothing.as_guess(0.5, listed=True)) == ((), (), None)


def test_a_count_that_is_not_stated_comes_before_what_was_counted() -> None:
    entries = entry("Quark"), entry("glasses"), entry("case", CASE)
    written = write_answer(EVIDENCE, Draft("count", entries, counted=True), 0.5)
    assert written.parts[0] == Part(
        "3", (1, 2, 3), None, 0.5, formula="the entries counted", formula_code="counted"
    )
    assert [part.text for part in written.parts[1:]] == ["Quark", "glasses", "case"]
    assert written.alternatives == ()


@pytest.mark.parametrize("kind", ["fact", "top", "count", "passage", "list", "two"])
def test_a_fact_has_alternatives_that_say_something_else(kind: QuestionKind) -> None:
    spans = [
        ("9 yuan", 4.0), ("9 YUAN", 3.9), ("cost 9 yuan", 3.8), ("yuan", 3.7), ("Quark", 3.0),
        ("4 yuan in", 2.5), ("case", 2.0), ("costs", 1.0), ("2024", 0.5),
    ]  # fmt: skip
    spans = [(words, score) for words, score in spans if words in SHOP.text]
    evidence = evidence_of(read_as(FIRST, spans=spans))
    written = write_answer(evidence, Draft(kind, (entry("9 yuan"),)), 0.75)
    expected = [("Quark", 3.0, None), ("4 yuan in", 2.5, None), ("case", 2.0, None)]
    if kind not in ("fact", "top", "count"):
        expected = []
    found = [(part.text, part.score, part.confidence) for part in written.alternatives]
    assert found == expected
    assert [part.citations for part in written.alternatives] == [
        (n + 2,) for n in range(len(found))
    ]


def test_an_alternative_is_more_likely_than_no_answer() -> None:
    spans = [("9 yuan", 4.0), ("Quark", 0.0), ("case", -1.0)]
    evidence = evidence_of(read_as(FIRST, spans=spans))
    assert write_answer(evidence, Draft("fact", (entry("9 yuan"),)), None).alternatives == ()
    without = replace(evidence, candidates=())
    assert write_answer(without, Draft("fact", (entry("9 yuan"),)), None).alternatives == ()


def test_a_guess_says_the_parts_and_cites_each_place_once() -> None:
    written = write_answer(EVIDENCE, Draft("list", (entry("9 yuan"), entry("case", CASE))), 0.25)
    assert written.as_guess(0.25, listed=False) == Guess("9 yuan case", 0.25, (1, 2))
    twice = WrittenAnswer(parts=(Part("a", (2,), None), Part("b", (2, 1), None)))
    assert twice.as_guess(None, listed=False) == Guess("a b", None, (2, 1))


def test_the_entries_of_a_list_that_is_a_guess_are_separated_by_semicolons() -> None:
    written = write_answer(EVIDENCE, Draft("list", (entry("9 yuan"), entry("case", CASE))), None)
    assert written.as_guess(None, listed=True) == Guess("9 yuan; case", None, (1, 2))


# Tables


def table_of(kind: QuestionKind, evidence: Evidence, **draft: object) -> AnswerTable | None:
    composed = replace(compose(evidence, kind), **draft)  # type: ignore[arg-type]
    return write_answer(evidence, composed, None).table


def test_a_comparison_has_a_row_for_each_value_and_each_subject_without_one() -> None:
    evidence = replace(EVIDENCE, question="Is a Quark dearer than a case or Meta?")
    assert table_of("compare", evidence, absent=("Meta",)) == AnswerTable(
        ("value",),
        (
            AnswerRow("Quark", (AnswerCell("9 yuan", (1,)),)),
            AnswerRow("case", (AnswerCell("4 yuan", (2,)),)),
            AnswerRow("Meta", (None,)),
        ),
    )


def test_a_cell_has_the_citation_of_its_part() -> None:
    evidence = replace(EVIDENCE, question="Is a Quark dearer than a case?")
    written = write_answer(evidence, compose(evidence, "compare"), None)
    assert [(part.text, part.citations) for part in written.parts] == [
        (GLASSES, (1,)),
        (CASE, (2,)),
    ]
    assert written.citations == (cite_words(FIRST, GLASSES), cite_words(FIRST, CASE))
    assert written.table is not None
    assert [cell.citations for row in written.table.rows for cell in row.cells if cell] == [
        (1,), (2,)
    ]  # fmt: skip


def test_a_comparison_of_values_without_names_has_no_table() -> None:
    assert table_of("compare", replace(EVIDENCE, question="Which is dearer?")) is None


def test_a_question_in_two_names_the_part_that_has_no_answer() -> None:
    draft = replace(compose(EVIDENCE, "two"), absent=("who made it?",))
    written = write_answer(EVIDENCE, draft, None)
    assert written.missing == ("who made it?",)
    assert write_answer(EVIDENCE, replace(draft, kind="compare"), None).missing == ()


@pytest.mark.parametrize(
    ("sentences", "labels"),
    [
        (["In 2023 a case cost 5 yuan, in May 2024 4 yuan."], ["2023", "May 2024"]),
        (["It rose from 5 yuan in 2023 to 4 yuan in 2024."], ["2023", "2024"]),
        (["In 2023 it cost 5 yuan.", "It costs 4 yuan since June 2025."], ["2023", "June 2025"]),
        (  # of more times than values, the nearest
            ["Sold since 1999, it cost 5 yuan in 2023.", "In 2024 it was 4 yuan, after May 2020."],
            ["2023", "2024"],
        ),
        (["Cases cost 5 yuan.", "Lenses cost 4 yuan."], ["cases", "lenses"]),  # no time at all
    ],
)
def test_a_trend_has_the_time_of_each_value(sentences: list[str], labels: list[str]) -> None:
    passage = passage_of(Document("a.txt", "A", " ".join(sentences)), *sentences)
    items = [("5 yuan", 0.9), ("4 yuan", 0.9)]
    evidence = evidence_of(
        read_as(passage, items=items), question="And cases, lenses?", kind="trend"
    )
    table = table_of("trend", evidence)
    assert table is not None
    values = [cell.text for row in table.rows for cell in row.cells if cell is not None]
    assert values == ["5 yuan", "4 yuan"]
    assert [row.label for row in table.rows] == labels


def test_a_trend_is_in_order_of_time() -> None:
    sentences = ["A case cost 5 yuan in 2024.", "In 2021 it cost 4 yuan."]
    passage = passage_of(Document("a.txt", "A", " ".join(sentences)), *sentences)
    items = [("5 yuan", 0.9), ("4 yuan", 0.9)]
    evidence = evidence_of(read_as(passage, items=items), question="And lenses?", kind="trend")
    table = table_of("trend", evidence)
    assert table is not None
    assert [row.label for row in table.rows] == ["2021", "2024"]


@pytest.mark.parametrize("sentence", ["A case cost 5 yuan, then 4 yuan.", "In 2023 5 yuan."])
def test_a_trend_with_a_value_of_no_time_or_name_has_no_table(sentence: str) -> None:
    other = "Lenses cost 6 yuan."
    passage = passage_of(Document("a.txt", "A", f"{sentence} {other}"), sentence, other)
    items = [(one, 0.9) for one in ("5 yuan", "6 yuan")]
    evidence = evidence_of(read_as(passage, items=items), kind="trend")
    assert table_of("trend", evidence) is None
    assert table_of("trend", replace(evidence, question="A case, lenses?")) is not None


def test_a_value_of_a_trend_has_the_time_that_its_figure_has() -> None:
    sentence = "Until 2019 a loss, sales were 15.9 million in 2022 and 18.2 million in 2023."
    passage = passage_of(Document("a.txt", "A", sentence), sentence)
    items = [("15.9 million", 0.9), ("18.2", 0.9)]
    evidence = evidence_of(read_as(passage, items=items), question="Lenses?", kind="trend")
    table = table_of("trend", evidence)
    assert table is not None
    cells = [(row.label, row.cells[0] and row.cells[0].text) for row in table.rows]
    assert cells == [("2022", "15.9 million"), ("2023", "18.2")]


def test_a_number_of_a_trend_takes_the_place_of_words_of_its_time() -> None:
    sentences = ["In 2023 it was 5 yuan.", "It was cut to 4 yuan in 2024."]
    passage = passage_of(Document("a.txt", "A", " ".join(sentences)), *sentences)
    items = [("5 yuan", 0.9), ("cut", 0.9), ("4 yuan", 0.9)]
    evidence = evidence_of(read_as(passage, items=items), question="Lenses?", kind="trend")
    table = table_of("trend", evidence)
    assert table is not None
    cells = [(row.label, row.cells[0] and row.cells[0].text) for row in table.rows]
    assert cells == [("2023", "5 yuan"), ("2024", "4 yuan")]


def test_a_trend_with_two_values_of_one_time_has_no_table() -> None:
    sentence = "In 2023 it cost 5 yuan, and then 4 yuan."
    passage = passage_of(Document("a.txt", "A", sentence), sentence)
    evidence = evidence_of(
        read_as(passage, items=[("5 yuan", 0.9), ("4 yuan", 0.9)]), question="Lenses?", kind="trend"
    )
    assert table_of("trend", evidence) is None


@pytest.mark.parametrize("kind", ["fact", "list", "passage", "count", "two", "yesno", "top"])
def test_other_kinds_have_no_table(kind: QuestionKind) -> None:
    named = replace(EVIDENCE, question="Is a Quark dearer than a case?")
    assert table_of("compare", named) is not None
    assert table_of(kind, named) is None


def test_one_value_does_not_make_a_table() -> None:
    evidence = evidence_of(read_as(FIRST, items=[("9 yuan", 0.9)]), question="Quark or Meta?")
    assert table_of("trend", evidence) is None
    assert table_of("compare", evidence) is None
    assert table_of("compare", evidence, absent=("Meta",)) is not None


def test_subjects_without_values_do_not_make_a_table() -> None:
    evidence = evidence_of(read_as(FIRST), question="Quark, Meta or Rokid?")
    assert table_of("compare", evidence, absent=("Meta", "Rokid")) is None


# Sources that disagree


def test_values_that_disagree_come_with_their_date_or_title() -> None:
    other = passage_of(Document("old.txt", "Prices", "Lenses cost 9 yuan."), "Lenses cost 9 yuan.")
    evidence = evidence_of(
        read_as(other, spans=[("9 yuan", 4.0)]), read_as(SECOND, spans=[("7 yuan", 3.0)])
    )
    assert write_answer(evidence, compose(evidence, "fact"), 0.5) == WrittenAnswer(
        parts=(
            Part("7 yuan (2025-09-09)", (1,), 3.0, 0.5),
            Part("9 yuan (Prices)", (2,), 4.0, 0.5),
        ),
        citations=(
            cite_words(SECOND, "Lenses cost 7 yuan.", "7 yuan"),
            cite_words(other, "Lenses cost 9 yuan.", "9 yuan"),
        ),
        conflict=(1, 2),
    )


@pytest.mark.parametrize("draft", [{"kind": "passage"}, {"counted": True}])
def test_only_what_is_stated_is_in_conflict(draft: dict[str, object]) -> None:
    other = passage_of(Document("old.txt", "Prices", "Lenses cost 9 yuan."), "Lenses cost 9 yuan.")
    evidence = evidence_of(
        read_as(other, spans=[("9 yuan", 4.0)]), read_as(SECOND, spans=[("7 yuan", 3.0)])
    )
    composed = replace(compose(evidence, "fact"), **draft)  # type: ignore[arg-type]
    assert write_answer(evidence, composed, 0.5).conflict == ()
