"""Figures with their 95 % intervals: scipy's bootstrap over questions, seeded.

Efron 1979, https://doi.org/10.1214/aos/1176344552: the percentile interval. Most figures are
ratios of two sums over the questions, so that denominators are resampled too.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
AREA_RESAMPLES = 500  # for figures that sort each resample
DIGITS = 4
BLOCK_SIZE = 2**20  # numbers in memory at a time

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


class Figure(NamedTuple):
    """A figure with its 95 % interval, over `n` questions; None if no question has it."""

    value: float | None
    low: float | None
    high: float | None
    n: int


NO_FIGURE = Figure(None, None, None, 0)


def mean(values: ArrayLike, *, seed: int = 0) -> Figure:
    """The mean of a figure over questions."""
    tops = np.asarray(values, dtype=float).reshape(-1, 1)
    return estimate_ratios(tops, np.ones_like(tops), seed=seed)[0]


def estimate(find: Callable[..., float], *columns: Numbers, seed: int = 0) -> Figure:
    """The figure that `find` returns for columns with one value per question."""
    n = len(columns[0])
    if not n:
        return NO_FIGURE
    low, high, _ = bootstrap(
        n,
        lambda places: np.array([[find(*(column[row] for column in columns)) for row in places]]),
        resamples=AREA_RESAMPLES,
        seed=seed,
    )
    return make_figure(find(*columns), low[0], high[0], n)


def estimate_ratios(tops: Numbers, bottoms: Numbers, *, seed: int = 0) -> list[Figure]:
    """The sum of each column of `tops` over that of `bottoms`, both (questions, figures).

    None if the denominator is 0. `n` counts the questions that are not 0 in it.
    """
    counts = np.count_nonzero(bottoms, axis=0)
    if not counts.any():
        return [NO_FIGURE] * len(counts)
    values = divide(tops.sum(axis=0), bottoms.sum(axis=0), 0.0)

    def find(places: Places) -> Numbers:
        weights = count_places(places)
        # A resample with denominator 0 counts as the figure itself.
        return divide(weights @ tops, weights @ bottoms, values).T

    lows, highs, _ = bootstrap(len(tops), find, resamples=RESAMPLES, seed=seed)
    return [
        make_figure(value, low, high, int(n)) if n else NO_FIGURE
        for value, low, high, n in zip(values, lows, highs, counts, strict=True)
    ]


def bootstrap(
    n: int, find: Callable[[Places], Numbers], *, resamples: int, seed: int
) -> tuple[Numbers, Numbers, Numbers]:
    """The 95 % intervals (low, high) and standard errors of figures, by resampling n questions.

    `find` takes sorted places of questions, (resamples, n), and returns (figures, resamples).
    """
    from scipy import stats  # takes a second to import, and only a report needs it

    if n == 1:  # scipy refuses one question
        only = find(np.zeros((1, 1), dtype=np.int64))[:, 0]
        return only, only, np.zeros_like(only)
    found = stats.bootstrap(
        (np.arange(n),),
        lambda places, axis: find(np.sort(places, axis=axis)),
        n_resamples=resamples,
        batch=max(1, BLOCK_SIZE // n),
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return low, high, found.standard_error


def count_places(places: Places) -> Numbers:
    """How often each question is in each resample, (resamples, n)."""
    resamples, n = places.shape
    shifted = places + n * np.arange(resamples)[:, None]
    return np.bincount(shifted.ravel(), minlength=resamples * n).reshape(-1, n).astype(float)


def divide(tops: Numbers, bottoms: Numbers, empty: Numbers | float) -> Numbers:
    """Ratios; `empty` where the denominator is 0."""
    filled = np.broadcast_to(empty, tops.shape).copy()
    divided: Numbers = np.divide(tops, bottoms, out=filled, where=bottoms > 0)
    return divided


def make_figure(value: float, low: float, high: float, n: int) -> Figure:
    value, low, high = (round(float(each), DIGITS) for each in (value, low, high))
    return Figure(value, low, high, n)
