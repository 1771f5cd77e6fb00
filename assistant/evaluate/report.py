"""The figures over a run's rows, all and by kind, with what they mean."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel

from assistant.evaluate.calibration import (
    Bin,
    Point,
    auroc,
    calibration_error,
    calibration_excess,
    make_bins,
    risk_coverage_area,
    trace_risk,
)
from assistant.evaluate.estimates import Figure, Numbers, estimate, estimate_ratios
from assistant.evaluate.rows import Header, Scored, read_header, read_scored

PERCENTS = (50, 95, 99)
Share = tuple[float, float] | None  # what a question adds to top and bottom of a ratio


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is a ratio over questions: its words, and each question's share in it."""

    words: str
    share: Callable[[Scored], Share]
    higher_is_better: bool = True


def _verdict(name: str, words: str) -> Measure:
    def share(row: Scored) -> Share:
        value: float | bool | None = getattr(row.verdicts, name)
        return None if value is None else (float(value), 1.0)

    return Measure(words, share)


def _of_answerable(name: str, words: str, *, answerable: bool = True) -> Measure:
    inner = _verdict(name, words)
    return Measure(words, lambda row: inner.share(row) if row.answerable == answerable else None)


def _rightly_refused(row: Scored) -> float:
    return float(bool(row.verdicts.abstained) and not row.answerable)


def _share_refused(row: Scored) -> Share:
    return (_rightly_refused(row), 1.0) if row.verdicts.abstained else None


def _share_unanswerable(row: Scored) -> Share:
    if row.answerable or row.verdicts.abstained is None:
        return None
    return _rightly_refused(row), 1.0


def _share_both(row: Scored) -> Share:
    """2 TP over refused and to be refused: the harmonic mean of precision and recall."""
    if row.verdicts.abstained is None:
        return None
    below = float(row.verdicts.abstained) + float(not row.answerable)
    return (2 * _rightly_refused(row), below) if below else None


def _share_answered(row: Scored) -> Share:
    return None if row.verdicts.abstained is None else (float(not row.verdicts.abstained), 1.0)


def _share_right(row: Scored) -> Share:
    """Of the answered, those right and cited; to answer what has no answer is not right."""
    if row.verdicts.abstained is not False or row.verdicts.good is None:
        return None
    return float(row.verdicts.good), 1.0


MEASURES: Mapping[str, Measure] = {
    "good": _verdict("good", "right and cited, or rightly not answered"),
    "right_and_cited": _verdict("right_and_cited", "answerable: right and cited"),
    "abstention_recall": Measure("unanswerable questions not answered", _share_unanswerable),
    "right_of_answered": Measure("of the answered, right and cited", _share_right),
    "shown": _verdict("shown", "answerable: evidence cited, or among the three best marked"),
    "right": _verdict("right", "answerable: right, cited or not"),
    "cited": _verdict("cited", "answerable: some evidence is cited"),
    "all_evidence_cited": _verdict("all_evidence_cited", "answerable: all evidence is cited"),
    "answered": Measure("questions answered", _share_answered),
    "exact_match": _verdict("exact_match", "the accepted answer, exactly (EM)"),
    "f1": _verdict("f1", "word overlap with the accepted answer (F1)"),
    "f1_answerable": _of_answerable("f1", "the same, of answerable questions"),
    "f1_unanswerable": _of_answerable("f1", "the same, of the others", answerable=False),
    "exact_match_forced": _verdict("exact_match_forced", "EM of the best span, shown or not"),
    "f1_forced": _verdict("f1_forced", "F1 of the best span, shown or not"),
    "item_recall": _verdict("item_recall", "items of lists, values of comparisons given"),
    "item_precision": _verdict("item_precision", "of the entries of lists, right"),
    "verdict_right": _verdict("verdict_right", "yes or no given, and right"),
    "evidence_in_passages": _verdict("evidence_in_passages", "evidence in the best passages"),
    "citation_validity": _verdict("citation_validity", "citations that verify"),
    "abstention_precision": Measure("of the refused, unanswerable", _share_refused),
    "abstention_f1": Measure("refusing: precision and recall as one (F1)", _share_both),
    "wrongly_refused": Measure(
        "answerable questions refused",
        _of_answerable("abstained", "").share,
        higher_is_better=False,
    ),
    "ndcg_10": _verdict("ndcg_10", "nDCG of the first ten"),
    "recall_10": _verdict("recall_10", "recall in the first ten"),
    "recall_100": _verdict("recall_100", "recall in the first hundred"),
    "reciprocal_rank_10": _verdict("reciprocal_rank_10", "reciprocal rank in the first ten"),
}
# Figures of all values together, in words, and whether higher is better.
AREAS: Mapping[str, tuple[str, bool]] = {
    "auroc": ("answerable from unanswerable (AUROC)", True),
    "calibration_error": ("confidence off by, on average", False),
    "calibration_excess": ("the same, less what chance explains", False),
    "risk_coverage_area": ("area under risk by coverage", False),
}
NAMES = (*MEASURES, *AREAS)


class Group(BaseModel):
    """Figures over some of the questions; each is value, low, high, n."""

    questions: int
    figures: dict[str, Figure]
    milliseconds: dict[str, Figure]


class Report(BaseModel):
    """Figures over a run: all, by kind, by reason and by split where questions have them.

    Questions that other documents may answer as well are in `ambiguous` alone.
    """

    version: Literal[2] = 2
    run: Header
    all: Group
    by_kind: dict[str, Group]
    by_reason: dict[str, Group]
    by_split: dict[str, Group]
    ambiguous: Group | None
    bins: list[Bin]
    risk: list[Point]


@dataclass(slots=True)
class Columns:
    """A run as numbers, each with one value a question: `tops` and `bottoms` are (n, measures).

    `values` are what the threshold is compared with, nan where nothing was read; `right` is whether
    the answer or the best guess is, nan where there is neither.
    """

    ids: list[str]
    kinds: list[str]
    reasons: list[str | None]
    splits: list[str | None]
    tops: Numbers
    bottoms: Numbers
    values: Numbers
    right: Numbers
    answerable: Numbers
    ambiguous: Numbers
    milliseconds: Numbers
    calibrated: bool

    def take(self, places: list[int]) -> "Columns":
        """Those of some questions."""
        return Columns(
            [self.ids[place] for place in places],
            [self.kinds[place] for place in places],
            [self.reasons[place] for place in places],
            [self.splits[place] for place in places],
            self.tops[places],
            self.bottoms[places],
            self.values[places],
            self.right[places],
            self.answerable[places],
            self.ambiguous[places],
            self.milliseconds[places],
            self.calibrated,
        )

    def split_ambiguous(self) -> tuple["Columns", "Columns"]:
        """Those of questions that only their own document may answer, and of the others."""
        others = np.flatnonzero(self.ambiguous).tolist()
        return self.take(np.flatnonzero(self.ambiguous == 0).tolist()), self.take(others)


def read_columns(rows: Iterable[Scored], *, calibrated: bool) -> Columns:
    """Rows as numbers."""
    ids, kinds = [], []
    reasons: list[str | None] = []
    splits: list[str | None] = []
    tops, bottoms, rest = array("d"), array("d"), array("d")
    for row in rows:
        shares = [measure.share(row) or (0.0, 0.0) for measure in MEASURES.values()]
        ids.append(row.id)
        kinds.append(row.kind)
        reasons.append(row.reason)
        splits.append(row.split)
        tops.extend(top for top, _ in shares)
        bottoms.extend(bottom for _, bottom in shares)
        value = float("nan") if row.value is None else row.value
        right = row.verdicts.candidate_right
        rest.extend(
            (
                value,
                float("nan") if right is None else float(right),
                float(row.answerable),
                float(row.ambiguous),
                row.milliseconds,
            )
        )
    values, right_ones, answerable, ambiguous, times = np.asarray(rest).reshape(-1, 5).T
    shape = (len(ids), len(MEASURES))
    return Columns(
        ids, kinds, reasons, splits, np.asarray(tops).reshape(shape),
        np.asarray(bottoms).reshape(shape), values, right_ones, answerable, ambiguous, times,
        calibrated,
    )  # fmt: skip


def summarise(folder: Path) -> Report:
    """The report over a run's rows on disk. Raises EvaluationError."""
    header = read_header(folder)
    calibrated = header.reader is not None and header.reader.calibrated
    columns = read_columns(read_scored(folder), calibrated=calibrated)
    return make_report(header, columns)


def make_report(header: Header, columns: Columns) -> Report:
    """The figures over all rows, by kind, by reason and by split."""
    counted, ambiguous = columns.split_ambiguous()
    values, right = known_values(counted)
    return Report(
        run=header,
        all=_group(counted, header.seed),
        by_kind=_group_by(counted, counted.kinds, header.seed),
        by_reason=_group_by(counted, counted.reasons, header.seed),
        by_split=_group_by(counted, counted.splits, header.seed),
        ambiguous=_group(ambiguous, header.seed) if ambiguous.ids else None,
        bins=make_bins(values.tolist(), right.tolist()) if counted.calibrated else [],
        risk=trace_risk(values.tolist(), right.tolist()),
    )


def known_values(columns: Columns) -> tuple[Numbers, Numbers]:
    """The values of what could be judged, and whether each is right."""
    known = ~np.isnan(columns.values) & ~np.isnan(columns.right)
    return columns.values[known], columns.right[known]


def find_areas(columns: Columns, *, seed: int) -> dict[str, Figure]:
    """The figures of all values together."""
    valued = ~np.isnan(columns.values)
    ranked = columns.values[valued].tolist(), columns.answerable[valued].tolist()
    values, right = (one.tolist() for one in known_values(columns))
    nothing = Figure(None, None, None, 0)
    calibrated = columns.calibrated
    return {
        "auroc": auroc(*ranked, seed=seed),
        "calibration_error": calibration_error(values, right, seed=seed) if calibrated else nothing,
        "calibration_excess": calibration_excess(values, right, seed=seed)
        if calibrated
        else nothing,
        "risk_coverage_area": risk_coverage_area(values, right, seed=seed),
    }


def _group(columns: Columns, seed: int) -> Group:
    figures = estimate_ratios(columns.tops, columns.bottoms, seed=seed)
    named = dict(zip(MEASURES, figures, strict=True))
    if named["abstention_recall"].n == 0:
        # Where every question is answerable, there is nothing to abstain from rightly.
        for name in ("abstention_precision", "abstention_f1"):
            named[name] = Figure(None, None, None, 0)
    times = columns.milliseconds
    return Group(
        questions=len(columns.ids),
        figures=named | find_areas(columns, seed=seed),
        milliseconds={
            f"p{percent}": estimate(len(times), _percentile(times, percent), seed=seed)
            for percent in PERCENTS
        },
    )


def _percentile(times: Numbers, percent: int) -> Callable[[np.ndarray], float]:
    return lambda places: float(np.percentile(times[places], percent))


def _group_by(columns: Columns, names: Sequence[str | None], seed: int) -> dict[str, Group]:
    """The groups of each name, in the order of the alphabet."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name is not None:
            places.setdefault(name, []).append(place)
    return {name: _group(columns.take(places[name]), seed) for name in sorted(places)}
