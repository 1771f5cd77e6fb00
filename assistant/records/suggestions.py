"""Questions that an index answers, found while it was built."""

from typing import NamedTuple


class Suggestion(NamedTuple):
    """A question that an index answers with confidence from one of its passages.

    `form` is the form of the question, `answer` the words it was answered with when it was tried;
    `confidence` is None for a reader that is not calibrated.
    """

    passage: int
    text: str
    form: str
    answer: str
    confidence: float | None


class Tried(NamedTuple):
    """With what suggestions were tried: the name of the reader, and how many passages it read."""

    reader: str
    passages_read: int


class ChosenQuestions(NamedTuple):
    """Sample questions for the first page, and suggestions to show after answers."""

    samples: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    tried: Tried | None = None
