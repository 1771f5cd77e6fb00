"""The records from which an answer is composed: sentences, candidates and entries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from assistant.answer.cite import find_sentences_around
from assistant.answer.question import QuestionTerms, Subject, Terms
from assistant.answer.rows import CellMatch
from assistant.figures.periods import Period, find_times
from assistant.records import Hit, Offsets, Passage, Player, QuestionKind, Reading, Span
from assistant.text import find_terms


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was read; sentences are ranked by `score`.

    `evidence` is the reader's probability that it helps to answer, None if the reader gives none.
    `context_terms` are its terms and those of its heading and the sentences before it.
    """

    hit: Hit
    place: int  # of the passage among the hits
    number: int  # in its passage
    evidence: float | None
    score: float
    terms: Terms = field(default=frozenset(), repr=False)
    context_terms: Terms = field(default=frozenset(), repr=False)
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
    """A span with the sentence that it begins in; candidates are ranked by `score`.

    `cell` says how the cell of a table that it is in fits the question, None outside tables.
    """

    span: Span
    sentence: Sentence
    score: float
    cell: CellMatch | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of an answer: words of a passage, and the sentence that is cited for them.

    Offsets count in the document. `score` is the probability of an item, the score of a span, or
    the evidence of a sentence or line. `label` says what one of several pieces is about: a name,
    a time, words of the question.
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
        offsets = sentence.offsets
        return cls(sentence.passage, *offsets, offsets, sentence.evidence or 0.0)

    @classmethod
    def of_span(cls, span: Span) -> Self:
        """A span, cited with the sentences that it touches."""
        cited = find_sentences_around(span.passage, span.start, span.end)
        return cls(span.passage, span.start, span.end, cited, span.score)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question, and all that was read for it; sentences and candidates are best first.

    `kinds` are the probabilities of the kinds of questions, None if the reader gives none.
    `periods` are the times that the question names, `subjects` its names, `players` those of them
    that are known. `parts` is the evidence for each part of a question in two, or each subject of
    a comparison. `figures` are the entries of the table of figures that answer, best first;
    `listed` all names or figures of the kind that a list asks for. `player_of` returns the id of
    the player that has a name. `as_of` is the day that "now" refers to. `is_followup`: the question
    begins with what was carried over into it.
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
    is_followup: bool = False

    @property
    def kind(self) -> QuestionKind:
        """The likeliest kind; a fact if the reader gives none.

        Sentences answer a follow-up: the reader, which learned from questions by themselves, takes
        it and what it carries for two questions or a comparison, and its spans for their answers.
        """
        if self.is_followup:
            return "passage"
        kinds = self.kinds
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else "fact"

    @property
    def best_evidence(self) -> float:
        """The evidence of the best sentence; 0 if there is none."""
        return (self.sentences[0].evidence or 0.0) if self.sentences else 0.0

    def find_near_best(self, *, behind: float, elsewhere: float) -> list[Sentence]:
        """The sentences that score at most `behind` below the best in its document, or at most
        `elsewhere` below it in others.
        """
        best = self.sentences[0]
        return [
            sentence
            for sentence in self.sentences
            if best.score - sentence.score
            <= (behind if sentence.is_in_document_of(best) else elsewhere)
        ]


def find_value_terms(text: str) -> Terms:
    """The terms of a value; of a day in one notation: 9 Sep 2025 is 2025-09-09.

    >>> find_value_terms("9 Sep 2025") == find_value_terms("2025-09-09")
    True
    """
    times = [time.period for time in find_times(text, None)]
    if len(times) == 1 and times[0] is not None and times[0].start == times[0].end:
        text = times[0].start.isoformat()
    return frozenset(find_terms(text))


def says_the_same(text: str, others: Iterable[str]) -> bool:
    """Whether a text contains one of the others, or is part of it."""
    words = text.casefold()
    return any(words in other or other in words for other in map(str.casefold, others))
