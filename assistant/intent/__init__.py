"""What a question wants: its kind, whom it names, and what is left of its words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.figures import Change, Period
from assistant.figures.periods import find_times
from assistant.intent.rules import HELPED, are_beside, choose, find_heads
from assistant.intent.words import (
    AMOUNTS,
    CHANGES,
    ENDS,
    EXCEPT,
    EXPECTED,
    FORM,
    HIGHEST,
    LOWEST,
    NOUNS,
    ROLE_NOUNS,
    ROLE_VERBS,
    SOURCES,
)
from assistant.players import Names
from assistant.records import Kind, Mention, Player, PlayerKind
from assistant.terms import STOP_WORDS, find_terms

SHORTER = 364  # days: what is shorter than a year
Direction = Literal["highest", "lowest"]

_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_SOURCE = "source"  # the role of whoever is cited for figures


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question wants.

    `players` are those it names, `excluded` those it leaves out ("besides Rokid"), `nouns` the
    kinds of player it asks for and `roles` their roles, `amounts` whether it asks for figures by
    their unit, `expected` whether for forecasts. `direction` is the end of a scale it asks for.
    `part` is the part of a year it names with the year, a quarter or a month. `terms` are what is
    left of its words: what it is about.
    """

    question: str
    kind: Kind
    players: tuple[Player, ...]
    excluded: tuple[Player, ...]
    nouns: tuple[PlayerKind, ...]
    roles: tuple[str, ...]
    amounts: bool
    expected: bool
    direction: Direction | None
    years: tuple[int, ...]
    part: Period | None
    terms: tuple[str, ...]

    @property
    def change(self) -> Change | None:
        """Whether what rose, or what fell, is asked for; None where neither or both."""
        changes = find_changes(self.question)
        return next(iter(changes)) if len(changes) == 1 else None

    @property
    def asks_which(self) -> bool:
        """Whether one of a kind is asked for: "which chip", "what firm", not "what is the chip"."""
        return _find(rf"^\W*(?:which|what)\s+(?!(?:{HELPED})\b)", self.question)


def read_intent(question: str, players: Sequence[Player], names: Names) -> Intent:
    """What a question wants, by the rules."""
    by_id = {player.id: player for player in players}
    known_roles = dict.fromkeys(role for player in players for role in player.roles)
    mentions = names.find(question)
    left_out = _find_excluded(question, mentions)
    named = [one for one in mentions if one not in left_out]
    heads = find_heads(question, known_roles)
    asked = [kinds for many, one, kinds in NOUNS if _find(rf"\b(?:{many}|{one})\b", heads)]
    return Intent(
        question=question,
        kind=_choose(question, known_roles, named),
        players=tuple(dict.fromkeys(by_id[one.player_id] for one in named)),
        excluded=tuple(dict.fromkeys(by_id[one.player_id] for one in left_out)),
        nouns=tuple(dict.fromkeys(kind for kinds in asked for kind in kinds)),
        roles=_find_roles(question, heads, known_roles),
        amounts=_find(rf"\b(?:{AMOUNTS})\b", question),
        expected=_find(EXPECTED, question),
        direction=_find_direction(question),
        years=tuple(int(year) for year in dict.fromkeys(_YEAR.findall(question))),
        part=_find_part(question),
        terms=_find_terms(question, mentions),
    )


def find_changes(question: str) -> set[Change]:
    """Whether a question speaks of what rose, fell, or both."""
    return {change for change, words in CHANGES.items() if _find(words, question)}


def _find_excluded(question: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The names that a question leaves out: behind "besides", and what stands beside them."""
    behind = {found.end() for found in re.finditer(EXCEPT, question, re.IGNORECASE)}
    found: list[Mention] = []
    for one in mentions:
        if one.start in behind or (found and are_beside(question, [found[-1], one])):
            found.append(one)
    return found


def find_role_terms(role: str, *, verbs: bool = True) -> frozenset[str]:
    """The terms that questions have for a role, with what its players do where `verbs`."""
    doing = ROLE_VERBS.get(role, "") if verbs else ""
    return frozenset(find_terms(f"{role} {ROLE_NOUNS.get(role, '')} {doing}"))


def _choose(question: str, roles: Iterable[str], mentions: Sequence[Mention]) -> Kind:
    kind = choose(question, roles)
    # Names that stand beside each other are compared, where nothing else is asked for.
    return "comparison" if kind in ("span", "passage") and are_beside(question, mentions) else kind


def _find_roles(question: str, heads: str, roles: Iterable[str]) -> tuple[str, ...]:
    """The roles that a question asks for; where it names a kind of player alone, those whose doing
    it names.
    """
    asked = frozenset(find_terms(re.sub(r"\bstart-up", "startup", heads, flags=re.IGNORECASE)))
    by_noun = tuple(role for role in roles if asked & find_role_terms(role, verbs=False))
    if by_noun:
        return by_noun
    if _SOURCE in roles and _find(SOURCES, question):
        return (_SOURCE,)
    if not find_noun_terms(heads):
        return ()
    doing = frozenset(find_terms(question))
    return tuple(role for role in roles if doing & find_role_terms(role))


def find_noun_terms(question: str) -> frozenset[str]:
    """The terms of a question's words for kinds of player."""
    nouns = "|".join(f"{many}|{one}" for many, one, _ in NOUNS)
    found = re.findall(rf"\b(?:{nouns})\b", question, re.IGNORECASE)
    return frozenset(find_terms(" ".join(found)))


def _find_part(question: str) -> Period | None:
    """The part of a year that a question names together with the year."""
    periods = (time.period for time in find_times(question, None))
    parts = (period for period in periods if period and _YEAR.search(period.words))
    return next((part for part in parts if (part.end - part.start).days < SHORTER), None)


def _find(pattern: str, question: str) -> bool:
    return re.search(pattern, question, re.IGNORECASE | re.DOTALL) is not None


def _find_direction(question: str) -> Direction | None:
    """The end of a scale that is asked for; of both, the one that is named first.

    "Above or below" asks for neither.
    """
    if _find(r"\b(?:above or below|below or above|more or less)\b", question):
        return None
    ends = {
        "highest": re.search(HIGHEST, question, re.IGNORECASE),
        "lowest": re.search(LOWEST, question, re.IGNORECASE),
    }
    found = {end: match.start() for end, match in ends.items() if match}
    if not found:
        return None
    return "highest" if min(found, key=lambda end: found[end]) == "highest" else "lowest"


def _find_terms(question: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The terms of a question without names, years, and words of form."""
    bare = list(question)
    for mention in mentions:
        bare[mention.start : mention.end] = "_" * (mention.end - mention.start)
    unnamed = re.sub(r"_+(?:['’]s\b)?", " ", "".join(bare))
    kept = re.sub(rf"{ENDS}|{EXCEPT}", " ", _YEAR.sub(" ", unnamed), flags=re.IGNORECASE)
    form = frozenset(find_terms(" ".join(STOP_WORDS | FORM)))
    return tuple(dict.fromkeys(term for term in find_terms(kept) if term not in form))
