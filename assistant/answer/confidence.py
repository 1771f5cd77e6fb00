"""Features of a draft become the calibrated probability that it is right.

A logistic model per group of kinds of questions, fitted on the development questions as they are
served (`assistant.train.calibrate`). The reader's scores come first; then whether the names,
numbers and terms of the question stand at the evidence, for people ask about the wrong player or
year more than about anything else; then how near the passage is.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date

from assistant.answer.compose import Draft
from assistant.answer.evidence import DIGITS, Evidence, Sentence, TermsOf, logit
from assistant.answer.question import share_held
from assistant.figures.periods import Period, find_times
from assistant.records import Calibration, QuestionKind, Verdict
from assistant.text import find_terms

Features = dict[str, float]

GROUPS: Mapping[QuestionKind, str] = {
    "fact": "span", "count": "span", "top": "span", "passage": "passage", "yesno": "yesno",
    "list": "list", "compare": "cells", "two": "cells", "trend": "cells",
}  # fmt: skip
LOWEST, HIGHEST = -10.0, 15.0  # span scores beyond say no more
WIDEST_GAP = 6.0
# Of the tables' lines that were taken for an answer, so many answered: 10 of 15 of the article's
# questions (`tune` 7 of 8, `held` 3 of 7). No other set has players to fit it on.
LISTED_RIGHT = 0.67
VERDICT = "verdict"  # the group of weights, and its one feature
LEAST_VERDICT = 0.85  # probability from which a verdict is shown


def observe(evidence: Evidence, draft: Draft, terms_of: TermsOf) -> Features:
    """The features of a draft. `evidence` has at least one sentence."""
    best, candidate = evidence.sentences[0], next(iter(evidence.candidates), None)
    span = candidate.span.score if candidate is not None else LOWEST
    likeliest = max((one.span.score for one in evidence.candidates), default=LOWEST)
    rivals = [
        one.score
        for one in evidence.sentences[1:]
        if one.passage.document.id != best.passage.document.id
    ]
    kinds = evidence.kinds or {draft.kind: 1.0}
    at_best = _observe_place(evidence, best, terms_of)
    at_span = (
        at_best if candidate is None else _observe_place(evidence, candidate.sentence, terms_of)
    )
    scores = [entry.score for entry in draft.entries]
    features = {
        "span": _keep(span),
        "span_below_0": min(_keep(span), 0.0),
        "likeliest_span": _keep(likeliest),
        "evidence": logit(best.evidence if best.evidence is not None else 0.5),
        "rank": best.score,
        "margin": min(best.score - max(rivals, default=best.score - WIDEST_GAP), WIDEST_GAP),
        "span_margin": _find_span_margin(evidence),
        "agreement": float(candidate is not None and _same(candidate.sentence, best)),
        "same_document": float(
            candidate is not None
            and candidate.sentence.passage.document.id == best.passage.document.id
        ),
        "cosine": best.hit.dense,
        "unknown": evidence.terms.unknown,
        "terms": math.log1p(len(evidence.terms.rarity)),
        "kind": logit(kinds[draft.kind]),
        "least_part": min((_find_evidence(part) for part in evidence.parts), default=0.0),
        "parts": float(bool(evidence.parts)),
        "figure": logit(evidence.figures[0].score) if evidence.figures else 0.0,
        "entries": math.log1p(len(draft.entries)),
        "least_entry": min(scores, default=0.0) if draft.kind == "list" else 0.0,
        "mean_entry": sum(scores) / len(scores) if scores and draft.kind == "list" else 0.0,
    }
    features |= {f"best_{name}": value for name, value in at_best.items()}
    features |= {f"span_{name}": value for name, value in at_span.items()}
    features |= {f"is_{kind}": float(kind == draft.kind) for kind in GROUPS}
    return {name: round(value, DIGITS) for name, value in features.items()}


def estimate(features: Mapping[str, float], group: str, calibration: Calibration) -> float:
    """The probability that a draft is right, 0 to 1."""
    weights = calibration.weights[group]
    total = weights["bias"] + sum(
        weights.get(name, 0.0) * value for name, value in features.items()
    )
    return round(1 / (1 + math.exp(-max(min(total, 30.0), -30.0))), DIGITS)


def _find_evidence(part: Evidence) -> float:
    """The evidence of a part's best sentence, a logit."""
    best = next(iter(part.sentences), None)
    return logit(best.evidence or 0.0) if best is not None else logit(0.0)


def estimate_listed(evidence: float) -> float:
    """The confidence of a list of all names or figures of a kind, by the evidence of its line."""
    return round(LISTED_RIGHT * evidence, DIGITS)


def _observe_place(evidence: Evidence, sentence: Sentence, terms_of: TermsOf) -> Features:
    """Which of the question's names, numbers and terms stand at a sentence, or near it."""
    above, by_sentence = terms_of(sentence.passage)
    document = sentence.passage.document
    published = _find_date_terms(document.published)
    here = by_sentence[sentence.number]
    near = sentence.near
    whole = above.union(*by_sentence)
    terms = evidence.terms
    return {
        "terms_here": terms.share(here),
        "terms_near": terms.share(near),
        "terms_passage": terms.share(whole),
        "names_near": share_held(terms.names, near | published),
        "names_passage": share_held(terms.names, whole | published),
        "period": _match_periods(evidence.periods, sentence),
        "numbers_near": share_held(terms.numbers, near | published),
        "numbers_passage": share_held(terms.numbers, whole | published),
        "evidence": logit(sentence.evidence if sentence.evidence is not None else 0.5),
    }


def _find_date_terms(published: date | None) -> frozenset[str]:
    """The terms by which a question may name a day: 2025, march, 9."""
    return frozenset(find_terms(f"{published:%Y %B} {published.day}")) if published else frozenset()


def _match_periods(asked: Sequence[Period], sentence: Sentence) -> float:
    """Whether a sentence is of the time that a question names: 1 or -1; 0 where either is open.

    Without a time in it or right before it, it is of the time of its document.
    """
    if not asked:
        return 0.0
    document, passage = sentence.passage.document, sentence.passage
    start = passage.sentences[max(0, sentence.number - 1)][0]
    times = find_times(document.text[start : sentence.end], document.published)
    stated = [time.period for time in times if time.period is not None]
    if not stated and document.published is not None:
        year = document.published.year
        stated = [Period(date(year, 1, 1), document.published, "")]
    if not stated:
        return 0.0
    overlap = any(a.start <= b.end and b.start <= a.end for a in asked for b in stated)
    return 1.0 if overlap else -1.0


def _find_span_margin(evidence: Evidence) -> float:
    """How far the best candidate is ahead of the next one that says something else."""
    if not evidence.candidates:
        return 0.0
    first, *others = evidence.candidates
    text = first.span.text.casefold()
    rival = next(
        (
            one
            for one in others
            if one.span.text.casefold() not in text and text not in one.span.text.casefold()
        ),
        None,
    )
    return min(first.score - rival.score, WIDEST_GAP) if rival is not None else WIDEST_GAP


def _same(one: Sentence, other: Sentence) -> bool:
    return one.passage is other.passage and one.number == other.number


def _keep(score: float) -> float:
    return min(max(score, LOWEST), HIGHEST)


def find_verdict(evidence: Evidence) -> float | None:
    """The logit of yes over no in the passage of the best sentence; None without such a reader."""
    return evidence.readings[evidence.sentences[0].place].verdict


def decide_verdict(evidence: Evidence, calibration: Calibration | None) -> Verdict | None:
    """Yes or no, where that is likely to be right."""
    verdict = find_verdict(evidence)
    if verdict is None or calibration is None or VERDICT not in calibration.weights:
        return None
    likely = estimate({VERDICT: abs(verdict)}, VERDICT, calibration)
    if likely < LEAST_VERDICT:
        return None
    return "yes" if verdict > 0 else "no"
