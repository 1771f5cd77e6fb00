"""Feedback for the tests that store it and make questions of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assistant.feedback.record import AskedIndex, Feedback, GivenAnswer, QuotedPlace

PRICES = "Quark glasses cost 2,999 yuan. Nobody makes money.\n\nXiaomi sold 5 cars. Rokid sold 50."


def place(quote: str, *, document: str = "prices.txt", text: str = PRICES) -> QuotedPlace:
    """Where a document first says something."""
    start = text.index(quote)
    return QuotedPlace(document, start, start + len(quote), quote)


def answer_of(text: str | None = "2,999 yuan", *cited: QuotedPlace, **fields: Any) -> GivenAnswer:
    """An answer, cited by its price unless something else is given."""
    citations = cited or (place("Quark glasses cost 2,999 yuan."),)
    answered = GivenAnswer("answered", "span", text, (), None, 0.8, citations, (), None)
    return replace(answered, **fields)


ANSWERED = answer_of()
ABSENT = answer_of(None, outcome="absent", kind="none", citations=(), closest=("prices.txt",))
NOT_SURE = answer_of("5", place("Xiaomi sold 5 cars."), outcome="not_sure", kind="none")


def feedback_of(question: str = "What do Quark glasses cost?", **fields: Any) -> Feedback:
    """What somebody said about an answer: that it is right, unless something else is given."""
    said = Feedback(
        id="a1",
        time=datetime(2026, 3, 1, 12, tzinfo=UTC),
        question=question,
        verdict="right",
        answer=ANSWERED,
        index=AskedIndex("default", "000001", "span"),
    )
    return replace(said, **fields)
