"""Scores of word pieces become spans, items and evidence; where a span ends."""

import re

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from assistant.read.decode import (
    NO_EVIDENCE,
    Scores,
    balance_brackets,
    choose_spans,
    expand_to_words,
    find_best_spans,
    find_items,
    find_piece_sentences,
    mean_by_sentence,
)
from assistant.records import Span
from tests.passages import make_passage

# Which spans are best


floats = st.one_of(
    st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.0, float("-inf")]),
    st.floats(-20, 20, width=32),
)


@given(
    pieces=st.lists(st.tuples(floats, floats, st.integers(0, 2)), min_size=1, max_size=12),
    longest=st.integers(1, 14),
    count=st.integers(1, 200),
)
def test_the_best_spans_are_those_of_a_double_loop(
    pieces: list[tuple[float, float, int]], longest: int, count: int
) -> None:
    starts, ends = (np.array([one[n] for one in pieces], dtype=np.float32) for n in (0, 1))
    of_piece = np.cumsum([step for _, _, step in pieces]).tolist()
    every = [
        (left, right, float(starts[left] + ends[right]))
        for left in range(len(pieces))
        for right in range(left, min(left + longest, len(pieces)))
        if np.isfinite(starts[left] + ends[right]) and of_piece[left] == of_piece[right]
    ]
    every.sort(key=lambda span: (-span[2], span[0], span[1]))
    assert find_best_spans(starts, ends, of_piece, longest=longest, count=count) == every[:count]


def test_equal_spans_go_by_place_and_none_is_longer_than_the_longest() -> None:
    zeros = np.zeros(3, dtype=np.float32)
    assert find_best_spans(zeros, zeros, [0, 0, 0], longest=2, count=9) == [
        (0, 0, 0.0), (0, 1, 0.0), (1, 1, 0.0), (1, 2, 0.0), (2, 2, 0.0),
    ]  # fmt: skip
    assert find_best_spans(zeros[:1], zeros[:1], [0], longest=40, count=9) == [(0, 0, 0.0)]


def test_no_span_crosses_the_end_of_a_sentence() -> None:
    starts, ends = np.array([[5, 0, 0, 0], [0, 0, 1, 5]], dtype=np.float32)
    (best, *_) = find_best_spans(starts, ends, [0, 0, 0, 0], longest=4, count=1)
    assert best == (0, 3, 10.0)
    found = find_best_spans(starts, ends, [0, 0, 1, 1], longest=4, count=9)
    assert found == [
        (0, 0, 5.0), (0, 1, 5.0), (2, 3, 5.0), (3, 3, 5.0), (2, 2, 1.0), (1, 1, 0.0),
    ]  # fmt: skip


# Which pieces are items


def find_items_slowly(begins: Scores, inside: Scores) -> list[tuple[int, int, float]]:
    """Each piece is the first of an item, goes on with one, or is outside, by what was before."""
    items: list[list[int]] = []
    opened = False
    for place in range(len(begins)):
        if opened and inside[place] > 0.4 and begins[place] <= 0.5:
            items[-1].append(place)
            continue
        opened = begins[place] > np.float32(0.1)
        if opened:
            items.append([place])
    return [(item[0], item[-1], float(begins[item[0]])) for item in items]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.1, 0.11, 0.5, 0.51, 0.9]),
            st.sampled_from([0.0, 0.39, 0.4, 0.41, 0.9]),
        ),
        max_size=12,
    )
)
def test_items_are_those_of_one_walk_over_the_pieces(pieces: list[tuple[float, float]]) -> None:
    begins, inside = (np.array([one[n] for one in pieces], dtype=np.float32) for n in (0, 1))
    assert list(find_items(begins, inside)) == find_items_slowly(begins, inside)


def test_an_item_goes_on_until_a_piece_is_outside_or_begins_another() -> None:
    begins = np.array([0.05, 0.25, 0.3, 0.0, 0.75, 0.875, 0.0, 0.0], dtype=np.float32)
    inside = np.array([0.9, 0.0, 0.9, 0.3, 0.0, 0.9, 0.41, 0.4], dtype=np.float32)
    assert list(find_items(begins, inside)) == [(1, 2, 0.25), (4, 4, 0.75), (5, 6, 0.875)]


# Which sentence a piece is of


@given(
    lengths=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6)), min_size=1, max_size=5),
    pieces=st.lists(st.integers(0, 50), max_size=20),
)
def test_a_piece_is_of_the_last_sentence_that_begins_before_it(
    lengths: list[tuple[int, int]], pieces: list[int]
) -> None:
    sentences, end = [], 0
    for gap, length in lengths:
        sentences.append((end + gap, end + gap + length))
        end += gap + length
    offsets = [(start, start + 1) for start in sorted(pieces)]
    expected = [max([n for n, (a, _) in enumerate(sentences) if a <= p] or [0]) for p, _ in offsets]
    assert find_piece_sentences(offsets, sentences) == expected


def test_the_evidence_of_a_sentence_is_the_mean_of_its_pieces() -> None:
    scores = np.array([1.0, 2.0, 6.0, -4.0], dtype=np.float32)
    found = mean_by_sentence(scores, [0, 0, 0, 2], 4)
    assert found == [3.0, NO_EVIDENCE, -4.0, NO_EVIDENCE]
    assert mean_by_sentence(scores[:0], [], 2) == [NO_EVIDENCE, NO_EVIDENCE]
    generator = np.random.default_rng(7)
    for _ in range(20):
        scores = generator.normal(size=30).astype(np.float32)
        of_piece = np.sort(generator.integers(0, 6, size=30))
        expected = [
            float(np.mean(scores[of_piece == n])) if (of_piece == n).any() else NO_EVIDENCE
            for n in range(6)
        ]
        assert mean_by_sentence(scores, of_piece.tolist(), 6) == pytest.approx(expected, abs=1e-5)


# Where a span ends


@pytest.mark.parametrize(
    ("text", "part", "widened"),
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
        ("Meta's glasses", "Meta'", "Meta"),
        ("Meta’s glasses", "Meta’", "Meta"),
        ("Meta's glasses", "Meta's", "Meta's"),
        ("Meta's glasses", "'", "'"),
        ("the firms' glasses", "firms'", "firms'"),
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
def test_a_span_is_expanded_to_whole_words_and_numbers(text: str, part: str, widened: str) -> None:
    start = text.index(part)
    begin, end = expand_to_words(text, start, start + len(part))
    assert text[begin:end] == widened


@pytest.mark.parametrize(
    ("text", "part", "widened"),
    [
        ("Cafe\u0301 Zoe\u0308", "Cafe", "Cafe\u0301"),
        ("Cafe\u0301s", "Caf", "Cafe\u0301s"),
        ("हिन्दी भाषा", "ह", "हिन्दी"),
        ("النَّظارات غالية", "ظار", "النَّظارات"),
    ],
)
def test_a_mark_is_of_its_letter_s_word(text: str, part: str, widened: str) -> None:
    start = text.index(part)
    begin, end = expand_to_words(text, start, start + len(part))
    assert text[begin:end] == widened


cuts = st.tuples(
    st.text(alphabet=st.sampled_from("ab1٣２.,-’ 眼ひéظ👍\u0301\u200d"), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
)


@given(cuts)
def test_an_expanded_span_is_never_shorter_and_stays_the_same(
    part: tuple[str, int, int],
) -> None:
    text, a, b = part
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(start < end)
    begin, stop = expand_to_words(text, start, end)
    if text[end - 1] != "’":  # it is left out before a letter
        assert stop >= end
    assert 0 <= begin <= start < stop <= len(text)
    assert expand_to_words(text, begin, stop) == (begin, stop)


@given(cuts)
def test_an_expanded_span_of_plain_words_is_the_words_that_it_touches(
    part: tuple[str, int, int],
) -> None:
    text, a, b = part
    text = re.sub(r"[^ab1., -]", "b", text)
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(start < end)
    # The words and numbers of the text; anything else is a word of one character.
    words = [m.span() for m in re.finditer(r"(?:[ab1]|(?<=1)[.,](?=1))+|[., -]", text)]
    touched = [(left, right) for left, right in words if left < end and start < right]
    assert expand_to_words(text, start, end) == (touched[0][0], touched[-1][1])


# Quotation marks and brackets


@pytest.mark.parametrize(
    ("text", "part", "balanced"),
    [
        ("the M7 (2024) model", "M7 (2024", "M7 (2024)"),
        ("the M7 (2024) model", "2024)", "(2024)"),
        ("the M7 (2024) model", "M7 (", "M7 (2024)"),
        ("the M7 (2024 model", "M7 (", "M7 "),
        ("the M7 (2024) model", ") model", "(2024) model"),
        ("the M7 (2024 model", "(2024", "2024"),
        ("the M7 2024) model", "2024)", "2024"),
        ("the M7 (2024) model", "2024", "2024"),
        ("the firms' glasses", "firms'", "firms"),
        ("he said “no (never)” twice", "no (never", "no (never)"),
        ("he said “no (never)” twice", "“no (never", "“no (never)”"),
        ("he said “no (never)” twice", "never)”", "“no (never)”"),
        ("[a] {b} «c» 「d」 『e』 《f》", "a] {b", "[a] {b}"),
        ("[a] {b} «c» 「d」 『e』 《f》", "c» 「d", "«c» 「d」"),
        ("[a] {b} «c» 「d」 『e』 《f》", "e』 《f", "『e』 《f》"),
        ('the "Red Hill" hotel', 'Red Hill"', '"Red Hill"'),
        ('the "Red Hill" hotel', '"Red Hill', '"Red Hill"'),
        ('the "Red Hill" hotel', 'the "Red', 'the "Red Hill"'),
        ('the "Red Hill hotel', '"Red Hill', "Red Hill"),
        ('the Red Hill" hotel', 'Red Hill"', "Red Hill"),
        ("the (first\nline) here", "(first", "first"),  # a pair is of one line
        ("the (first\nline) here", "line)", "line"),
        ("a) first b) second", "a) first b", "a) first b"),  # a mark inside that has no pair
        ("(" + "x" * 58 + ") y", "(x", "(" + "x" * 58 + ")"),
        ("(" + "x" * 61 + ") y", "(x", "x"),  # too far away
        ("(" + "x" * 60 + ") y", "x)", "(" + "x" * 60 + ")"),
        ("(" + "x" * 61 + ") y", "x)", "x"),
    ],
)
def test_the_missing_half_of_a_pair_is_added_or_the_other_left_out(
    text: str, part: str, balanced: str
) -> None:
    start = text.index(part)
    begin, end = balance_brackets(text, start, start + len(part))
    assert text[begin:end] == balanced


PAIRS = "() [] {} “” 「」 『』 《》 «»".split()


@pytest.mark.parametrize("pair", PAIRS)
def test_each_kind_of_pair_is_completed_from_either_side(pair: str) -> None:
    text = f"an {pair[0]}old name{pair[1]} here"
    assert balance_brackets(text, 3, 7) == balance_brackets(text, 8, 13) == (3, 13)


def find_unpaired(text: str, start: int, end: int) -> list[int]:
    """The places of the brackets in a part that have no other half in it."""
    opened: list[int] = []
    alone = []
    for place in range(start, end):
        for pair in PAIRS:
            if text[place] == pair[0]:
                opened.append(place)
            elif text[place] == pair[1]:
                if opened and text[opened[-1]] == pair[0]:
                    opened.pop()
                else:
                    alone.append(place)
    return sorted([*opened, *alone])


@given(
    text=st.text(alphabet="()“”ab ", min_size=1, max_size=30),
    place=st.integers(0, 29),
    length=st.integers(1, 30),
)
def test_a_balanced_span_stays_in_the_text_and_keeps_its_words(
    text: str, place: int, length: int
) -> None:
    start = place % len(text)
    end = min(start + length, len(text))
    begin, stop = balance_brackets(text, start, end)
    assert 0 <= begin <= stop <= len(text)
    words = [place for place in range(start, end) if text[place].isalnum()]
    assert all(begin <= place < stop for place in words)


@given(
    words=st.lists(st.sampled_from(["a", "(a)", "“a b”", "[a (b)]", "(a “b” c)"]), min_size=1),
    places=st.tuples(st.integers(0, 40), st.integers(0, 40)),
)
def test_a_span_of_a_text_with_whole_pairs_is_whole(
    words: list[str], places: tuple[int, int]
) -> None:
    text = " ".join(words)
    start, end = sorted(min(place, len(text)) for place in places)
    assume(any(character.isalnum() for character in text[start:end]))
    begin, stop = balance_brackets(text, start, end)
    assert find_unpaired(text, begin, stop) == []


class Counted(str):
    """A text that counts the characters that are looked at."""

    looked_at = 0

    def find(self, wanted: str, *bounds: int) -> int:  # type: ignore[override]
        self.looked_at += min(len(self), bounds[1]) - bounds[0]
        return super().find(wanted, *bounds)

    def rfind(self, wanted: str, *bounds: int) -> int:  # type: ignore[override]
        self.looked_at += bounds[1] - bounds[0]
        return super().rfind(wanted, *bounds)

    def __getitem__(self, place: object) -> str:
        found = super().__getitem__(place)  # type: ignore[index]
        self.looked_at += len(found)
        return found


@pytest.mark.parametrize("run", ["(", ")", "“", "”", '"', "(a", "( ", "a)", ") ", "()", ")("])
def test_a_long_run_of_brackets_takes_work_in_proportion(run: str) -> None:
    text = Counted(run * (100_000 // len(run)))
    begin, stop = balance_brackets(text, 0, 100_000)
    assert 0 <= begin <= stop <= 100_000
    assert text.looked_at <= 70 * 100_000


# Which spans are picked


def test_overlapping_spans_are_not_both_chosen() -> None:
    passage = make_passage("x" * 30)
    places = [(5, 10), (9, 12), (4, 6), (6, 8), (0, 30), (10, 12), (4, 5), (0, 4)]
    spans = [Span(passage, *place, -float(n)) for n, place in enumerate(places)]
    expected = [spans[0], spans[5], spans[6], spans[7]]
    assert choose_spans(spans, 9) == choose_spans(spans[::-1], 9) == expected
    assert choose_spans(spans, 2) == expected[:2]
    assert choose_spans(spans, 0) == choose_spans([], 3) == []


def test_equal_spans_are_chosen_by_place() -> None:
    passage = make_passage("x" * 30)
    spans = [Span(passage, *place, 1.0) for place in [(5, 10), (4, 8), (4, 6), (0, 3)]]
    assert choose_spans(spans, 9) == [spans[3], spans[2]]
