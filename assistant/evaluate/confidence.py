"""Whether confidences are calibrated, and what abstaining by them gains."""

import numpy as np
from pydantic import BaseModel

from assistant.evaluate.estimates import DIGITS, Numbers

BINS = 15
POINTS = 20
SIMULATIONS = 1000


class Bin(BaseModel):
    """Answers of similar confidence: their mean confidence, the share that is right, how many."""

    confidence: float
    right: float
    n: int


class Point(BaseModel):
    """The share answered with a threshold, and the share of those that is wrong."""

    threshold: float
    coverage: float
    risk: float


def make_bins(confidences: Numbers, right: Numbers) -> list[Bin]:
    """Bins of equal mass, lowest first."""
    return [
        Bin(
            confidence=round(float(confidences[part].mean()), DIGITS),
            right=round(float(right[part].mean()), DIGITS),
            n=len(part),
        )
        for part in np.array_split(np.argsort(confidences, kind="stable"), BINS)
        if len(part)
    ]


def find_calibration_error(confidences: Numbers, right: Numbers) -> float:
    """The expected calibration error over bins of equal mass, 0 to 1.

    Naeini, Cooper and Hauskrecht 2015, https://ojs.aaai.org/index.php/AAAI/article/view/9602; of
    equal mass after Nguyen and O'Connor 2015, https://arxiv.org/abs/1508.05154. Resampling adds
    noise to every bin, so a bootstrap interval lies above the error.
    """
    n, order = len(confidences), np.argsort(confidences, kind="stable")
    sizes = [n // BINS + (number < n % BINS) for number in range(min(n, BINS))]
    starts = np.cumsum([0, *sizes[:-1]])
    off = np.abs(np.add.reduceat((confidences - right)[order], starts))
    return float(off.sum() / n)


def simulate_calibration_error(confidences: Numbers, *, seed: int = 0) -> float:
    """The mean calibration error by chance alone, if confidences were perfectly calibrated."""
    generator = np.random.default_rng(seed)
    n = len(confidences)
    drawn = [
        find_calibration_error(confidences, (generator.random(n) < confidences).astype(float))
        for _ in range(SIMULATIONS)
    ]
    return float(np.mean(drawn))


def find_auroc(values: Numbers, positive: Numbers) -> float:
    """The area under the ROC curve by ranks (Mann and Whitney 1947); 0.5 if all are of one kind."""
    from scipy.stats import rankdata  # takes a second to import, and only a report needs it

    above = int(positive.sum())
    below = len(values) - above
    if not above or not below:
        return 0.5
    ranks = rankdata(values)[positive > 0].sum()
    return float((ranks - above * (above + 1) / 2) / (above * below))


def find_risk_area(values: Numbers, right: Numbers) -> float:
    """The mean risk over all coverages 1/n to 1, 0 to 1; lower is better.

    Geifman, Uziel and El-Yaniv 2019, https://arxiv.org/abs/1805.08206.
    """
    return float(_trace_risks(values, right)[1].mean())


def trace_risk(values: Numbers, right: Numbers) -> list[Point]:
    """The risk-coverage curve, at every twentieth of the answers (El-Yaniv and Wiener 2010,
    https://jmlr.org/papers/v11/el-yaniv10a.html).
    """
    if not len(values):
        return []
    ordered, risks = _trace_risks(values, right)
    return [
        Point(
            threshold=round(float(ordered[n - 1]), DIGITS),
            coverage=round(n / len(values), DIGITS),
            risk=round(float(risks[n - 1]), DIGITS),
        )
        for n in (round(len(values) * step / POINTS) for step in range(1, POINTS + 1))
        if n
    ]


def _trace_risks(values: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """The values, highest first, and the risk of answering down to each.

    Equal values count as wrong by their mean, whatever their order.
    """
    order = np.argsort(-values, kind="stable")
    ordered, wrong = values[order], 1 - right[order]
    group = np.cumsum(np.append(False, ordered[1:] != ordered[:-1]))
    means = (np.bincount(group, weights=wrong) / np.bincount(group))[group]
    return ordered, np.cumsum(means) / np.arange(1, len(means) + 1)
