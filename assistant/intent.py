"""What a question wants: one table of rules that a person can read.

Lists and counts are of players, or of figures; comparisons, trends and superlatives are of figures.
The rest stays with the reader.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.players import Names
from assistant.question import choose_kind
from assistant.records import Kind, Player, PlayerKind
from assistant.terms import STOP_WORDS, find_terms

Direction = Literal["highest", "lowest"]

_COMPARED = (
    r"cheap|dear|expensive|pric|high|low|long|short|larg|bigg?|small|heavi|light|wid|fast|slow|great"
    r"|strong|weak|few|near|thin|thick"
)
_PLURAL = r"(?!does|has|is|was|its|this|us)(?:\w*[^\W\ds]s|people|men|women|children)"
# The first rule that a question fits decides. `{players}` are the nouns below.
_RULES: tuple[tuple[Kind, str], ...] = (
    ("count", r"^\W*how many (?:different |other |of the )?(?:\w+ ){0,2}?{players}\b"),
    (
        "comparison",
        r"\b(?:compar(?:e[sd]?|ing|isons?)|versus|vs|differ(?:s|ed|ences?|ent from)?"
        r"|contrast\w*)\b",
    ),
    ("comparison", r"\bset\b.+\bagainst\b|\bagainst\b.+:"),
    (
        "comparison",
        rf"\b(?:(?:{_COMPARED})\w*er|more|less|fewer|better|worse)\b.*(?:\bthan\b|,? or )",
    ),
    ("comparison", rf"^\W*(?:which|whose|who)\b.*\b(?:(?:{_COMPARED})\w*er|more|less|fewer)\b"),
    ("comparison", rf"\b(?:most|least|(?:{_COMPARED})\w*est)\b"),
    ("list", r"^\W*(?:which|what|name|list|give|tell|show)\b.*?\b{players}\b"),
    ("list", r"^\W*who (?:are|were) the\b|^\W*whose (?:data|figures|numbers|statistics)\b"),
    ("list", r"^\W*(?:list|name|give|show)\b.*\b(?:all|every|each)\b"),
    (
        "list",
        r"\b(?:which|what|all|every)\b.*\b{amounts}\b.*\b(?:\w+ed|in|are|does|do|appear\w*)\b",
    ),
    ("trend", r"\b(?:over time|trend\w*|forecast\w*|outlook|trajectory|growth|evolution)\b"),
    (
        "trend",
        r"^\W*how (?:has|have|had|did|do|does|is|are|was|were|will)\b.*\b(?:chang\w+|develop\w*"
        r"|evolv\w+|gr[eo]w\w*|mov\w+|risen|rise|rose|fall\w*|fell|increas\w+|decreas\w+|expected)\b",
    ),
    (
        "list",
        rf"^\W*(?:which|what) (?:\w+ ){{0,3}}?{_PLURAL}(?: (?:of|in|for|at|from) .+?)? "
        r"(?:are|were|do|did|can|could|have|had|will|would|should|may|might)\b",
    ),
)
# What questions call players, and the kinds that this may mean.
_NOUNS: tuple[tuple[str, tuple[PlayerKind, ...]], ...] = (
    (r"compan(?:y|ies)|firms?|brands?|vendors?|manufacturers?|makers?|start-?ups?|giants?"
     r"|business(?:es)?|players|competitors?|rivals?|suppliers?", ("company",)),
    (r"people|persons?|executives?|founders?|managers?|officers?|leaders?", ("person",)),
    (r"products|models?|brands of", ("product",)),
    (r"organi[sz]ations?|institut\w+|sources|data|statistics|analysts?|research\w*",
     ("organisation",)),
)  # fmt: skip
# What questions call players of some roles beside the role's own name, and what these do.
_ROLE_NOUNS = {
    "maker": "manufacturer player brand vendor competitor rival entrant",
    "startup": "start-up newcomer",
    "source": "data statistics analyst research researcher",
    "chip": "processor",
}
_ROLE_VERBS = {"maker": "make makes made making", "supplier": "supply supplies supplied supplying"}
# Lists of figures are asked for in the plural.
_AMOUNTS = (
    r"amounts|sums|prices|costs|percentages?|shares|rates|yields|numbers|figures|values|quantities"
)
# Words that say how a question is put, or what every figure may be.
_FORM = frozenset(
    "list name give show tell mention mentioned named stated state appear article text document "
    "documents say says all every each how much many compare compared comparison versus vs differ "
    "difference contrast against set change changed develop developed evolve grow grew grown "
    "growth "
    "trend over time forecast forecasts forecaster forecasters outlook expect expected more less "
    "fewer than most least offer offers offered amount sum number figure value data two three one "
    "quite other others kind kinds type types whole altogether author rely relies based cite cited "
    "quote quoted belong belongs own owns provide provides exist exists target targets result "
    "results rather expected expectation prediction predict "
    "predicted plan planned inside within into onto upon among between through during under "
    "market markets industry sector see saw seen".split()
)
_HIGHEST = re.compile(
    r"\b(?:most|longest|highest|largest|biggest|dearest|heaviest|widest|fastest|greatest|longer"
    r"|higher|larger|bigger|dearer|heavier|wider|faster|greater|more|costlier|costliest)\b",
    re.IGNORECASE,
)
_LOWEST = re.compile(
    r"\b(?:least|shortest|lowest|smallest|cheapest|lightest|fewest|narrowest|slowest|shorter|lower"
    r"|smaller|cheaper|lighter|fewer|less|slower)\b",
    re.IGNORECASE,
)
# They say which end, not of what; "cheapest" and "heaviest" say both.
_ENDS = (
    r"\b(?:most|least|more|less|fewer|fewest|(?:long|short|high|low|larg|bigg|small|great|fast|slow)"
    r"(?:e?r|e?st))\b"
)
_EXPECTED = re.compile(r"\b(?:forecast\w*|expect\w*|predict\w*|target\w*|plan\w*|outlook)\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
# Not in one: "and" between two names or nouns. In one: "and" before another question word.
_AND = re.compile(
    r",?\s+and\s+(?=(?:who|what|which|when|where|why|how|whose)\b)|(?<=\?)\s+(?=\w)", re.IGNORECASE
)


_OWNING = r"\b(?:its|their|his)\b|\bher\b(?=\s+\w)"
_PRONOUNS = rf"{_OWNING}|\b(?:it|they|he|she)\b"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question wants.

    `players` are those it names, `nouns` the kinds of player it asks for and `roles` their roles,
    `amounts` whether it asks for figures by their unit, `expected` whether for forecasts.
    `direction` is the end of a scale it asks for. `terms` are what is left of its words: what it
    is about.
    """

    question: str
    kind: Kind
    players: tuple[Player, ...]
    nouns: tuple[PlayerKind, ...]
    roles: tuple[str, ...]
    amounts: bool
    expected: bool
    direction: Direction | None
    years: tuple[int, ...]
    terms: tuple[str, ...]


def read_intent(question: str, players: Sequence[Player], names: Names) -> Intent:
    """What a question wants, by the rules."""
    by_id = {player.id: player for player in players}
    known_roles = dict.fromkeys(role for player in players for role in player.roles)
    named = tuple(dict.fromkeys(by_id[mention.player_id] for mention in names.find(question)))
    asked = [kinds for noun, kinds in _NOUNS if _asks_for(noun, question)]
    return Intent(
        question=question,
        kind=_choose(question, known_roles),
        players=named,
        nouns=tuple(dict.fromkeys(kind for kinds in asked for kind in kinds)),
        roles=_find_roles(question, known_roles),
        amounts=_find(rf"\b(?:{_AMOUNTS})\b", question),
        expected=_EXPECTED.search(question) is not None,
        direction=_find_direction(question),
        years=tuple(int(year) for year in dict.fromkeys(_YEAR.findall(question))),
        terms=_find_terms(question, names),
    )


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


def _choose(question: str, roles: Iterable[str]) -> Kind:
    called = [word for role in roles for word in (role, *_ROLE_NOUNS.get(role, "").split())]
    nouns = [noun for noun, _ in _NOUNS] + [rf"{re.escape(word)}s" for word in called]
    for kind, rule in _RULES:
        filled = rule.replace("{players}", f"(?:{'|'.join(nouns)})")
        if _find(filled.replace("{amounts}", f"(?:{_AMOUNTS})"), question):
            return kind
    return choose_kind(question)


def _find_roles(question: str, roles: Iterable[str]) -> tuple[str, ...]:
    """The roles that a question names; where it names none, those whose doing it names."""
    asked = frozenset(find_terms(question))
    by_noun = tuple(role for role in roles if asked & find_role_terms(role, verbs=False))
    return by_noun or tuple(role for role in roles if asked & find_role_terms(role))


def find_role_terms(role: str, *, verbs: bool = True) -> frozenset[str]:
    """The terms that questions have for a role, with what its players do where `verbs`."""
    doing = _ROLE_VERBS.get(role, "") if verbs else ""
    return frozenset(find_terms(f"{role} {_ROLE_NOUNS.get(role, '')} {doing}"))


def _asks_for(noun: str, question: str) -> bool:
    """Whether a noun is what is asked for: it stands before the verb, or "by name"."""
    return _find(rf"^\W*(?:\w+\W+){{0,6}}?(?:{noun})\b", question)


def _find(pattern: str, question: str) -> bool:
    return re.search(pattern, question, re.IGNORECASE | re.DOTALL) is not None


def _find_direction(question: str) -> Direction | None:
    if _HIGHEST.search(question) and not re.search(r"\bmore than\b(?!.*\?)", question):
        return "lowest" if _LOWEST.search(question) else "highest"
    return "lowest" if _LOWEST.search(question) else None


def _find_terms(question: str, names: Names) -> tuple[str, ...]:
    """The terms of a question without names, years, and words of form."""
    bare = list(question)
    for mention in names.find(question):
        bare[mention.start : mention.end] = "_" * (mention.end - mention.start)
    unnamed = re.sub(r"_+(?:['’]s\b)?", " ", "".join(bare))
    kept = re.sub(_ENDS, " ", _YEAR.sub(" ", unnamed), flags=re.IGNORECASE)
    form = frozenset(find_terms(" ".join(STOP_WORDS | _FORM)))
    return tuple(dict.fromkeys(term for term in find_terms(kept) if term not in form))
