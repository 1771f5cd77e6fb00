"""A follow-up is understood with the questions before it."""

from collections.abc import Sequence
from datetime import date

from assistant.answer.answerer import Answerer
from assistant.records import Carried


def understand(
    question: str, previous: Sequence[str], answerer: Answerer, as_of: date
) -> tuple[str, Carried | None]:
    """The question as it stands by itself, and what was carried over into it; None for nothing."""
    del previous, answerer, as_of
    return question, None
