"""Whether a confidence means what it says, and what abstaining by it buys."""

from collections.abc import Callable, Sequence

import numpy as np
from pydantic import BaseModel

from assistant.evaluate.measures import RESAMPLES, Figure

BINS = 15


class Bin(BaseModel):
    """Answers of like confidence: its mean, the share that was right, how many."""

    confidence: float
    right: float
    n: int


class Point(BaseModel):
    """What answering only above a threshold gives: the share answered, and of it the wrong."""

    threshold: float
    coverage: float
    risk: float


def make_bins(confidences: Sequence[float], right: Sequence[float]) -> list[Bin]:
    """Bins of equal mass, lowest first."""
    order = np.argsort(np.asarray(confidences), kind="stable")
    return [
        Bin(
            confidence=round(float(np.asarray(confidences)[part].mean()), 4),
            right=round(float(np.asarray(right)[part].mean()), 4),
            n=len(part),
        )
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def calibration_error(confidences: Sequence[float], right: Sequence[float]) -> Figure:
    """The expected calibration error over bins of equal mass, 0 to 1, with its 95 % interval.

    Naeini, Cooper and Hauskrecht 2015, https://ojs.aaai.org/index.php/AAAI/article/view/9602; of
    equal mass after Nguyen and O'Connor 2015, https://arxiv.org/abs/1508.05154. A resample's error
    is above the whole's by what chance adds to every bin, so the interval lies to its right.
    """
    sure, truth = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    return _resample(len(sure), lambda picks: _find_error(sure[picks], truth[picks]))


def auroc(values: Sequence[float], positive: Sequence[float]) -> Figure:
    """How often a value of the positive is above one of the others: area under the ROC curve.

    None where all are of one kind.
    """
    found, kinds = np.asarray(values, dtype=float), np.asarray(positive, dtype=bool)
    if kinds.all() or not kinds.any():
        return Figure(None, None, None, len(found))
    return _resample(len(found), lambda picks: _find_area(found[picks], kinds[picks]))


def trace_risk(confidences: Sequence[float], right: Sequence[float]) -> list[Point]:
    """The curve of risk by coverage, at every twentieth of the answers (El-Yaniv and Wiener 2010,
    https://jmlr.org/papers/v11/el-yaniv10a.html).
    """
    order = np.argsort(-np.asarray(confidences), kind="stable")
    truth = np.asarray(right, dtype=float)[order]
    points = []
    for share in range(1, 21):
        kept = round(len(truth) * share / 20)
        if kept:
            points.append(
                Point(
                    threshold=round(float(np.asarray(confidences)[order[kept - 1]]), 4),
                    coverage=round(kept / len(truth), 4),
                    risk=round(1 - float(truth[:kept].mean()), 4),
                )
            )
    return points


def _find_error(sure: np.ndarray, truth: np.ndarray) -> float:
    parts = np.array_split(np.argsort(sure, kind="stable"), BINS)
    apart = [abs(sure[part].mean() - truth[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(apart) / len(sure))


def _find_area(values: np.ndarray, positive: np.ndarray) -> float:
    """By ranks; equal values share theirs (Mann and Whitney 1947)."""
    ordered = np.sort(values)
    ranks = (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right") + 1) / 2
    above = int(positive.sum())
    below = len(values) - above
    if not above or not below:
        return 0.5
    return float((ranks[positive].sum() - above * (above + 1) / 2) / (above * below))


def _resample(n: int, find: Callable[[np.ndarray], float]) -> Figure:
    if not n:
        return Figure(None, None, None, 0)
    generator = np.random.default_rng(0)
    found = [find(generator.integers(0, n, size=n)) for _ in range(RESAMPLES // 4)]
    low, high = np.percentile(found, [2.5, 97.5])
    value = find(np.arange(n))
    return Figure(round(value, 4), round(float(low), 4), round(float(high), 4), n)
