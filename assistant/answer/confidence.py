"""A reader's scores become a calibrated probability that its answer is right.

Small logistic models. One weighs every span by what the reader scores it and by how well the
place fits the question: people ask about the wrong player or year more than about anything else,
so it counts whether each name and number of the question stands in or near the evidence. Another
weighs the first span beside the rest; where the sentences around it are the answer, as for why and
how, a third tells how likely they are. All are fitted on answers as they are served, on articles
that the reader was not trained on (`assistant.train.calibrate`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.answer.cite import find_sentences_around
from assistant.question import choose_kind, find_named, fits
from assistant.records import Hit, Kind, Offsets, Passage, Reading, Span, Weighing
from assistant.terms import find_passage_terms, find_question_terms, find_terms

LOWEST, HIGHEST = -12.0, 20.0  # scores beyond tell no more
WIDEST_GAP = 6.0
MOST_AGREEING = 3
DIGITS = 4

Observed = dict[str, float]


Model = Literal["spans", "answers", "sentences"]  # of a Weighing


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was observed, the model of a Weighing that weighs it, and the probability it gives."""

    model: Model
    observed: Mapping[str, float]
    probability: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A span and how sure it is: `confidence` 0 to 1, None without a weighing.

    `alone` is what that was made of, for the first span with what it is `beside` the others.
    """

    span: Span
    confidence: float | None
    alone: Inputs | None = field(default=None, compare=False, repr=False)
    beside: Inputs | None = field(default=None, compare=False, repr=False)

    @property
    def value(self) -> float:
        """What the threshold is compared with, and spans are ordered by."""
        return self.span.score if self.confidence is None else self.confidence


def weigh(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], weighing: Weighing | None
) -> list[Weighed]:
    """All spans of the readings, best first, ties by place. `hits` are those that were read."""
    spans = [span for reading in readings for span in reading.spans]
    if weighing is None:
        return sorted((Weighed(span, None) for span in spans), key=_order)
    alone = (
        _infer("spans", observed, weighing.spans)
        for observed in observe_spans(question, hits, readings)
    )
    weighed = sorted(
        (Weighed(span, one.probability, one) for span, one in zip(spans, alone, strict=True)),
        key=_order,
    )
    if not weighed:
        return []
    kind = choose_kind(question)
    observed = observe_answer([(one.span, one.value) for one in weighed], kind)
    beside = (
        _infer("sentences", observed, weighing.sentences)
        if kind == "passage"
        else _infer("answers", observed, weighing.answers)
    )
    sure = beside.probability
    # What comes after the first is never shown as surer than it.
    rest = [replace(one, confidence=min(one.value, sure)) for one in weighed[1:]]
    return [replace(weighed[0], confidence=sure, beside=beside), *rest]


def _infer(model: Model, observed: Observed, weights: Mapping[str, float]) -> Inputs:
    return Inputs(model, observed, round(sigmoid(find_logit(observed, weights)), DIGITS))


def observe_spans(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading]
) -> list[Observed]:
    """What is known of each span, reading by reading: all shares are 0 to 1."""
    named, asked = find_named(question), find_question_terms(question)
    observed = []
    for hit, reading in zip(hits, readings, strict=True):
        if not reading.spans:
            continue
        above, sentences = find_passage_terms(reading.passage)
        whole = above.union(*sentences)
        for span in reading.spans:
            near = above | _terms_near(reading.passage, sentences, span)
            score = min(max(span.score, LOWEST), HIGHEST)
            observed.append(
                {
                    "score": score,
                    "score_below_0": min(score, 0.0),
                    "retrieval": hit.score,
                    "named_near": _share_named(named, near),
                    "named_in_passage": _share_named(named, whole),
                    "terms_near": _share(asked, near),
                    "fits": float(fits(question, span.text)),
                }
            )
    return observed


def observe_answer(ranked: Sequence[tuple[Span, float]], kind: Kind) -> Observed:
    """What is known of the first of some spans with their probabilities, best first.

    Where the answer is a "passage", what stands in the same sentences is no rival.
    """
    (best, sure), *others = ranked
    text = fold(best.text)
    same = {
        span.passage.id
        for span, _ in others
        if fold(span.text) == text and span.passage.id != best.passage.id and span.score > 0
    }
    around = find_sentences_around(best.passage, best.start, best.end)
    rivals = (
        value
        for span, value in others
        if fold(span.text) != text
        and not (kind == "passage" and _is_inside(span, best.passage, around))
    )
    gap = min(logit_of(sure) - logit_of(max(rivals, default=0.0)), WIDEST_GAP)
    return {
        "logit": logit_of(sure),
        "gap": gap,
        "agreeing": float(min(len(same), MOST_AGREEING)),
    }


def find_logit(observed: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The weighted sum of what is observed; what a weighing does not name weighs nothing."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in observed.items())


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


def logit_of(probability: float) -> float:
    """The logit of a probability, kept from infinity."""
    kept = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))


def fold(text: str) -> str:
    """A text as two answers are compared: its terms."""
    return " ".join(find_terms(text)) or text


def _is_inside(span: Span, passage: Passage, place: Offsets) -> bool:
    same = span.passage.document.id == passage.document.id
    return same and place[0] <= span.start and span.end <= place[1]


def _terms_near(
    passage: Passage, sentences: Sequence[frozenset[str]], span: Span
) -> frozenset[str]:
    """The terms of the sentences that a span touches and of the one before them."""
    touched = [
        place
        for place, (start, end) in enumerate(passage.sentences)
        if start < span.end and span.start < end
    ]
    if not touched:
        return frozenset()
    return frozenset().union(*sentences[max(0, touched[0] - 1) : touched[-1] + 1])


def _share_named(named: Sequence[tuple[str, ...]], terms: frozenset[str]) -> float:
    return sum(terms.issuperset(name) for name in named) / len(named) if named else 1.0


def _share(asked: Sequence[str], terms: frozenset[str]) -> float:
    return sum(term in terms for term in asked) / len(asked) if asked else 0.0


def _order(weighed: Weighed) -> tuple[float, float, int, int, int]:
    span = weighed.span
    value, score = round(weighed.value, DIGITS), round(span.score, DIGITS)
    return -value, -score, span.passage.number, span.start, span.end
