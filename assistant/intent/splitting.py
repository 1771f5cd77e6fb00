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
# Two things that are compared: "compare A with B", "A versus B", "which is higher: A or B".
_COMPARED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bcompar(?:e|ed|es|ing)\s+(?P<one>.+?)\s+(?:with|to|and|against)\s+(?P<other>.+)",
        r"\b(?:between)\s+(?P<one>.+?)\s+and\s+(?P<other>.+)",
        r"\b(?:set|put|hold)\s+(?P<one>.+?)\s+(?:against|beside|next to)\s+(?P<other>.+)",
        r"[:,]\s*(?P<one>[^:]+?),?\s+or\s+(?P<other>.+)",
        r"(?P<one>.+?)\s+(?:versus|vs\.?|against)\s+(?P<other>.+)",
    )
)
_OWNING = r"\b(?:its|their|his)\b|\bher\b(?=\s+\w)"
_PRONOUNS = rf"{_OWNING}|\b(?:it|they|he|she)\b"


def split_question(question: str, names: Names) -> list[str]:
    """The parts of a question that asks for several things, each a question.

    Where a later part that names no player says "it" or "its" of the one that the first names, it
    gets the name. Where the first names several, or the later part has no words of its own ("how
    much did it rise", "who says so"), the question stays whole.

    >>> names = Names([Player("quark", "Quark", "product")])
    >>> split_question("What does Quark cost and who is its chief architect?", names)
    ['What does Quark cost?', "who is Quark's chief architect?"]
    """
    parts = [part.strip(" ,;?") for part in _AND.split(question)]
    if len(parts) < 2 or not all(parts):
        return [question]
    named = list(dict.fromkeys(parts[0][one.start : one.end] for one in names.find(parts[0])))
    for place, part in enumerate(parts[1:], start=1):
        if names.find(part):
            continue
        refers = re.search(_PRONOUNS, part, re.IGNORECASE) is not None
        if (refers and len(named) > 1) or not ((refers and named) or _says_something(part)):
            return [question]
        if refers and named:
            parts[place] = _name(part, named[0])
    return [f"{part}?" for part in parts]


def find_compared(question: str) -> tuple[str, str] | None:
    """The words for the two things that a question compares; None where it names no two, or more.

    >>> find_compared("Which is higher: the price, or the cost of materials?")
    ('the price', 'the cost of materials')
    """
    for pattern in _COMPARED:
        if found := pattern.search(question):
            one, other = found["one"].strip(" ,?."), found["other"].strip(" ,?.")
            more = re.search(r",|\b(?:and|or)\b", f"{one} {other}")
            return (one, other) if one and other and not more else None
    return None


def _says_something(part: str) -> bool:
    """Whether words of a question are more than form: "how fast does it grow" is of anything."""
    form = frozenset(find_terms(" ".join(STOP_WORDS | FORM)))
    return any(term not in form for term in find_terms(re.sub(r"\bhow \w+", "", part)))


def _name(part: str, name: str) -> str:
    owned = re.sub(_OWNING, lambda _: f"{name}'s", part, flags=re.IGNORECASE)
    return re.sub(_PRONOUNS, lambda _: name, owned, flags=re.IGNORECASE)
