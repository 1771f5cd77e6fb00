"""What was read for a question, as one ranking of sentences and one of spans.

The reader scores every sentence and span it sees; how near the place is to the question (cosine,
terms) corrects it where several documents say similar things. The weights were chosen on the
development questions. All features are absolute: none depends on the other passages found, so an
index of one passage works like any other.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.answer.question import QuestionTerms, Subject, split_halves
from assistant.figures.periods import Period, find_times
from assistant.players.names import UNSPACED
from assistant.records import (
    QUESTION_KINDS,
    Hit,
    Offsets,
    Passage,
    QuestionKind,
    Reading,
    Span,
)

Terms = frozenset[str]
# The terms of a passage's title and heading, and of each of its sentences.
TermsOf = Callable[[Passage], tuple[Terms, list[Terms]]]
Weights = Mapping[str, float]

# Chosen on the development questions, one index per collection: the best sentence is evidence for
# .75 and .68 of them (`articles`, `voices`), by the reader alone for .72 and .63.
SENTENCE_WEIGHTS: Weights = {
    "evidence": 0.53,
    "cosine": 3.3,
    "here": 1.0,
    "near": 2.0,
    "passage": 2.0,
}
SPAN_WEIGHTS: Weights = {"span": 0.12, "cosine": 2.0, "here": 1.0, "near": 2.0, "passage": 2.0}
RECENCY_WEIGHT = 0.3  # what a document of today is ahead of one of long ago
FARTHEST = 7.0  # logit of a probability of 0.001
DIGITS = 4
DECIDING_PASSAGES = 3  # whose first piece decides the kind of the question
MOST_PARTS = 6  # subjects of a comparison that are read for
_LETTER = rf"[^\W_{UNSPACED}]"
RECORD = 3  # sentences of a paragraph, the last of which is understood with those before it


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was read.

    `evidence` is the reader's probability, None for a reader without; `score` orders sentences.
    """

    hit: Hit
    place: int  # of the passage among the hits
    number: int  # in its passage
    evidence: float | None
    score: float
    near: Terms = field(default=frozenset(), repr=False)  # what it is understood with

    @property
    def passage(self) -> Passage:
        return self.hit.passage

    @property
    def start(self) -> int:
        return self.passage.sentences[self.number][0]

    @property
    def end(self) -> int:
        return self.passage.sentences[self.number][1]

    @property
    def text(self) -> str:
        return self.passage.document.text[self.start : self.end]


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
    def of_sentence(cls, sentence: Sentence) -> "Entry":
        place = (sentence.start, sentence.end)
        return cls(sentence.passage, *place, place, sentence.evidence or 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that was found, with the sentence it begins in; `score` orders candidates."""

    span: Span
    sentence: Sentence
    score: float


def _find_no_player(_words: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was read for a question; sentences and candidates are best first.

    `periods` are the times that the question names, `subjects` whom or what, `as_of` the day that
    "now" is. `parts` is
    what was read for each part of a question in two, or each subject of a comparison.
    `kinds` are the probabilities of the kinds of questions, None for a reader without. `figures`
    are those that answer by the table of figures, best first; `listed` all names or figures of the
    kind that a list asks for. `player_of` is the id of the player that some words are a name of.
    """

    question: str
    terms: QuestionTerms
    hits: Sequence[Hit]
    readings: Sequence[Reading]
    sentences: tuple[Sentence, ...]
    candidates: tuple[Candidate, ...]
    kinds: Mapping[QuestionKind, float] | None
    periods: tuple[Period, ...] = ()
    subjects: tuple[Subject, ...] = ()
    parts: tuple["Evidence", ...] = ()
    figures: tuple[Entry, ...] = ()
    listed: tuple[Entry, ...] = ()
    player_of: Callable[[str], str | None] = field(default=_find_no_player, compare=False)
    as_of: date = date.max

    @property
    def kind(self) -> QuestionKind:
        """The likeliest kind; a fact where the reader does not say."""
        kinds = self.kinds
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else "fact"


def gather(
    question: str,
    terms: QuestionTerms,
    hits: Sequence[Hit],
    readings: Sequence[Reading],
    terms_of: TermsOf,
    *,
    as_of: date,
    subjects: tuple[Subject, ...] = (),
) -> Evidence:
    """Rank what was read. `hits` are those of `readings`, in the same order."""
    sentences: list[Sentence] = []
    candidates: list[Candidate] = []
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=True)):
        above, by_sentence = terms_of(hit.passage)
        newness = RECENCY_WEIGHT * find_recency(hit.passage.document.published, as_of)
        whole = terms.share(above.union(*by_sentence))
        shared: list[dict[str, float]] = []
        own: list[Sentence] = []
        for number, held in enumerate(by_sentence):
            near = find_near(hit.passage, number, above, by_sentence)
            features = {"here": terms.share(held), "near": terms.share(near), "passage": whole}
            shared.append(features | {"cosine": hit.dense})
            evidence = reading.evidence[number] if reading.evidence is not None else None
            likely = logit(evidence) if evidence is not None else _span_logit(reading, number)
            score = weigh(shared[-1] | {"evidence": likely}, SENTENCE_WEIGHTS) + newness
            own.append(Sentence(hit, place, number, evidence, round(score, DIGITS), near))
        sentences += own
        for span in reading.spans:
            number = find_sentence(hit.passage, span.start)
            score = weigh(shared[number] | {"span": span.score}, SPAN_WEIGHTS) + newness
            candidates.append(Candidate(span, own[number], round(score, DIGITS)))
    sentences.sort(key=lambda one: (-one.score, one.passage.number, one.number))
    candidates.sort(key=lambda one: (-one.score, one.span.passage.number, one.span.start))
    kinds = _find_kinds(sentences, readings)
    times = find_times(question, as_of)
    periods = tuple(time.period for time in times if time.period is not None)
    return Evidence(
        question, terms, hits, readings, tuple(sentences), tuple(candidates), kinds, periods,
        subjects, as_of=as_of,
    )  # fmt: skip


def find_parts(evidence: Evidence) -> list[tuple[str, tuple[Subject, ...]]]:
    """The parts that a question is read for once more, each with what it is about.

    A comparison is asked of each of its subjects as if the others were not named.
    """
    question, subjects = evidence.question, evidence.subjects
    if evidence.kind == "two":
        return [(half, subjects) for half in split_halves(question)]
    if evidence.kind != "compare" or len(subjects) < 2:
        return []
    return [
        (_ask_alone(question, subject, subjects), (subject,)) for subject in subjects[:MOST_PARTS]
    ]


def _ask_alone(question: str, subject: Subject, subjects: Sequence[Subject]) -> str:
    """A question of several subjects without the names of all but one."""
    # The longest first: a "Meta" in "Ray-Ban Meta" is no other.
    words = sorted({one.words for one in subjects}, key=len, reverse=True)
    names = rf"(?<!{_LETTER})(?:{'|'.join(map(re.escape, words))})(?!{_LETTER})"
    alone = re.sub(names, lambda found: found[0] if found[0] == subject.words else " ", question)
    return " ".join(alone.split())


def find_near(passage: Passage, number: int, above: Terms, by_sentence: Sequence[Terms]) -> Terms:
    """The terms that a sentence is understood with: its own, its headings', and those of the
    sentences before it in its paragraph, where a record says what it is of.
    """
    near = above | by_sentence[number]
    text = passage.document.text
    for before in range(number - 1, max(-1, number - RECORD), -1):
        gap = text[passage.sentences[before][1] : passage.sentences[before + 1][0]]
        if gap.count("\n") > 1:
            break
        near |= by_sentence[before]
    return near


def find_recency(published: date | None, as_of: date) -> float:
    """How new a document is on a day: 1 on that day, 0.5 after a year; 0 where it is not known,
    or later than that day.
    """
    if published is None or published > as_of:
        return 0.0
    return 1 / (1 + (as_of - published).days / 365.25)


def weigh(features: Mapping[str, float], weights: Weights) -> float:
    """A weighted sum, rounded so that no processor decides otherwise."""
    return round(sum(weights.get(name, 0.0) * value for name, value in features.items()), DIGITS)


def logit(probability: float) -> float:
    """The logit of a probability, kept within FARTHEST of 0."""
    kept = min(max(probability, 1e-9), 1 - 1e-9)
    return min(max(math.log(kept / (1 - kept)), -FARTHEST), FARTHEST)


def find_sentence(passage: Passage, place: int) -> int:
    """The number of the sentence that a place of a document is in, or of the last before it."""
    before = [number for number, (start, _) in enumerate(passage.sentences) if start <= place]
    return before[-1] if before else 0


def _span_logit(reading: Reading, number: int) -> float:
    """What a reader without evidence says of a sentence: half the score of its best span."""
    scores = [
        span.score / 2
        for span in reading.spans
        if find_sentence(reading.passage, span.start) == number
    ]
    return min(max([*scores, -FARTHEST]), FARTHEST)


def _find_kinds(
    ranked: Sequence[Sentence], readings: Sequence[Reading]
) -> dict[QuestionKind, float] | None:
    """The softmax of the mean scores of the passages with the best sentences."""
    best = list(dict.fromkeys(sentence.place for sentence in ranked))[:DECIDING_PASSAGES]
    scores = [kind for place in best if (kind := readings[place].kind) is not None]
    if not scores:
        return None
    means = {kind: sum(one[kind] for one in scores) / len(scores) for kind in QUESTION_KINDS}
    highest = max(means.values())
    powers = {kind: math.exp(mean - highest) for kind, mean in means.items()}
    whole = sum(powers.values())
    return {kind: round(power / whole, DIGITS) for kind, power in powers.items()}
