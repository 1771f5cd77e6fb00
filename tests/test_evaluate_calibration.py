"""Confidence, risk and AUROC: worked by hand, and compared with scikit-learn and scipy."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

from assistant.evaluate.calibration import (
    auroc,
    calibration_error,
    calibration_excess,
    find_error,
    make_bins,
    simulate_error,
    trace_risk,
)


def test_bins_have_equal_mass_and_give_mean_and_share() -> None:
    sure = [n / 30 for n in range(30)]
    right = [float(n % 2) for n in range(30)]
    bins = make_bins(sure[::-1], right[::-1])
    assert [b.n for b in bins] == [2] * 15
    assert [b.confidence for b in bins] == [round((4 * n + 1) / 60, 4) for n in range(15)]
    assert {b.right for b in bins} == {0.5}


def test_the_calibration_error_is_the_mean_distance_of_bins() -> None:
    sure = [0.9] * 15 + [0.2] * 15
    right = [1.0] * 15 + [0.0] * 15
    figure = calibration_error(sure, right)
    # 15 bins of 2: seven at .2, one mixed, seven at .9
    mixed = abs((0.2 + 0.9) / 2 - 0.5)
    assert figure.value == round((7 * 0.2 + mixed + 7 * 0.1) / 15, 4)
    assert figure.n == 30
    assert calibration_error([], []).value is None
    assert calibration_error([1.0, 0.0] * 15, [1.0, 0.0] * 15).value == 0


def test_auroc_is_that_of_mann_and_whitney() -> None:
    random = np.random.default_rng(0)
    values = random.integers(0, 20, 200) / 20  # with ties
    positive = random.random(200) < 0.3 + 0.4 * values
    statistic = mannwhitneyu(values[positive], values[~positive]).statistic
    expected = statistic / (positive.sum() * (~positive).sum())
    figure = auroc(values.tolist(), positive.astype(float).tolist())
    assert figure.value == round(float(expected), 4)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high
    assert auroc([0.1, 0.2], [1.0, 1.0]).value is None


def test_risk_is_traced_from_the_surest_on() -> None:
    sure = [n / 20 for n in range(20)]
    right = [0.0] * 10 + [1.0] * 10
    points = trace_risk(sure, right)
    assert len(points) == 20
    assert (points[9].coverage, points[9].risk, points[9].threshold) == (0.5, 0.0, 0.5)
    assert (points[19].coverage, points[19].risk, points[19].threshold) == (1.0, 0.5, 0.0)


def test_auroc_is_scikit_learn_s() -> None:
    random = np.random.default_rng(1)
    values, kinds = random.normal(size=300).round(1), random.integers(0, 2, 300)
    assert auroc(values.tolist(), kinds.tolist()).value == round(roc_auc_score(kinds, values), 4)


def test_the_simulated_error_of_one_answer_a_bin_is_worked_by_hand() -> None:
    # An answer of confidence p alone in its bin is off by 1 - p as often as p, else by p.
    sure = np.array([0.1, 0.3, 0.5, 0.9])
    expected = np.mean(2 * sure * (1 - sure))
    assert simulate_error(sure) == pytest.approx(expected, abs=0.01)
    assert simulate_error(np.array([0.0, 1.0])) == 0.0


def test_the_simulated_error_of_many_answers_is_that_of_a_binomial_share() -> None:
    # 15 bins of 100 answers at .5: the mean of |share - .5| is sqrt(.25 / 100 * 2 / pi).
    assert simulate_error(np.full(1500, 0.5)) == pytest.approx(0.0399, abs=5e-4)
    assert simulate_error(np.full(1500, 0.5)) == simulate_error(np.full(1500, 0.5))


def test_the_excess_is_the_error_less_the_simulated_one() -> None:
    sure = [0.8] * 30
    wrong = [0.0] * 30
    chance = simulate_error(np.array(sure))
    assert calibration_excess(sure, wrong).value == round(0.8 - chance, 4)
    assert calibration_excess([1.0] * 5, [1.0] * 5).value == 0.0
    assert calibration_excess([], []) == (None, None, None, 0)


def test_perfect_calibration_has_no_excess() -> None:
    random = np.random.default_rng(0)
    sure = random.random(2000)
    found = [find_error(sure, (random.random(2000) < sure).astype(float)) for _ in range(300)]
    assert np.mean(found) == pytest.approx(simulate_error(sure, seed=1), abs=0.001)
