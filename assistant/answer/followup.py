"""A follow-up is understood with the questions before it.

Which questions stand by themselves is learned (`assistant.read.followup`). Any other is asked
together with the one before, and that with the one before it, back to the last that stood alone:
"Price of Quark? / and Rokid? / why?" is what the reader reads, after "why?" was asked. One that is
only the name of a player takes the place of the player before: "Price of Rokid?".
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
# A question that is only a name ("who is Rokid?") stands by itself where that is as likely as not:
# the threshold for others is lower, so that a change of topic carries nothing over.
LEAST_ALONE_OF_NAME = 0.5
_WORD = re.compile(r"\w+(?:[.,:'’&/-]\w+)*")


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is asked of the documents: `text`."""

    text: str
    question: str
    carried: Carried | None = None

    @property
    def is_joined(self) -> bool:
        """Whether the text is several questions, of which the last is the question itself."""
        return self.text.endswith(f"{SEPARATOR}{self.question}")


def understand(
    question: str,
    previous: Sequence[str],
    can_read: Callable[[str], bool],
    rename: Callable[[str, str], str | None] = lambda _question, _before: None,
) -> Understood:
    """A question with what it leaves out; after a change of topic, as it is.

    `can_read` says whether the models know the script of a text; else nothing is carried over.
    `rename(question, before)` gives the question before with the player that a question is only the
    name of; None if it is more than that.
    """
    before: Understood | None = None
    for asked in (*previous, question):
        if before is None or asked.casefold() == before.question.casefold():
            before = before if before and asked == before.question else Understood(asked, asked)
        elif can_read(asked) and can_read(before.question):
            before = _understand_after(asked, before, rename)
        else:
            before = Understood(asked, asked)
    assert before is not None  # the question itself was the last
    return before


def find_content_words(question: str) -> tuple[str, ...]:
    """The words of a question that say what it is about, in order, each once.

    >>> find_content_words("What did the new Quark cost?")
    ('new', 'Quark', 'cost')
    """
    words = (match[0] for match in _WORD.finditer(question))
    return tuple(dict.fromkeys(word for word in words if word.casefold() not in STOP_WORDS))


def _understand_after(
    question: str, before: Understood, rename: Callable[[str, str], str | None]
) -> Understood:
    model = open_followup_model()
    likely_alone = model.estimate_alone(question, before.question)
    renamed = None if before.is_joined else rename(question, before.text)
    if renamed is not None and likely_alone < LEAST_ALONE_OF_NAME:
        kept = tuple(word for word in find_content_words(before.text) if word in renamed)
        return Understood(renamed, question, Carried(before.question, kept, renamed))
    if likely_alone >= model.settings.least_alone:
        return Understood(question, question)
    return _join(question, before)


def _join(question: str, before: Understood) -> Understood:
    """A follow-up with as much of the text before it as there is room for."""
    for text in (before.text, before.question):
        full = f"{text}{SEPARATOR}{question}"
        words = find_content_words(text)
        if words and len(full) <= LONGEST:
            return Understood(full, question, Carried(before.question, words, full))
    return Understood(question, question)
