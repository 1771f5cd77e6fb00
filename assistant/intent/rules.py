"""What kind of answer a question wants: one table of rules that a person can read.

`{players}` are what questions call players, several of them, and `{player}` one; `{amounts}` are
figures. `{to}` are the words before the noun that is asked for: none of them is a verb that helps
another, or a noun in the plural.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from assistant.intent.words import AMOUNTS, NOUNS, ROLE_NOUNS
from assistant.question import choose_kind
from assistant.records import Kind, Mention

_COMPARED = (
    r"cheap|dear|expensive|pric|high|low|long|short|larg|bigg?|small|heavi|light|wid|fast|slow|great"
    r"|strong|steep|sharp|weak|few|near|thin|thick"
)
_MORE = rf"(?:(?:{_COMPARED})\w*er|more|less|fewer|better|worse)"
_MOST = rf"(?:most|least|(?:{_COMPARED})\w*est)"
# A noun in the plural, as far as its form tells.
_PLURAL = (
    r"(?!does|has|is|was|its|this|us|whose|across|versus|plus)"
    r"(?:\w*[^\W\ds]s|people|men|women|children)"
)
_MOVED = (
    r"chang\w+|develop\w*|evolv\w+|gr[eo]w\w*|mov(?:e|es|ed|ing)|ris(?:en|e|es|ing)|rose|fall\w*"
    r"|fell|increas\w+|decreas\w+|declin\w+|climb\w*|surg\w+|soar\w*|jump\w*|drop\w*|shift\w*"
    r"|shr[aiu]nk\w*|improv\w+|expected"
)
HELPED = r"has|have|had|did|do|does|is|are|was|were|will|would|may|might|should|can|could"
_ASKED = r"who|whose|what|which|where|when|why|how"
_DATA = r"(?:data|figures|numbers|statistics|estimates)"
# The first rule that a question fits decides.
_RULES: tuple[tuple[Kind, str], ...] = (
    ("count", r"\bhow many (?:different |other |of the )?(?:\w+ ){0,2}?{players}\b"),
    ("count", r"^\W*(?:(?:what|give|tell).*)?\b(?:number|count) of (?:\w+ ){0,2}?{players}\b"),
    (
        "comparison",
        r"\b(?:compar(?:e[sd]?|ing|isons?)|versus|vs|differ(?:s|ed|ences?|ent from)?"
        r"|contrast\w*|side by side|(?:stack|measure)[sd]? up|relative to|gap between"
        r"|above or below|more or less than|which of the (?:two|three))\b",
    ),
    ("comparison", r"\b(?:set|put|hold)\b.+\b(?:against|beside|next to)\b|\bagainst\b.+:"),
    ("comparison", rf"\b{_MORE}\b.*(?:\bthan\b|,? or )"),
    ("comparison", rf"^\W*(?:which|whose|who)\b.*\b{_MORE}\b"),
    ("comparison", rf"\b{_MOST}\b"),
    (
        "trend",
        r"\bover time\b|\bsince (?:19|20)\d\d|\bfrom (?:19|20)\d\d (?:to|until) (?:19|20)\d\d",
    ),
    ("list", r"^\W*(?:which|what|name|list|give|tell|show)\b{to}\b{players}\b"),
    ("list", r"\b(?:from|by|with|of|to|for|on|at) (?:which|what|whose) (?:\w+ )?{players}\b"),
    ("list", r"\b(?:every|each) (?:\w+ ){0,2}?{player}\b"),
    ("list", r"\b(?:all|every|each|list|names) (?:of )?(?:the )?(?:\w+ ){0,2}?{players}\b"),
    ("list", rf"^\W*(?!(?:{_ASKED}|{HELPED})\b)(?:\w+ ){{0,3}}?{{players}}\b"),
    ("list", r"\b(?:everybody|everyone|anybody|anyone|all) (?:who|that|named|mentioned|quoted)\b"),
    ("list", r"^\W*who (?:all )?(?:are|were) (?:the|all)\b"),
    ("list", r"^\W*who (?:all )?(?:is|are|was|were|gets?) (?:named|mentioned|quoted|cited)\b"),
    ("list", rf"\bwhose {_DATA}\b|\bwhere (?:do|does|did) (?:\w+ ){{0,3}}{_DATA}\b.*\bfrom\b"),
    ("list", r"^\W*(?:list|name|give|show)\b.*\b(?:all|every|each)\b"),
    (
        "list",
        r"(?<!\bby )\b(?:which|what|all|every)\b.*\b{amounts}\b"
        r".*\b(?:\w+ed|in|are|does|do|appear\w*)\b",
    ),
    ("trend", r"\b(?:trend\w*|forecast\w*|outlook|trajectory|growth|evolution|timeline)\b"),
    ("trend", rf"^\W*how (?:{HELPED})\b.*\b(?:{_MOVED})\b"),
    (
        "trend",
        r"^\W*(?:(?:by )?how (?:much|far|fast|strongly|quickly)"
        rf"|by what (?:percentage|percent|share|amount|factor))\b.*\b(?:{_MOVED})\b",
    ),
    ("trend", rf"^\W*(?:show|tell|describe|explain|trace)\b.*\bhow\b.*\b(?:{_MOVED})\b"),
    (
        "list",
        rf"^\W*(?:which|what|in which|in what) (?:(?!(?:{HELPED})\b)\w+ ){{0,3}}?{_PLURAL}"
        rf"(?: (?:of|in|for|at|from) .+?)? (?:{HELPED})\b",
    ),
    ("list", r"\b(?:which|what) (?:kinds|sorts|types|categories) of\b"),
    ("list", rf"^\W*(?:list|name|give me|enumerate) (?:\w+ ){{0,3}}?{_PLURAL}\b"),
    (
        "list",
        rf"^\W*(?!(?:{_ASKED}|{HELPED})\b)(?:the )?(?:\w+ ){{0,2}}?{_PLURAL} "
        r"(?:of|that|which|for|behind|with)\b",
    ),
)  # fmt: skip
# Between two names that stand beside each other: "Xiaomi and Rokid", "Xiaomi's, Meta's".
_BESIDE = re.compile(
    r"(?:['’]s?)?\s*(?:,|and|or|&|/|vs\.?|versus|, and|, or)\s*(?:the |that of )?", re.I
)


def choose(question: str, roles: Iterable[str]) -> Kind:
    """The kind of answer a question wants; `roles` are those that players have."""
    many, one = _call(roles)
    to = rf"(?:\W+(?!(?:{HELPED})\b|{_PLURAL}\b(?!\W+(?:{many})\b))\w+){{0,7}}?\W+"
    for kind, rule in _RULES:
        filled = rule.replace("{players}", f"(?:{many})").replace("{player}", f"(?:{one})")
        filled = filled.replace("{to}", to)
        if re.search(filled.replace("{amounts}", f"(?:{AMOUNTS})"), question, re.I | re.S):
            return kind if kind != "span" else choose_kind(question)
    return choose_kind(question)


def _call(roles: Iterable[str]) -> tuple[str, str]:
    """What questions call players, of some roles too: several of them, and one."""
    called = [word for role in roles for word in (role, *ROLE_NOUNS.get(role, "").split())]
    many = [many for many, _, _ in NOUNS] + [f"{re.escape(word)}s" for word in called]
    one = [one for _, one, _ in NOUNS] + [re.escape(word) for word in called]
    return "|".join(many), "|".join(one)


def are_beside(question: str, mentions: Sequence[Mention]) -> bool:
    """Whether two names of a question stand beside each other, as what is compared does."""
    return any(
        _BESIDE.fullmatch(question[one.end : other.start]) for one, other in pairwise(mentions)
    )


def find_heads(question: str, roles: Iterable[str]) -> str:
    """The words among which a question says what it asks for: behind its opening or a question
    word, up to a verb that helps another or a noun in the plural that is no kind of player.
    """
    many, one = _call(roles)
    kinds = f"{many}|{one}"
    other = rf"(?!(?:{kinds})\b){_PLURAL}\b(?!\W+(?:{kinds})\b)"
    words = rf"((?:\W*\b(?!(?:{HELPED})\b|{other})\w+){{0,10}})"
    openings = (
        r"^",
        r"^\W*who (?:are|were|is|was) (?:all |the )*",
        r"\b(?:which|what|whose|every|each|all|how many)\b",
    )
    found = (re.findall(f"{opening}{words}", question, re.I | re.S) for opening in openings)
    return " | ".join(head for heads in found for head in heads)
