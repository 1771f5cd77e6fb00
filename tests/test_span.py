"""Which spans are best, where one ends, and which are picked."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.read import pick
from assistant.read.span import find_best, widen
from assistant.records import Span
from tests.passages import make_passage

# Which spans are best


floats = st.one_of(
    st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.0, float("-inf")]),
    st.floats(-20, 20, width=32),
)


@given(
    pairs=st.lists(st.tuples(floats, floats), min_size=1, max_size=12),
    longest=st.integers(1, 14),
    count=st.integers(1, 200),
)
def test_the_best_spans_are_those_of_a_double_loop(
    pairs: list[tuple[float, float]], longest: int, count: int
) -> None:
    starts, ends = (np.array(column, dtype=np.float32) for column in zip(*pairs, strict=True))
    every = [
        (left, right, float(starts[left] + ends[right]))
        for left in range(len(pairs))
        for right in range(left, min(left + longest, len(pairs)))
        if np.isfinite(starts[left] + ends[right])
    ]
    every.sort(key=lambda span: (-span[2], span[0], span[1]))
    assert find_best(starts, ends, longest=longest, count=count) == every[:count]


def test_equal_spans_go_by_place_and_none_is_longer_than_the_longest() -> None:
    zeros = np.zeros(3, dtype=np.float32)
    assert find_best(zeros, zeros, longest=2, count=9) == [
        (0, 0, 0.0), (0, 1, 0.0), (1, 1, 0.0), (1, 2, 0.0), (2, 2, 0.0),
    ]  # fmt: skip
    assert find_best(zeros[:1], zeros[:1], longest=40, count=9) == [(0, 0, 0.0)]


# Where a span ends


@pytest.mark.parametrize(
    ("text", "stretch", "widened"),
    [
        ("It weighs 40.5 grams", "0.5 gr", "40.5 grams"),
        ("It weighs 40.5 grams", "40", "40.5"),
        ("It weighs 40.5 grams", "5", "40.5"),
        ("It weighs 40.5 grams", ".", "40.5"),
        ("sold 1,999 of them", "999", "1,999"),
        ("sold 1,999 of them", "1", "1,999"),
        ("sold 1,999,000.5 of them", "9,0", "1,999,000.5"),
        ("for 2,999 yuan, 40.", "40", "40"),
        ("for 2,999 yuan, 40.", "yuan", "yuan"),
        ("in 2024. 5 were sold", "2024", "2024"),
        ("v.5 of it", "5", "5"),
        ("a.b", "a", "a"),
        (".5 of it", "5", "5"),
        ("5, 6", "5", "5"),
        ("5,", "5", "5"),
        ("Ray-Ban Meta", "Ban", "Ban"),
        ("Meta's glasses", "Meta", "Meta"),
        ("12days", "12", "12days"),
        ("in １２ days", "１", "１２"),
        ("glasses", "lasse", "glasses"),
        ("夸克眼镜很贵", "眼镜", "眼镜"),
        ("夸克AI眼镜", "A", "AI"),
        ("ひらがな", "ら", "ら"),
        ("نظارات ذكية", "ظار", "نظارات"),
        ("a b", " ", " "),
        ("👨‍👩‍👧‍👦 paid", "👨", "👨"),
    ],
)
def test_a_stretch_is_widened_to_whole_words_and_numbers(
    text: str, stretch: str, widened: str
) -> None:
    start = text.index(stretch)
    begin, end = widen(text, start, start + len(stretch))
    assert text[begin:end] == widened


@pytest.mark.parametrize(
    ("text", "stretch", "widened"),
    [
        ("Cafe\u0301 Zoe\u0308", "Cafe", "Cafe\u0301"),
        ("Cafe\u0301s", "Caf", "Cafe\u0301s"),
        ("हिन्दी भाषा", "ह", "हिन्दी"),
        ("النَّظارات غالية", "ظار", "النَّظارات"),
    ],
)
def test_a_mark_is_of_its_letter_s_word(text: str, stretch: str, widened: str) -> None:
    start = text.index(stretch)
    begin, end = widen(text, start, start + len(stretch))
    assert text[begin:end] == widened


stretches = st.tuples(
    st.text(alphabet=st.sampled_from("ab1٣２.,-’ 眼ひéظ👍\u0301\u200d"), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
)


@given(stretches)
def test_a_widened_stretch_is_never_less_and_needs_no_more_widening(
    stretch: tuple[str, int, int],
) -> None:
    text, a, b = stretch
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(start < end)
    begin, stop = widen(text, start, end)
    assert 0 <= begin <= start <= end <= stop <= len(text)
    assert widen(text, begin, stop) == (begin, stop)


@given(stretches)
def test_a_widened_stretch_of_plain_words_is_the_words_that_it_touches(
    stretch: tuple[str, int, int],
) -> None:
    text, a, b = stretch
    text = re.sub(r"[^ab1., -]", "b", text)
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(start < end)
    # The words and numbers of the text; whatever else stands there is a word of one character.
    words = [m.span() for m in re.finditer(r"(?:[ab1]|(?<=1)[.,](?=1))+|[., -]", text)]
    touched = [(left, right) for left, right in words if left < end and start < right]
    assert widen(text, start, end) == (touched[0][0], touched[-1][1])


def test_spans_with_text_in_common_are_not_both_picked() -> None:
    one, other = make_passage("x" * 30), make_passage("x" * 30, id_="b.txt")
    places = [(5, 10), (9, 12), (4, 6), (6, 8), (0, 30), (10, 12), (4, 5), (0, 4)]
    spans = [Span(one, *place, 1.0) for place in places]
    assert [(span.start, span.end) for span in pick(spans, 9)] == [
        (5, 10),
        (10, 12),
        (4, 5),
        (0, 4),
    ]
    assert [(span.start, span.end) for span in pick(spans, 2)] == [(5, 10), (10, 12)]
    elsewhere = Span(other, 5, 10, 0.5)
    assert list(pick([spans[0], elsewhere], 9)) == [spans[0], elsewhere]
    assert list(pick(spans, 0)) == list(pick([], 3)) == []
