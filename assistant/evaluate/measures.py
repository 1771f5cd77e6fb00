"""The figures of a run, each with its description.

To add one: its verdict in `judge.py`, a line in `MEASURES`, and the schema of a row, which
`python -m tests.evaluating` writes. Tables, reports, comparisons and gates use all listed here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.evaluate.confidence import find_auroc, find_calibration_error, find_risk_area
from assistant.evaluate.estimates import Numbers
from assistant.evaluate.rows import Scored

Share = tuple[float, float] | None  # what a question adds to top and bottom of a ratio


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is a ratio of two sums over questions."""

    words: str
    share: Callable[[Scored], Share]
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Area:
    """A figure of all values (confidences or scores) with whether each is right, or (AUROC) the
    question answerable.
    """

    words: str
    find: Callable[[Numbers, Numbers], float]
    higher_is_better: bool = False


def _verdict(name: str, words: str, *, answerable: bool | None = None) -> Measure:
    """The mean of a verdict over all questions that have it, or over the (un)answerable ones."""

    def share(row: Scored) -> Share:
        value: float | bool | None = getattr(row.verdicts, name)
        if value is None or answerable not in (None, row.answerable):
            return None
        return float(value), 1.0

    return Measure(words, share)


def _rightly_refused(row: Scored) -> float:
    return float(bool(row.verdicts.abstained) and not row.answerable)


def _share_refused(row: Scored) -> Share:
    return (_rightly_refused(row), 1.0) if row.verdicts.abstained else None


def _share_both(row: Scored) -> Share:
    """2 TP over abstained and unanswerable: the harmonic mean of precision and recall."""
    if row.verdicts.abstained is None:
        return None
    below = float(row.verdicts.abstained) + float(not row.answerable)
    return (2 * _rightly_refused(row), below) if below else None


def _share_answered(row: Scored) -> Share:
    return None if row.verdicts.abstained is None else (float(not row.verdicts.abstained), 1.0)


def _share_right(row: Scored) -> Share:
    """Of the answered, those right and cited; an unanswerable question is never right."""
    if row.verdicts.abstained is not False or row.verdicts.good is None:
        return None
    return float(row.verdicts.good), 1.0


MEASURES: Mapping[str, Measure] = {
    "good": _verdict("good", "right and cited, or rightly not answered"),
    "right_and_cited": _verdict("right_and_cited", "answerable: right and cited"),
    "abstention_recall": _verdict(
        "abstained", "unanswerable questions not answered", answerable=False
    ),
    "right_of_answered": Measure("of the answered, right and cited", _share_right),
    "shown": _verdict("shown", "answerable: evidence cited, or among the three best marked"),
    "right": _verdict("right", "answerable: right, cited or not"),
    "cited": _verdict("cited", "answerable: some evidence is cited"),
    "all_evidence_cited": _verdict("all_evidence_cited", "answerable: all evidence is cited"),
    "answered": Measure("questions answered", _share_answered),
    "exact_match": _verdict("exact_match", "the accepted answer, exactly (EM)"),
    "f1": _verdict("f1", "word overlap with the accepted answer (F1)"),
    "f1_answerable": _verdict("f1", "the same, of answerable questions", answerable=True),
    "f1_unanswerable": _verdict("f1", "the same, of the others", answerable=False),
    "exact_match_forced": _verdict("exact_match_forced", "EM of the best span, shown or not"),
    "f1_forced": _verdict("f1_forced", "F1 of the best span, shown or not"),
    "item_recall": _verdict("item_recall", "items of lists, values of comparisons found"),
    "item_precision": _verdict("item_precision", "of the entries of lists, right"),
    "verdict_right": _verdict("verdict_right", "yes or no, and right"),
    "evidence_in_passages": _verdict("evidence_in_passages", "evidence in the best passages"),
    "citation_validity": _verdict("citation_validity", "citations that verify"),
    "abstention_precision": Measure("of the refused, unanswerable", _share_refused),
    "abstention_f1": Measure("refusing: precision and recall as one (F1)", _share_both),
    "wrongly_refused": Measure(
        "answerable questions refused",
        _verdict("abstained", "", answerable=True).share,
        higher_is_better=False,
    ),
    "ndcg_10": _verdict("ndcg_10", "nDCG of the first ten"),
    "recall_10": _verdict("recall_10", "recall in the first ten"),
    "recall_100": _verdict("recall_100", "recall in the first hundred"),
    "reciprocal_rank_10": _verdict("reciprocal_rank_10", "reciprocal rank in the first ten"),
}
AUROC, CALIBRATION_ERROR, CALIBRATION_EXCESS = "auroc", "calibration_error", "calibration_excess"
AREAS: Mapping[str, Area] = {
    AUROC: Area("answerable from unanswerable (AUROC)", find_auroc, higher_is_better=True),
    CALIBRATION_ERROR: Area("calibration error of the confidence", find_calibration_error),
    # Less a number that is simulated once, which the report subtracts.
    CALIBRATION_EXCESS: Area("the same, less what chance alone gives", find_calibration_error),
    "risk_coverage_area": Area("area under risk by coverage", find_risk_area),
}
FIGURES: Mapping[str, Measure | Area] = {**MEASURES, **AREAS}
