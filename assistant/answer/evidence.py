"""What was read for a question: the records from which an answer is composed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from assistant.answer.cite import find_sentences_around
from assistant.answer.question import QuestionTerms, Subject, Terms
from assistant.figures.periods import Period
from assistant.records import Hit, Offsets, Passage, Player, QuestionKind, Reading, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was read; `score` orders sentences.

    `evidence` is the reader's probability that it helps to answer, None for a reader without. The
    terms are its own, those that it is understood with, and those of its passage.
    """

    hit: Hit
    place: int  # of the passage among the hits
    number: int  # in its passage
    evidence: float | None
    score: float
    terms: Terms = field(default=frozenset(), repr=False)
    near: Terms = field(default=frozenset(), repr=False)
    passage_terms: Terms = field(default=frozenset(), repr=False)

    @property
    def passage(self) -> Passage:
        return self.hit.passage

    @property
    def offsets(self) -> Offsets:
        return self.passage.sentences[self.number]

    @property
    def text(self) -> str:
        return self.passage.document.text[slice(*self.offsets)]

    def is_in_document_of(self, other: "Sentence") -> bool:
        return self.passage.document.id == other.passage.document.id


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that was found, with the sentence it begins in; `score` orders candidates."""

    span: Span
    sentence: Sentence
    score: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of an answer: words of a passage, and the sentence that is cited for them.

    Offsets are of the document. `score` is the reader's probability of an item, the score of a
    span, or the evidence of a sentence or line. `label` says what the piece is about where the
    answer has several: a name, a time, words of the question.
    """

    passage: Passage
    start: int
    end: int
    cited: Offsets
    score: float
    label: str = ""

    @property
    def text(self) -> str:
        return self.passage.document.text[self.start : self.end]

    @classmethod
    def of_sentence(cls, sentence: Sentence) -> Self:
        """All of a sentence."""
        place = sentence.offsets
        return cls(sentence.passage, *place, place, sentence.evidence or 0.0)

    @classmethod
    def of_span(cls, span: Span) -> Self:
        """A span with the sentences that it touches."""
        cited = find_sentences_around(span.passage, span.start, span.end)
        return cls(span.passage, span.start, span.end, cited, span.score)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question, and all that was read for it; sentences and candidates are best first.

    `kinds` are the probabilities of the kinds of questions, None for a reader without. `periods`
    are the times that the question names, `subjects` whom or what, `players` those of them that
    are known. `parts` is what was read for each part of a question in two, or each subject of a
    comparison. `figures` are those that answer by the table of figures, best first; `listed` all
    names or figures of the kind that a list asks for. `player_of` is the id of the player that
    some words are a name of. `as_of` is the day that "now" is.
    """

    question: str
    terms: QuestionTerms
    hits: Sequence[Hit] = ()
    readings: Sequence[Reading] = ()
    sentences: tuple[Sentence, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    kinds: Mapping[QuestionKind, float] | None = None
    periods: tuple[Period, ...] = ()
    subjects: tuple[Subject, ...] = ()
    players: tuple[Player, ...] = ()
    parts: tuple["Evidence", ...] = ()
    figures: tuple[Entry, ...] = ()
    listed: tuple[Entry, ...] = ()
    player_of: Callable[[str], str | None] = field(default=lambda _words: None, compare=False)
    as_of: date = date.max

    @property
    def kind(self) -> QuestionKind:
        """The likeliest kind; a fact where the reader does not say."""
        kinds = self.kinds
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else "fact"

    @property
    def best_evidence(self) -> float:
        """The evidence of the best sentence; 0 without one, or of a reader without."""
        return (self.sentences[0].evidence or 0.0) if self.sentences else 0.0

    def find_near_best(self, *, behind: float, elsewhere: float) -> list[Sentence]:
        """The sentences that score at most so far below the best: `behind` in its document,
        `elsewhere` in others.
        """
        best = self.sentences[0]
        return [
            sentence
            for sentence in self.sentences
            if best.score - sentence.score
            <= (behind if sentence.is_in_document_of(best) else elsewhere)
        ]


def says_the_same(text: str, others: Iterable[str]) -> bool:
    """Whether some words are part of one of the others, or one of them part of these."""
    words = text.casefold()
    return any(words in other or other in words for other in map(str.casefold, others))
