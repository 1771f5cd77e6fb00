"""The confidence in an answer to a follow-up, which was asked together with the question before it.

What is cited may answer only the question before. So the reader also reads the follow-up alone in
the passages that the answer is from, and a group of weights (FOLLOWUP) turns the confidence of the
whole, its features and those of this reading into the confidence of the follow-up.
"""

from collections.abc import Mapping

from assistant.answer.confidence import Features, clip_score
from assistant.answer.evidence import Evidence
from assistant.answer.ranking import DIGITS, logit
from assistant.records import Reading

FOLLOWUP = "followup"  # the group of weights

Readings = Mapping[int, Reading]  # by the place of their passage among the hits


def find_places(evidence: Evidence) -> tuple[int, ...]:
    """The places of the passages of the best sentence and of the best candidate."""
    best = [*evidence.sentences[:1], *(one.sentence for one in evidence.candidates[:1])]
    return tuple(sorted({sentence.place for sentence in best}))


def find_followup_features(
    evidence: Evidence, features: Features, confidence: float, alone: Readings
) -> Features:
    """The features and the confidence of the whole, and how well the follow-up alone fits the best
    sentence and candidate; `alone` are readings with it of the passages at `find_places`.
    """
    best, candidate = evidence.sentences[0], next(iter(evidence.candidates), None)
    scores = alone[best.place].evidence or ()
    likely = scores[best.number] if scores else 0.5
    spans = alone[candidate.sentence.place].spans if candidate is not None else ()
    here = [
        span.score
        for span in spans
        if candidate and span.start < candidate.span.end and candidate.span.start < span.end
    ]
    score = max(here, default=None)
    highest = max((span.score for span in spans), default=None)
    found = {
        "whole": logit(confidence),
        "alone_evidence": logit(likely),
        "alone_same_sentence": float(likely == max(scores, default=None)),
        "alone_span": clip_score(score),
        "alone_best_span": clip_score(highest),
        "alone_same_span": float(score is not None and score == highest),
    }
    return features | {name: round(value, DIGITS) for name, value in found.items()}
