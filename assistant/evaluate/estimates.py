"""Figures with their 95 % intervals: scipy's bootstrap over questions, seeded.

Efron 1979, https://doi.org/10.1214/aos/1176344552: the percentile interval. Most figures are a
ratio of two sums over the questions, so that a precision's denominator is resampled as well.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
AREA_RESAMPLES = 500  # of figures that need sorting for each
DIGITS = 4
AT_ONCE = 2**20  # numbers of a block: memory does not grow with the questions

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


class Figure(NamedTuple):
    """A figure with its 95 % interval, over `n` questions; None where no question has it."""

    value: float | None
    low: float | None
    high: float | None
    n: int


NO_FIGURE = Figure(None, None, None, 0)


class Intervals(NamedTuple):
    """The bounds of the 95 % interval of some figures, and their standard errors."""

    low: Numbers
    high: Numbers
    error: Numbers


def mean(values: ArrayLike, *, seed: int = 0) -> Figure:
    """The mean of a figure over questions."""
    tops = np.asarray(values, dtype=float).reshape(-1, 1)
    return estimate_ratios(tops, np.ones_like(tops), seed=seed)[0]


def estimate(find: Callable[..., float], *columns: Numbers, seed: int = 0) -> Figure:
    """A figure that `find` gives for some columns, each with one value a question."""
    n = len(columns[0])
    if not n:
        return NO_FIGURE
    found = bootstrap(
        n,
        lambda places: np.array([[find(*(column[row] for column in columns)) for row in places]]),
        resamples=AREA_RESAMPLES,
        seed=seed,
    )
    return make_figure(find(*columns), found.low[0], found.high[0], n)


def estimate_ratios(tops: Numbers, bottoms: Numbers, *, seed: int = 0) -> list[Figure]:
    """Each column's sum of tops over its sum of bottoms; both are (questions, figures).

    None where the denominator is 0. `n` counts the questions that have a share in it.
    """
    counts = np.count_nonzero(bottoms, axis=0)
    if not counts.any():
        return [NO_FIGURE] * len(counts)
    values = divide(tops.sum(axis=0), bottoms.sum(axis=0), 0.0)

    def find(places: Places) -> Numbers:
        weights = count_places(places)
        # A resample without a denominator says nothing: it is counted as the figure itself.
        return divide(weights @ tops, weights @ bottoms, values).T

    found = bootstrap(len(tops), find, resamples=RESAMPLES, seed=seed)
    return [
        make_figure(value, low, high, int(n)) if n else NO_FIGURE
        for value, low, high, n in zip(values, found.low, found.high, counts, strict=True)
    ]


def bootstrap(n: int, find: Callable[[Places], Numbers], *, resamples: int, seed: int) -> Intervals:
    """The intervals of the figures that `find` gives for resamples of n questions.

    `find` takes the sorted places of the questions in some resamples, (resamples, n), and gives the
    figures of each, (figures, resamples).
    """
    from scipy import stats  # takes a second to import, and only a report needs it

    if n == 1:  # scipy refuses one question
        only = find(np.zeros((1, 1), dtype=np.int64))[:, 0]
        return Intervals(only, only, np.zeros_like(only))
    found = stats.bootstrap(
        (np.arange(n),),
        lambda places, axis: find(np.sort(places, axis=axis)),
        n_resamples=resamples,
        batch=max(1, AT_ONCE // n),
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return Intervals(low, high, found.standard_error)


def count_places(places: Places) -> Numbers:
    """How often each of n questions is in each resample, (resamples, n)."""
    resamples, n = places.shape
    shifted = places + n * np.arange(resamples)[:, None]
    return np.bincount(shifted.ravel(), minlength=resamples * n).reshape(-1, n).astype(float)


def divide(tops: Numbers, bottoms: Numbers, empty: Numbers | float) -> Numbers:
    """Ratios, `empty` where a denominator is 0."""
    filled = np.broadcast_to(empty, tops.shape).copy()
    divided: Numbers = np.divide(tops, bottoms, out=filled, where=bottoms > 0)
    return divided


def make_figure(value: float, low: float, high: float, n: int) -> Figure:
    value, low, high = (round(float(each), DIGITS) for each in (value, low, high))
    return Figure(value, low, high, n)
