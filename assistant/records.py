"""The records that flow through the pipeline: immutable, and checked where they are made.

Every offset is 0-based, in code points of `Document.text`, end exclusive.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

Offsets = tuple[int, int]
Status = Literal["answered", "abstained"]
Kind = Literal["span", "passage", "list", "count", "comparison", "trend", "none"]
PlayerKind = Literal["company", "product", "person", "organisation"]
Reason = Literal["no_evidence", "low_confidence", "other_player", "other_period", "language"]
Verdict = Literal["yes", "no"]
# The kinds of questions that a reader distinguishes, in the order of its scores.
QuestionKind = Literal[
    "fact", "passage", "list", "compare", "two", "trend", "yesno", "count", "top"
]
QUESTION_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document: its offsets with its marks, its words, its level (1 the highest)."""

    start: int
    end: int
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text as its loader returned it; nothing changes it afterwards.

    `id` is its path inside the corpus, with its own id behind it where a file holds many.
    `boilerplate` are the offsets that are no content (menus, bylines), in order and apart; they are
    in no passage. `extra` is what else the file said of it. `copies` are the ids of the other
    documents of this text; only the first of them has passages.
    """

    id: str
    title: str
    text: str = field(repr=False)
    published: date | None = None
    source: str | None = None
    headings: tuple[Heading, ...] = ()
    boilerplate: tuple[Offsets, ...] = ()
    page_starts: tuple[int, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document that is searched and read as one.

    `number` is its place in the index, counted from 0 in the order of documents. `sentences` are
    offsets in the document, in order, inside the passage.
    """

    document: Document
    number: int
    start: int
    end: int
    heading: str
    sentences: tuple[Offsets, ...]

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def id(self) -> str:
        return f"{self.document.id}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; higher is better.

    `dense` is the cosine with the question, `lexical` the BM25 score, `score` both fused. The ranks
    count from 1 among all candidates, ties alike; None where there is no score.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage that may answer: offsets in the document, inside the passage."""

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
    """What a reader found in one passage.

    `spans` are best first and may be empty; a score above 0 means "rather this than no answer",
    and scores are comparable between the passages of a question. The rest is None for a reader
    that has only spans: `items` are the spans of a list, comparison or trend in order of place,
    each with its probability as score; `evidence` is the probability of each sentence of the
    passage that it helps to answer; `kind` holds the reader's scores of the kinds of questions
    (logits); `verdict` is the logit of yes over no.
    """

    passage: Passage
    spans: tuple[Span, ...]
    items: tuple[Span, ...] | None = None
    evidence: tuple[float, ...] | None = None
    kind: Mapping[QuestionKind, float] | None = None
    verdict: float | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How features of an answer become the probability that it is right.

    `weights` are logistic weights by feature name, with a "bias", for each group of kinds of
    questions; `assistant.answer.confidence` names the groups and the features.
    """

    weights: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody or something that documents are about, by its names.

    `owner` is the id of the player it belongs to: a product's company, a person's company. `roles`
    are what questions call it ("maker", "startup").
    """

    id: str
    name: str
    kind: PlayerKind
    aliases: tuple[str, ...] = ()
    owner: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a document names a player."""

    player_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document that a person can check. Made by `assistant.answer.cite.cite`.

    `marked` is the part of it that answers, in offsets of the document; None where all of it does.
    """

    document: Document
    passage: Passage
    start: int
    end: int
    quote: str
    page: int | None = None
    marked: Offsets | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer and the numbers of its citations, counted from 1.

    `formula` tells how a number in it that no document states was derived.
    """

    text: str
    citations: tuple[int, ...]
    score: float | None
    confidence: float | None = None
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a table and the numbers of its citations; `formula` tells how it was derived."""

    text: str
    citations: tuple[int, ...]
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: a cell for each column, None where the documents do not say."""

    label: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What is compared, or how it moved."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence of a passage that comes near a question: offsets in the document.

    `evidence` is the reader's probability, 0 to 1, that it helps to answer.
    """

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
class Abstention:
    """Why there is no answer; `closest` are numbers of passages, counted from 1."""

    reason: Reason
    message: str
    closest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was searched and read for an answer.

    `unread` are ids of documents of which something could not be read.
    """

    documents: int
    passages: int
    passages_read: int
    exhaustive: bool
    method: str
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The index that answered: enough to ask the same of the same again."""

    name: str
    generation: str
    embedder: str
    reader: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gets. `parts` is empty exactly when it abstained.

    An abstention with a `best_guess` means "not sure"; without one, "not in the documents".
    `marks` are the sentences nearest to the question for each hit, in order of place, perhaps
    none. `missing` are the parts of a question that got no answer. `conflict` are numbers of
    citations that give different values for the same thing, newest first. `players` are those
    that the question names. `as_of` is the day for which "now" and "latest" were understood.
    `best` is the reader's best span, shown or not: for measuring alone.
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
    table: Table | None = None
    best_guess: Guess | None = None
    marks: tuple[tuple[Mark, ...], ...] = ()
    verdict: Verdict | None = None
    conflict: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    players: tuple[Player, ...] = ()
    as_of: date | None = None

    @property
    def text(self) -> str | None:
        """The whole answer, or None where the documents do not say."""
        if not self.parts:
            return None
        return (", " if self.kind == "list" else " ").join(part.text for part in self.parts)


def covers(spans: Sequence[Offsets], start: int, end: int) -> bool:
    """Whether a stretch of text shares a character with one of some spans, in order and apart."""
    place = bisect_right(spans, start, key=lambda span: span[0])
    before = place > 0 and start < spans[place - 1][1]
    return before or (place < len(spans) and spans[place][0] < end)


def trim(text: str, start: int, end: int) -> Offsets:
    """A stretch of text without the space around it."""
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())
