"""Which of the project's own questions are asked, and which other documents may answer as well."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assistant.errors import EvaluationError
from assistant.questions.files import find_file, parse_where
from assistant.questions.handwritten import (
    SetParagraphQuestion,
    SetQuestion,
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
SETS = ("asked", "pairs", PARAGRAPHS)
_FIELDS = ("split", "source", "set", "kind", "reason")
Kept = Mapping[str, frozenset[str]]
Record = TypeVar("Record")


def is_handwritten(path: Path) -> bool:
    """Whether a path is a folder of the project's own sets."""
    return path.is_dir() and find_file(path, "documents.jsonl") is not None


def choose_questions(folder: Path, *, where: Sequence[str] = ()) -> QuestionSet:
    """The questions that conditions select ("split=dev"), with all documents of split and source.

    Without a set they are those of "asked". Raises EvaluationError.
    """
    kept = parse_where(where)
    unknown = [name for name in kept if name not in _FIELDS]
    if unknown:
        raise EvaluationError(
            f"the questions have no field {unknown[0]}", hint=f"choose by {', '.join(_FIELDS)}"
        )
    chosen = kept.setdefault("set", frozenset({"asked"}))
    if not chosen <= set(SETS) or (PARAGRAPHS in chosen and len(chosen) > 1):
        raise EvaluationError(
            f"set={' and '.join(sorted(chosen))} can't be asked",
            hint=f"choose one of {', '.join(SETS)}, or asked and pairs together",
        )
    choose = _choose_about_paragraphs if PARAGRAPHS in chosen else _choose_about_documents
    found = choose(folder, kept)
    if not found.questions:
        raise EvaluationError(
            f"{folder} holds no question where {', '.join(where)}", hint="see its card"
        )
    return found


def mark_ambiguous(found: QuestionSet) -> QuestionSet:
    """The same set, with the questions marked that other documents of it may answer as well.

    "How large was the fine?" names nothing that singles out a document. The rule: a question is
    ambiguous where another document holds every term of it that its own document holds; a question
    without an answer where another holds all of its terms.
    """
    terms = {one.id: frozenset(find_terms(f"{one.title}\n{one.text}")) for one in found.documents}

    def is_ambiguous(question: Question) -> bool:
        if question.document is None:
            return False
        needed = frozenset(find_terms(question.question))
        if question.answerable:
            needed &= terms[question.document.id]
        return any(needed <= held for id_, held in terms.items() if id_ != question.document.id)

    marked = (replace(question, ambiguous=is_ambiguous(question)) for question in found.questions)
    return replace(found, questions=tuple(marked))


def _keep(records: Iterable[Record], kept: Kept, *names: str) -> list[Record]:
    """The records of which each named field has a value that is kept."""
    wanted = {name: kept[name] for name in names if name in kept}
    return [
        record
        for record in records
        if all(str(getattr(record, name)) in values for name, values in wanted.items())
    ]


def _choose_about_documents(folder: Path, kept: Kept) -> QuestionSet:
    known = {
        one.id: Document(one.id, one.title, one.text, published=one.date)
        for one in _keep(read_set_documents(folder), kept, "split", "source")
    }
    chosen = _keep(read_set_questions(folder), kept, "split", "set", "kind", "reason")
    questions = (_convert(one, known[one.document]) for one in chosen if one.document in known)
    return QuestionSet(tuple(questions), tuple(known.values()))


def _choose_about_paragraphs(folder: Path, kept: Kept) -> QuestionSet:
    paragraphs = _keep(read_set_paragraphs(folder), kept, "split")
    known = {one.id: Document(one.id, one.title, one.text) for one in paragraphs}
    chosen = _keep(read_set_paragraph_questions(folder), kept, "split")
    questions = (_convert_about_paragraph(one, known[one.paragraph]) for one in chosen)
    return QuestionSet(tuple(questions), tuple(known.values()))


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
        items=tuple((one,) for one in words) if in_items else (),
        verdict=question.verdict if question.verdict in ("yes", "no") else None,
        evidence=tuple(evidence),
        split=question.split,
        document=document,
    )


def _convert_about_paragraph(question: SetParagraphQuestion, document: Document) -> Question:
    found = Question(question.id, question.question, split=question.split, document=document)
    if question.answer is None or question.start is None:
        return replace(found, kind=NONE)
    place = (question.start, question.start + len(question.answer))
    evidence = make_evidence(document.id, document.text, [place])
    return replace(found, answers=(question.answer,), evidence=(evidence,))
