"""Which questions of the project's own sets are asked, and of which documents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assistant.errors import EvaluationError
from assistant.evaluate.evidence import find_quotes, make_piece
from assistant.evaluate.files import find_file
from assistant.evaluate.handwritten import (
    SetDocument,
    SetParagraphQuestion,
    SetQuestion,
    read_set_documents,
    read_set_paragraph_questions,
    read_set_paragraphs,
    read_set_questions,
)
from assistant.evaluate.questions import NONE, VALUE_KINDS, Asked
from assistant.evaluate.sets import QuestionSet, parse_where
from assistant.records import Document
from assistant.text import find_terms

PARAGRAPHS = "paragraphs"
SETS = ("asked", "pairs", PARAGRAPHS)
_FIELDS = ("split", "source", "set", "kind", "reason")
Kept = Mapping[str, frozenset[str]]
Line = TypeVar("Line")


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

    found = _choose_paragraphs(folder, kept) if PARAGRAPHS in chosen else _choose(folder, kept)
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
    marked = tuple(
        replace(asked, ambiguous=asked.document is not None and _is_ambiguous(asked, terms))
        for asked in found.questions
    )
    return replace(found, questions=marked)


def _is_ambiguous(asked: Asked, terms: dict[str, frozenset[str]]) -> bool:
    assert asked.document is not None
    needed = frozenset(find_terms(asked.question))
    if asked.answerable:
        needed &= terms[asked.document.id]
    return any(needed <= held for id_, held in terms.items() if id_ != asked.document.id)


def _keep(lines: Iterable[Line], kept: Kept, *names: str) -> list[Line]:
    """The lines of which each named field has a value that is kept."""
    wanted = {name: kept[name] for name in names if name in kept}
    return [
        line
        for line in lines
        if all(str(getattr(line, name)) in values for name, values in wanted.items())
    ]


def _choose(folder: Path, kept: Kept) -> QuestionSet:
    documents = _keep(read_set_documents(folder), kept, "split", "source")
    known = {one.id: _make_document(one) for one in documents}
    questions = _keep(read_set_questions(folder), kept, "split", "set", "kind", "reason")
    asked = tuple(_ask(one, known[one.document]) for one in questions if one.document in known)
    return QuestionSet(asked, tuple(known.values()))


def _choose_paragraphs(folder: Path, kept: Kept) -> QuestionSet:
    paragraphs = _keep(read_set_paragraphs(folder), kept, "split")
    known = {one.id: Document(one.id, one.title, one.text) for one in paragraphs}
    questions = _keep(read_set_paragraph_questions(folder), kept, "split")
    asked = tuple(_ask_paragraph(one, known[one.paragraph]) for one in questions)
    return QuestionSet(asked, tuple(known.values()))


def _make_document(document: SetDocument) -> Document:
    return Document(document.id, document.title, document.text, published=document.date)


def _ask(question: SetQuestion, document: Document) -> Asked:
    words = tuple(words for _, words in question.answers)
    in_items = question.kind == "list" or question.kind in VALUE_KINDS
    pieces = (
        make_piece(document.id, document.text, find_quotes(document.text, quote))
        for quote in question.evidence
    )
    return Asked(
        question.id,
        question.question,
        answers=() if in_items else words,
        kind=question.kind,
        reason=question.reason,
        items=tuple((one,) for one in words) if in_items else (),
        verdict=question.verdict if question.verdict in ("yes", "no") else None,
        evidence=tuple(pieces),
        split=question.split,
        document=document,
    )


def _ask_paragraph(question: SetParagraphQuestion, document: Document) -> Asked:
    if question.answer is None or question.start is None:
        return Asked(
            question.id, question.question, kind=NONE, split=question.split, document=document
        )
    place = (question.start, question.start + len(question.answer))
    return Asked(
        question.id,
        question.question,
        answers=(question.answer,),
        evidence=(make_piece(document.id, document.text, [place]),),
        split=question.split,
        document=document,
    )
