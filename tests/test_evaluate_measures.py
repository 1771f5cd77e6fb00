"""How answers are compared, and how sure a mean or a ratio is."""

import numpy as np
import pytest
from scipy import stats

from assistant.evaluate.estimates import mean, ratio
from assistant.evaluate.measures import exact_match, token_f1


@pytest.mark.parametrize(
    ("answer", "golds", "match", "f1"),
    [
        ("The 1,999 Yuan!", ["1,999 yuan"], 1, 1),
        ("priced at 2,999 yuan", ["2,999 yuan"], 0, 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("a b b", ["b b c", "x"], 0, 2 / 2 * 2 * 2 / (2 + 3)),
        (None, [], 1, 1),
        ("something", [], 0, 0),
        (None, ["1,999 yuan"], 0, 0),
        ("the", ["an"], 1, 1),
        ("40%", ["30%", "4 0"], 0, 0),
    ],
)
def test_answers_are_compared_by_squad_s_rules(
    answer: str | None, golds: list[str], match: float, f1: float
) -> None:
    assert exact_match(answer, golds) == match
    assert token_f1(answer, golds) == pytest.approx(f1)


def test_an_interval_is_the_percentile_bootstrap_s() -> None:
    values = np.random.default_rng(5).integers(0, 2, size=200).astype(float)
    figure = mean(list(values))
    other = stats.bootstrap(
        (values,), np.mean, n_resamples=5000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert figure.value == pytest.approx(values.mean(), abs=1e-4)
    assert figure.low == pytest.approx(other.low, abs=0.01)
    assert figure.high == pytest.approx(other.high, abs=0.01)
    assert mean(list(values)) == figure


def test_a_precision_resamples_its_denominator_too() -> None:
    rightly, abstained = [1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, 1.0]
    figure = ratio(rightly, abstained)
    assert (figure.value, figure.low, figure.high, figure.n) == (
        0.6667,
        0.0,
        1.0,
        3,
    )  # the questions that were refused
    assert ratio([0.0], [0.0]).value is None
    assert mean([]) == (None, None, None, 0)
    assert mean([1.0]) == (1.0, 1.0, 1.0, 1)
