"""Features of a draft become the calibrated probability that it is right.

A logistic model for each group of kinds of questions, fitted on the development questions
(`assistant.evaluate.calibrate`). Its features are the reader's scores, whether the names, numbers
and terms of the question are near the evidence (the commonest mistake is to answer about another
player or year), and the similarity of the passage.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from assistant.answer.compose import KINDS, Draft
from assistant.answer.evidence import Evidence, Sentence, says_the_same
from assistant.answer.question import share_covered
from assistant.answer.ranking import DIGITS, logit
from assistant.answer.rows import CellMatch
from assistant.figures.periods import Period, find_times
from assistant.records import Answer, Calibration, Likelihood, QuestionKind, Verdict
from assistant.text import find_terms

Features = dict[str, float]

GROUPS: Mapping[QuestionKind, str] = {kind: recipe.group for kind, recipe in KINDS.items()}
LOWEST, HIGHEST = -10.0, 15.0  # span scores are clipped to these
WIDEST_GAP = 6.0
# The share of right answers among those by a line of a table: 10 of 15 of the article's questions
# (`tune` 7 of 8, `held` 3 of 7). No other set has players to fit it on.
LISTED_RIGHT = 0.67
ROW = "row"  # the group of weights for answers that are a cell of a table
ROW_KINDS: tuple[QuestionKind, ...] = ("fact", "count", "top")
GROUP_NAMES = (*dict.fromkeys(GROUPS.values()), ROW)
VERDICT = "verdict"  # the group of weights, and its one feature
LEAST_VERDICT = 0.85  # probability from which a verdict is shown
# Confidence from which an answer is called very likely; web/guide/asking.md has the shares that are
# right on both sides of it.
VERY_LIKELY = 0.8
# A follow-up may be answered with less; then it is not called likely.
LIKELY = 0.55


def find_group(evidence: Evidence, draft: Draft, calibration: Calibration | None) -> str:
    """The group of weights for a draft: that of its kind, or of cells of tables.

    A reader that was calibrated without tables has no weights for cells.
    """
    is_cell = bool(evidence.candidates) and evidence.candidates[0].cell is not None
    has_weights = calibration is None or ROW in calibration.weights
    return ROW if is_cell and has_weights and draft.kind in ROW_KINDS else GROUPS[draft.kind]


def find_features(evidence: Evidence, draft: Draft) -> Features:
    """The features of a draft; {} if nothing was read."""
    if not evidence.sentences:
        return {}
    best, candidate = evidence.sentences[0], next(iter(evidence.candidates), None)
    spans = [candidate.span.score for candidate in evidence.candidates] or [LOWEST]
    rivals = [
        sentence.score for sentence in evidence.sentences if not _is_from_same(sentence, best)
    ]
    margin = best.score - max(rivals) if rivals else WIDEST_GAP
    stated = candidate.sentence if candidate is not None else None
    scores = [entry.score for entry in draft.entries] if draft.kind == "list" else []
    kinds = evidence.kinds or {draft.kind: 1.0}
    least_part = min((logit(part.best_evidence) for part in evidence.parts), default=0.0)
    features = {
        "span": clip_score(spans[0]),
        "span_below_0": min(clip_score(spans[0]), 0.0),
        "likeliest_span": clip_score(max(spans)),
        "evidence": _find_logit(best),
        "rank": best.score,
        "margin": min(margin, WIDEST_GAP),
        "span_margin": _find_span_margin(evidence),
        "agreement": float(stated is not None and (stated is best or _says_the_same(stated, best))),
        "same_document": float(stated is not None and _is_from_same(stated, best)),
        "cosine": best.hit.dense,
        "unknown": evidence.terms.unknown,
        "terms": math.log1p(len(evidence.terms.rarity)),
        "kind": logit(kinds[draft.kind]),
        "least_part": least_part,
        "parts": float(bool(evidence.parts)),
        "figure": logit(evidence.figures[0].score) if evidence.figures else 0.0,
        "entries": math.log1p(len(draft.entries)),
        "least_entry": min(scores, default=0.0),
        "mean_entry": sum(scores) / len(scores) if scores else 0.0,
    }
    for prefix, sentence in (("best", best), ("span", stated or best)):
        place = _find_place_features(evidence, sentence)
        features |= {f"{prefix}_{name}": value for name, value in place.items()}
    features |= {f"is_{kind}": float(kind == draft.kind) for kind in GROUPS}
    features |= _find_cell_features(evidence)
    return {name: round(value, DIGITS) for name, value in features.items()}


def estimate(features: Mapping[str, float], group: str, calibration: Calibration) -> float:
    """The probability that a draft is right, 0 to 1."""
    weights = calibration.weights[group]
    total = weights["bias"] + sum(
        weights.get(name, 0.0) * value for name, value in features.items()
    )
    return round(1 / (1 + math.exp(-max(min(total, 30.0), -30.0))), DIGITS)


def find_confidence(
    draft: Draft, features: Features, group: str, calibration: Calibration | None
) -> float | None:
    """The probability that a draft is right; None if nothing was read or calibrated.

    `group` is the result of `find_group`. For a line of names or figures it depends only on the
    evidence of the line.
    """
    if calibration is None or not features:
        return None
    if draft.listed is not None:
        return round(LISTED_RIGHT * draft.listed, DIGITS)
    return estimate(features, group, calibration)


def _is_from_same(sentence: Sentence, other: Sentence) -> bool:
    """Whether two sentences are of one document, or of copies, perhaps in another format."""
    return sentence.is_in_document_of(other) or _says_the_same(sentence, other)


def _says_the_same(sentence: Sentence, other: Sentence) -> bool:
    return bool(sentence.terms) and sentence.terms == other.terms


def _find_cell_features(evidence: Evidence) -> Features:
    """How the cell of the best candidate fits the question, and its lead over the best candidate
    in its row, and in others, that says something else.
    """
    best = next(iter(evidence.candidates), None)
    if best is None or best.cell is None:
        return {"cell_lead": 0.0, "row_lead": 0.0, **_name_cell(CellMatch())}
    rivals = [other for other in evidence.candidates if other.span.text != best.span.text]
    in_row = [other for other in rivals if other.sentence == best.sentence]
    elsewhere = [other for other in rivals if other.sentence != best.sentence]
    leads = {
        name: min(best.score - found[0].score, WIDEST_GAP) if found else WIDEST_GAP
        for name, found in (("cell_lead", in_row), ("row_lead", elsewhere))
    }
    return leads | _name_cell(best.cell)


def _name_cell(cell: CellMatch) -> Features:
    return {f"cell_{name}": value for name, value in asdict(cell).items()}


def _find_place_features(evidence: Evidence, sentence: Sentence) -> Features:
    """How many of the question's names, numbers and terms are in a sentence, or near it."""
    terms, document = evidence.terms, sentence.passage.document
    # A question may name the day of a document: 2025, March, 9.
    written = document.dated or (f"{document.day:%Y %B} {document.day.day}" if document.day else "")
    day = find_terms(written)
    near, passage = sentence.context_terms.union(day), sentence.passage_terms.union(day)
    return {
        "terms_here": terms.share_covered_by(sentence.terms),
        "terms_near": terms.share_covered_by(sentence.context_terms),
        "terms_passage": terms.share_covered_by(sentence.passage_terms),
        "names_near": share_covered(terms.names, near),
        "names_passage": share_covered(terms.names, passage),
        "period": _match_periods(evidence.periods, sentence),
        "numbers_near": share_covered(terms.numbers, near),
        "numbers_passage": share_covered(terms.numbers, passage),
        "evidence": _find_logit(sentence),
    }


def _find_logit(sentence: Sentence) -> float:
    """The evidence of a sentence as a logit; 0 if the reader gives none."""
    return logit(sentence.evidence if sentence.evidence is not None else 0.5)


def _match_periods(asked: Sequence[Period], sentence: Sentence) -> float:
    """1 if a sentence is about the time that a question names, -1 if not, 0 if either is unknown.

    Without a time in it or right before it, a sentence is about the year of its document.
    """
    if not asked:
        return 0.0
    document, passage = sentence.passage.document, sentence.passage
    start = passage.sentences[max(0, sentence.number - 1)][0]
    times = find_times(document.text[start : sentence.offsets[1]], document.day)
    stated = [time.period for time in times if time.period is not None]
    if not stated and document.published is not None:
        year = document.published.year
        stated = [Period(date(year, 1, 1), document.day or date(year, 12, 31), "")]
    if not stated:
        return 0.0
    overlap = any(a.start <= b.end and b.start <= a.end for a in asked for b in stated)
    return 1.0 if overlap else -1.0


def _find_span_margin(evidence: Evidence) -> float:
    """The lead of the best candidate over the next one that says something else."""
    if not evidence.candidates:
        return 0.0
    first, *others = evidence.candidates
    rivals = (other for other in others if not says_the_same(other.span.text, [first.span.text]))
    rival = next(rivals, None)
    return min(first.score - rival.score, WIDEST_GAP) if rival is not None else WIDEST_GAP


def clip_score(score: float | None) -> float:
    """The score of a span within bounds; the lowest for None, which is no span."""
    return LOWEST if score is None else min(max(score, LOWEST), HIGHEST)


def find_verdict(evidence: Evidence) -> float | None:
    """The logit of yes over no in the passage of the best sentence; None if there is none."""
    best = next(iter(evidence.sentences), None)
    return evidence.readings[best.place].verdict if best is not None else None


def decide_verdict(evidence: Evidence, calibration: Calibration | None) -> Verdict | None:
    """Yes or no, if that is likely to be right."""
    verdict = find_verdict(evidence)
    if verdict is None or calibration is None or VERDICT not in calibration.weights:
        return None
    if estimate({VERDICT: abs(verdict)}, VERDICT, calibration) < LEAST_VERDICT:
        return None
    return "yes" if verdict > 0 else "no"


def describe_likelihood(answer: Answer) -> Likelihood | None:
    """The confidence of an answer in one of two words; None for an abstention, and for an answer to
    a follow-up that is less than likely.
    """
    if answer.status != "answered" or answer.confidence is None:
        return None
    if answer.carried is not None and answer.confidence < LIKELY:
        return None
    return "very_likely" if answer.confidence >= VERY_LIKELY else "likely"
