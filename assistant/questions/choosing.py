"""Chooses among the project's own questions, and marks those that several documents may answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assistant.errors import EvaluationError
from assistant.questions.files import find_file, parse_where
from assistant.questions.handwritten import (
    SetFollowup,
    SetParagraphQuestion,
    SetQuestion,
    read_followups,
    read_set_documents,
    read_set_paragraph_questions,
    read_set_paragraphs,
    read_set_questions,
)
from assistant.questions.question import (
    NONE,
    VALUE_KINDS,
    Question,
    find_quotes,
    make_evidence,
)
from assistant.questions.sets import QuestionSet
from assistant.records import Document
from assistant.text import find_terms

PARAGRAPHS = "paragraphs"
FOLLOWUPS = "followups"
SETS = ("asked", "pairs", FOLLOWUPS, PARAGRAPHS)
_FIELDS = ("split", "source", "set", "kind", "reason")
Conditions = Mapping[str, frozenset[str]]
Record = TypeVar("Record")


def is_handwritten(path: Path) -> bool:
    """Whether a path is a folder of the project's own sets."""
    return path.is_dir() and find_file(path, "documents.jsonl") is not None


def choose_questions(folder: Path, *, where: Sequence[str] = ()) -> QuestionSet:
    """The questions that conditions select ("split=dev"), with all documents of split and source.

    Without a condition on the set, those of "asked". Raises EvaluationError.
    """
    conditions = parse_where(where)
    unknown = [name for name in conditions if name not in _FIELDS]
    if unknown:
        raise EvaluationError(
            f"the questions have no field {unknown[0]}", hint=f"choose by {', '.join(_FIELDS)}"
        )
    sets = conditions.setdefault("set", frozenset({"asked"}))
    if not sets <= set(SETS) or (len(sets) > 1 and sets & {FOLLOWUPS, PARAGRAPHS}):
        raise EvaluationError(
            f"set={' and '.join(sorted(sets))} can't be asked",
            hint=f"choose one of {', '.join(SETS)}, or asked and pairs together",
        )
    choose = _choose_about_paragraphs if PARAGRAPHS in sets else _choose_about_documents
    chosen = choose(folder, conditions)
    if not chosen.questions:
        raise EvaluationError(
            f"{folder} has no questions where {', '.join(where)}", hint="see its card"
        )
    return chosen


def mark_ambiguous(questions: QuestionSet) -> QuestionSet:
    """The same set, with the questions marked that other documents may answer as well.

    A question is ambiguous if another document has every term that it shares with its own document
    ("How large was the fine?"); a question without an answer, if another has all of its terms. A
    follow-up is not: the question before it says which document is meant.
    """
    terms = {d.id: frozenset(find_terms(f"{d.title}\n{d.text}")) for d in questions.documents}

    def is_ambiguous(question: Question) -> bool:
        if question.document is None or question.previous:
            return False
        needed = frozenset(find_terms(question.question))
        if question.answerable:
            needed &= terms[question.document.id]
        return any(needed <= other for id_, other in terms.items() if id_ != question.document.id)

    marked = (replace(one, ambiguous=is_ambiguous(one)) for one in questions.questions)
    return replace(questions, questions=tuple(marked))


def _select(records: Iterable[Record], conditions: Conditions) -> list[Record]:
    """The records that meet the conditions on the fields that they have."""
    return [
        record
        for record in records
        if all(
            str(getattr(record, name)) in allowed
            for name, allowed in conditions.items()
            if hasattr(record, name)
        )
    ]


def _choose_about_documents(folder: Path, conditions: Conditions) -> QuestionSet:
    documents = {
        document.id: Document(document.id, document.title, document.text, published=document.date)
        for document in _select(read_set_documents(folder), conditions)
    }
    if FOLLOWUPS in conditions["set"]:  # they have a file of their own, and no field that says so
        others = {name: allowed for name, allowed in conditions.items() if name != "set"}
        records: list[SetQuestion] = [*_select(read_followups(folder), others)]
    else:
        records = _select(read_set_questions(folder), conditions)
    questions = (
        _convert(question, documents[question.document])
        for question in records
        if question.document in documents
    )
    return QuestionSet(tuple(questions), tuple(documents.values()))


def _choose_about_paragraphs(folder: Path, conditions: Conditions) -> QuestionSet:
    paragraphs = _select(read_set_paragraphs(folder), conditions)
    documents = {p.id: Document(p.id, p.title, p.text) for p in paragraphs}
    questions = _select(read_set_paragraph_questions(folder), conditions)
    converted = (_convert_about_paragraph(q, documents[q.paragraph]) for q in questions)
    return QuestionSet(tuple(converted), tuple(documents.values()))


def _convert(question: SetQuestion, document: Document) -> Question:
    words = tuple(words for _, words in question.answers)
    in_items = question.kind == "list" or question.kind in VALUE_KINDS
    evidence = (
        make_evidence(document.id, document.text, find_quotes(document.text, quote))
        for quote in question.evidence
    )
    return Question(
        question.id,
        question.question,
        answers=() if in_items else words,
        kind=question.kind,
        reason=question.reason,
        items=tuple((word,) for word in words) if in_items else (),
        verdict=question.verdict if question.verdict in ("yes", "no") else None,
        evidence=tuple(evidence),
        split=question.split,
        document=document,
        previous=(question.previous,) if isinstance(question, SetFollowup) else (),
        full=question.full if isinstance(question, SetFollowup) else None,
    )


def _convert_about_paragraph(question: SetParagraphQuestion, document: Document) -> Question:
    converted = Question(question.id, question.question, split=question.split, document=document)
    if question.answer is None or question.start is None:
        return replace(converted, kind=NONE)
    place = (question.start, question.start + len(question.answer))
    evidence = make_evidence(document.id, document.text, [place])
    return replace(converted, answers=(question.answer,), evidence=(evidence,))
