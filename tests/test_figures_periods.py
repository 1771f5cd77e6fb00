"""When a figure was: the first and last day of a period."""

from datetime import date

import pytest

from tests.figuring import find, find_one


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("in 2024", "2024-01-01", "2024-12-31"),
        ("this year", "2025-01-01", "2025-12-31"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("next year", "2026-01-01", "2026-12-31"),
        ("in the first quarter of 2025", "2025-01-01", "2025-03-31"),
        ("in Q2 2024", "2024-04-01", "2024-06-30"),
        ("in the fourth quarter", "2024-10-01", "2024-12-31"),
        ("in the first half of this year", "2025-01-01", "2025-06-30"),
        ("by the end of the year", "2025-12-31", "2025-12-31"),
        ("at the end of 2023", "2023-12-31", "2023-12-31"),
        ("at the start of 2023", "2023-01-01", "2023-01-01"),
        ("in June 2024", "2024-06-01", "2024-06-30"),
        ("in June", "2025-06-01", "2025-06-30"),
        ("in June last year", "2024-06-01", "2024-06-30"),
        ("in the past year", "2024-09-09", "2025-09-09"),
        ("在2024年", "2024-01-01", "2024-12-31"),
        ("in June this year", "2025-06-01", "2025-06-30"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("on March 5, 2022", "2022-03-05", "2022-03-05"),
        ("on March 5", "2025-03-05", "2025-03-05"),
        ("on 5 March", "2025-03-05", "2025-03-05"),
        ("on 2022-03-05", "2022-03-05", "2022-03-05"),
        ("yesterday", "2025-09-08", "2025-09-08"),
        ("on Monday", "2025-09-08", "2025-09-08"),
        ("last month", "2025-08-01", "2025-08-31"),
        ("last week", "2025-09-01", "2025-09-07"),
        ("this quarter", "2025-07-01", "2025-09-30"),
        ("in the 1990s", "1990-01-01", "1999-12-31"),
        ("from 2019 to 2021", "2019-01-01", "2021-12-31"),
        ("in 2019-20", "2019-01-01", "2020-12-31"),
        ("since 2019", "2019-01-01", "2025-09-09"),
        ("in the past two years", "2023-09-09", "2025-09-09"),
    ],
)
def test_a_period_has_its_first_and_last_day(words: str, start: str, end: str) -> None:
    period = find_one(f"It sold 10 shops {words}.").period
    assert period is not None
    assert (period.start, period.end) == (date.fromisoformat(start), date.fromisoformat(end))
    assert period.words in words


@pytest.mark.parametrize("words", ["this year", "in June", "on March 5", "on Monday", "yesterday"])
def test_a_relative_period_needs_the_day_of_publishing(words: str) -> None:
    assert find_one(f"It sold 10 shops {words}.", published=None).period is None


def test_a_figure_has_the_nearest_period_of_its_clause() -> None:
    first, second = find("In 2023 it sold 10 shops, while it bought 20 shops in 2024.")
    assert first.period is not None
    assert second.period is not None
    assert (first.period.words, second.period.words) == ("2023", "2024")


def test_the_basis_of_a_comparison_is_not_its_period() -> None:
    assert find_one("Sales rose 5% from 2024.").period is None


def test_the_biggest_since_a_year_is_not_a_period() -> None:
    assert find_one("It sold 10 shops, the biggest sale since 1994.").period is None
