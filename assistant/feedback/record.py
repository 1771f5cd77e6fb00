"""A line of feedback: what was asked and answered, the verdict and the correct answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assistant.records import ALL_DOCUMENTS, EXTRACTIVE, DocumentFilter, Kind, Verdict

FeedbackVerdict = Literal[
    "right", "wrong", "wrong_source", "should_have_abstained", "should_have_known"
]
Outcome = Literal["answered", "not_sure", "absent"]
# The verdicts that fit each outcome.
VERDICTS: Mapping[Outcome, tuple[FeedbackVerdict, ...]] = {
    "answered": ("right", "wrong", "wrong_source", "should_have_abstained"),
    "not_sure": ("right", "wrong", "should_have_known", "should_have_abstained"),
    "absent": ("right", "should_have_known"),
}


@dataclass(frozen=True, slots=True)
class QuotedPlace:
    """Words of a document; `quote` is its text from start to end."""

    document_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The answer, or the best guess of one that is not sure; `text` is None if it is absent.

    `items` are the entries of a list or the values of a table. `closest` are the
    ids of the documents whose passages were shown instead. `full` is a follow-up as it was
    understood, by itself. `text` is what was shown, by `generator`: where that is a language model,
    `extractive` is what it rephrased.
    """

    outcome: Outcome
    kind: Kind
    text: str | None
    items: tuple[str, ...]
    yes_or_no: Verdict | None
    confidence: float | None
    citations: tuple[QuotedPlace, ...]
    closest: tuple[str, ...]
    full: str | None
    generator: str = EXTRACTIVE
    extractive: str | None = None

    @property
    def found(self) -> str | None:
        """The answer in the documents' own words."""
        return self.text if self.extractive is None else self.extractive


@dataclass(frozen=True, slots=True)
class AskedIndex:
    """The index that answered."""

    name: str
    generation: str
    reader: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said about an answer; nothing about who.

    `as_of` is the day that was asked for, None for the day of asking. `selected` is what was
    selected in a document as the correct answer.
    """

    id: str
    time: datetime
    question: str
    verdict: FeedbackVerdict
    answer: GivenAnswer
    index: AskedIndex
    previous: tuple[str, ...] = ()
    within: DocumentFilter = ALL_DOCUMENTS
    as_of: date | None = None
    correct_answer: str | None = None
    selected: QuotedPlace | None = None

    @property
    def is_corrected(self) -> bool:
        return self.correct_answer is not None or self.selected is not None

    @property
    def understood(self) -> str:
        """The question by itself, also of a follow-up."""
        return self.answer.full or self.question
