"""A follow-up is understood with the questions before it.

Which questions stand by themselves is learned (`assistant.read.followup`). Any other is asked
together with the one before, and that with the one before it, back to the last that stood alone:
"Price of Quark? / and Rokid? / why?" is what the reader reads, after "why?" was asked.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.read.followup import open_followup_model
from assistant.records import Carried
from assistant.text import STOP_WORDS

SEPARATOR = " / "
# Characters of a follow-up with what is carried over: of a longer text the reader would cut the
# end, and with it the follow-up.
LONGEST = 220
_WORD = re.compile(r"\w+(?:[.,:'’&/-]\w+)*")


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is asked of the documents: `text`, which ends with the `question` itself."""

    text: str
    question: str
    carried: Carried | None = None


def understand(
    question: str, previous: Sequence[str], can_read: Callable[[str], bool]
) -> Understood:
    """A question with what it leaves out; after a change of topic, as it is.

    `can_read` says whether the models know the script of a text; else nothing is carried over.
    """
    before: Understood | None = None
    for asked in (*previous, question):
        alone = Understood(asked, asked)
        if before is None or asked.casefold() == before.question.casefold():
            before = before if before and asked == before.question else alone
            continue
        before = _join(asked, before) if _follows(asked, before, can_read) else alone
    assert before is not None  # the question itself was the last
    return before


def find_content_words(question: str) -> tuple[str, ...]:
    """The words of a question that say what it is about, in order, each once.

    >>> find_content_words("What did the new Quark cost?")
    ('new', 'Quark', 'cost')
    """
    words = (match[0] for match in _WORD.finditer(question))
    return tuple(dict.fromkeys(word for word in words if word.casefold() not in STOP_WORDS))


def _follows(question: str, before: Understood, can_read: Callable[[str], bool]) -> bool:
    """Whether a question is asked with the one before it."""
    if not (can_read(question) and can_read(before.question)):
        return False
    return not open_followup_model().stands_alone(question, before.question)


def _join(question: str, before: Understood) -> Understood:
    """A follow-up with as much of the text before it as there is room for."""
    for text in (before.text, before.question):
        full = f"{text}{SEPARATOR}{question}"
        words = find_content_words(text)
        if words and len(full) <= LONGEST:
            return Understood(full, question, Carried(before.question, words, full))
    return Understood(question, question)
