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
    """Sample questions for the first page, and suggestions to show after answers.

    `untried` counts the passages that came with updates since the last question was tried for them.
    """

    samples: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    tried: Tried | None = None
    untried: int = 0


class KeptQuestions(NamedTuple):
    """What an update keeps of the questions of the previous generation, with passages as numbered
    now.

    `again` are those that may be answered otherwise than before. `tries` questions are due for the
    documents with new passages, of which `new` are the ids.
    """

    chosen: ChosenQuestions
    again: tuple[Suggestion, ...]
    tries: int
    new: frozenset[str]

    @property
    def is_final(self) -> bool:
        """Whether no question has to be asked."""
        return not self.again and not self.tries
