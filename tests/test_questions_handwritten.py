"""The shipped question sets are valid, and invalid ones are refused."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import EvaluationError
from assistant.questions.handwritten import (
    QUESTIONS_FOLDER,
    SetFollowup,
    SetQuestion,
    Split,
    read_followups,
    read_set_documents,
    read_set_paragraph_questions,
    read_set_paragraphs,
    read_set_questions,
)
from assistant.questions.index_questions import read_index_questions
from tests.training import (
    DOCUMENT,
    FOLLOWUP,
    PARAGRAPH,
    PARAGRAPH_QUESTION,
    QUESTION,
    make_document,
    make_question,
    write_lines,
    write_sets,
)


def test_the_shipped_sets_have_the_numbers_of_their_card() -> None:
    card = (QUESTIONS_FOLDER / "README.md").read_text(encoding="utf-8")
    source = {one.id: one.source for one in read_set_documents(QUESTIONS_FOLDER)}
    asked: dict[str, list[tuple[str, Split, bool]]] = {}
    for question in read_set_questions(QUESTIONS_FOLDER):
        asked.setdefault(f"`{source[question.document]}`, {question.set}", []).append(
            (question.document, question.split, question.kind == "none")
        )
    asked["follow-ups"] = [
        (one.document, one.split, one.kind == "none") for one in read_followups(QUESTIONS_FOLDER)
    ]
    asked["encyclopedia paragraphs"] = [
        (one.paragraph, one.split, not one.answerable)
        for one in read_set_paragraph_questions(QUESTIONS_FOLDER)
    ]

    def count(some: Iterable[tuple[object, Split]]) -> str:
        splits = [split for _, split in some]
        return f"{len(splits):,} ({splits.count('dev'):,})"

    for name, found in asked.items():
        documents = count({(document, split) for document, split, _ in found})
        questions = count((number, split) for number, (_, split, _) in enumerate(found))
        without = count((number, split) for number, (_, split, no) in enumerate(found) if no)
        assert f"| {name} | {documents} | {questions} | {without} |\n" in card
    assert f"\n{sum(map(len, asked.values())):,} questions, and 520 about tables:\n" in card
    assert (
        sum(1 for _ in read_index_questions(QUESTIONS_FOLDER / "tables" / "questions.jsonl")) == 520
    )


def test_the_card_counts_the_kinds_of_questions() -> None:
    card = (QUESTIONS_FOLDER / "README.md").read_text(encoding="utf-8")
    asked = [*read_set_questions(QUESTIONS_FOLDER), *read_followups(QUESTIONS_FOLDER)]
    counts = Counter((question.kind, question.split) for question in asked)
    for kind in {question.kind for question in asked}:
        assert f"\n| {kind} | {counts[kind, 'train']:,} | {counts[kind, 'dev']:,} |\n" in card


def test_no_event_is_reported_in_both_splits() -> None:
    splits: dict[str, set[str]] = {}
    for document in read_set_documents(QUESTIONS_FOLDER):
        splits.setdefault(document.event, set()).add(document.split)
    assert Counter(map(len, splits.values())) == {1: len(splits)}


def test_documents_about_one_event_share_it() -> None:
    events = [make_document(id_=id_).event for id_ in ("b7-03a", "b7-03d", "b7-03", "mkt-001")]
    assert events == ["b7-03", "b7-03", "b7-03", "mkt-001"]


def test_kinds_become_those_of_the_reader() -> None:
    kinds = [make_question("?", kind=kind).question_kind for kind in ("why", "how", "said", "top")]
    assert kinds == ["passage", "passage", "passage", "top"]
    assert make_question("?", kind="none").question_kind is None


def test_every_file_is_read_by_split(tmp_path: Path) -> None:
    folder = write_sets(tmp_path)
    assert read_set_questions(folder, split="train") == [
        SetQuestion(
            "doc-1-00", "doc-1", "fact", None, "How many glasses did Quark sell?",
            ((None, "40"),), None, ("sold 40 glasses",), "train", set="asked",
        )
    ]  # fmt: skip
    assert read_followups(folder, split="train") == [
        SetFollowup(
            "doc-1-f1", "doc-1", "fact", None, "how many?", ((None, "40"),), None,
            ("sold 40 glasses",), "train", "What did Quark sell?",
            "How many did Quark sell?", set="asked",
        )
    ]  # fmt: skip
    for read, ids in (
        (read_set_documents, ["doc-1", "doc-2"]),
        (read_set_questions, ["doc-1-00", "doc-2-00"]),
        (read_followups, ["doc-1-f1", "doc-2-f1"]),
        (read_set_paragraphs, ["p1", "p2"]),
        (read_set_paragraph_questions, ["p1-0", "p2-0"]),
    ):
        assert [record.id for record in read(folder)] == ids
        assert [record.id for record in read(folder, split="train")] == ids[:1]
        assert [record.id for record in read(folder, split="dev")] == ids[1:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "what"}, "line 2, kind: Input should be 'fact', 'passage'"),
        ({"document": "doc-9"}, "line 2: there is no document 'doc-9'"),
        ({"split": "dev"}, "line 2: split 'dev', but its document is 'train'"),
        ({"evidence": ["sold 41"]}, "line 2: 'sold 41' is not in doc-1"),
        ({"answers": [[None, "41"]]}, "line 2: '41' is not in doc-1"),
        ({"answers": [[None, ""]]}, "line 2, answers.0.1: String should match pattern"),
        ({"answers": [["40"]]}, "line 2, answers.0.1: Field required"),
        ({"kind": "none"}, "line 2: a question has a reason if and only if it has no answer"),
        ({"evidence": []}, "line 2: a question has evidence if and only if it has an answer"),
        ({"question": " "}, "line 2, question: String should match pattern"),
        ({"set": "followups"}, "line 2, set: Input should be 'asked' or 'pairs'"),
    ],
)
def test_a_broken_question_is_refused_with_its_file_and_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = write_sets(tmp_path) / "questions.jsonl"
    write_lines(path, QUESTION, {**QUESTION, "id": "doc-1-01", **change})
    with pytest.raises(EvaluationError, match=re.escape(f"{path} {message}")):
        read_set_questions(tmp_path)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("documents", {**DOCUMENT, "id": "d", "date": "soon"}, "line 2, date: Input should be"),
        ("documents", DOCUMENT, "line 2, id: 'doc-1' occurs twice"),
        ("questions", {k: v for k, v in QUESTION.items() if k != "kind"}, "line 2, kind: Field"),
        ("followups", {**FOLLOWUP, "id": "f", "full": None}, "line 2, full: Input should"),
        ("paragraphs", {**PARAGRAPH, "id": "p", "split": "test"}, "line 2, split: Input should be"),
        ("paragraph-questions", {**PARAGRAPH_QUESTION, "id": "q", "start": 25},
         "line 2: '19' is not at 25"),
        ("paragraph-questions", {**PARAGRAPH_QUESTION, "id": "q", "answerable": False},
         "line 2: a question has an answer if and only if it is answerable"),
        ("paragraph-questions", {**PARAGRAPH_QUESTION, "id": "q", "paragraph": "p9"},
         "line 2: there is no paragraph 'p9'"),
        ("paragraph-questions", {**PARAGRAPH_QUESTION, "id": "q", "split": "dev"},
         "line 2: split 'dev', but its paragraph is 'train'"),
    ],
)  # fmt: skip
def test_a_broken_line_of_any_file_is_refused(
    tmp_path: Path, name: str, line: dict[str, Any], message: str
) -> None:
    path = write_sets(tmp_path) / f"{name}.jsonl"
    first = {"documents": DOCUMENT, "questions": QUESTION, "followups": FOLLOWUP,
             "paragraphs": PARAGRAPH, "paragraph-questions": PARAGRAPH_QUESTION}[name]  # fmt: skip
    write_lines(path, first, line)
    read = {
        "documents": read_set_documents,
        "questions": read_set_questions,
        "followups": read_followups,
        "paragraphs": read_set_paragraphs,
        "paragraph-questions": read_set_paragraph_questions,
    }[name]
    with pytest.raises(EvaluationError, match=re.escape(f"{path} {message}")):
        read(tmp_path)


def test_a_folder_without_sets_is_refused_with_where_they_come_from(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=re.escape(f"{tmp_path} has no documents.jsonl")) as e:
        read_set_questions(tmp_path)
    assert e.value.hint == "the question sets come with the source, not with the installed package"
