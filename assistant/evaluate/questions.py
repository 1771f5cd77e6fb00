"""Questions with their gold: read, and checked before the first is asked.

One JSON object a line:

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

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import Assistant
from assistant.errors import DocumentUnknownError, EvaluationError
from assistant.evaluate.files import read_lines
from assistant.records import Offsets


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


class Gold(BaseModel):
    """Where a piece of evidence stands: any of these places proves it."""

    document_id: str
    places: tuple[Offsets, ...]


def read_questions(path: Path, *, split: str | None = None) -> list[Question]:
    """The questions of a file, in its order, of one split or all.

    Raises EvaluationError naming file, line and field.
    """
    questions: dict[str, Question] = {}
    for where, fields in read_lines(path):
        try:
            question = Question.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            raise EvaluationError(f"{where}, {field}: {first['msg']}", hint="mend it") from None
        if question.id in questions:
            raise EvaluationError(f"{where}: id {question.id!r} occurs twice", hint="rename one")
        questions[question.id] = question
    chosen = [q for q in questions.values() if split in (None, q.split)]
    if not chosen:
        raise EvaluationError(f"{path} holds no question", hint="see the README for its format")
    return chosen


def find_gold(assistant: Assistant, questions: Sequence[Question]) -> dict[str, list[Gold]]:
    """Where the evidence of each question stands in the documents of the index.

    Raises EvaluationError where evidence is not there, naming question and quote.
    """
    return {q.id: [_find(assistant, q, evidence) for evidence in q.evidence] for q in questions}


def _find(assistant: Assistant, question: Question, evidence: Evidence) -> Gold:
    try:
        text = assistant.document(evidence.document_id).text
    except DocumentUnknownError as error:
        raise EvaluationError(
            f"question {question.id}: {error.message}", hint="index the documents it is about"
        ) from None
    places: list[Offsets] = []
    for quote in evidence.any_of:
        found = [match.span(1) for match in re.finditer(f"(?=({re.escape(quote)}))", text)]
        places += found
        if not found:
            raise EvaluationError(
                f"question {question.id}: {evidence.document_id} does not say {quote!r}",
                hint="mend the question's evidence",
            )
    return Gold(document_id=evidence.document_id, places=tuple(places))
