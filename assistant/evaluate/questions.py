"""Questions with their gold: read, and checked before the first is asked.

`Asked` is what every kind of set becomes. The project's own format is one JSON object a line, a
`Question` (JSON Schema: tests/data/schemas/question.json):

    id          unique
    question    what is asked
    kind        its group in the report: "fact", "why", "how", "yes_no", "list", "count",
                "comparison", "trend", "superlative", "two_part"; of what is not answerable
                "other_player", "other_period", "false_premise", "not_stated", "misspelt"
    answers     gold answers, any of which is right; [] where it is not answerable
    items       for lists: each item with its other names, [["Alibaba", "Quark"], ...]
    cells       for tables: {"row": ..., "column": ..., "text": ...}
    evidence    what proves the answer: pieces that are all needed, each found in any of its quotes,
                {"document_id": ..., "any_of": ["verbatim quote", ...]}
    answerable  whether the documents answer it
    split       "tune" or "held": tuned on, or looked at only to report. In the shipped questions
                "tune" where the first byte of the id's SHA-256 is even
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import Assistant
from assistant.errors import DocumentUnknownError, EvaluationError
from assistant.evaluate.files import read_lines
from assistant.records import Document, Offsets

TOLD_FAULTS = 20


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Line):
    row: str
    column: str
    text: str


class Evidence(_Line):
    document_id: str
    any_of: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)


class Question(_Line):
    """A question with its gold."""

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    answers: tuple[str, ...]
    items: tuple[tuple[str, ...], ...] = ()
    cells: tuple[Cell, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answerable: bool
    split: Literal["tune", "held"]

    @model_validator(mode="after")
    def _agree(self) -> "Question":
        if self.answerable != bool(self.answers):
            raise ValueError("answerable and answers do not agree")
        return self


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence: any of these places of a document proves it."""

    document_id: str
    places: tuple[Offsets, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of any set, with its gold where that is known.

    `answers` are () where nothing answers it. `document` is what it is about, given or to be found.
    `relevant` grades documents, for sets that judge retrieval alone. `of_words` says that the gold
    answers are words of a document: the reader's words are compared, not the sentence shown.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    kind: str = "other"
    split: str | None = None
    document: Document | None = None
    evidence: tuple[Piece, ...] = ()
    items: tuple[tuple[str, ...], ...] = ()
    cells: tuple[Cell, ...] = ()
    relevant: Mapping[str, int] = field(default_factory=dict)
    of_words: bool = False

    @property
    def answerable(self) -> bool:
        return bool(self.answers or self.relevant)


def hash_gold(asked: Asked) -> str:
    """SHA-256 of a question with all of its gold, and of the document that is given with it."""
    document = asked.document
    given = None if document is None else [document.id, document.title, document.text]
    fields = asdict(replace(asked, document=None, cells=())) | {
        "document": given,
        "cells": [cell.model_dump() for cell in asked.cells],
    }
    whole = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


_FIRST_WORDS = re.compile(
    r"\b(how (?:many|much|long|old|far|often)|how|who|whom|whose|when|where|why|which|what)\b", re.I
)
_SAME = {"whom": "who", "whose": "who"}


def find_kind(question: str) -> str:
    """The kind of a question whose set names none: its first question word.

    >>> find_kind("In which year did Meta sell how many?"), find_kind("Name it.")
    ('which', 'other')
    """
    found = _FIRST_WORDS.search(question)
    word = found[1].lower() if found else "other"
    return "how many" if word.startswith("how ") else _SAME.get(word, word)


def read_questions(path: Path, *, split: str | None = None) -> list[Question]:
    """The questions of a file, in its order, of one split or all.

    Raises EvaluationError naming file, line and field.
    """
    return list(check_questions(path, split=split))


def check_questions(path: Path, *, split: str | None = None) -> Iterator[Question]:
    """The same, one at a time: kept are only ids, and digests to find what is asked twice."""
    ids: set[str] = set()
    said: dict[bytes, str] = {}
    chosen = 0
    for where, question in _read_questions(path):
        if question.id in ids:
            raise EvaluationError(f"{where}, id: {question.id!r} occurs twice", hint="rename one")
        words = " ".join(question.question.casefold().split())
        digest = hashlib.sha256(words.encode()).digest()
        if digest in said:
            raise EvaluationError(
                f"{where}, question: asked before, as {said[digest]!r}", hint="keep one of them"
            )
        ids.add(question.id)
        said[digest] = question.id
        if split in (None, question.split):
            chosen += 1
            yield question
    if not chosen:
        raise EvaluationError(f"{path} holds no question", hint="see the README for its format")


def _read_questions(path: Path) -> Iterator[tuple[str, Question]]:
    """Each question, with the words that tell its place. Raises EvaluationError."""
    for where, fields in read_lines(path):
        try:
            yield where, Question.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "line"
            raise EvaluationError(f"{where}, {name}: {first['msg']}", hint="mend it") from None


@dataclass(frozen=True, slots=True)
class Located:
    """The questions of a checked file, located: read anew each time they are gone through.

    None is kept. `places` are those that are asked, counted within the split; all where None.
    """

    path: Path
    assistant: Assistant
    split: str | None = None
    places: frozenset[int] | None = None

    def __iter__(self) -> Iterator[Asked]:
        chosen = (q for _, q in _read_questions(self.path) if self.split in (None, q.split))
        for place, asked in enumerate(locate(chosen, self.assistant)):
            if self.places is None or place in self.places:
                yield asked


def locate(questions: Iterable[Question], assistant: Assistant) -> Iterator[Asked]:
    """The questions with the places of their evidence in the documents of the index.

    After the last, raises EvaluationError naming every question whose evidence is not there, and
    what is amiss.
    """
    faults: list[str] = []
    for question in questions:
        yield _locate(question, assistant, faults)
    if faults:
        more = f"; and {len(faults) - TOLD_FAULTS} more" if len(faults) > TOLD_FAULTS else ""
        raise EvaluationError(
            "; ".join(faults[:TOLD_FAULTS]) + more,
            hint="index the documents that the questions are about, or mend the questions",
        )


def _locate(question: Question, assistant: Assistant, faults: list[str]) -> Asked:
    pieces = []
    for evidence in question.evidence:
        try:
            text = assistant.document(evidence.document_id).text
        except DocumentUnknownError as error:
            faults.append(f"question {question.id}: {error.message}")
            continue
        places: list[Offsets] = []
        for quote in evidence.any_of:
            found = [match.span(1) for match in re.finditer(f"(?=({re.escape(quote)}))", text)]
            places += found
            if not found:
                faults.append(
                    f"question {question.id}: {evidence.document_id} does not say {quote!r}"
                )
        pieces.append(Piece(evidence.document_id, tuple(places)))
    return Asked(
        question.id,
        question.question,
        question.answers,
        kind=question.kind,
        split=question.split,
        evidence=tuple(pieces),
        items=question.items,
        cells=question.cells,
    )
