"""Words of notices and refusals, the same for all formats."""

from collections.abc import Sequence

SHOWN = 5  # names in a message
_PLURALS = {"is": "are", "was": "were", "has": "have"}


def count_things(count: int, thing: str, verb: str = "") -> str:
    """A number of things in words, with a verb ("is", "was", "has") if given.

    >>> count_things(1, "comment", "was"), count_things(2, "comment", "was")
    ('1 comment was', '2 comments were')
    """
    words = f"{count:,} {thing}{'' if count == 1 else 's'}"
    return f"{words} {verb if count == 1 else _PLURALS[verb]}" if verb else words


def list_some(names: Sequence[str]) -> str:
    """The first of some names, and "…" if there are more."""
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def describe_hidden(count: int, thing: str, of: str = "") -> str:
    """
    >>> describe_hidden(2, "row", " of “Fees”")
    '2 rows of “Fees” are hidden and were left out'
    """
    verbs = ("is", "was") if count == 1 else ("are", "were")
    return f"{count_things(count, thing)}{of} {verbs[0]} hidden and {verbs[1]} left out"


def choose_pronoun(count: int) -> str:
    """The pronoun for some things: "it" or "them"."""
    return "it" if count == 1 else "them"
