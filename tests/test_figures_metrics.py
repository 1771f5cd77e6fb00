"""What a figure measures, in the words of the document."""

import pytest

from tests.figuring import find, find_one


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("It has a battery life of 8.6 hours.", "battery life"),
        ("The starting price of 1,999 yuan is low.", "starting price"),
        ("Global shipment of glasses reached 10 units.", "Global shipment of glasses"),
        ("It says the return rate of it may be as high as 40%.", "return rate of it"),
        ("The sales volume on JD.com exceeded 10,000 units.", "sales volume on JD.com"),
        ("The shipment target for next year is 1 million units.", "shipment target"),
        ("It raised interest rates by 5%.", "interest rates"),
        ("It is priced at 2,999 yuan.", "priced"),
        ("It can weigh around 40g.", "weigh"),
        ("It has a 4-hour battery life.", "battery life"),
        ("It is 31% of the cost of glasses.", "cost of glasses"),
        ("It has 1,000 offline glasses stores.", "offline glasses stores"),
        ("It has 10 types of glasses.", "types of glasses"),
        ("Inflation hit 9.1%.", "Inflation"),
        ("In Asia, it reached 9%.", ""),
        ("It sold a total of 10 kg.", ""),
        ("It saw an increase of 5%.", ""),
        ("Xiaomi reached 9.1%.", ""),
        ("A 20-year-old singer came.", ""),
        ("It took the murder of two men.", "men"),
    ],
)
def test_a_metric_is_in_the_words_of_the_document(text: str, metric: str) -> None:
    assert find_one(text).metric == metric


def test_a_change_has_the_metric_of_its_level() -> None:
    level, change = find("Shipment reached 10 units, a year-on-year increase of 5%.")
    assert level.metric == change.metric == "Shipment"


def test_a_change_and_the_level_it_leads_to_have_one_metric() -> None:
    change, level = find("Inflation rose 5% to 9%.")
    assert change.metric == level.metric == "Inflation"
    assert (change.change, level.change) == ("up", None)


def test_two_prices_that_are_compared_have_one_metric() -> None:
    first, second = find("The price of 1,999 yuan is lower than the $299 of Ray - Ban Meta.")
    assert first.metric == second.metric == "price"


def test_a_long_word_in_capitals_takes_no_time() -> None:
    """With each more letter it once took twice as long."""
    (figure,) = find(f"{'CONSOLIDATED' * 8}| total 5%.")
    assert figure.metric == f"{'CONSOLIDATED' * 8}|"
