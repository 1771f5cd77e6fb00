"""Whether a confidence means what it says, and what abstaining by it buys."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel

from assistant.evaluate.estimates import DIGITS, Figure, Numbers, estimate

BINS = 15
POINTS = 20
SIMULATIONS = 1000


class Bin(BaseModel):
    """Answers of similar confidence: its mean, the share that was right, how many."""

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
    sure, truth = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    return [
        Bin(
            confidence=round(float(sure[part].mean()), DIGITS),
            right=round(float(truth[part].mean()), DIGITS),
            n=len(part),
        )
        for part in np.array_split(np.argsort(sure, kind="stable"), BINS)
        if len(part)
    ]


def calibration_error(
    confidences: Sequence[float], right: Sequence[float], *, seed: int = 0
) -> Figure:
    """The expected calibration error over bins of equal mass, 0 to 1, with its 95 % interval.

    Naeini, Cooper and Hauskrecht 2015, https://ojs.aaai.org/index.php/AAAI/article/view/9602; of
    equal mass after Nguyen and O'Connor 2015, https://arxiv.org/abs/1508.05154. A resample's error
    is above the whole's by what chance adds to every bin, so the interval lies to its right.
    """
    sure, truth = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    return estimate(len(sure), lambda places: find_error(sure[places], truth[places]), seed=seed)


def calibration_excess(
    confidences: Sequence[float], right: Sequence[float], *, seed: int = 0
) -> Figure:
    """The calibration error less that of perfect calibration over the same confidences.

    Chance alone moves every bin off its confidence. How far is simulated: each answer is right as
    often as its confidence says. Below 0 where the error is less than chance explains.
    """
    sure = np.asarray(confidences, dtype=float)
    if not len(sure):
        return Figure(None, None, None, 0)
    chance = simulate_error(sure, seed=seed)
    error = calibration_error(confidences, right, seed=seed)
    value, low, high = (round(float(one) - chance, DIGITS) for one in error[:3] if one is not None)
    return Figure(value, low, high, len(sure))


def simulate_error(sure: Numbers, *, seed: int = 0) -> float:
    """The mean calibration error of answers that are right exactly as often as they are sure."""
    generator = np.random.default_rng(seed)
    drawn = [
        find_error(sure, (generator.random(len(sure)) < sure).astype(float))
        for _ in range(SIMULATIONS)
    ]
    return float(np.mean(drawn))


def auroc(values: Sequence[float], positive: Sequence[float], *, seed: int = 0) -> Figure:
    """How often a value of the positive is above one of the others: area under the ROC curve.

    None where all are of one kind.
    """
    found, kinds = np.asarray(values, dtype=float), np.asarray(positive, dtype=float)
    if len(set(kinds)) < 2:
        return Figure(None, None, None, len(found))
    return estimate(len(found), lambda places: find_area(found[places], kinds[places]), seed=seed)


def risk_coverage_area(values: Sequence[float], right: Sequence[float], *, seed: int = 0) -> Figure:
    """The mean risk over all coverages 1/n to 1, 0 to 1; lower is better.

    Geifman, Uziel and El-Yaniv 2019, https://arxiv.org/abs/1805.08206.
    """
    found, truth = np.asarray(values, dtype=float), np.asarray(right, dtype=float)
    return estimate(len(found), lambda places: find_risk(found[places], truth[places]), seed=seed)


def trace_risk(values: Sequence[float], right: Sequence[float]) -> list[Point]:
    """The curve of risk by coverage, at every twentieth of the answers (El-Yaniv and Wiener 2010,
    https://jmlr.org/papers/v11/el-yaniv10a.html).
    """
    found, truth = np.asarray(values, dtype=float), np.asarray(right, dtype=float)
    if not len(found):
        return []
    order = np.argsort(-found, kind="stable")
    wrong = np.cumsum(_share_ties(found[order], 1 - truth[order]))
    return [
        Point(
            threshold=round(float(found[order[kept - 1]]), DIGITS),
            coverage=round(kept / len(found), DIGITS),
            risk=round(float(wrong[kept - 1]) / kept, DIGITS),
        )
        for kept in (round(len(found) * step / POINTS) for step in range(1, POINTS + 1))
        if kept
    ]


def find_error(sure: Numbers, truth: Numbers) -> float:
    """The expected calibration error."""
    n, order = len(sure), np.argsort(sure, kind="stable")
    sizes = [n // BINS + (number < n % BINS) for number in range(min(n, BINS))]
    starts = np.cumsum([0, *sizes[:-1]])
    apart = np.abs(np.add.reduceat((sure - truth)[order], starts))
    return float(apart.sum() / n)


def find_area(values: Numbers, positive: Numbers) -> float:
    """By ranks; equal values share theirs (Mann and Whitney 1947). 0.5 where all are alike."""
    ordered = np.sort(values)
    ranks = (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right") + 1) / 2
    above = int(positive.sum())
    below = len(values) - above
    if not above or not below:
        return 0.5
    return float((ranks[positive > 0].sum() - above * (above + 1) / 2) / (above * below))


def find_risk(values: Numbers, truth: Numbers) -> float:
    """The mean risk over all coverages; what is equally sure is in an order of chance."""
    order = np.argsort(-values, kind="stable")
    wrong = _share_ties(values[order], 1 - truth[order])
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())


def _share_ties(ordered: Numbers, wrong: Numbers) -> Numbers:
    """Each one's mean among its equals: what to expect of it over all orders of them."""
    group = np.cumsum(np.append(False, ordered[1:] != ordered[:-1]))
    means: Numbers = (np.bincount(group, weights=wrong) / np.bincount(group))[group]
    return means
