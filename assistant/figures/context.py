"""The context of an amount in its sentence: clause, status, change, period and source."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from assistant.figures.amounts import Amount
from assistant.figures.periods import Period, Time
from assistant.records import Offsets

Status = Literal["stated", "expected", "claimed"]
Change = Literal["up", "down"]

_REACH = 300  # characters on each side of an amount that may belong to it
# Where one statement ends and the next begins.
_BOUNDARY = re.compile(
    r"[;:]\s|,?\s\b(?:but|while|whereas|although|though|however|whilst|because|why)\b"
    r"|,\s(?=(?:and|or|so|exceeding|compared)\b)",
    re.IGNORECASE,
)
# Between an amount and the time that is its own: "<$5> per cup in 2022".
_TIME_AFTER = re.compile(
    r"(?:\s(?:of|per)\s(?:(?!and\b|or\b)[^\s\d,;.:()]+\s){1,4})?"
    r"\s?(?:\(|\b(?:in|for|during|at|by|on)\s)(?:the\s)?",
    re.IGNORECASE,
)
_TIMES_AFTER = 3  # that are looked at: "<$5> of May sales in 2022"
_ASIDE = re.compile(r",\s(?:which|who|whose|where)\b[^,]*(?:,|$)")
_MARK = re.compile(
    r"(?<![\w-])(?:(?P<expected>expect\w*|forecast(?:s|ed)?|predict\w*|project(?:s|ed|ions?)"
    r"|plan(?:s|ned)?\sto|plann(?:ed|ing)|target(?:s|ed)?|aim(?:s|ed|ing)?|will|would|could"
    r"|intend\w*|set\sto|due\sto|scheduled|anticipat\w*|hop(?:e[sd]?|ing)|poised\sto|pledg\w*"
    r"|promis\w*|seek(?:s|ing)?)"
    r"|(?P<claimed>(?-i:may)|might|alleg\w*|reportedly|rumou?r\w*|claim(?:s|ed|ing)?|accus\w*"
    r"|(?:said|thought|believed)\sto|speculat\w*|suspected\sof|purported\w*|supposedly"
    r"|unconfirmed))(?![\w-])",
    re.IGNORECASE,
)
_BY_PLAN = re.compile(r"^\W*according to (?:the|its|their|this) (?:plan|schedule|target)", re.I)

# Words of a change: verbs and nouns before an amount, nouns and adjectives after it.
CHANGE_VERBS: dict[Change, str] = {
    "up": r"increas(?:es?|ed|ing)|r[io]ses?|risen|rising|gr[eo]w(?:s|n|ing)?"
    r"|(?:climb|gain|jump|rebound|expand)(?:s|ed|ing)?|surg(?:es?|ed|ing)"
    r"|soar(?:s|ed|ing)?|rall(?:y|ies|ied)|accelerated",
    "down": r"decreas(?:es?|ed|ing)|f[ae]lls?|fallen|falling|(?:drop|dip|slip)(?:s|ped|ping)?"
    r"|(?:declin|plung|tumbl)(?:es?|ed|ing)|sli(?:d|des|ding)|shr[aiu]nks?|sank|shed"
    r"|(?:slump|plummet)(?:s|ed|ing)?|contract(?:s|ed|ing)",
}
MOVING_VERBS: dict[Change, str] = {  # "raised interest rates by"
    "up": r"rais(?:es?|ed|ing)|(?:boost|lift)(?:s|ed|ing)?|hik(?:es?|ed|ing)|widen\w*",
    "down": r"cut(?:s|ting)?|reduc(?:es?|ed|ing)|lower(?:s|ed|ing)?|(?:trim|slash|narrow)\w*",
}
CHANGE_NOUNS: dict[Change, str] = {
    "up": r"increase|rise|growth|gain|jump|surge|hike|uptick|improvement|upturn",
    "down": r"decrease|fall|drop|decline|cut|reduction|slump|plunge|loss|dip|discount|downturn",
}
_ADJECTIVES: dict[Change, str] = {
    "up": "higher|more|up",
    "down": "lower|less|fewer|cheaper|down|off",
}
_AGAINST = r"[a-z]+\s?-\s?on\s?-\s?[a-z]+"  # year-on-year
_BEFORE = {
    change: re.compile(
        rf"\b(?:(?:{CHANGE_VERBS[change]})(?:\s(?:[a-z]+ly|by|another|a\sfurther|{_AGAINST}|an?))*\s$"
        rf"|(?:{MOVING_VERBS[change]})\b[^,;.]*?\sby\s$|(?:{CHANGE_NOUNS[change]})\s(?:of|by)\s$)",
        re.IGNORECASE,
    )
    for change in CHANGE_VERBS
}
# "are up 5%", but "made up of"
_ALONE = {
    change: re.compile(
        rf"(?<!made)(?<!make)(?<!makes)(?<!making)\s{change}\s(?:by\s)?$", re.IGNORECASE
    )
    for change in CHANGE_VERBS
}
_AFTER = {
    change: re.compile(
        rf"\s(?:(?:{_AGAINST}|[a-z]+ly|pay|price|tax)\s)?(?:(?:{CHANGE_NOUNS[change]})s?\b"
        rf"|(?:{_ADJECTIVES[change]})\b(?!\sthan\s\d))",
        re.IGNORECASE,
    )
    for change in CHANGE_VERBS
}
_COMPARED = re.compile(
    r"\b(?:year|month|quarter|week)\s?-?\s?(?:on|over)\s?-?\s?(?:year|month|quarter|week)\b"
    r"|\byoy\b|\b(?:compared\s(?:with|to)|versus|over)\s(?:the\s)?(?:same|previous|prior)\s[^,.;]+"
    r"|\b(?:compared\s(?:with|to)|relative\sto|versus)\s[^,;.]+"
    r"|\bfrom\s(?:(?:an?|the)\s)?(?:\w+\s){0,2}(?:(?:1[5-9]|20)\d\d|year|quarter|month|week|earlier|ago)\b"
    r"(?:\s(?:earlier|ago|before))?"
    r"|\bon\s(?:the|a)\syear\b|\ba\s(?:year|month|quarter)\s(?:earlier|before|ago)\b",
    re.IGNORECASE,
)

# Possessive: what follows a name never begins inside of one.
_NAME = r"[A-Z][\w’&-]*+(?:\.\w++)*+(?:(?:\s|\s?-\s?|\s&\s|\sof\s)[A-Z][\w’&-]*+(?:\.\w++)*+)*+"
_SAYS = (
    r"said|says?|told|predict(?:s|ed)|forecast(?:s|ed)?|estimat(?:es|ed)|expect(?:s|ed)"
    r"|report(?:s|ed)|claim(?:s|ed)|announc(?:es|ed)|stat(?:es|ed)|not(?:es|ed)|added|believ(?:es|ed)"
    r"|judg(?:es|ed)|mention(?:s|ed)|show(?:s|ed)|reveal(?:s|ed)|warn(?:s|ed)|confirm(?:s|ed)"
    r"|suggest(?:s|ed)?|found|finds|disclosed|argu(?:es|ed)"
)
_UNNAMED = (  # sources without a name
    r"police|officials?|authorities|prosecutors?|researchers?|scientists?|analysts?|economists?"
    r"|experts?|doctors|investigators|rescuers|organi[sz]ers|company|government|ministry"
    r"|report|study|survey|poll|agency"
)
_ACCORDING = re.compile(
    r"\baccording\sto\s(?:(?-i:the|an?|its|their|his|her)\s)?(?P<who>[^,;]+)", re.I
)
_PLAN = re.compile(r"\b(?:plans?|schedule|law|rules)\b", re.IGNORECASE)
_FROM = re.compile(rf"\b(?:by|from|of|media)\s(?:the\s(?:[a-z]+\s)*)?(?P<name>{_NAME})")
_ANY_NAME = re.compile(rf"(?P<name>{_NAME})")
_STUDY = re.compile(
    rf"(?P<name>{_NAME})(?:['’]s)?\s(?:data|figures|statistics|research|survey|poll|study|report"
    rf"|analysis|estimates?)\s(?:{_SAYS}|indicates?)\b"
)
_SPEAKER = re.compile(
    rf"(?:^|(?<=[\s\"“]))(?P<name>{_NAME}|(?-i:{_UNNAMED}))(?:,\s[^,]{{2,80}}(?:,\s[^,]{{2,40}})?,)?"
    rf"\s(?:also\s|later\s|has\s|had\s|previously\s|earlier\s|recently\s|now\s){{0,2}}(?:{_SAYS})\b"
)
_SAID_BY = re.compile(rf"\b(?:said|says)\s(?P<name>{_NAME})")
_IS_PREDICTED = re.compile(
    r"\W*it (?:is|was) (?:also )?(?:predict|expect|forecast|estimat|project)ed\b", re.I
)
_NO_NAMES = frozenset(
    "it he she they we i who that this the but and in a as there these january february march "
    "april may june july august september october november december".split()
)
_HINT = re.compile(rf"\baccording|\b(?:{_SAYS}|indicates?)\b", re.IGNORECASE)


class Source(NamedTuple):
    """The offsets of a sentence's source; `speaks` is False if only its numbers are used."""

    start: int
    end: int
    speaks: bool


def find_clause(sentence: str, amount: Amount) -> Offsets:
    """The statement of a sentence that the amount is part of."""
    first, last = max(0, amount.start - _REACH), min(len(sentence), amount.end + _REACH)
    cuts = [cut.end() for cut in _BOUNDARY.finditer(sentence, first, amount.start)]
    after = _BOUNDARY.search(sentence, amount.end, last)
    return cuts[-1] if cuts else first, after.start() if after else last


def find_status(sentence: str, amount: Amount, clause: Offsets) -> Status:
    """Whether an amount is stated, expected or claimed, by the nearest such word before it."""
    if _BY_PLAN.match(sentence):
        return "expected"
    asides = [aside.span() for aside in _ASIDE.finditer(sentence, clause[0], amount.start)]
    status: Status = "stated"
    for mark in _MARK.finditer(sentence, clause[0], amount.start):
        if not any(start <= mark.start() < end for start, end in asides):
            status = "expected" if mark["expected"] else "claimed"
    return status


def find_change(sentence: str, amount: Amount, clause: Offsets) -> Change | None:
    """The direction of a change; None for a level: "increased to 95%"."""
    before, after = sentence[clause[0] : amount.start], sentence[amount.end : clause[1]]
    kind = "none" if amount.unit.name.endswith("point") else amount.unit.kind
    if kind == "time":
        return None
    for change in CHANGE_VERBS:
        if kind != "measure" and _BEFORE[change].search(before):
            return change
        if kind not in ("measure", "counted") and _ALONE[change].search(f" {before}"):
            return change
        if kind in ("percent", "times") and _AFTER[change].match(after):
            return change
    return None


def find_compared(sentence: str, amount: Amount, clause: Offsets) -> Offsets | None:
    """The words that say what a change is compared with: the nearest in its clause."""
    spans = [match.span() for match in _COMPARED.finditer(sentence, *clause)]
    if not spans:
        return None
    start, end = min(spans, key=lambda span: _distance(span, amount))
    return start, start + len(sentence[start:end].rstrip())


def find_own_times(
    sentence: str, times: Sequence[Time], amounts: Sequence[Amount]
) -> dict[Amount, Time]:
    """The times that are of one amount only: "<$41 million> in 2022", "in 2023 <$47 million>".

    A time after an amount comes before one in front of it.
    """
    own: dict[Amount, Time] = {}
    free = [time for time in times if not time.compares]
    taken: set[int] = set()  # where the times begin that are somebody's own
    for amount in amounts:
        following = bisect_left(free, amount.end, key=lambda time: time.start)
        for time in free[following : following + _TIMES_AFTER]:
            if _TIME_AFTER.fullmatch(sentence, amount.end, time.start):
                own[amount] = time
        if amount in own:
            taken.add(own[amount].start)
    for amount in amounts:
        preceding = bisect_right(free, amount.start, key=lambda time: time.end) - 1
        if preceding < 0 or amount in own or free[preceding].start in taken:
            continue
        if sentence[free[preceding].end : amount.start] in (" ", ": "):
            own[amount] = free[preceding]
            taken.add(free[preceding].start)
    return own


def find_period(
    times: Sequence[Time],
    amount: Amount,
    clause: Offsets,
    compared: Offsets | None,
    *,
    own: Mapping[Amount, Time],
) -> Period | None:
    """The time of an amount: its own, else the nearest in its clause, else the last one before it.

    The nearest is preferably not another amount's own.
    """
    if amount in own:
        return own[amount].period
    free = [
        time
        for time in times
        if not time.compares and not (compared and compared[0] <= time.start < compared[1])
    ]
    inside = [time for time in free if clause[0] <= time.start < clause[1]]
    taken = {time.start for time in own.values()}
    inside = [time for time in inside if time.start not in taken] or inside
    if inside:
        return min(inside, key=lambda time: _distance((time.start, time.end), amount)).period
    before = [time for time in free if time.end <= amount.start]
    return before[-1].period if before else None


def _distance(words: Offsets, amount: Amount) -> int:
    return max(words[0] - amount.end, amount.start - words[1])


def find_source(sentence: str) -> Source | None:
    """The source of a sentence, or None.

    >>> find_source("According to relevant data from IDC, sales rose by 5%.")
    Source(start=32, end=35, speaks=False)
    """
    if not _HINT.search(sentence):
        return None
    according = _ACCORDING.search(sentence)
    if according:
        if _PLAN.search(according["who"]):
            return None
        start, end = according.span("who")
        name = _FROM.search(sentence, start, end) or _ANY_NAME.search(sentence, start, end)
        if name and name["name"].rpartition(" ")[2].lower() not in _NO_NAMES:
            start, end = name.span("name")
        return Source(start, start + len(sentence[start:end].rstrip()), False)
    study = _STUDY.search(sentence)
    if study:
        return Source(*study.span("name"), False)
    for match in chain(_SPEAKER.finditer(sentence), _SAID_BY.finditer(sentence)):
        if match["name"].lower() not in _NO_NAMES:
            return Source(*match.span("name"), True)
    return None


def is_prediction(sentence: str) -> bool:
    """Whether a sentence predicts something without a source, continuing the one before."""
    return _IS_PREDICTED.match(sentence) is not None
