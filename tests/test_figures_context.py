"""What the words around a figure say of it: its status, change, period, source, owner, metric."""

from datetime import date

import pytest

from tests.figuring import find, find_one


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("It has 10 shops.", "stated"),
        ("It will have 10 shops.", "expected"),
        ("It is expected to reach $5.", "expected"),
        ("The target is 10 shops.", "expected"),
        ("According to the plan, it costs $5.", "expected"),
        ("It may be as high as 40%.", "claimed"),
        ("It reportedly has 10 shops.", "claimed"),
        ("Sales in May were 10 units.", "stated"),
        ("It claimed that it will have 10 shops.", "expected"),
        ("This, which claims to be good, has 10 shops.", "stated"),
        ("It will be late, but it has 10 shops.", "stated"),
        ("It may be the reason why it has 10 shops.", "stated"),
    ],
)
def test_the_nearest_word_of_its_clause_says_whether_a_figure_is_stated(
    text: str, status: str
) -> None:
    assert find_one(text).status == status


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Sales saw an increase of 5%.", "up"),
        ("Sales increased by 5%.", "up"),
        ("Sales rose sharply by 5%.", "up"),
        ("Sales fell 5%.", "down"),
        ("Sales are up 5%.", "up"),
        ("Sales are down 5%.", "down"),
        ("It saw a 5% rise.", "up"),
        ("It saw a 5% year-on-year decline.", "down"),
        ("It is 5% cheaper.", "down"),
        ("It raised rates by 75 basis points.", "up"),
        ("It increased to 95%.", None),
        ("It rose from 95%.", None),
        ("It cut rates to 4%.", None),
        ("Sales rose year - on - year by 5%.", "up"),
        ("It raised $5m.", None),
        ("It is made up of 12 people.", None),
        ("He climbed 300 metres.", None),
        ("It is 95% of sales.", None),
    ],
)
def test_a_change_is_no_level(text: str, change: str | None) -> None:
    assert find_one(text).change == change


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("Sales rose 5% year - on - year.", "year - on - year"),
        ("Sales saw a year-on-year increase of 5%.", "year-on-year"),
        ("Sales rose 5% from 2024.", "from 2024"),
        ("Sales rose 5% from a year earlier.", "from a year earlier"),
        ("Sales rose 5% compared with Asia.", "compared with Asia"),
        ("Sales rose 5%.", None),
        ("Sales were $5 year-on-year.", None),
    ],
)
def test_a_change_says_against_what_it_is(text: str, compared: str | None) -> None:
    assert find_one(text).compared_with == compared


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


def test_a_figure_takes_the_nearest_period_of_its_clause() -> None:
    first, second = find("In 2023 it sold 10 shops, while it bought 20 shops in 2024.")
    assert first.period is not None
    assert second.period is not None
    assert (first.period.words, second.period.words) == ("2023", "2024")


def test_what_a_change_is_against_is_not_its_period() -> None:
    assert find_one("Sales rose 5% from 2024.").period is None


def test_the_biggest_since_a_year_does_not_tell_when() -> None:
    assert find_one("It sold 10 shops, the biggest sale since 1994.").period is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("According to IDC, it sold 10 shops.", "IDC"),
        ("According to relevant data from IDC, it sold 10 shops.", "IDC"),
        ("According to the statistics of the industry media XR Vision, it has 5%.", "XR Vision"),
        ("According to Chinese data from IDC, it sold 10 shops.", "IDC"),
        ("According to market researcher IDC, it sold 10 shops.", "IDC"),
        ("According to the army, it killed 10 people.", "army"),
        ("According to police, it killed 10 people.", "police"),
        ("According to the plan, it costs $5.", None),
        ("JD.com data shows that it sold 10 shops.", "JD.com"),
        ("Li Chuangqi said that it has 10 shops.", "Li Chuangqi"),
        ("Li Chuangqi, the head of it, later told it had 10 shops.", "Li Chuangqi"),
        ("It has 10 shops, said Wu Jia.", "Wu Jia"),
        ("It has 10 shops, police said.", "police"),
        ("He said it has 10 shops.", None),
        ("It is said to have 10 shops.", None),
    ],
)
def test_who_says_a_figure_is_named_in_the_words_of_the_document(
    text: str, source: str | None
) -> None:
    assert find_one(text).source == source


def test_a_prediction_without_a_name_is_by_whom_spoke_before() -> None:
    text = "According to IDC, it sold 10 units. It is predicted that it will sell 20 units."
    assert [figure.source for figure in find(text)] == ["IDC", "IDC"]
    apart = text.replace(". It is", ".\n\nIt is")
    assert [figure.source for figure in find(apart)] == ["IDC", None]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Xiaomi sold 10 phones.", "xiaomi"),
        ("The yield of Xiaomi is 92%.", "xiaomi"),
        ("It is dearer than the $299 of Ray - Ban Meta.", "ray-ban-meta"),
        ("Xiaomi beats the 4-hour battery life of Ray - Ban Meta.", "ray-ban-meta"),
        ("Compared with Xiaomi, Alibaba has 10 shops.", "alibaba"),
        ("On JD.com it sold 10 phones.", None),
        ("Huawei joins, through NearLink and HarmonyOS, 10 devices.", "huawei"),
        ("According to IDC, sales were 10 units.", None),
        ("Rokid claimed that its target is 10 shops.", "rokid"),
        ("Rokid said that sales rose 5%.", None),
        ("Wu Jia said that we sold 10 units.", "alibaba"),
        ("Xiaomi came, but the global market sold 10 units.", None),
        ("Xiaomi came. It sold 10 units.", "xiaomi"),
        ("Xiaomi came. Some chips hold 10 parts.", None),
        ("Xiaomi came.\n\nIt sold 10 units.", None),
        ("Nobody sold 10 units.", None),
    ],
)
def test_a_figure_belongs_to_the_player_that_its_words_give_it_to(
    text: str, owner: str | None
) -> None:
    assert find_one(text).owner == owner


def test_a_heading_with_one_player_tells_whose_it_is() -> None:
    text = "The starting price is $5."
    assert find_one(text, heading="Xiaomi explores").owner == "xiaomi"
    assert find_one(text, heading="Xiaomi and Alibaba").owner is None


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
