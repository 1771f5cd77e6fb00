"""The project's own question sets: documents, paragraphs and questions written for it by hand.

They stay in the source tree (`assistant/train/questions`, with a card): training reads the split
`train`, measuring and calibrating the split `dev`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, get_args

from assistant.errors import EvaluationError
from assistant.evaluate.files import find_file, read_lines
from assistant.records import QuestionKind

QUESTIONS_FOLDER = Path(__file__).parents[1] / "train" / "questions"

Split = Literal["train", "dev"]
Collection = Literal["articles", "voices"]
QuestionSet = Literal["asked", "pairs", "followups"]
SetKind = Literal[
    "fact", "why", "how", "said", "list", "compare", "two", "trend", "yesno", "count", "top", "none"
]
SetReason = Literal["player", "period", "attribute", "premise", "relation", "unstated", "offtopic"]
SetVerdict = Literal["yes", "no", "not said"]
Answers = tuple[tuple[str | None, str], ...]

_QUESTION_KINDS: Mapping[SetKind, QuestionKind] = {
    "fact": "fact",
    "why": "passage",
    "how": "passage",
    "said": "passage",
    "list": "list",
    "compare": "compare",
    "two": "two",
    "trend": "trend",
    "yesno": "yesno",
    "count": "count",
    "top": "top",
}


@dataclass(frozen=True, slots=True)
class SetDocument:
    """A document that questions are about; `source` is the collection it was written for."""

    id: str
    title: str
    date: date
    genre: str
    text: str = field(repr=False)
    source: Collection
    split: Split

    @property
    def event(self) -> str:
        """What it tells of: ids that differ only in a last a, b, c or d tell of one event.

        >>> SetDocument("b7-03a", "T", date(2025, 6, 24), "news", "x", "articles", "dev").event
        'b7-03'
        """
        return self.id[:-1] if self.id[-1] in "abcd" else self.id


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question about one document.

    `answers` are (label, exact words) with a label for each part of a comparison or trend, and may
    be empty where sentences answer. `evidence` is exact words, each once in the document. A
    question without an answer has the kind "none" and a reason.
    """

    id: str
    document: str
    kind: SetKind
    reason: SetReason | None
    question: str
    answers: Answers
    verdict: SetVerdict | None
    evidence: tuple[str, ...]
    set: QuestionSet
    split: Split

    @property
    def question_kind(self) -> QuestionKind | None:
        """The kind in the reader's vocabulary; None for a question without an answer."""
        return _QUESTION_KINDS.get(self.kind)


@dataclass(frozen=True, slots=True)
class SetFollowup(SetQuestion):
    """A question as typed after `previous`; `full` says the same so that it stands alone."""

    previous: str
    full: str


@dataclass(frozen=True, slots=True)
class SetParagraph:
    """An encyclopedia paragraph (of SQuAD 1.1's training articles)."""

    id: str
    title: str
    text: str = field(repr=False)
    split: Split


@dataclass(frozen=True, slots=True)
class SetParagraphQuestion:
    """A question about one paragraph; `answer` and its offset are None where it has none."""

    id: str
    paragraph: str
    question: str
    answerable: bool
    answer: str | None
    start: int | None
    split: Split


def read_set_documents(folder: Path, *, split: Split | None = None) -> list[SetDocument]:
    """The documents of a folder of question sets, of one split or of both. Raises EvaluationError.

    So do the other functions here: the error names the file and line that are wrong.
    """
    return _read(folder, "documents.jsonl", _make_document, split)


def read_set_questions(folder: Path, *, split: Split | None = None) -> list[SetQuestion]:
    """The questions about documents; each has to fit its document, the split included."""
    documents = {document.id: document for document in read_set_documents(folder)}

    def make(fields: Mapping[str, Any]) -> SetQuestion:
        chosen = _choice(fields, "set", ("asked", "pairs"))
        return _check(SetQuestion(**_question_fields(fields), set=chosen), documents)

    return _read(folder, "questions.jsonl", make, split)


def read_followups(folder: Path, *, split: Split | None = None) -> list[SetFollowup]:
    """Questions that are asked after another one about the same document."""
    documents = {document.id: document for document in read_set_documents(folder)}

    def make(fields: Mapping[str, Any]) -> SetFollowup:
        followup = SetFollowup(
            **_question_fields(fields),
            set="followups",
            previous=_text(fields, "previous"),
            full=_text(fields, "full"),
        )
        return _check(followup, documents)

    return _read(folder, "followups.jsonl", make, split)


def read_set_paragraphs(folder: Path, *, split: Split | None = None) -> list[SetParagraph]:
    """The encyclopedia paragraphs."""
    return _read(folder, "paragraphs.jsonl", _make_paragraph, split)


def read_set_paragraph_questions(
    folder: Path, *, split: Split | None = None
) -> list[SetParagraphQuestion]:
    """The questions about paragraphs; each has to fit its paragraph, the split included."""
    paragraphs = {paragraph.id: paragraph for paragraph in read_set_paragraphs(folder)}

    def make(fields: Mapping[str, Any]) -> SetParagraphQuestion:
        return _make_paragraph_question(fields, paragraphs)

    return _read(folder, "paragraph-questions.jsonl", make, split)


class _Numbered(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def split(self) -> Split: ...


Record = TypeVar("Record", bound=_Numbered)


def _read(
    folder: Path, name: str, make: Callable[[Mapping[str, Any]], Record], split: Split | None
) -> list[Record]:
    """A record of each line of a file, or of its gzip."""
    path = find_file(folder, name)
    if path is None:
        raise EvaluationError(
            f"{folder} has no {name}",
            hint="the question sets come with the source, not with the installed package",
        )
    found: dict[str, Record] = {}
    for where, fields in read_lines(path):
        try:
            record = make(fields)
        except (KeyError, TypeError, ValueError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else error
            raise EvaluationError(f"{where}: {reason}", hint="mend it") from None
        if record.id in found:
            raise EvaluationError(f"{where}: id {record.id!r} occurs twice", hint="rename one")
        found[record.id] = record
    return [record for record in found.values() if split in (None, record.split)]


def _make_document(fields: Mapping[str, Any]) -> SetDocument:
    return SetDocument(
        id=_text(fields, "id"),
        title=_text(fields, "title"),
        date=date.fromisoformat(_text(fields, "date")),
        genre=_text(fields, "genre"),
        text=_text(fields, "text"),
        source=_choice(fields, "source", get_args(Collection)),
        split=_choice(fields, "split", get_args(Split)),
    )


def _question_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What questions and follow-ups share."""
    answers = tuple((label, words) for label, words in fields["answers"])
    if not all(words and isinstance(words, str) for _, words in answers):
        raise ValueError("an answer has no words")
    return {
        "id": _text(fields, "id"),
        "document": _text(fields, "document"),
        "kind": _choice(fields, "kind", get_args(SetKind)),
        "reason": _choice(fields, "reason", (None, *get_args(SetReason))),
        "question": _text(fields, "question"),
        "answers": answers,
        "verdict": _choice(fields, "verdict", (None, *get_args(SetVerdict))),
        "evidence": tuple(fields["evidence"]),
        "split": _choice(fields, "split", get_args(Split)),
    }


Question = TypeVar("Question", SetQuestion, SetFollowup)


def _check(question: Question, documents: Mapping[str, SetDocument]) -> Question:
    """Refuse a question that does not fit its document or contradicts itself."""
    document = documents.get(question.document)
    if document is None:
        raise ValueError(f"there is no document {question.document!r}")
    if question.split != document.split:
        raise ValueError(f"split {question.split!r}, but its document is {document.split!r}")
    for words in (*question.evidence, *(words for _, words in question.answers)):
        if words not in document.text:
            raise ValueError(f"{words!r} does not stand in {document.id}")
    answered = question.kind != "none"
    if answered == (question.reason is not None):
        raise ValueError("a question has a reason exactly where it has no answer")
    if answered != bool(question.evidence) or (question.answers and not answered):
        raise ValueError("a question has evidence exactly where it has an answer")
    return question


def _make_paragraph(fields: Mapping[str, Any]) -> SetParagraph:
    return SetParagraph(
        id=_text(fields, "id"),
        title=_text(fields, "title"),
        text=_text(fields, "text"),
        split=_choice(fields, "split", get_args(Split)),
    )


def _make_paragraph_question(
    fields: Mapping[str, Any], paragraphs: Mapping[str, SetParagraph]
) -> SetParagraphQuestion:
    question = SetParagraphQuestion(
        id=_text(fields, "id"),
        paragraph=_text(fields, "paragraph"),
        question=_text(fields, "question"),
        answerable=_choice(fields, "answerable", (True, False)),
        answer=fields["answer"],
        start=fields["start"],
        split=_choice(fields, "split", get_args(Split)),
    )
    paragraph = paragraphs.get(question.paragraph)
    if paragraph is None:
        raise ValueError(f"there is no paragraph {question.paragraph!r}")
    if question.split != paragraph.split:
        raise ValueError(f"split {question.split!r}, but its paragraph is {paragraph.split!r}")
    answer, start = question.answer, question.start
    if question.answerable != (answer is not None and start is not None):
        raise ValueError("a question has an answer exactly where it is answerable")
    if answer is not None and start is not None and not paragraph.text.startswith(answer, start):
        raise ValueError(f"{answer!r} does not stand at {start}")
    return question


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {value!r}, not text")
    return value


def _choice(fields: Mapping[str, Any], name: str, allowed: Sequence[object]) -> Any:
    value = fields[name]
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, not one of {', '.join(map(repr, allowed))}")
    return value
