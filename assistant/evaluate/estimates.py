"""Figures with their 95 % intervals: the bootstrap over questions, seeded.

Efron 1979, https://doi.org/10.1214/aos/1176344552: the percentile interval. Most figures are a
ratio of two sums over the questions, so that a precision's denominator is resampled as well.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
AREA_RESAMPLES = 500  # of figures that need a sorting for each
DIGITS = 4
_AT_ONCE = 2**20  # numbers of a block: memory does not grow with the questions

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


class Figure(NamedTuple):
    """A figure with its 95 % interval, over `n` questions; None where there is none to ask."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def mean(values: Sequence[float], *, seed: int = 0) -> Figure:
    """The mean of a figure over questions."""
    return ratio(values, [1.0] * len(values), seed=seed)


def ratio(tops: Sequence[float], bottoms: Sequence[float], *, seed: int = 0) -> Figure:
    """The sum of `tops` over the sum of `bottoms`, each with one value a question."""
    columns = (np.asarray(values, dtype=float)[:, None] for values in (tops, bottoms))
    return estimate_ratios(*columns, seed=seed)[0]


def estimate_ratios(tops: Numbers, bottoms: Numbers, *, seed: int = 0) -> list[Figure]:
    """Each column's sum of tops over its sum of bottoms; both are (questions, figures).

    None where the denominator is 0; resamples without a denominator are left out. `n` counts the
    questions that have a share in the denominator.
    """
    n, count = tops.shape
    asked = np.count_nonzero(bottoms, axis=0)
    sums = bottoms.sum(axis=0)
    if not sums.any():
        return [Figure(None, None, None, int(number)) for number in asked]
    above, below = np.empty((RESAMPLES, count)), np.empty((RESAMPLES, count))
    place = 0
    for weights in draw_weights(n, RESAMPLES, seed=seed):
        until = place + len(weights)
        above[place:until], below[place:until] = weights @ tops, weights @ bottoms
        place = until
    figures = []
    for column in range(count):
        if sums[column] == 0:
            figures.append(Figure(None, None, None, int(asked[column])))
            continue
        kept = below[:, column] > 0
        drawn = above[kept, column] / below[kept, column]
        value = tops[:, column].sum() / sums[column]
        figures.append(_enclose(value, drawn, int(asked[column])))
    return figures


def estimate(n: int, find: Callable[[Places], float], *, seed: int = 0) -> Figure:
    """A figure that is no ratio: `find` gives it for the questions at some places, repeats too."""
    if not n:
        return Figure(None, None, None, 0)
    generator = np.random.default_rng(seed)
    drawn = [find(np.sort(generator.integers(0, n, size=n))) for _ in range(AREA_RESAMPLES)]
    return _enclose(find(np.arange(n)), np.asarray(drawn), n)


def draw_weights(n: int, resamples: int, *, seed: int) -> Iterator[Numbers]:
    """How often each of n questions is in each resample, in blocks (resamples, n)."""
    generator = np.random.default_rng(seed)
    size = max(1, _AT_ONCE // n)
    for done in range(0, resamples, size):
        rows = min(size, resamples - done)
        picks = generator.integers(0, n, size=(rows, n)) + n * np.arange(rows)[:, None]
        counts = np.bincount(picks.ravel(), minlength=rows * n)
        yield counts.reshape(rows, n).astype(np.float64)


def _enclose(value: float, drawn: Numbers, n: int) -> Figure:
    low, high = np.percentile(drawn, [2.5, 97.5])
    value, low, high = (round(float(each), DIGITS) for each in (value, low, high))
    return Figure(value, low, high, n)
