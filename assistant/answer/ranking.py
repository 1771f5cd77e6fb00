"""Readings become one ranking of sentences and one of spans.

The reader scores every sentence and span; the similarity of the place to the question (cosine,
terms) corrects it where several documents say similar things. No feature depends on the other
passages found, so an index of one passage works like any other.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.answer.evidence import Candidate, Evidence, Sentence
from assistant.answer.question import Terms
from assistant.answer.rows import match_cell, share_in_cells
from assistant.records import Hit, Passage, QuestionKind, Reading

# The terms of a passage's title and heading, and of each of its sentences.
TermsOf = Callable[[Passage], tuple[Terms, list[Terms]]]

# Chosen on the development questions, one index per collection: the best sentence is evidence for
# .75 and .68 of them (`articles`, `voices`); with the reader's score alone, for .72 and .63.
SENTENCE_WEIGHTS = {"evidence": 0.53, "cosine": 3.3, "here": 1.0, "near": 2.0, "passage": 2.0}
SPAN_WEIGHTS = {"span": 0.12, "cosine": 2.0, "here": 1.0, "near": 2.0, "passage": 2.0}
# Fitted on the questions about tables, with the weights above as they are. Always answering is
# right for .75 of 364 answerable questions, and was for .73 before.
CELL_WEIGHTS = {"column": 4.0, "row": 4.0, "echo": -2.5}
ROW_WEIGHT = 3.0  # of the share of the question in a row's cells, for the rank of the row
RECENCY_WEIGHT = 0.3  # the lead of a document of today over one of long ago
MOST_LOGIT = 7.0  # logit of a probability of 0.999
DIGITS = 4
DECIDING_PASSAGES = 3  # the mean of their scores decides the kind of the question
CONTEXT_SENTENCES = 3  # a sentence and those before it in its paragraph


def rank_evidence(
    evidence: Evidence, hits: Sequence[Hit], readings: Sequence[Reading], terms_of: TermsOf
) -> Evidence:
    """Evidence with the ranked sentences and spans of all readings, one for each of `hits`."""
    sentences: list[Sentence] = []
    candidates: list[Candidate] = []
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=True)):
        recency = find_recency(hit.passage.document.published, evidence.as_of)
        found: list[Sentence] = []
        features: list[dict[str, float]] = []
        for sentence in place_sentences(hit, place, reading, terms_of):
            shared = {
                "here": evidence.terms.share_covered_by(sentence.terms),
                "near": evidence.terms.share_covered_by(sentence.context_terms),
                "passage": evidence.terms.share_covered_by(sentence.passage_terms),
                "cosine": hit.dense,
            }
            logits = {"evidence": _find_logit(reading, sentence.number)}
            score = _score(shared | logits, SENTENCE_WEIGHTS, recency)
            in_cells = share_in_cells(hit.passage.document, sentence.offsets, evidence.terms)
            score = round(score + ROW_WEIGHT * in_cells, DIGITS)
            found.append(replace(sentence, score=score))
            features.append(shared)
        sentences += found
        for span in reading.spans:
            number = find_sentence(hit.passage, span.start)
            cell = match_cell(span, evidence.terms)
            score = _score(features[number] | {"span": span.score}, SPAN_WEIGHTS, recency)
            if cell is not None:
                fits = {name: getattr(cell, name) for name in CELL_WEIGHTS}
                score = round(score + _score(fits, CELL_WEIGHTS, 0.0), DIGITS)
            candidates.append(Candidate(span, found[number], score, cell))
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


def place_sentences(hit: Hit, place: int, reading: Reading, terms_of: TermsOf) -> list[Sentence]:
    """The sentences of a passage with their terms, not scored yet."""
    title_terms, by_sentence = terms_of(hit.passage)
    passage_terms = title_terms.union(*by_sentence)
    evidence = reading.evidence or [None] * len(by_sentence)
    sentences = []
    for number, terms in enumerate(by_sentence):
        first = find_context(hit.passage, number)
        context = title_terms.union(*by_sentence[first : number + 1])
        sentences.append(
            Sentence(hit, place, number, evidence[number], 0.0, terms, context, passage_terms)
        )
    return sentences


def find_context(passage: Passage, number: int) -> int:
    """The number of the first sentence in the context of one: at most two before it in its
    paragraph, where a record names its subject.
    """
    return max(find_paragraph(passage, number), number - CONTEXT_SENTENCES + 1)


def find_paragraph(passage: Passage, number: int) -> int:
    """The number of the first sentence in the paragraph of one."""
    text, first = passage.document.text, number
    while first > 0:
        gap = text[passage.sentences[first - 1][1] : passage.sentences[first][0]]
        if gap.count("\n") > 1:
            break
        first -= 1
    return first


def find_recency(published: date | None, as_of: date) -> float:
    """How new a document is on a day: 1 on that day, 0.5 after a year; 0 if undated or later."""
    if published is None or published > as_of:
        return 0.0
    return 1 / (1 + (as_of - published).days / 365.25)


def logit(probability: float) -> float:
    """The logit of a probability, clipped to MOST_LOGIT."""
    probability = min(max(probability, 1e-9), 1 - 1e-9)
    return min(max(math.log(probability / (1 - probability)), -MOST_LOGIT), MOST_LOGIT)


def find_sentence(passage: Passage, place: int) -> int:
    """The number of the sentence that a place of a document is in, or of the last before it."""
    return max(0, bisect_right(passage.sentences, place, key=lambda offsets: offsets[0]) - 1)


def _score(features: Mapping[str, float], weights: Mapping[str, float], recency: float) -> float:
    """A weighted sum, rounded so that every processor gives the same."""
    weighted = sum(weights[name] * value for name, value in features.items())
    return round(round(weighted, DIGITS) + RECENCY_WEIGHT * recency, DIGITS)


def _find_logit(reading: Reading, number: int) -> float:
    """The logit of a sentence's evidence; if there is none, half the score of its best span."""
    if reading.evidence is not None:
        return logit(reading.evidence[number])
    scores = [
        span.score / 2
        for span in reading.spans
        if find_sentence(reading.passage, span.start) == number
    ]
    return min(max([*scores, -MOST_LOGIT]), MOST_LOGIT)


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
    total = sum(powers.values())
    return {kind: round(power / total, DIGITS) for kind, power in powers.items()}
