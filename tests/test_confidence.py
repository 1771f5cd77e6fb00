import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.confidence import (
    Weighed,
    find_logit,
    fold,
    logit_of,
    observe_answer,
    observe_spans,
    sigmoid,
    weigh,
)
from assistant.records import Document, Hit, Passage, Reading, Span, Weighing

NAMES = "score score_below_0 retrieval named_near named_in_passage terms_near fits".split()
TEXT = "Quark! It costs 9 yuan. Xiaomi was late. Nobody cares. In 2025 Meta won."
SENTENCES = ((0, 6), (7, 23), (24, 40), (41, 54), (55, 72))


def make_passage(
    number: int = 0,
    *,
    title: str = "T",
    heading: str = "",
    text: str = TEXT,
    sentences: tuple[tuple[int, int], ...] = SENTENCES,
) -> Passage:
    document = Document(f"{number}.txt", title, text)
    return Passage(document, number, 0, len(text), heading, sentences)


def read(
    *scripts: tuple[Passage, float, Sequence[tuple[int, int, float]]],
) -> tuple[list[Hit], list[Reading]]:
    """Hits and readings of passages, their retrieval scores and their spans."""
    hits = [Hit(passage, score, 0.0, 0.0) for passage, score, _ in scripts]
    readings = [
        Reading(passage, 0.0, 0.0, tuple(Span(passage, *span) for span in spans))
        for passage, _, spans in scripts
    ]
    return hits, readings


def make_weighing(
    answers: dict[str, float] | None = None, *, bias: float = 0.0, **spans: float
) -> Weighing:
    """A weighing by what is named; without `answers` the first span keeps its logit."""
    first = {"logit": 1.0, "gap": 0.0, "agreeing": 0.0, "bias": 0.0, **(answers or {})}
    return Weighing({**dict.fromkeys(NAMES, 0.0), **spans, "bias": bias}, first, first)


@given(st.floats(1e-4, 1 - 1e-4))
def test_a_probability_has_a_logit_and_is_found_again(probability: float) -> None:
    assert sigmoid(logit_of(probability)) == pytest.approx(probability, abs=1e-12)


@given(st.floats(-9.2, 9.2))
def test_a_logit_has_a_probability_and_is_found_again(logit: float) -> None:
    assert logit_of(sigmoid(logit)) == pytest.approx(logit, abs=1e-9)


def test_what_is_sure_or_impossible_has_a_logit_too() -> None:
    assert (sigmoid(0), sigmoid(math.log(3)), sigmoid(-math.log(3))) == pytest.approx(
        (0.5, 0.75, 0.25)
    )
    assert (sigmoid(1e9), sigmoid(-1e9)) == (1.0, 0.0)
    assert logit_of(1.0) == logit_of(0.99999) == pytest.approx(math.log(9999))
    assert logit_of(0.0) == logit_of(0.00001) == pytest.approx(-math.log(9999))


def test_a_logit_is_the_weighted_sum_and_a_bias() -> None:
    weights = {"a": 2.0, "b": -0.5, "bias": 0.25, "unseen": 9.0}
    assert find_logit({"a": 3.0, "b": 4.0}, weights) == 4.25
    assert find_logit({}, weights) == 0.25


def test_without_a_weighing_spans_go_by_score_then_by_place() -> None:
    first, second = make_passage(1), make_passage(2)
    hits, readings = read(
        (second, 0.9, [(0, 6, 3.0), (8, 9, 2.0)]),
        (first, 0.1, [(7, 9, 3.0), (7, 8, 3.0), (5, 6, 3.00004), (3, 4, 4.0)]),
    )
    found = weigh("Quark?", hits, readings, None)
    assert [(w.span.passage.number, w.span.start, w.span.end) for w in found] == [
        (1, 3, 4), (1, 5, 6), (1, 7, 8), (1, 7, 9), (2, 0, 6), (2, 8, 9),
    ]  # fmt: skip
    assert [one.confidence for one in found] == [None] * 6
    assert [one.value for one in found] == [4.0, 3.00004, 3.0, 3.0, 3.0, 2.0]


@pytest.mark.parametrize("weighing", [None, make_weighing()])
def test_nothing_found_is_nothing_weighed(weighing: Weighing | None) -> None:
    assert weigh("Quark?", [], [], weighing) == []
    hits, readings = read((make_passage(), 0.5, []), (make_passage(1), 0.4, []))
    assert weigh("Quark?", hits, readings, weighing) == []


def test_what_is_observed_of_a_span() -> None:
    asked = "How much did Quark and Xiaomi cost in 2025?"  # named: quark, xiaomi, 2025
    one = make_passage(0, title="News", heading="On Xiaomi")
    other = make_passage(1, title="Costs", text="Meta.", sentences=((0, 5),))
    hits, readings = read(
        (one, 0.75, [(16, 22, 2.5), (58, 62, -1.5), (47, 49, 0.0)]),
        (make_passage(2), 0.6, []),
        (other, 0.5, [(0, 4, 99.0), (0, 4, -99.0)]),
    )
    third = pytest.approx(1 / 3)
    assert observe_spans(asked, hits, readings) == [
        # "It costs 9 yuan.", "Quark!" before it, the heading above: quark, xiaomi, cost
        {"score": 2.5, "score_below_0": 0.0, "retrieval": 0.75, "named_near": pytest.approx(2 / 3),
         "named_in_passage": 1.0, "terms_near": 0.75, "fits": 1.0},
        # "In 2025 Meta won.", "Nobody cares." before it: xiaomi, 2025
        {"score": -1.5, "score_below_0": -1.5, "retrieval": 0.75,
         "named_near": pytest.approx(2 / 3), "named_in_passage": 1.0, "terms_near": 0.5,
         "fits": 1.0},
        # "Nobody cares.", "Xiaomi was late." before it: xiaomi
        {"score": 0.0, "score_below_0": 0.0, "retrieval": 0.75, "named_near": third,
         "named_in_passage": 1.0, "terms_near": 0.25, "fits": 0.0},
        {"score": 20.0, "score_below_0": 0.0, "retrieval": 0.5, "named_near": 0.0,
         "named_in_passage": 0.0, "terms_near": 0.25, "fits": 0.0},
        {"score": -12.0, "score_below_0": -12.0, "retrieval": 0.5, "named_near": 0.0,
         "named_in_passage": 0.0, "terms_near": 0.25, "fits": 0.0},
    ]  # fmt: skip


def test_a_question_without_names_misses_none() -> None:
    hits, readings = read((make_passage(), 0.5, [(0, 5, 1.0)]))
    (seen,) = observe_spans("what does it cost?", hits, readings)
    assert (seen["named_near"], seen["named_in_passage"], seen["terms_near"]) == (1.0, 1.0, 0.0)


def test_a_span_across_sentences_is_near_all_of_them_and_one_in_none_only_to_what_is_above() -> (
    None
):
    hits, readings = read((make_passage(title="Meta"), 0.5, [(20, 50, 1.0), (23, 24, 1.0)]))
    across, between = observe_spans("Is Quark or Xiaomi or Meta or 9 dear?", hits, readings)
    assert across["named_near"] == 1.0
    assert between["named_near"] == 0.25
    assert across["named_in_passage"] == between["named_in_passage"] == 1.0


def test_every_word_of_a_name_has_to_be_near() -> None:
    text = "Ray-Ban Meta is dear. Ray is here."
    passage = make_passage(text=text, sentences=((0, 21), (22, 34)))
    hits, readings = read((passage, 0.5, [(0, 3, 1.0)]))
    for question, share in [("Is Ray-Ban Meta dear?", 1.0), ("Is Ray-Ban Gen dear?", 0.0)]:
        (seen,) = observe_spans(question, hits, readings)
        assert seen["named_near"] == share


def test_probabilities_are_those_of_a_hand_s_reckoning() -> None:
    # Each logit is the score + 2 for a name near; the answer's 1/2 logit + 1/4 gap + agreeing - 1.
    weighing = make_weighing(
        {"logit": 0.5, "gap": 0.25, "agreeing": 1.0, "bias": -1.0}, score=1.0, named_near=2.0
    )
    hits, readings = read(
        (make_passage(0), 0.5, [(0, 5, -1.0), (58, 62, 1.0)]),
        (make_passage(1), 0.4, [(58, 62, 0.5), (41, 47, -2.0)]),
    )
    found = weigh("Is Quark sold?", hits, readings, weighing)
    # "Quark" is near the first alone: logits 1, 1, 0.5, -2; a tie goes by the reader's score.
    assert [w.span.text for w in found] == ["2025", "Quark", "2025", "Nobody"]
    # The rival is "Quark", as likely: no gap. One other passage says "2025" too.
    sure = 1 / (1 + math.exp(-(0.5 * 1 + 0.25 * 0 + 1.0 - 1.0)))
    assert sure == pytest.approx(0.6225, abs=5e-5)
    # Quark 0.7311 and the other 2025 0.6225 are shown as no surer than the first.
    assert [one.confidence for one in found] == [0.6225, 0.6225, 0.6225, 0.1192]
    assert [one.value for one in found] == [0.6225, 0.6225, 0.6225, 0.1192]


def test_a_name_or_year_that_is_not_near_the_evidence_lowers_the_confidence() -> None:
    weighing = make_weighing(score=1.0, named_near=2.0, named_in_passage=1.0, bias=-3.0)
    hits, readings = read((make_passage(), 0.5, [(16, 22, 1.0)]))

    def ask(question: str) -> float:
        (one,) = weigh(question, hits, readings, weighing)
        assert one.confidence is not None
        return one.confidence

    assert ask("What does Quark cost?") == round(sigmoid(1), 4)
    assert ask("What does Meta cost?") == round(sigmoid(-1), 4)  # elsewhere in the passage
    assert ask("What does Rokid cost?") == round(sigmoid(-2), 4)
    assert ask("What did Quark cost in 2025?") == round(sigmoid(0), 4)
    assert ask("What did Quark cost in 2024?") == round(sigmoid(-0.5), 4)
    assert ask("what does it cost?") == round(sigmoid(1), 4)


def test_equal_probabilities_go_by_score_then_place() -> None:
    hits, readings = read(
        (make_passage(3), 0.5, [(0, 5, 1.0), (7, 9, 2.0)]),
        (make_passage(2), 0.5, [(8, 9, 1.0), (0, 5, 1.0)]),
    )
    found = weigh("Quark?", hits, readings, make_weighing())
    assert [(w.span.passage.number, w.span.start) for w in found] == [
        (3, 7), (2, 0), (2, 8), (3, 0),
    ]  # fmt: skip
    assert {one.confidence for one in found} == {0.5}


@given(
    scores=st.lists(st.floats(-15, 25), min_size=1, max_size=8),
    bias=st.floats(-9, 9),
    gap=st.floats(-2, 2),
)
def test_nothing_is_surer_than_the_first_and_all_are_probabilities(
    scores: list[float], bias: float, gap: float
) -> None:
    spans = [(place, place + 1, score) for place, score in enumerate(scores)]
    hits, readings = read((make_passage(), 0.5, spans))
    weighing = make_weighing({"gap": gap, "bias": bias}, score=1.0)
    values = [one.value for one in weigh("Quark?", hits, readings, weighing)]
    assert len(values) == len(scores)
    assert values == sorted(values, reverse=True)
    assert 0 <= values[-1] <= values[0] <= 1


def make_ranked(*said: tuple[str, int, float, float]) -> list[tuple[Span, float]]:
    """Spans that are a whole passage each: its text, number, score and probability."""
    return [
        (Span(make_passage(number, text=text), 0, len(text), score), probability)
        for text, number, score, probability in said
    ]


def test_the_gap_is_to_the_best_that_says_something_else() -> None:
    ranked = make_ranked(
        ("2,999 yuan", 0, 1.0, 0.8), ("2999 Yuan.", 1, 1.0, 0.7), ("9 yuan", 2, 1.0, 0.5),
        ("8 yuan", 3, 1.0, 0.6),
    )  # fmt: skip
    assert observe_answer(ranked, "span") == {
        "logit": pytest.approx(math.log(4)),
        "gap": pytest.approx(math.log(4) - math.log(1.5)),
        "agreeing": 1.0,
    }


def test_a_gap_is_no_wider_than_6() -> None:
    for ranked in (make_ranked(("a", 0, 1.0, 0.9)), make_ranked(("a", 0, 1, 0.9), ("b", 1, 1, 0))):
        assert observe_answer(ranked, "span") == {
            "logit": pytest.approx(math.log(9)),
            "gap": 6.0,
            "agreeing": 0.0,
        }
    (small,) = (observe_answer(make_ranked(("a", 0, 1.0, 0.001)), "span"),)
    assert small["gap"] == pytest.approx(math.log(1 / 999) + math.log(9999))


def test_other_passages_that_say_the_same_agree_3_at_most() -> None:
    best = ("Song Gang", 0, 1.0, 0.9)

    def count(*said: tuple[str, int, float, float]) -> float:
        return observe_answer(make_ranked(best, *said), "span")["agreeing"]

    assert count() == 0
    assert count(("song  gang’s", 1, 0.5, 0.1)) == 1
    assert count(("song gang", 1, 0.5, 0.1), ("song gang", 1, 0.4, 0.1)) == 1
    assert count(("Song Gang", 0, 0.5, 0.1)) == 0  # the same passage
    assert count(("song gang", 1, 0.0, 0.1)) == 0  # rather nothing than this
    assert count(("song", 1, 0.5, 0.1)) == 0
    assert count(*(("song gang", n, 0.5, 0.1) for n in range(1, 4))) == 3
    assert count(*(("song gang", n, 0.5, 0.1) for n in range(1, 9))) == 3


@pytest.mark.parametrize(
    ("text", "folded"),
    [("The 2,999 Yuan’s", "the 2999 yuan"), ("glasses", "glass"), ("?!", "?!"), ("👍", "👍")],
)
def test_texts_are_compared_by_their_terms_or_as_they_are(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_value_is_the_confidence_where_there_is_one() -> None:
    span = Span(make_passage(), 0, 5, 3.5)
    assert (Weighed(span, None).value, Weighed(span, 0.0).value) == (3.5, 0.0)


def test_what_stands_in_the_same_sentence_is_no_rival_of_a_passage() -> None:
    passage, other = make_passage(0), make_passage(1)
    ranked = [
        (Span(passage, 16, 22, 1.0), 0.8),  # "9 yuan", in "It costs 9 yuan."
        (Span(passage, 7, 15, 1.0), 0.6),
        (Span(other, 7, 15, 1.0), 0.5),
        (Span(passage, 7, 30, 1.0), 0.4),
    ]
    narrow = math.log(4) - math.log(1.5)
    assert observe_answer(ranked, "span")["gap"] == pytest.approx(narrow)
    assert observe_answer(ranked, "passage")["gap"] == pytest.approx(math.log(4))
    assert observe_answer(ranked[:2], "passage")["gap"] == 6.0
    # What goes beyond the sentence is one.
    assert observe_answer([ranked[0], ranked[3]], "passage")["gap"] == pytest.approx(
        math.log(4) - math.log(2 / 3)
    )


def test_a_question_for_reasons_is_weighed_by_its_sentences() -> None:
    weighing = Weighing(
        {**dict.fromkeys(NAMES, 0.0), "bias": 0.0, "score": 1.0},
        {"logit": 1.0, "gap": 0.0, "agreeing": 0.0, "bias": -1.0},
        {"logit": 1.0, "gap": 0.0, "agreeing": 0.0, "bias": 2.0},
    )
    hits, readings = read((make_passage(), 0.5, [(16, 22, 1.0)]))
    for question, logit in (("What does it cost?", 0.0), ("Why is it dear?", 3.0)):
        (one,) = weigh(question, hits, readings, weighing)
        assert one.confidence == pytest.approx(sigmoid(logit), abs=2e-4)
