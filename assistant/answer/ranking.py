"""What was read becomes one ranking of sentences and one of spans.

The reader scores every sentence and span it sees; how near the place is to the question (cosine,
terms) corrects it where several documents say similar things. The weights were chosen on the
development questions. All features are absolute: none depends on the other passages found, so an
index of one passage works like any other.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.answer.evidence import Candidate, Evidence, Sentence
from assistant.answer.question import Terms
from assistant.records import Hit, Passage, QuestionKind, Reading

# The terms of a passage's title and heading, and of each of its sentences.
TermsOf = Callable[[Passage], tuple[Terms, list[Terms]]]

# Chosen on the development questions, one index per collection: the best sentence is evidence for
# .75 and .68 of them (`articles`, `voices`), by the reader alone for .72 and .63.
SENTENCE_WEIGHTS = {"evidence": 0.53, "cosine": 3.3, "here": 1.0, "near": 2.0, "passage": 2.0}
SPAN_WEIGHTS = {"span": 0.12, "cosine": 2.0, "here": 1.0, "near": 2.0, "passage": 2.0}
RECENCY_WEIGHT = 0.3  # what a document of today is ahead of one of long ago
FARTHEST = 7.0  # logit of a probability of 0.001
DIGITS = 4
DECIDING_PASSAGES = 3  # of which the mean decides the kind of the question
TOGETHER = 3  # sentences of a paragraph, the last of which is understood with those before it


def rank(
    evidence: Evidence, hits: Sequence[Hit], readings: Sequence[Reading], terms_of: TermsOf
) -> Evidence:
    """The evidence of a question by all that was read; `hits` are those of `readings`, in order."""
    sentences: list[Sentence] = []
    candidates: list[Candidate] = []
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=True)):
        recency = find_recency(hit.passage.document.published, evidence.as_of)
        found: list[Sentence] = []
        features: list[dict[str, float]] = []
        for sentence in _place_sentences(hit, place, reading, terms_of):
            shared = {
                "here": evidence.terms.share(sentence.terms),
                "near": evidence.terms.share(sentence.near),
                "passage": evidence.terms.share(sentence.passage_terms),
                "cosine": hit.dense,
            }
            likely = {"evidence": _find_logit(reading, sentence.number)}
            score = _score(shared | likely, SENTENCE_WEIGHTS, recency)
            found.append(replace(sentence, score=score))
            features.append(shared)
        sentences += found
        for span in reading.spans:
            number = find_sentence(hit.passage, span.start)
            score = _score(features[number] | {"span": span.score}, SPAN_WEIGHTS, recency)
            candidates.append(Candidate(span, found[number], score))
    sentences.sort(key=lambda sentence: (-sentence.score, sentence.passage.number, sentence.number))
    candidates.sort(
        key=lambda candidate: (
            -candidate.score,
            candidate.span.passage.number,
            candidate.span.start,
        )
    )
    return replace(
        evidence,
        hits=hits,
        readings=readings,
        sentences=tuple(sentences),
        candidates=tuple(candidates),
        kinds=_find_kinds(sentences, readings),
    )


def _place_sentences(hit: Hit, place: int, reading: Reading, terms_of: TermsOf) -> list[Sentence]:
    """The sentences of a passage with their terms, not scored yet."""
    above, by_sentence = terms_of(hit.passage)
    whole = above.union(*by_sentence)
    likely = reading.evidence or [None] * len(by_sentence)
    return [
        Sentence(
            hit, place, number, likely[number], 0.0, terms,
            above.union(*by_sentence[find_context(hit.passage, number) : number + 1]), whole,
        )
        for number, terms in enumerate(by_sentence)
    ]  # fmt: skip


def find_context(passage: Passage, number: int) -> int:
    """The first of the sentences that a sentence is understood with: those right before it in its
    paragraph, where a record says what it is of.
    """
    text, first = passage.document.text, number
    while first > max(0, number - TOGETHER + 1):
        gap = text[passage.sentences[first - 1][1] : passage.sentences[first][0]]
        if gap.count("\n") > 1:
            break
        first -= 1
    return first


def find_recency(published: date | None, as_of: date) -> float:
    """How new a document is on a day: 1 on that day, 0.5 after a year; 0 where it is not known,
    or later than that day.
    """
    if published is None or published > as_of:
        return 0.0
    return 1 / (1 + (as_of - published).days / 365.25)


def logit(probability: float) -> float:
    """The logit of a probability, kept within FARTHEST of 0."""
    kept = min(max(probability, 1e-9), 1 - 1e-9)
    return min(max(math.log(kept / (1 - kept)), -FARTHEST), FARTHEST)


def find_sentence(passage: Passage, place: int) -> int:
    """The number of the sentence that a place of a document is in, or of the last before it."""
    return max(0, bisect_right(passage.sentences, place, key=lambda offsets: offsets[0]) - 1)


def _score(features: Mapping[str, float], weights: Mapping[str, float], recency: float) -> float:
    """A weighted sum, rounded so that no processor decides otherwise."""
    weighted = sum(weights[name] * value for name, value in features.items())
    return round(round(weighted, DIGITS) + RECENCY_WEIGHT * recency, DIGITS)


def _find_logit(reading: Reading, number: int) -> float:
    """The evidence of a sentence; of a reader without, half the score of its best span."""
    if reading.evidence is not None:
        return logit(reading.evidence[number])
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
    means = {kind: sum(logits[kind] for logits in scores) / len(scores) for kind in scores[0]}
    highest = max(means.values())
    powers = {kind: math.exp(mean - highest) for kind, mean in means.items()}
    whole = sum(powers.values())
    return {kind: round(power / whole, DIGITS) for kind, power in powers.items()}
