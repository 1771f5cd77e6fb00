"""A question that asks for several things becomes several questions."""

import re

from assistant.players import Names

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

    Where a later part says "it" or "its" of the one player that the first names, it gets the name;
    where that is no one player, the question stays whole.

    >>> names = Names([Player("quark", "Quark", "product")])
    >>> split_question("What does Quark cost and who is its chief architect?", names)
    ['What does Quark cost?', "who is Quark's chief architect?"]
    """
    parts = [part.strip(" ,;?") for part in _AND.split(question)]
    if len(parts) < 2 or not all(parts):
        return [question]
    if any(re.search(_PRONOUNS, part, re.IGNORECASE) for part in parts[1:]):
        named = {parts[0][mention.start : mention.end] for mention in names.find(parts[0])}
        if len(named) != 1:
            return [question]
        (name,) = named
        parts[1:] = [_name(part, name) for part in parts[1:]]
    return [f"{part}?" for part in parts]


def _name(part: str, name: str) -> str:
    owned = re.sub(_OWNING, lambda _: f"{name}'s", part, flags=re.IGNORECASE)
    return re.sub(_PRONOUNS, lambda _: name, owned, flags=re.IGNORECASE)
