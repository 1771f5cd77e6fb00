"""Confidence, risk and AUROC: worked by hand, and compared with scikit-learn and scipy."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, roc_auc_score

from assistant.evaluate.confidence import (
    find_auroc,
    find_calibration_error,
    find_risk_area,
    make_bins,
    simulate_calibration_error,
    trace_risk,
)


def test_bins_have_equal_mass_and_give_mean_and_share() -> None:
    sure = np.arange(30) / 30
    right = (np.arange(30) % 2).astype(float)
    bins = make_bins(sure[::-1], right[::-1])
    assert [b.n for b in bins] == [2] * 15
    assert [b.confidence for b in bins] == [round((4 * n + 1) / 60, 4) for n in range(15)]
    assert {b.right for b in bins} == {0.5}


def test_the_calibration_error_is_the_mean_distance_of_bins() -> None:
    sure = np.repeat([0.9, 0.2], 15)
    right = np.repeat([1.0, 0.0], 15)
    # 15 bins of 2: seven at .2, one mixed, seven at .9
    mixed = abs((0.2 + 0.9) / 2 - 0.5)
    expected = (7 * 0.2 + mixed + 7 * 0.1) / 15
    assert find_calibration_error(sure, right) == pytest.approx(expected)
    assert find_calibration_error(right, right) == 0


def test_auroc_is_that_of_mann_and_whitney() -> None:
    random = np.random.default_rng(0)
    values = random.integers(0, 20, 200) / 20  # with ties
    positive = random.random(200) < 0.3 + 0.4 * values
    statistic = mannwhitneyu(values[positive], values[~positive]).statistic
    expected = statistic / (positive.sum() * (~positive).sum())
    assert find_auroc(values, positive.astype(float)) == pytest.approx(expected)


def test_risk_is_traced_from_the_surest_on() -> None:
    sure = np.arange(20) / 20
    right = np.repeat([0.0, 1.0], 10)
    points = trace_risk(sure, right)
    assert len(points) == 20
    assert (points[9].coverage, points[9].risk, points[9].threshold) == (0.5, 0.0, 0.5)
    assert (points[19].coverage, points[19].risk, points[19].threshold) == (1.0, 0.5, 0.0)


def test_auroc_is_scikit_learn_s() -> None:
    random = np.random.default_rng(1)
    values, kinds = random.normal(size=300).round(1), random.integers(0, 2, 300).astype(float)
    assert find_auroc(values, kinds) == pytest.approx(roc_auc_score(kinds, values))


def test_the_simulated_error_of_one_answer_a_bin_is_worked_by_hand() -> None:
    # An answer of confidence p alone in its bin is off by 1 - p as often as p, else by p.
    sure = np.array([0.1, 0.3, 0.5, 0.9])
    expected = np.mean(2 * sure * (1 - sure))
    assert simulate_calibration_error(sure) == pytest.approx(expected, abs=0.01)
    assert simulate_calibration_error(np.array([0.0, 1.0])) == 0.0


def test_the_simulated_error_of_many_answers_is_that_of_a_binomial_share() -> None:
    # 15 bins of 100 answers at .5: the mean of |share - .5| is sqrt(.25 / 100 * 2 / pi).
    error = simulate_calibration_error(np.full(1500, 0.5))
    assert error == pytest.approx(0.0399, abs=5e-4)
    assert simulate_calibration_error(np.full(1500, 0.5)) == error


def test_perfect_calibration_has_no_excess() -> None:
    random = np.random.default_rng(0)
    sure = random.random(2000)
    found = [
        find_calibration_error(sure, (random.random(2000) < sure).astype(float)) for _ in range(300)
    ]
    assert np.mean(found) == pytest.approx(simulate_calibration_error(sure, seed=1), abs=0.001)


def test_the_risk_area_and_the_calibration_error_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    sure = random.random(600)
    right = (random.random(600) < sure**2).astype(float)
    shares, means = calibration_curve(right, sure, n_bins=15, strategy="quantile")
    assert find_calibration_error(sure, right) == pytest.approx(
        np.abs(shares - means).mean(), abs=2e-3
    )
    order = np.argsort(-sure)
    risk = np.cumsum(1 - right[order]) / np.arange(1, 601)
    # A staircase: the area that scikit-learn finds under it is the mean of its steps.
    coverage = np.repeat(np.arange(601) / 600, 2)[1:-1]
    assert find_risk_area(sure, right) == pytest.approx(auc(coverage, np.repeat(risk, 2)))


def test_ties_are_in_an_order_of_chance() -> None:
    values, right = np.array([0.9, 0.5, 0.5, 0.5]), np.array([1.0, 1.0, 0.0, 0.0])
    orders = [[0, 1, 2, 3], [0, 2, 1, 3], [0, 2, 3, 1]]  # equally often each
    expected = np.mean([
        np.mean(np.cumsum(1 - right[order]) / np.arange(1, 5)) for order in orders
    ])  # fmt: skip
    assert find_risk_area(values, right) == pytest.approx(expected)
    assert find_risk_area(values, right[[0, 2, 3, 1]]) == pytest.approx(expected)
    assert trace_risk(values, right)[9].risk == round(2 / 3 / 2, 4)
