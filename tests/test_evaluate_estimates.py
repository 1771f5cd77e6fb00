"""Figures and their intervals."""

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy import stats

from assistant.evaluate.estimates import Figure, estimate, estimate_ratios, mean


def ratio(tops: ArrayLike, bottoms: ArrayLike) -> Figure:
    columns = (np.asarray(values, dtype=float)[:, None] for values in (tops, bottoms))
    return estimate_ratios(*columns)[0]


def test_an_interval_is_the_percentile_bootstrap_s() -> None:
    values = np.random.default_rng(5).integers(0, 2, size=200).astype(float)
    figure = mean(values)
    other = stats.bootstrap(
        (values,), np.mean, n_resamples=5000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert figure.value == pytest.approx(values.mean(), abs=1e-4)
    assert figure.low == pytest.approx(other.low, abs=0.01)
    assert figure.high == pytest.approx(other.high, abs=0.01)
    assert mean(values) == figure


def test_a_precision_resamples_its_denominator_too() -> None:
    figure = ratio([1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, 1.0])
    assert figure == (0.6667, 0.0, 1.0, 3)  # n: the questions that were refused
    assert ratio([0.0], [0.0]).value is None
    assert mean(np.array([])) == (None, None, None, 0)
    assert mean(np.array([1.0])) == (1.0, 1.0, 1.0, 1)


def test_ratios_have_the_interval_of_scipy_s_paired_bootstrap() -> None:
    random = np.random.default_rng(0)
    bottoms = random.integers(0, 2, 300).astype(float)
    tops = bottoms * random.integers(0, 2, 300)
    other = stats.bootstrap(
        (tops, bottoms), lambda t, b, axis: t.sum(axis) / b.sum(axis), paired=True,
        n_resamples=5000, method="percentile", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    figure = ratio(tops, bottoms)
    assert figure.low == pytest.approx(other.low, abs=0.012)
    assert figure.high == pytest.approx(other.high, abs=0.012)


def test_percentiles_of_times_have_scipy_s_interval() -> None:
    times = np.random.default_rng(0).gamma(3, 20, 400)
    figure = estimate(lambda some: float(np.percentile(some, 95)), times)
    other = stats.bootstrap(
        (times,), lambda t, axis: np.percentile(t, 95, axis=axis), n_resamples=3000,
        method="percentile", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert figure.value == round(float(np.percentile(times, 95)), 4)
    assert figure.low == pytest.approx(other.low, rel=0.03)
    assert figure.high == pytest.approx(other.high, rel=0.03)


def test_blocks_draw_what_one_draw_would(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).random(50)
    whole = mean(values)
    monkeypatch.setattr("assistant.evaluate.estimates.BLOCK_SIZE", 170)
    assert mean(values) == whole
