import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.load.superscripts import join_pieces, write_superscript


@pytest.mark.parametrize(
    ("before", "raised", "expected"),
    [
        ("has 1,250", "3", "has 1,250 [3]"),
        ("has 1,250", "(3)", "has 1,250 [3]"),
        ("in May", "2,4", "in May [2,4]"),
        ("a price.", "12", "a price. [12]"),
        ("of 12.4", "a", "of 12.4 [a]"),
        ("of 12.4", "**", "of 12.4 [**]"),
        ("Table 2", "1", "Table 2 [1]"),
        ("by them", "2", "by them [2]"),
        ("about 10", "6", "about 10^6"),
        ("about 10", "−9", "about 10^-9"),
        ("2,010", "6", "2,010 [6]"),
        ("let x", "2", "let x^2"),
        ("5 km", "2", "5 km²"),
        ("4 m/s", "2", "4 m/s²"),
        ("the 1", "st", "the 1st"),
        ("Acme", "TM", "Acme™"),
        ("M", "me", "Mme"),
        ("le 2", "e", "le 2e"),
        ("", "1", "[1]"),
        ("after space ", "1", "after space [1]"),
        ("after space ", "up", "after space up"),
    ],
)
def test_raised_words_are_written_so_that_they_are_not_misread(
    before: str, raised: str, expected: str
) -> None:
    assert before + write_superscript(before, raised) == expected


def test_pieces_raised_one_after_the_other_are_one_mark() -> None:
    assert join_pieces([("a 5", False), ("1", True), ("2", True), (" b", False)]) == "a 5 [12] b"


def test_soft_hyphens_are_removed() -> None:
    assert join_pieces([("co\xadop 5\u20116", False)]) == "coop 5-6"


@given(st.from_regex(r"[0-9][0-9.,]*[0-9]", fullmatch=True), st.integers(1, 999))
def test_a_raised_number_is_never_joined_to_a_number(before: str, raised: int) -> None:
    assert write_superscript(before, str(raised))[0] in " ^"
