"""Which numbers are no figures."""

import pytest

from tests.figuring import find


@pytest.mark.parametrize(
    "text",
    [
        # names
        "It runs on the AR1, as the SU7 and the G7 do.",
        "An F-16 met Covid-19.",
        "The F-16 hours are few.",
        "The Hengxuan 2700 runs Windows 11.",
        "The Boeing 737 landed.",
        "The Boeing 737-800 landed.",
        "It was this year's 618 promotion.",
        "It is in Section 230 and Article 5.",
        "He lives at No. 10.",
        "It was a category 4 storm in round 2.",
        "He met the Big Four.",
        "A 3D film on 5G at 7-Eleven.",
        "See www.site7.com/8 or a9@b.com.",
        "It needs version 1.2.3 of it.",
        "It is a top 10 song.",
        # times
        "It began in 2014.",
        "It began on March 5, 2022, and ended on 7 June.",
        "It began on 2022-03-05.",
        "It ran from March 5 to 7, or on 5 to 7 March.",
        "It began in 2024年3月5日.",
        "It began at 10:30, not at 5pm or 9.15 a.m.",
        "It began in the 1990s, in his 20s.",
        "It won the 2020 elections.",
        "It ran in 2019-20.",
        "It fell in 753 BC.",
        "It came one month after it.",
        "It came two years ago.",
        "It came 24 hours later.",
        "It came within 12 hours of it.",
        "It grew in the past five years.",
        "It meets every four years.",
        # others
        "It was the 21st and the first.",
        "They won 5-4 and lost 38 -- 28.",
        "It works 24/7.",
        "7 in 10 people and one in five women agree.",
        "Call 555-1234, 1-800-273-8255 or +44 20 7946 0958.",
        "These two giants are one of a kind.",
        "The two leaders met.",
        "It was cut by half and halved.",
        "It plays the first half of the game and the third quarter.",
        "One day it is a one-stop shop.",
        "He scores of late.",
        "1. It is so.",
        "It ends in a three-sided sign.",
        "Its code is 123456789012345678901234567890.",
    ],
)
def test_a_number_that_counts_nothing_is_not_a_figure(text: str) -> None:
    assert find(text) == []
