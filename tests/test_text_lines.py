"""Lines without full stops: units of their own, or wrapped prose."""

import textwrap

import pytest
from hypothesis import given, strategies as st

from assistant.text import find_sentences

PROSE = (
    "The harbour office of Lund moved in March to the old customs house on Pier 4, because the "
    "roof of the former building had leaked since 2019 and the Swedish Maritime Board had "
    "refused to pay for a third repair; the staff of 41 now share two floors with Baltic Pilots"
    " AB. The rent is 18,400 crowns a month. Mrs Ingrid Dahl, who has run the office for nine "
    "years, calls that cheap."
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in find_sentences(text, 0, len(text))]


@given(width=st.integers(30, 110), keep=st.floats(0.8, 1.0))
def test_wrapped_prose_is_cut_at_full_stops_only(width: int, keep: float) -> None:
    wrapped = textwrap.fill(PROSE, int(width * keep))
    assert [" ".join(sentence.split()) for sentence in sentences(wrapped)] == sentences(PROSE)


@pytest.mark.parametrize(
    "lines",
    [
        ["Lund City 100 (41)", "Ystad 88 (37)", "Norwich City 94 (52)", "Malmo FF 71 (20)"],
        ["Name: Anna Berg", "Phone: 040 12 34", "Office: Room 5, second floor"],
        ["Anna Berg", "Elm Street 5", "221 00 Lund", "Sweden"],
        ["06:15  Lund C     Platform 2", "06:40  Malmo C    Platform 1"],
        ["adults 3.10", "children 1.55", "dogs 1.00"],
        ["OPENING HOURS", "Monday to Friday 9-17", "Saturday 10-14"],
        ["What it does", "The base unit lies under the cot, the clip goes on the collar."],
        ["- wool", "- linen", "- silk of the finest kind"],
        ["Who to call:", "Mrs Dahl 040 55 12", "Mr Rask 040 55 13"],
    ],
)
def test_lines_that_are_no_prose_are_units(lines: list[str]) -> None:
    assert sentences("\n".join(lines)) == lines


@pytest.mark.parametrize(
    "text",
    [
        "The glasses were\nmade in Lund",
        "He moved to the city of\nLund in 1911 with his wife,\nAnna, and a dog",
        "The league is won by\nLund City with a lead of\n100 points over the\nYstad team",
    ],
)
def test_a_line_that_needs_the_next_one_continues(text: str) -> None:
    assert sentences(text) == [text]
