"""A question that asks for several things becomes several questions."""

import re

from assistant.intent.words import FORM
from assistant.players import Names
from assistant.terms import STOP_WORDS, find_terms

# Not in one: "and" between two names or nouns. In one: "and" before another question word.
_AND = re.compile(
    r"(?:,?\s+and|\s+\+|;)\s+(?=(?:(?:by|from|in|at|to|for|on|with|of)\s+)?"
    r"(?:who|what|which|when|where|why|how|whose)\b)|(?<=\?)\s+(?=\w)",
    re.IGNORECASE,
)
_OWNING = r"\b(?:its|their|his)\b|\bher\b(?=\s+\w)"
_PRONOUNS = rf"{_OWNING}|\b(?:it|they|he|she)\b"


def split_question(question: str, names: Names) -> list[str]:
    """The parts of a question that asks for several things, each a question.

    Where a later part that names no player says "it" or "its" of the one that the first names, it
    gets the name. Where the first names several, or the later part says nothing beside "it", the
    question stays whole.

    >>> names = Names([Player("quark", "Quark", "product")])
    >>> split_question("What does Quark cost and who is its chief architect?", names)
    ['What does Quark cost?', "who is Quark's chief architect?"]
    """
    parts = [part.strip(" ,;?") for part in _AND.split(question)]
    if len(parts) < 2 or not all(parts):
        return [question]
    named = list(dict.fromkeys(parts[0][one.start : one.end] for one in names.find(parts[0])))
    for place, part in enumerate(parts[1:], start=1):
        if re.search(_PRONOUNS, part, re.IGNORECASE) and not names.find(part):
            if len(named) > 1 or not (named or _says_something(part)):
                return [question]
            parts[place] = _name(part, named[0]) if named else part
    return [f"{part}?" for part in parts]


def _says_something(part: str) -> bool:
    """Whether words of a question are more than form: "how fast does it grow" is of anything."""
    form = frozenset(find_terms(" ".join(STOP_WORDS | FORM)))
    return any(term not in form for term in find_terms(re.sub(r"\bhow \w+", "", part)))


def _name(part: str, name: str) -> str:
    owned = re.sub(_OWNING, lambda _: f"{name}'s", part, flags=re.IGNORECASE)
    return re.sub(_PRONOUNS, lambda _: name, owned, flags=re.IGNORECASE)
