"""Questions with their gold: read, and checked before the first is asked.

`Asked` is what every kind of set becomes. The project's own format is one JSON object a line, a
`Question` (JSON Schema: tests/data/schemas/question.json):

    id          unique
    question    what is asked
    kind        how it is judged: "fact", "count", "superlative", "list", "comparison", "two_part",
                "trend", "why", "how", "yes_no"; where nothing answers it the reason:
                "other_player", "other_period", "false_premise", "not_stated", "misspelt"
    answers     accepted answers, any of which is right; [] where nothing answers it
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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import Assistant
from assistant.errors import DocumentUnknownError, EvaluationError
from assistant.evaluate.evidence import Piece, find_quotes, make_piece
from assistant.evaluate.files import read_lines
from assistant.records import Document, Offsets

NONE = "none"
SHOWN_FAULTS = 20
# The kinds of this format that have other names elsewhere.
SYNONYMS: Mapping[str, str] = {
    "superlative": "top",
    "two_part": "two",
    "comparison": "compare",
    "yes_no": "yesno",
}
VALUE_KINDS = ("compare", "two", "trend")


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
class Asked:
    """A question of any set, with its gold where that is known.

    `kind` decides how an answer is judged: one of `QuestionKind`, "why", "how" or "said", or "none"
    where nothing answers it, which `reason` says more about; any other kind is judged as "fact".
    `answers` are accepted answers, any of which is right. `items` are what a list, comparison or
    trend has to say, each with its other wordings. `document` is what it is about, given or to be
    found. `relevant` grades documents, for sets that judge retrieval alone. `ambiguous`: other
    documents of the index may answer it as well.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    kind: str = "fact"
    reason: str | None = None
    items: tuple[tuple[str, ...], ...] = ()
    verdict: str | None = None
    evidence: tuple[Piece, ...] = ()
    split: str | None = None
    document: Document | None = None
    relevant: Mapping[str, int] = field(default_factory=dict)
    ambiguous: bool = False

    @property
    def answerable(self) -> bool:
        return self.kind != NONE

    @property
    def accepted(self) -> tuple[str, ...]:
        """What is accepted as the words of an answer: the first wording of each item, for lists."""
        return self.answers or tuple(names[0] for names in self.items)


def hash_gold(asked: Asked) -> str:
    """SHA-256 of a question with all of its gold, and of the document that is given with it."""
    document = asked.document
    given = None if document is None else [document.id, document.title, document.text]
    fields = asdict(replace(asked, document=None)) | {"document": given}
    whole = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


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
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise EvaluationError(
            "; ".join(faults[:SHOWN_FAULTS]) + more,
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
            found = find_quotes(text, quote)
            places += found
            if not found:
                faults.append(
                    f"question {question.id}: {evidence.document_id} does not say {quote!r}"
                )
        pieces.append(make_piece(evidence.document_id, text, places))
    return make_asked(question, tuple(pieces))


def make_asked(question: Question, evidence: tuple[Piece, ...]) -> Asked:
    """A question of this format as it is judged."""
    kind = SYNONYMS.get(question.kind, question.kind)
    if not question.answerable:
        return Asked(
            question.id,
            question.question,
            kind=NONE,
            reason=question.kind,
            split=question.split,
        )
    is_verdict = kind == "yesno" and set(question.answers) <= {"yes", "no"}
    return Asked(
        question.id,
        question.question,
        answers=() if is_verdict else question.answers,
        kind=kind,
        items=_find_items(question, kind),
        verdict=question.answers[0] if is_verdict else None,
        evidence=evidence,
        split=question.split,
    )


def _find_items(question: Question, kind: str) -> tuple[tuple[str, ...], ...]:
    """What an answer has to say, each with its other wordings; () where any answer will do."""
    if kind in VALUE_KINDS:
        cells = tuple((cell.text,) for cell in question.cells)
        return cells or question.items or (question.answers,)
    return question.items if kind == "list" else ()
