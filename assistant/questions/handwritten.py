"""The project's own question sets: documents, paragraphs and questions written for it by hand.

They are in `assistant/train/questions`: training reads the split `train`, evaluation and
calibration the split `dev`. The functions raise EvaluationError naming file and line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter

from assistant.errors import EvaluationError
from assistant.questions.files import find_file, read_records
from assistant.records import QuestionKind

QUESTIONS_FOLDER = Path(__file__).parents[1] / "train" / "questions"

Split = Literal["train", "dev"]
SetKind = Literal[QuestionKind, "why", "how", "said", "none"]  # three instead of "passage"
SetReason = Literal["player", "period", "attribute", "premise", "relation", "unstated", "offtopic"]
SetVerdict = Literal["yes", "no", "not said"]
Text = Annotated[str, Field(pattern=r"\S")]
Answers = tuple[tuple[str | None, Text], ...]


@dataclass(frozen=True, slots=True)
class SetDocument:
    """A document that questions are about; `source` is its collection."""

    id: Text
    title: Text
    date: date | None
    genre: Text
    text: Text = field(repr=False)
    source: Literal["articles", "voices"]
    split: Split

    @property
    def event(self) -> str:
        return name_event(self.id)


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question about one document.

    `answers` are (label, exact words), labelled for a comparison or trend; empty if sentences
    answer. `evidence` are quotes, each once in the document. A question without an answer has the
    kind "none" and a reason.
    """

    id: Text
    document: Text
    kind: SetKind
    reason: SetReason | None
    question: Text
    answers: Answers
    verdict: SetVerdict | None
    evidence: tuple[str, ...]
    split: Split
    set: Literal["asked", "pairs"] | None = field(default=None, kw_only=True)  # None: follow-up

    @property
    def question_kind(self) -> QuestionKind | None:
        """The kind in the reader's vocabulary; None for a question without an answer."""
        match self.kind:
            case "none":
                return None
            case "why" | "how" | "said":
                return "passage"
            case kind:
                return kind


@dataclass(frozen=True, slots=True)
class SetFollowup(SetQuestion):
    """A question asked after `previous`; `full` is the same question on its own."""

    previous: Text
    full: Text


@dataclass(frozen=True, slots=True)
class SetParagraph:
    """An encyclopedia paragraph (from the training articles of SQuAD 1.1)."""

    id: Text
    title: Text
    text: Text = field(repr=False)
    split: Split


@dataclass(frozen=True, slots=True)
class SetParagraphQuestion:
    """A question about one paragraph; `answer` and `start` (its offset) are None if it has none."""

    id: Text
    paragraph: Text
    question: Text
    answerable: bool
    answer: str | None
    start: int | None
    split: Split


Record = TypeVar(
    "Record", SetDocument, SetQuestion, SetFollowup, SetParagraph, SetParagraphQuestion
)


def name_event(document_id: str) -> str:
    """The event that a document reports: its id without a last a, b, c or d.

    >>> name_event("b7-03a"), name_event("b7-03")
    ('b7-03', 'b7-03')
    """
    return re.sub(r"[a-d]$", "", document_id)


def read_set_documents(folder: Path, *, split: Split | None = None) -> list[SetDocument]:
    """The documents of a folder of question sets, of one split or both."""
    return _read(folder, "documents.jsonl", SetDocument, split)


def read_set_questions(folder: Path, *, split: Split | None = None) -> list[SetQuestion]:
    """The questions about documents, checked against these."""
    return _read(folder, "questions.jsonl", SetQuestion, split, _make_check(folder))


def read_followups(folder: Path, *, split: Split | None = None) -> list[SetFollowup]:
    """The questions asked after another one about the same document."""
    return _read(folder, "followups.jsonl", SetFollowup, split, _make_check(folder))


def read_set_paragraphs(folder: Path, *, split: Split | None = None) -> list[SetParagraph]:
    """The encyclopedia paragraphs."""
    return _read(folder, "paragraphs.jsonl", SetParagraph, split)


def read_set_paragraph_questions(
    folder: Path, *, split: Split | None = None
) -> list[SetParagraphQuestion]:
    """The questions about paragraphs, checked against these."""
    paragraphs = {paragraph.id: paragraph for paragraph in read_set_paragraphs(folder)}

    def check(question: SetParagraphQuestion) -> None:
        paragraph = paragraphs.get(question.paragraph)
        if paragraph is None:
            raise ValueError(f"there is no paragraph {question.paragraph!r}")
        if question.split != paragraph.split:
            raise ValueError(f"split {question.split!r}, but its paragraph is {paragraph.split!r}")
        answer, start = question.answer, question.start
        if question.answerable != (answer is not None and start is not None):
            raise ValueError("a question has an answer if and only if it is answerable")
        if answer and start is not None and not paragraph.text.startswith(answer, start):
            raise ValueError(f"{answer!r} is not at {start}")

    return _read(folder, "paragraph-questions.jsonl", SetParagraphQuestion, split, check)


def _read(
    folder: Path,
    name: str,
    kind: type[Record],
    split: Split | None,
    check: Callable[[Record], None] = lambda _: None,
) -> list[Record]:
    """The records of a file; `check` raises ValueError."""
    path = find_file(folder, name)
    if path is None:
        raise EvaluationError(
            f"{folder} has no {name}",
            hint="the question sets come with the source, not with the installed package",
        )
    records: list[Record] = []
    for line, record in read_records(path, TypeAdapter(kind)):
        try:
            check(record)
        except ValueError as error:
            raise EvaluationError(f"{line}: {error}", hint="fix it") from None
        if split in (None, record.split):
            records.append(record)
    return records


def _make_check(folder: Path) -> Callable[[SetQuestion], None]:
    """A check that a question fits its document and does not contradict itself."""
    documents = {document.id: document for document in read_set_documents(folder)}

    def check(question: SetQuestion) -> None:
        document = documents.get(question.document)
        if document is None:
            raise ValueError(f"there is no document {question.document!r}")
        if question.split != document.split:
            raise ValueError(f"split {question.split!r}, but its document is {document.split!r}")
        for words in (*question.evidence, *(words for _, words in question.answers)):
            if words not in document.text:
                raise ValueError(f"{words!r} is not in {document.id}")
        answered = question.kind != "none"
        if answered == (question.reason is not None):
            raise ValueError("a question has a reason if and only if it has no answer")
        if answered != bool(question.evidence) or (question.answers and not answered):
            raise ValueError("a question has evidence if and only if it has an answer")

    return check
