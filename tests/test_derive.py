"""Values that follow from figures, worked by hand."""

import re
from decimal import Decimal

import pytest

from assistant.answer import Assistant
from assistant.evaluate.questions import read_questions
from assistant.figures.derive import compare, derive_earlier
from assistant.records import Cell, Part
from assistant.schema.rendering import render_answer
from assistant.schema.text import render_text
from tests.conftest import QUESTIONS
from tests.figuring import find


def test_the_earlier_level_follows_from_a_level_and_its_change() -> None:
    figures = find("Shipment reached 1.487 million units, a year - on - year increase of 82.3%.")
    (derived,) = derive_earlier(figures)
    assert (derived.value, derived.unit) == (Decimal(815700), "unit")
    assert derived.words == "815,700 units"
    assert derived.formula == "815,700 ≈ 1,487,000 / (1 + 82.3%)"
    assert derived.inputs == tuple(figures)


def test_a_fall_gives_a_higher_level_before_it() -> None:
    (derived,) = derive_earlier(find("Sales reached 80 units, a decline of 20%."))
    assert (derived.value, derived.formula) == (Decimal(100), "100 = 80 / (1 − 20%)")


def test_a_change_of_another_sentence_gives_no_earlier_level() -> None:
    assert derive_earlier(find("Shipment reached 10 units. There was an increase of 5%.")) == []


def test_what_a_whole_fall_was_from_nobody_can_tell() -> None:
    assert derive_earlier(find("Sales reached 80 units, a decline of 100%.")) == []


def test_a_difference_and_a_ratio_name_the_greater_figure_first() -> None:
    difference, ratio = compare(*find("Xiaomi has 4 shops. Huawei has 8 shops."))
    assert (difference.words, difference.formula) == ("4 shops", "4 = 8 − 4")
    assert (ratio.words, ratio.formula) == ("2 times", "2 = 8 / 4")


@pytest.mark.parametrize(
    "text",
    [
        "The price of it is 5 yuan. The price of it is 8 yuan.",  # of one time and nobody's
        "Xiaomi has a yield of 95%. Huawei has a loss of 9%.",
        "Xiaomi has 4 shops. Huawei has 4 shops.",
        "Xiaomi has 4 shops. Huawei has over 8 shops.",
        "Xiaomi has 4 shops. Huawei is expected to have 8 shops.",
        "Xiaomi has a price of 4 yuan. Huawei has a price of $8.",
    ],
)
def test_other_levels_are_not_compared(text: str) -> None:
    assert compare(*find(text)) == []


def test_shares_differ_by_percentage_points() -> None:
    difference, ratio = compare(*find("Xiaomi has a yield of 90%. Huawei has a yield of 95%."))
    assert difference.words == "5 percentage points"
    assert (ratio.value, ratio.formula) == (Decimal("1.056"), "1.056 ≈ 95 / 90")


def test_bounds_give_nothing_derived() -> None:
    assert (
        derive_earlier(find("Shipment reached over 10 units, a year-on-year increase of 5%.")) == []
    )


def compute(formula: str) -> tuple[Decimal, Decimal]:
    """What an equation claims, and what its right side is: a / (1 + b%), a - b or a / b."""
    claimed, right = re.split(" [=≈] ", formula.replace(",", ""))
    change = re.fullmatch(r"(\S+) / \(1 ([+−]) (\S+)%\)", right)
    if change:
        sign = 1 if change[2] == "+" else -1
        return Decimal(claimed), Decimal(change[1]) / (1 + sign * Decimal(change[3]) / 100)
    first, operation, second = right.split()
    if operation == "−":
        return Decimal(claimed), Decimal(first) - Decimal(second)
    return Decimal(claimed), Decimal(first) / Decimal(second)


def test_every_formula_of_the_answers_is_right(article_assistant: Assistant) -> None:
    formulas = set()
    for question in read_questions(QUESTIONS):
        answer = article_assistant.ask(question.question)
        cells = [c for row in answer.table.rows for c in row.cells if c] if answer.table else []
        pieces: list[Part | Cell] = [*answer.parts, *cells]
        formulas |= {piece.formula for piece in pieces if piece.formula is not None}
    equations = {formula for formula in formulas if "names counted" not in formula}
    assert "815,700 ≈ 1,487,000 / (1 + 82.3%)" in equations
    for formula in equations:
        claimed, right = compute(formula)
        assert abs(claimed - right) <= right / 1000, formula


def test_what_is_derived_says_how_everywhere(article_assistant: Assistant) -> None:
    question = "What is the battery life of Xiaomi compared with Ray-Ban Meta?"
    body = render_answer(article_assistant.ask(question))
    assert body.answer is not None
    derived = [part for part in body.answer.parts if part.formula is not None]
    assert [(part.text, part.formula) for part in derived] == [
        ("difference: 4.6 h", "4.6 = 8.6 − 4"),
        ("ratio: 2.15 times", "2.15 = 8.6 / 4"),
    ]
    assert all(len(part.citations) == 2 for part in derived)
    assert "difference: 4.6 h [1][2] (4.6 = 8.6 − 4)" in render_text(body)
