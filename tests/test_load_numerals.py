import pytest

from assistant.load.numerals import write_numeral


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("1", "0 1 4 9 27 99 5000"), ("01", "00 01 04 09 27 99 5000"),
        ("a", "0 a d i aa uuuu 5000"), ("I", "0 I IV IX XXVII XCIX 5000"),
        ("一", "0 一 四 九 二十七 九十九 5000"),
    ],
)  # fmt: skip
def test_numbers_are_written_like_the_first(style: str, expected: str) -> None:
    numbers = (0, 1, 4, 9, 27, 99, 5000)
    assert " ".join(write_numeral(number, style) for number in numbers) == expected


def test_a_number_without_style_is_not_shown() -> None:
    assert write_numeral(4, "") == ""
    assert [write_numeral(number, "一") for number in (10, 11, 20)] == ["十", "十一", "二十"]
