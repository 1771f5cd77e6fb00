"""Feedback becomes questions with gold, which are evaluated and trained on."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from assistant.errors import DocumentUnknownError, FeedbackWriteError
from assistant.feedback.record import Feedback
from assistant.feedback.storage import append_feedback
from assistant.questions.feedback_gold import GoldSet, choose_split, make_gold, name_question
from assistant.questions.feedback_sets import write_training_set
from assistant.questions.index_questions import locate, read_index_questions
from assistant.records import Document, DocumentFilter
from assistant.settings import Settings
from assistant.train.sources import parse_source, read_examples
from tests.conftest import Maker
from tests.feedbacks import ABSENT, ANSWERED, NOT_SURE, PRICES, answer_of, feedback_of, place
from tests.training import count_words

OTHER = "Lenses cost 9 yuan.\n\nRokid sold 50. Rokid sold 50."
DOCUMENTS = {
    "prices.txt": Document("prices.txt", "Prices", PRICES),
    "other.txt": Document("other.txt", "Other", OTHER, published=date(2025, 9, 9)),
}
PRICE = "Quark glasses cost 2,999 yuan."


def find(document_id: str) -> Document:
    if document_id not in DOCUMENTS:
        raise DocumentUnknownError(f"no document {document_id!r}")
    return DOCUMENTS[document_id]


def count_selected(within: DocumentFilter) -> int:
    return sum(
        (not within.documents or document.id in within.documents)
        and (not within.formats or document.format in within.formats)
        and (not within.published_from or (document.published or date.min) >= within.published_from)
        for document in DOCUMENTS.values()
    )


def gold_of(*lines: Feedback | None) -> GoldSet:
    return make_gold(lines, find, count_selected)


def describe(feedback: Feedback) -> tuple[object, ...]:
    """Kind, answers, items and evidence of the only question."""
    (question,) = gold_of(feedback).questions
    assert question.answerable == bool(question.answers)
    quotes = [(line.document_id, *line.any_of) for line in question.evidence]
    return question.kind, question.answers, question.items, quotes


def wrong(**fields: Any) -> Feedback:
    return feedback_of(verdict="wrong", **fields)


TWO = (place(PRICE), place("Lenses cost 9 yuan.", document="other.txt", text=OTHER))


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        (feedback_of(), ("fact", ("2,999 yuan",), (), [("prices.txt", PRICE)])),
        (feedback_of(answer=answer_of("It costs 2,999 yuan.", extractive="2,999 yuan")),
         ("fact", ("2,999 yuan",), (), [("prices.txt", PRICE)])),
        (feedback_of(answer=answer_of("Nobody", place("Nobody makes money."), kind="passage",
                                      yes_or_no="no")),
         ("yes_no", ("no",), (), [("prices.txt", "Nobody makes money.")])),
        (feedback_of(answer=answer_of(PRICE, kind="passage")),
         ("how", (PRICE,), (), [("prices.txt", PRICE)])),
        (feedback_of(answer=answer_of("2,999 yuan; 9 yuan", *TWO, kind="list",
                                      items=("2,999 yuan", "9 yuan"))),
         ("list", ("2,999 yuan; 9 yuan",), (("2,999 yuan",), ("9 yuan",)),
          [("prices.txt", PRICE), ("other.txt", "Lenses cost 9 yuan.")])),
        (feedback_of(answer=NOT_SURE),
         ("fact", ("5",), (), [("prices.txt", "Xiaomi sold 5 cars.")])),
        (feedback_of(answer=ABSENT), ("not_stated", (), (), [])),
        (feedback_of(verdict="should_have_abstained"), ("not_stated", (), (), [])),
        (wrong(correct_answer="3,000"), ("fact", ("3,000",), (), [])),
        # Not only "5", which is in other sentences as well.
        (wrong(selected=place("5")), ("fact", ("5",), (), [("prices.txt", "Xiaomi sold 5 cars.")])),
        (wrong(selected=place("sold 5 cars. Rokid")),
         ("fact", ("sold 5 cars. Rokid",), (),
          [("prices.txt", "Xiaomi sold 5 cars. Rokid sold 50.")])),
        (wrong(selected=place("Nobody makes money.")),
         ("how", ("Nobody makes money.",), (), [("prices.txt", "Nobody makes money.")])),
        (wrong(selected=place("5"), correct_answer="five"),
         ("fact", ("five", "5"), (), [("prices.txt", "Xiaomi sold 5 cars.")])),
        (feedback_of(verdict="wrong_source", selected=place("Nobody makes")),
         ("fact", ("2,999 yuan",), (), [("prices.txt", "Nobody makes money.")])),
        (feedback_of(verdict="should_have_known", answer=ABSENT, selected=place("5")),
         ("fact", ("5",), (), [("prices.txt", "Xiaomi sold 5 cars.")])),
    ],
)  # fmt: skip
def test_what_is_said_becomes_gold(feedback: Feedback, expected: tuple[object, ...]) -> None:
    assert describe(feedback) == expected


MOVED = replace(place("Quark glasses cost 2,999 yuan."), start=3, end=33)


@pytest.mark.parametrize(
    ("feedback", "reason"),
    [
        (None, "damaged line"),
        (wrong(), "no correct answer"),
        (feedback_of(verdict="wrong_source"), "no correct answer"),
        (feedback_of(verdict="should_have_known", answer=ABSENT), "no correct answer"),
        # What the index refuses, and evidence in a document that was not asked.
        (feedback_of(within=DocumentFilter(formats=("pdf", "txt"))), "document gone"),
        (feedback_of(within=DocumentFilter(("prices.txt", "gone.txt"))), "document gone"),
        (feedback_of(within=DocumentFilter(published_from=date(2026, 1, 1))), "document gone"),
        (feedback_of(within=DocumentFilter(("other.txt",))), "document gone"),
        (feedback_of(within=DocumentFilter(published_from=date(2025, 1, 1))), "document gone"),
        (feedback_of(as_of=date(2025, 3, 1)), "asked for another day"),
        (feedback_of(answer=answer_of("x", replace(MOVED, document_id="gone.txt"))),
         "document gone"),
        (feedback_of(answer=answer_of("x", replace(MOVED, quote="Quark costs less."))),
         "document changed"),
        (wrong(selected=place("Rokid sold 50.", document="other.txt", text=f"x{OTHER}")),
         "document changed"),
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_counted_with_its_reason(
    feedback: Feedback | None, reason: str
) -> None:
    gold = gold_of(feedback)
    assert (gold.questions, gold.unusable, gold.lines) == ((), {reason: 1}, 1)


def test_a_quote_that_moved_is_found_where_it_is_now() -> None:
    assert describe(feedback_of(answer=answer_of("2,999 yuan", MOVED)))[-1] == [
        ("prices.txt", PRICE)
    ]


def test_the_latest_of_several_lines_about_a_question_counts() -> None:
    said = [
        feedback_of("What do  quark glasses COST?"),
        feedback_of(),
        wrong(correct_answer="1"),
        wrong(),
        feedback_of("Another?", answer=ABSENT),
    ]
    gold = gold_of(*said)
    first, second = gold.questions
    assert (first.id, first.answers) == (name_question("what do quark glasses cost?"), ("1",))
    assert second.question == "Another?"
    assert (gold.repeated, gold.contradicted, gold.lines) == (2, 1, 5)
    last = gold_of(*said, feedback_of())
    assert last.questions[0].answers == ("2,999 yuan",)
    assert (last.repeated, last.contradicted) == (2, 2)


def test_a_correct_answer_given_after_its_verdict_is_no_contradiction() -> None:
    gold = gold_of(wrong(), wrong(correct_answer="1"))
    assert [question.answers for question in gold.questions] == [("1",)]
    assert (gold.repeated, gold.contradicted, gold.unusable) == (1, 0, {})
    gold = gold_of(wrong(correct_answer="1"), wrong(correct_answer="2"))
    assert [question.answers for question in gold.questions] == [("2",)]
    assert (gold.repeated, gold.contradicted) == (0, 1)


def test_a_follow_up_becomes_a_question_by_itself() -> None:
    answer = replace(ANSWERED, full="What does Rokid cost?")
    gold = gold_of(feedback_of("and Rokid?", previous=("What does Quark cost?",), answer=answer))
    assert [question.question for question in gold.questions] == ["What does Rokid cost?"]


def test_a_question_of_some_documents_is_another_than_of_all() -> None:
    within = DocumentFilter(("prices.txt",), formats=(".TXT",))
    same = DocumentFilter(("prices.txt", "prices.txt"), formats=("txt",))
    absent = feedback_of(answer=ABSENT, within=DocumentFilter(("other.txt",)))
    gold = gold_of(feedback_of(within=within), feedback_of(), absent, feedback_of(within=same))
    assert (gold.repeated, gold.contradicted, gold.unusable) == (1, 0, {})
    assert [(one.answers, one.within) for one in gold.questions] == [
        (("2,999 yuan",), within.normalise()),
        (("2,999 yuan",), DocumentFilter()),
        ((), DocumentFilter(("other.txt",))),
    ]
    assert len({one.id for one in gold.questions}) == 3
    # The document that was shown then is not among those asked.
    assert list(gold.nearest.values()) == ["prices.txt", "prices.txt"]


def list_asked(split: str, count: int) -> list[str]:
    """Questions of a split."""
    asked = (f"What do Quark glasses cost in shop {n}?" for n in range(1000))
    return [one for one in asked if choose_split(name_question(one)) == split][:count]


def test_a_set_is_written_that_is_asked_and_trained_on(tmp_path: Path) -> None:
    tune, held = list_asked("tune", 5), list_asked("held", 1)
    gold = gold_of(
        feedback_of(tune[0]),
        feedback_of(tune[1], answer=ABSENT),
        feedback_of(tune[2], verdict="wrong", correct_answer="3,000"),  # without evidence
        feedback_of(tune[3], answer=answer_of("x", *TWO)),  # evidence in two documents
        feedback_of(tune[4], verdict="wrong", correct_answer="five", selected=place("5")),
        feedback_of(held[0]),
    )
    folder = tmp_path / "sets"
    assert write_training_set(folder, gold, find) == 3
    questions = list(read_index_questions(folder / "feedback-questions.jsonl"))
    assert questions == list(gold.questions)
    assert [one.evidence for one in locate(questions, find)][2] == ()
    examples = read_examples(parse_source(str(folder)), count_words, seed=0)
    assert [example.question for example in examples] == [tune[0], tune[1], tune[4]]
    marked = [
        (passage.text[a:b])
        for example in examples
        for passage in example.passages
        for a, b in passage.spans
    ]
    assert marked == ["2,999 yuan", "5"]
    assert [example.kind for example in examples] == ["fact", None, "fact"]
    assert write_training_set(folder, gold, find) == 3  # again
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(FeedbackWriteError, match="mine has other files: give an empty folder"):
        write_training_set(tmp_path / "mine", gold, find)


@pytest.fixture
def indexed(make: Maker, terms_reader: None) -> Settings:
    del terms_reader
    generation = make.generation(*DOCUMENTS.values())
    index = generation.folder.parent
    generation.close()
    return Settings(indexes=index.parent, index=index.name)


def evaluate(settings: Settings, *given: object) -> list[str]:
    where = ["--indexes", settings.indexes, "--index", settings.index]
    return ["evaluate", *map(str, given), *map(str, where)]


def test_feedback_is_evaluated_and_written_by_the_command(
    indexed: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tune = list_asked("tune", 1)[0]
    folder = indexed.feedback_folder
    assert folder is not None
    within = DocumentFilter(("prices.txt",))
    for feedback in (
        feedback_of(tune, within=within),
        wrong(),
        feedback_of("Who?", answer=ABSENT),
    ):
        append_feedback(folder, feedback)
    out = tmp_path / "run"
    assert main(evaluate(indexed, "--from-feedback", "--out", out)) == 0
    said = "3 lines of feedback, 2 questions; 1 no correct answer\n"
    printed = capsys.readouterr().out
    assert printed.startswith(f"{said}2 questions, 2 documents, threshold 0.5\n")
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()[1:]]
    assert [(row["question"], row["answerable"]) for row in rows] == [(tune, True), ("Who?", False)]

    sets = tmp_path / "sets"
    command = ("--from-feedback", folder, "--questions-out", sets)
    assert main(evaluate(indexed, *command)) == 0
    count = 1 + (choose_split(name_question("Who?")) == "tune")
    assert capsys.readouterr().out == (
        f"{said}{sets}: written; {count} of the questions are for `assistant train`\n"
    )
    assert len((sets / "questions.jsonl").read_text().splitlines()) == count


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "there is nothing to ask: give a file of questions or --from-feedback"),
        (("q.jsonl", "--from-feedback"), "there are two kinds of questions"),
        (("q.jsonl", "--questions-out", "x"), "--questions-out has nothing to write"),
        (("--from-feedback", "--feedback", "off"), "feedback is off: give its file after"),
        (("--from-feedback", "none.jsonl"), "there is no feedback in none.jsonl"),
        (("--from-feedback", "wrong.jsonl"),
         "wrong.jsonl answers no question (1 lines of feedback, 0 questions; 1 damaged line)"),
    ],
)  # fmt: skip
def test_what_can_not_be_evaluated_is_said(
    indexed: Settings,
    tmp_path: Path,
    given: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.jsonl").write_text("{}\n")
    assert main(evaluate(indexed, *given)) == 1
    assert message in capsys.readouterr().err
