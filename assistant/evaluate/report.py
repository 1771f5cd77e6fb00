"""The figures of a run, over all rows and by kind, reason and split."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from assistant.evaluate.confidence import (
    Bin,
    Point,
    make_bins,
    simulate_calibration_error,
    trace_risk,
)
from assistant.evaluate.estimates import (
    NO_FIGURE,
    Figure,
    Numbers,
    estimate,
    estimate_ratios,
    make_figure,
)
from assistant.evaluate.followups import FollowupFigures, measure_followups
from assistant.evaluate.measures import (
    AREAS,
    AUROC,
    CALIBRATION_ERROR,
    CALIBRATION_EXCESS,
    MEASURES,
)
from assistant.evaluate.rows import Header, Scored, read_header, read_scored

PERCENTS = (50, 95, 99)


class Group(BaseModel):
    """The figures of a group of questions, each as value, low, high, n."""

    questions: int
    figures: dict[str, Figure]
    milliseconds: dict[str, Figure]


class Report(BaseModel):
    """The figures of a run. Ambiguous questions count only in their own group."""

    version: Literal[2] = 2
    run: Header
    all: Group
    by_kind: dict[str, Group]
    by_reason: dict[str, Group]
    by_split: dict[str, Group]
    ambiguous: Group | None
    bins: list[Bin]
    risk: list[Point]
    followups: FollowupFigures | None = None


@dataclass(slots=True)
class Columns:
    """A run as arrays with one entry per question; `tops` and `bottoms` are (n, measures).

    `values` are confidences or scores, nan if nothing was read; `right` is whether the answer or
    the best guess is right, nan if there is neither.
    """

    ids: NDArray[np.object_]
    kinds: NDArray[np.object_]
    reasons: NDArray[np.object_]
    splits: NDArray[np.object_]
    tops: Numbers
    bottoms: Numbers
    values: Numbers
    right: Numbers
    answerable: Numbers
    ambiguous: Numbers
    milliseconds: Numbers

    def take(self, chosen: NDArray[Any]) -> "Columns":
        """The columns of some questions, by a mask or by places."""
        return Columns(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def find_area_columns(self, name: str) -> tuple[Numbers, Numbers]:
        """The values, and whether the questions are answerable (AUROC) or the answers right."""
        known = ~np.isnan(self.values)
        truth = self.answerable
        if name != AUROC:
            truth, known = self.right, known & ~np.isnan(self.right)
        return self.values[known], truth[known]


def read_columns(rows: Iterable[Scored]) -> Columns:
    names: list[tuple[str, str, str | None, str | None]] = []
    tops, bottoms, rest = array("d"), array("d"), array("d")
    nan = float("nan")
    for row in rows:
        names.append((row.id, row.kind, row.reason, row.split))
        for measure in MEASURES.values():
            top, bottom = measure.share(row) or (0.0, 0.0)
            tops.append(top)
            bottoms.append(bottom)
        value, right = row.value, row.verdicts.candidate_right
        rest.append(nan if value is None else value)
        rest.append(nan if right is None else right)
        rest.extend((row.answerable, row.ambiguous, row.milliseconds))
    shape = (len(names), len(MEASURES))
    shares = (np.asarray(tops).reshape(shape), np.asarray(bottoms).reshape(shape))
    ids, kinds, reasons, splits = np.array(names, dtype=object).reshape(-1, 4).T
    return Columns(ids, kinds, reasons, splits, *shares, *np.asarray(rest).reshape(-1, 5).T)


def summarise(folder: Path) -> Report:
    """The report of a run on disk. Raises EvaluationError."""
    report = make_report(read_header(folder), read_columns(read_scored(folder)))
    return report.model_copy(update={"followups": measure_followups(read_scored(folder))})


def make_report(header: Header, columns: Columns) -> Report:
    counted = columns.take(columns.ambiguous == 0)
    ambiguous = columns.take(columns.ambiguous == 1)
    values, right = counted.find_area_columns(CALIBRATION_ERROR)
    return Report(
        run=header,
        all=_group(counted, header),
        by_kind=_group_by(counted, counted.kinds, header),
        by_reason=_group_by(counted, counted.reasons, header),
        by_split=_group_by(counted, counted.splits, header),
        ambiguous=_group(ambiguous, header) if len(ambiguous.ids) else None,
        bins=make_bins(values, right) if header.calibrated else [],
        risk=trace_risk(values, right),
    )


def _group_by(columns: Columns, names: NDArray[np.object_], header: Header) -> dict[str, Group]:
    known = sorted({name for name in names if name is not None})
    return {name: _group(columns.take(names == name), header) for name in known}


def _group(columns: Columns, header: Header) -> Group:
    found = estimate_ratios(columns.tops, columns.bottoms, seed=header.seed)
    figures = dict(zip(MEASURES, found, strict=True))
    if figures["abstention_recall"].n == 0:
        # If every question is answerable, no abstention can be right.
        figures |= {"abstention_precision": NO_FIGURE, "abstention_f1": NO_FIGURE}
    times = columns.milliseconds
    return Group(
        questions=len(columns.ids),
        figures=figures | {name: _estimate_area(name, columns, header) for name in AREAS},
        milliseconds={
            f"p{percent}": estimate(
                lambda some, percent=percent: np.percentile(some, percent), times, seed=header.seed
            )
            for percent in PERCENTS
        },
    )


def _estimate_area(name: str, columns: Columns, header: Header) -> Figure:
    values, truth = columns.find_area_columns(name)
    if name in (CALIBRATION_ERROR, CALIBRATION_EXCESS) and not header.calibrated:
        return NO_FIGURE
    if name == AUROC and len(set(truth)) < 2:
        return NO_FIGURE._replace(n=len(truth))
    figure = estimate(AREAS[name].find, values, truth, seed=header.seed)
    if name != CALIBRATION_EXCESS or figure.value is None:
        return figure
    chance = simulate_calibration_error(values, seed=header.seed)
    low, high = figure.low or 0.0, figure.high or 0.0
    return make_figure(figure.value - chance, low - chance, high - chance, figure.n)
