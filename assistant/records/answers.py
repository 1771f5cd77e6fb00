"""What is found for a question: hits, readings, and the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Self, get_args

from assistant.records.documents import ALL_DOCUMENTS, Document, DocumentFilter, Passage, Player
from assistant.records.spans import Offsets

Status = Literal["answered", "abstained"]
Kind = Literal["span", "passage", "list", "count", "comparison", "trend", "none"]
Reason = Literal["no_evidence", "low_confidence", "other_player", "other_period", "language"]
Verdict = Literal["yes", "no"]
Likelihood = Literal["very_likely", "likely"]
# The kinds of questions that a reader distinguishes, in the order of its scores.
QuestionKind = Literal[
    "fact", "passage", "list", "compare", "two", "trend", "yesno", "count", "top"
]
QUESTION_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
# A formula in words, by which an answer follows from what is cited.
FormulaCode = Literal["counted"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; higher is better.

    `dense` is the cosine with the question, `lexical` the BM25 score, `score` both fused. Ranks
    count from 1 among all candidates, equal for ties; None if there is no score.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage that may be an answer: offsets in the document, inside the passage."""

    passage: Passage
    start: int
    end: int
    score: float

    def __post_init__(self) -> None:
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise ValueError(
                f"span {self.start}-{self.end} is not inside passage {self.passage.id}"
            )

    @property
    def text(self) -> str:
        return self.passage.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a passage.

    `spans` are best first and may be empty; a score above 0 means "rather this than no answer".
    Scores are comparable between the passages of a question. The rest is None for a reader that
    has only spans: `items` are the spans of a list, comparison or trend in text order, scored by
    probability; `evidence` is the probability of each sentence that it helps to answer; `kind` are
    the logits of the kinds of questions; `verdict` is the logit of yes over no.
    """

    passage: Passage
    spans: tuple[Span, ...]
    items: tuple[Span, ...] | None = None
    evidence: tuple[float, ...] | None = None
    kind: Mapping[QuestionKind, float] | None = None
    verdict: float | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic weights by feature (and "bias") for each group of kinds of questions.

    `assistant.answer.confidence` names the groups and features. `thresholds` are the confidences
    from which the groups are answered that have another than the reader's threshold.
    """

    weights: Mapping[str, Mapping[str, float]]
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that a person can check in its document. Made by `assistant.answer.cite.cite`.

    `page` and `page_end` are where the quote begins and ends, counted from 1; None without pages.
    `marked` are the document offsets of the part that answers; None if all of it does.
    """

    document: Document
    passage: Passage
    start: int
    end: int
    quote: str
    page: int | None = None
    page_end: int | None = None
    marked: Offsets | None = None

    @property
    def recognised(self) -> bool:
        """Whether some of the quote was read from a picture."""
        return any(a < self.end and self.start < b for a, b in self.document.recognised)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer and the numbers of its citations, counted from 1.

    `formula` shows how a number that no document states was calculated, in English or signs;
    `formula_code` says the same in any language.
    """

    text: str
    citations: tuple[int, ...]
    score: float | None
    confidence: float | None = None
    formula: str | None = None
    formula_code: FormulaCode | None = None


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """A value of a table and the numbers of its citations; `formula` as in a Part."""

    text: str
    citations: tuple[int, ...]
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A row of a table: a cell for each column, None if the documents do not say."""

    label: str
    cells: tuple[AnswerCell | None, ...]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """The values of a comparison or a trend."""

    columns: tuple[str, ...]
    rows: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An informative sentence: offsets in the document, and the probability that it helps."""

    start: int
    end: int
    evidence: float


@dataclass(frozen=True, slots=True)
class Guess:
    """The best guess next to an abstention: not sure enough to be an answer."""

    text: str
    confidence: float | None
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What the documents say about a name: its most informative sentences, the name marked.

    `player` is None for a name that is no player's.
    """

    name: str
    player: Player | None
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why there is no answer; `closest` are numbers of passages, counted from 1.

    `message` is in English; `code` and `fields` say it in any language: see `assistant.words`.
    """

    reason: Reason
    message: str
    closest: tuple[int, ...]
    code: str | None = None
    fields: Mapping[str, str | int] = field(default_factory=dict)


EXTRACTIVE = "extractive"  # the generator of an answer in the documents' own words
MOST_PREVIOUS = 5  # questions before a follow-up that are taken


@dataclass(frozen=True, slots=True)
class Carried:
    """What a follow-up took over from the question before it.

    `question` is that question, `words` those of its words that were carried over, in its order,
    and `full` the follow-up as it was understood, a question that stands by itself.
    """

    question: str
    words: tuple[str, ...]
    full: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was searched and read.

    `all_documents` are those of the index, where a filter left only some; else it is None.
    `unread` are ids of documents not read completely. `skipped` counts files not read at all, but
    for those that describe a folder.
    """

    documents: int
    passages: int
    passages_read: int
    exhaustive: bool
    method: str
    unread: tuple[str, ...] = ()
    skipped: int = 0
    all_documents: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The index, generation and models that answered: enough to repeat the question."""

    name: str
    generation: str
    embedder: str
    reader: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `parts` is empty exactly when it abstained.

    An abstention with a `best_guess` means "not sure"; without one, "not in the documents".
    `marks` are the most informative sentences of each hit, in text order. `missing` are the parts
    of the question that got no answer. `conflict` are numbers of citations that give different
    values for the same thing, newest first. `players` are those the question names. `about` is
    what the documents say about the names of a question that they do not answer. `as_of` is the day
    that "now" and "latest" refer to. `carried` is what a follow-up took over from the question
    before it. `within` is which documents were asked. `suggestions` are questions that the index
    answers, to ask next. `best` is the reader's best span, shown or not, for evaluation only.
    `generator` wrote the parts: EXTRACTIVE, or the name of a language model; `extractive` are then
    the parts that it rephrased.
    """

    question: str
    status: Status
    kind: Kind
    parts: tuple[Part, ...]
    alternatives: tuple[Part, ...]
    score: float | None
    confidence: float | None
    abstention: Abstention | None
    citations: tuple[Citation, ...]
    hits: Sequence[Hit]
    coverage: Coverage
    source: Source
    timing_ms: Mapping[str, float]
    best: Span | None = None
    table: AnswerTable | None = None
    best_guess: Guess | None = None
    marks: tuple[tuple[Mark, ...], ...] = ()
    verdict: Verdict | None = None
    conflict: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    players: tuple[Player, ...] = ()
    about: tuple[About, ...] = ()
    as_of: date | None = None
    carried: Carried | None = None
    within: DocumentFilter = ALL_DOCUMENTS
    suggestions: tuple[str, ...] = ()
    generator: str = EXTRACTIVE
    extractive: tuple[Part, ...] = ()

    def to_extractive(self) -> Self:
        """The answer in the documents' own words."""
        if not self.extractive:
            return self
        return replace(self, parts=self.extractive, extractive=(), generator=EXTRACTIVE)

    @property
    def text(self) -> str | None:
        """The whole answer, or None if the documents do not say."""
        if not self.parts:
            return None
        separator = " "
        if self.generator == EXTRACTIVE:
            if self.conflict and self.kind != "passage":
                separator = "; "
            elif self.kind == "list":
                separator = ", "
        return separator.join(part.text for part in self.parts)
