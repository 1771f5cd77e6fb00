"""What the words of a figure say: value, unit, range, relation."""

from decimal import Decimal

import pytest

from tests.figuring import find, find_one


def read(text: str) -> list[tuple[str, str, str]]:
    """Each figure of a text as its words, its value and its unit."""
    return [
        (text[figure.start : figure.end], format(figure.value, "f"), figure.unit)
        for figure in find(text)
    ]


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        # digits, scales
        ("It sold 10,000 units.", "10,000 units", "10000", "unit"),
        ("It sold 1.487 million units.", "1.487 million units", "1487000", "unit"),
        ("It saw 1,00,000 voters.", "1,00,000 voters", "100000", "voter"),
        ("It lost Rs 500 crore.", "Rs 500 crore", "5000000000", "INR"),
        ("It raised 2 lakh crore rupees.", "2 lakh crore rupees", "2000000000000", "INR"),
        ("It has 5m users.", "5m users", "5000000", "user"),
        ("It has 10k followers.", "10k followers", "10000", "follower"),
        ("He ate 2½ apples.", "2½ apples", "2.5", "apple"),
        ("销售 2.907万 台", "2.907万 台", "29070", "unit"),
        ("市值 5亿元", "5亿元", "500000000", "CNY"),
        ("It took １２ days.", "１２ days", "12", "day"),
        # currencies
        ("It costs $299.", "$299", "299", "USD"),
        ("It raised $1.5bn.", "$1.5bn", "1500000000", "USD"),
        ("It raised £3m.", "£3m", "3000000", "GBP"),
        ("It costs 1,999 yuan.", "1,999 yuan", "1999", "CNY"),
        ("It paid US$ 48 billion.", "US$ 48 billion", "48000000000", "USD"),
        ("It costs 20 euros.", "20 euros", "20", "EUR"),
        ("It costs 5 US dollars.", "5 US dollars", "5", "USD"),
        ("It costs RMB 200.", "RMB 200", "200", "CNY"),
        ("It costs 30 USD.", "30 USD", "30", "USD"),
        # percent, times, measures
        ("It fell 82.3%.", "82.3%", "82.3", "%"),
        ("It fell 5 per cent.", "5 per cent", "5", "%"),
        ("It rose by 7 times.", "7 times", "7", "times"),
        ("It is 2x faster.", "2x", "2", "times"),
        ("It weighs 40g.", "40g", "40", "g"),
        ("It weighs 40 kilograms.", "40 kilograms", "40", "kg"),
        ("It has a 4 - hour battery.", "4 - hour", "4", "h"),
        ("It has a 200-inch screen.", "200-inch", "200", "inch"),
        ("It covers 20 square kilometres.", "20 square kilometres", "20", "km2"),
        ("It was -5C outside.", "-5C", "-5", "°C"),
        ("It was minus 5 degrees.", "minus 5 degrees", "-5", "degree"),
        ("Rates rose 75 basis points.", "75 basis points", "75", "basis point"),
        ("The 100m race.", "100m", "100", "m"),
        ("It holds 5,000 mAh.", "5,000 mAh", "5000", "mAh"),
        ("A 6ft 2in man fell.", "6ft 2in", "74", "inch"),
        ("It took 2 hours and 30 minutes.", "2 hours and 30 minutes", "150", "min"),
        # ages
        ("A 20-year-old won.", "20-year-old", "20", "year"),
        ("She died aged 96.", "96", "96", "year"),
        ("Ann Smith, 34, sang.", "34", "34", "year"),
        # words
        ("Three products came.", "Three products", "3", "product"),
        ("About half a million men came.", "About half a million men", "500000", "man"),
        ("It saw two hundred and three people.", "two hundred and three people", "203", "person"),
        ("It saw twenty-five children.", "twenty-five children", "25", "child"),
        ("It took two and a half years.", "two and a half years", "2.5", "year"),
        ("It has a dozen shops.", "a dozen shops", "12", "shop"),
        ("Tens of thousands of men came.", "Tens of thousands of men", "10000", "man"),
        ("It is worth trillions of dollars.", "trillions of dollars", "1000000000000", "USD"),
        ("It took about one year.", "about one year", "1", "year"),
        ("Two-thirds of them left.", "Two-thirds", "66.67", "%"),
        ("A third of voters left.", "A third", "33.33", "%"),
        ("It took half of the votes.", "half", "50", "%"),
        # counted nouns
        ("It has 1,000 offline glasses stores.", "1,000 offline glasses stores", "1000", "store"),
        ("It saw hundreds of apps continues.", "hundreds of apps", "100", "app"),
        ("It saw 42,000 people.", "42,000 people", "42000", "person"),
        ("It is a three-bedroom house.", "three-bedroom", "3", "bedroom"),
        ("It saw 20 Democrats.", "20 Democrats", "20", "democrat"),
        ("Two of the victims left.", "Two of the victims", "2", "victim"),
        ("It met in 3 countries.", "3 countries", "3", "country"),
        ("It sold 2020 units.", "2020 units", "2020", "unit"),
        ("The number of its stores exceeded 10,000.", "exceeded 10,000", "10000", "store"),
        ('Its "Xiaomi Stores" exceeded 10,000.', "exceeded 10,000", "10000", "store"),
        ("And 12 were hurt.", "12", "12", ""),
        ("Of the 17 who left, it knew.", "17", "17", ""),
        ("The three products that came are new.", "three products", "3", "product"),
        ("He met 20 overseas.", "20", "20", ""),
        ("It took this two-year test.", "two-year", "2", "year"),
    ],
)  # fmt: skip
def test_a_figure_has_its_words_its_value_and_its_unit(
    text: str, words: str, value: str, unit: str
) -> None:
    assert read(text) == [(words, value, unit)]


@pytest.mark.parametrize(
    ("text", "words", "value", "highest", "unit"),
    [
        ("It rose 10 to 15 percent.", "10", "10", None, ""),
        ("It is 10 to 15 percent.", "10 to 15 percent", "10", "15", "%"),
        ("It needs 10-15 people.", "10-15 people", "10", "15", "person"),
        ("It is 5%-10%.", "5%-10%", "5", "10", "%"),
        ("It cost $1.2 to $1.4 million.", "$1.2 to $1.4 million", "1200000", "1400000", "USD"),
        ("It needs two or three men.", "two or three men", "2", "3", "man"),
        ("It is between 20 and 30 kg.", "between 20 and 30 kg", "20", "30", "kg"),
        ("It is ranging from 2% to 3%.", "2% to 3%", "2", "3", "%"),
    ],
)
def test_a_range_has_two_ends(
    text: str, words: str, value: str, highest: str | None, unit: str
) -> None:
    figure = find(text)[0]
    assert (text[figure.start : figure.end], str(figure.value), figure.unit) == (words, value, unit)
    assert figure.highest == (Decimal(highest) if highest else None)
    assert (figure.relation == "between") == (highest is not None)


def test_from_one_level_to_another_is_not_a_range() -> None:
    assert read("It went from 20% to 30%.") == [("20%", "20", "%"), ("30%", "30", "%")]


def test_a_sum_of_a_whole_leaves_the_whole_a_figure() -> None:
    assert read("It won 14 of 20 seats.") == [("14", "14", "seat"), ("20 seats", "20", "seat")]


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("It has 10 shops.", "exactly"),
        ("It has about 10 shops.", "about"),
        ("Some 10 shops are open.", "about"),
        ("It has an estimated 10 shops.", "about"),
        ("It has more than 10 shops.", "over"),
        ("It exceeded 10 shops.", "over"),
        ("It has dozens of shops.", "over"),
        ("It has less than 10 shops.", "under"),
        ("It has at least 10 shops.", "at least"),
        ("It has no fewer than 10 shops.", "at least"),
        ("It has 10 or more.", "at least"),
        ("It has 10+ shops.", "at least"),
        ("It has up to 10 shops.", "at most"),
        ("It has no more than 10 shops.", "at most"),
        ("It may be as high as 10%.", "at most"),
        ("It is as high as 10%.", "exactly"),
        ("It was as high as 10%.", "exactly"),
    ],
)
def test_the_words_before_a_number_give_its_relation(text: str, relation: str) -> None:
    assert find_one(text).relation == relation
