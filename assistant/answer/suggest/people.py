"""Who the people are that sentences name with their roles."""

import re
from collections.abc import Iterator

from assistant.answer.suggest import wordlists as lists
from assistant.answer.suggest.phrasing import frame
from assistant.text import STOP_WORDS

_PERSON = (
    r"(?P<name>[A-Z][a-z’'-]+(?: (?:[A-Z]\.|de|van|der|von|la|bin|al|[A-Z][a-z’'-]+))*?"
    r" [A-Z][A-Za-z’'-]+)"
)
_ROLE = rf"(?:{'|'.join(lists.ROLES)})"
_NAME_AND_ROLE = re.compile(
    rf"(?<![\w’'-] ){_PERSON}, (?:(?:the|an?|its|their) )?(?:[\w’'-]+ ){{0,3}}{_ROLE}\b"
)
_ROLE_AND_NAME = re.compile(
    rf"\b{_ROLE} (?:(?:executive|financial|operating|scientist|officer|engineer) )?{_PERSON}"
    r"(?![\w-])(?! [A-Z])"
)


def ask_roles(sentence: str) -> Iterator[str]:
    """Who the people are whose roles a sentence names."""
    for pattern in (_NAME_AND_ROLE, _ROLE_AND_NAME):
        for found in pattern.finditer(sentence):
            first = found["name"].split()[0]
            if first.lower() not in STOP_WORDS | lists.NO_SUBJECTS and first not in lists.MONTHS:
                yield frame("who", f"is {found['name']}")
