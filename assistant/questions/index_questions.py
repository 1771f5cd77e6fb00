"""The project's own format of questions for an index, checked before the first is asked.

One JSON object a line (JSON Schema: tests/data/schemas/question.json):

    id          unique
    question    the question
    kind        how it is judged: "fact", "count", "superlative", "list", "comparison", "two_part",
                "trend", "why", "how", "yes_no"; if it has no answer, the reason:
                "other_player", "other_period", "false_premise", "not_stated", "misspelt"
    answers     accepted answers, any of which is right; [] if it has no answer
    items       for lists: each item with its other names, [["Alibaba", "Quark"], ...]
    cells       for tables: {"row": ..., "column": ..., "text": ...}
    evidence    the quotes that prove the answer, all entries needed, any quote of each enough:
                {"document_id": ..., "any_of": ["verbatim quote", ...]}
    documents, published_from, published_to, formats
                which documents are asked, as in the API; without them, all
    answerable  whether the documents answer it
    previous    for follow-ups: the questions asked before it, the latest last, at most five
    split       "tune" or "held" (held out). In the shipped questions "tune" if the first byte
                of the id's SHA-256 is even
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from assistant.errors import DocumentUnknownError, EvaluationError
from assistant.questions.files import read_records
from assistant.questions.question import (
    NONE,
    SYNONYMS,
    VALUE_KINDS,
    Evidence,
    Question,
    find_quotes,
    make_evidence,
)
from assistant.records import ALL_DOCUMENTS, MOST_PREVIOUS, Document, DocumentFilter, Offsets

SHOWN_FAULTS = 20
FindDocument = Callable[[str], Document]  # by its id; raises DocumentUnknownError


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CellLine(_Line):
    """The text of one cell of a table."""

    row: str
    column: str
    text: str


class EvidenceLine(_Line):
    """Quotes of a document, any of which proves the answer."""

    document_id: str
    any_of: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)


class IndexQuestion(_Line):
    """A question with its gold."""

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    answers: tuple[str, ...]
    items: tuple[tuple[str, ...], ...] = ()
    cells: tuple[CellLine, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    documents: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    formats: tuple[str, ...] = ()
    answerable: bool
    split: Literal["tune", "held"]
    previous: tuple[str, ...] = Field((), max_length=MOST_PREVIOUS)

    @property
    def within(self) -> DocumentFilter:
        return DocumentFilter(
            self.documents, self.published_from, self.published_to, self.formats
        ).normalise()

    @model_validator(mode="after")
    def _agree(self) -> "IndexQuestion":
        if self.answerable != bool(self.answers):
            raise ValueError("answerable and answers do not agree")
        return self


_ADAPTER = TypeAdapter(IndexQuestion)


def read_index_questions(path: Path, *, split: str | None = None) -> Iterator[IndexQuestion]:
    """The questions of a file, in its order, of one split or all.

    Only ids and digests are kept in memory. Raises EvaluationError naming file, line and field.
    """
    first_ids: dict[bytes, str] = {}
    is_empty = True
    for line, question in read_records(path, _ADAPTER):
        asked = "\n".join((*question.previous, question.question))
        words = " ".join(asked.casefold().split())
        if question.within != ALL_DOCUMENTS:
            words = f"{words}\n{question.within}"
        digest = hashlib.sha256(words.encode()).digest()
        if digest in first_ids:
            raise EvaluationError(
                f"{line}, question: the same as {first_ids[digest]!r}", hint="keep one of them"
            )
        first_ids[digest] = question.id
        if split in (None, question.split):
            is_empty = False
            yield question
    if is_empty:
        raise EvaluationError(
            f"{path} has no questions", hint="web/guide/evaluating.md has its format"
        )


@dataclass(frozen=True, slots=True)
class LocatedQuestions:
    """The questions of a checked file, read again each time they are iterated over.

    `places` are the questions to ask, counted within the split; None for all. `within` is which
    documents are asked, where a question does not say.
    """

    path: Path
    find_document: FindDocument
    split: str | None = None
    places: frozenset[int] | None = None
    within: DocumentFilter = ALL_DOCUMENTS

    def __iter__(self) -> Iterator[Question]:
        lines = (line for _, line in read_records(self.path, _ADAPTER))
        chosen = (line for line in lines if self.split in (None, line.split))
        for place, question in enumerate(locate(chosen, self.find_document)):
            if self.places is None or place in self.places:
                is_free = question.within == ALL_DOCUMENTS
                yield replace(question, within=self.within) if is_free else question


def locate(lines: Iterable[IndexQuestion], find_document: FindDocument) -> Iterator[Question]:
    """The questions with the places of their evidence in the documents of an index.

    After the last one, raises EvaluationError naming every question with missing evidence.
    """
    faults: list[str] = []
    for line in lines:
        evidence = tuple(_locate_evidence(line, find_document, faults))
        for document_id in line.documents:
            try:
                find_document(document_id)
            except DocumentUnknownError as error:
                faults.append(f"question {line.id}: {error.message}")
        yield _make_question(line, evidence)
    if faults:
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise EvaluationError(
            "; ".join(faults[:SHOWN_FAULTS]) + more,
            hint="index the documents that the questions are about, or fix the questions",
        )


def _locate_evidence(
    line: IndexQuestion, find_document: FindDocument, faults: list[str]
) -> Iterator[Evidence]:
    for evidence in line.evidence:
        try:
            text = find_document(evidence.document_id).text
        except DocumentUnknownError as error:
            faults.append(f"question {line.id}: {error.message}")
            continue
        places: list[Offsets] = []
        for quote in evidence.any_of:
            found = find_quotes(text, quote)
            places += found
            if not found:
                faults.append(f"question {line.id}: {evidence.document_id} does not say {quote!r}")
        yield make_evidence(evidence.document_id, text, places)


def _make_question(line: IndexQuestion, evidence: tuple[Evidence, ...]) -> Question:
    kind = SYNONYMS.get(line.kind, line.kind)
    is_verdict = kind == "yesno" and set(line.answers) <= {"yes", "no"}
    if not line.answerable:
        return Question(
            line.id,
            line.question,
            kind=NONE,
            reason=line.kind,
            split=line.split,
            within=line.within,
            previous=line.previous,
        )
    return Question(
        line.id,
        line.question,
        answers=() if is_verdict else line.answers,
        kind=kind,
        items=_list_items(line, kind),
        verdict=line.answers[0] if is_verdict else None,
        evidence=evidence,
        split=line.split,
        within=line.within,
        previous=line.previous,
    )


def _list_items(line: IndexQuestion, kind: str) -> tuple[tuple[str, ...], ...]:
    """The items that an answer must have, each with its other wordings; () for no items."""
    if kind in VALUE_KINDS:
        cells = tuple((cell.text,) for cell in line.cells)
        return cells or line.items or (line.answers,)
    return line.items if kind == "list" else ()
