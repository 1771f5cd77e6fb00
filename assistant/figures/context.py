"""What the words around an amount say of it: its clause, its status, its change, its period."""

import re
from collections.abc import Sequence
from typing import Literal

from assistant.figures.amounts import Amount
from assistant.figures.periods import Period, Time
from assistant.records import Offsets

Status = Literal["stated", "expected", "claimed"]
Change = Literal["up", "down"]

REACH = 300  # characters on each side of an amount that can say something of it
# Where one statement ends and the next begins; "a, an" behind a comma only adds to the statement.
_BOUNDARY = re.compile(
    r"[;:]\s|,?\s\b(?:but|while|whereas|although|though|however|whilst|because|why)\b"
    r"|,\s(?=(?:and|or|so|exceeding|compared)\b)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r",\s(?:which|who|whose|where)\b[^,]*(?:,|$)")

_EXPECTED = (
    r"expect\w*|forecasts?|forecasted|predict\w*|project(?:s|ed|ion|ions)|plan(?:s|ned)?\sto|planned|planning"
    r"|targets?|targeted|aim(?:s|ed|ing)?|will|would|could|intend\w*|set\sto|due\sto"
    r"|scheduled|anticipat\w*|hope[sd]?|hoping|poised\sto|pledg\w*|promis\w*"
    r"|seek(?:s|ing)?"
)
_CLAIMED = (
    r"may|might|alleg\w*|reportedly|rumou?r\w*|claim(?:s|ed|ing)?|accus\w*|said\sto|thought\sto"
    r"|speculat\w*|suspected\sof|purported\w*|supposedly|believed\sto|unconfirmed"
)
_MARK = re.compile(
    rf"(?<![\w-])(?:(?P<expected>{_EXPECTED})|(?P<claimed>{_CLAIMED}))(?![\w-])", re.IGNORECASE
)
_BY_PLAN = re.compile(r"^\W*according to (?:the|its|their|this) (?:plan|schedule|target)", re.I)
_MAY_MONTH = re.compile(r"May$")

# Words of a change: before a number as verb or noun, behind it as noun or adjective.
_UP_VERBS = (
    r"increas(?:e|es|ed|ing)|r[io]ses?|risen|rising|gr[eo]w(?:s|n|ing)?|climb(?:s|ed|ing)?"
    r"|gain(?:s|ed|ing)?|jump(?:s|ed|ing)?|surg(?:e|es|ed|ing)|soar(?:s|ed|ing)?|add(?:s|ed|ing)"
    r"|advanc(?:e|es|ed|ing)|rebound(?:s|ed)?|expand(?:s|ed|ing)?|rall(?:y|ies|ied)|accelerated"
)
_DOWN_VERBS = (
    r"decreas(?:e|es|ed|ing)|f[ae]lls?|fallen|falling|drop(?:s|ped|ping)?|declin(?:e|es|ed|ing)"
    r"|plung(?:e|es|ed|ing)|tumbl(?:e|es|ed|ing)|sli(?:d|des|ding)|sh[ra]+nk|shrunk|shrinks?"
    r"|slump(?:s|ed|ing)?|contract(?:s|ed|ing)|dip(?:s|ped|ping)?|slipp(?:ed|ing)|sank|shed"
    r"|plummet(?:s|ed|ing)?"
)
_BY_UP = r"rais(?:e|es|ed|ing)|boost(?:s|ed|ing)?|lift(?:s|ed|ing)?|hik(?:e|es|ed|ing)|widen\w*"
_BY_DOWN = r"cut(?:s|ting)?|reduc(?:e|es|ed|ing)|lower(?:s|ed|ing)?|trim\w*|slash\w*|narrow\w*"
_UP_NOUNS = r"increase|rise|growth|gain|jump|surge|hike|uptick|improvement|upturn"
_DOWN_NOUNS = r"decrease|fall|drop|decline|cut|reduction|slump|plunge|loss|dip|discount|downturn"
_BETWEEN = r"(?:\s(?:[a-z]+ly|by|another|a\sfurther|year-on-year|an?))*\s$"


def _before(verbs: str, moved: str, nouns: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:(?:{verbs}){_BETWEEN}|(?:{moved})\b[^,;.]*?\sby\s$|(?:{nouns})\s(?:of|by)\s$)",
        re.IGNORECASE,
    )


def _moved(verbs: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{verbs})(?:\s[a-z]+){{0,2}}\s$", re.IGNORECASE)


def _behind(nouns: str, adjectives: str) -> re.Pattern[str]:
    return re.compile(
        rf"\s(?:(?:[a-z]+-on-[a-z]+|[a-z]+ly|pay|price|tax)\s)?(?:(?:{nouns})s?\b"
        rf"|(?:{adjectives})\b(?!\sthan\s\d))",
        re.IGNORECASE,
    )


_CHANGES: tuple[tuple[Change, re.Pattern[str], re.Pattern[str]], ...] = (
    ("up", _before(_UP_VERBS, _BY_UP, _UP_NOUNS), _behind(_UP_NOUNS, "higher|more|up")),
    ("down", _before(_DOWN_VERBS, _BY_DOWN, _DOWN_NOUNS),
     _behind(_DOWN_NOUNS, "lower|less|fewer|cheaper|down|off")),
)  # fmt: skip
_LEVEL = re.compile(r"\b(?:to|at|from|than)\s(?:an?\s|the\s)?$", re.IGNORECASE)
_HYPHEN = re.compile(r"\s-\s")
_ALONE: dict[Change, re.Pattern[str]] = {
    "up": re.compile(r"(?<!made)(?<!make)(?<!makes)(?<!making)\sup\s(?:by\s)?$", re.IGNORECASE),
    "down": re.compile(r"\sdown\s(?:by\s)?$", re.IGNORECASE),
}
# "cutting emissions 40%"; but "raised $5m" is money that came in.
_MOVED: dict[Change, re.Pattern[str]] = {"up": _moved(_BY_UP), "down": _moved(_BY_DOWN)}
_RELATIVE = ("percent", "times", "currency", "none")

_COMPARED = re.compile(
    r"\b(?:year|month|quarter|week)\s?-?\s?(?:on|over)\s?-?\s?(?:year|month|quarter|week)\b"
    r"|\byoy\b|\b(?:compared\s(?:with|to)|versus|over)\s(?:the\s)?(?:same|previous|prior)\s[^,.;]+"
    r"|\b(?:compared\s(?:with|to)|relative\sto|versus)\s[^,;.]+"
    r"|\bfrom\s(?:(?:an?|the)\s)?(?:\w+\s){0,2}(?:(?:1[5-9]|20)\d\d|year|quarter|month|week|earlier|ago)\b"
    r"(?:\s(?:earlier|ago|before))?"
    r"|\bon\s(?:the|a)\syear\b|\ba\s(?:year|month|quarter)\s(?:earlier|before|ago)\b",
    re.IGNORECASE,
)


def find_clause(sentence: str, amount: Amount) -> Offsets:
    """The part of a sentence that makes one statement, with the amount inside."""
    first, last = max(0, amount.start - REACH), min(len(sentence), amount.end + REACH)
    cuts = [cut.end() for cut in _BOUNDARY.finditer(sentence, first, amount.start)]
    behind = _BOUNDARY.search(sentence, amount.end, last)
    return cuts[-1] if cuts else first, behind.start() if behind else last


def find_status(sentence: str, amount: Amount, clause: Offsets) -> Status:
    """Whether an amount is stated, expected or claimed: the nearest word before it decides."""
    if _BY_PLAN.match(sentence):
        return "expected"
    asides = [m.span() for m in _ASIDE.finditer(sentence, clause[0], amount.start)]
    marks = [
        mark
        for mark in _MARK.finditer(sentence, clause[0], amount.start)
        if not any(a <= mark.start() < b for a, b in asides)
        and not (_MAY_MONTH.match(mark[0]) and mark.start())
    ]
    if not marks:
        return "stated"
    return "expected" if marks[-1]["expected"] else "claimed"


def find_change(sentence: str, amount: Amount, clause: Offsets) -> Change | None:
    """Which way an amount is a change; None where it is a level: "increased to 95%"."""
    before = _HYPHEN.sub("-", sentence[clause[0] : amount.start])
    behind = _HYPHEN.sub("-", sentence[amount.end : clause[1]])
    kind = "none" if amount.unit.name.endswith("point") else amount.unit.kind
    if kind == "time" or _LEVEL.search(before):
        return None
    for change, words_before, words_behind in _CHANGES:
        if words_before.search(before) and kind != "measure":
            return change
        if _ALONE[change].search(f" {before}") and kind in _RELATIVE:
            return change
        if kind not in ("percent", "times"):
            continue
        if words_behind.match(behind) or _MOVED[change].search(before):
            return change
    return None


def find_compared(sentence: str, amount: Amount, clause: Offsets) -> Offsets | None:
    """The words that say what a change is against: those nearest to it in its clause."""
    found = list(_COMPARED.finditer(sentence, *clause))
    if not found:
        return None
    nearest = min(found, key=lambda match: _distance(match.span(), amount))
    return nearest.start(), nearest.start() + len(nearest[0].rstrip())


def find_period(
    times: Sequence[Time], amount: Amount, clause: Offsets, compared: Offsets | None
) -> Period | None:
    """The time of an amount: the nearest in its clause, else the last one before it."""
    free = [
        time
        for time in times
        if not time.compares and not (compared and compared[0] <= time.start < compared[1])
    ]
    inside = [time for time in free if clause[0] <= time.start < clause[1]]
    if inside:
        return min(inside, key=lambda time: _distance((time.start, time.end), amount)).period
    before = [time for time in free if time.end <= amount.start]
    return before[-1].period if before else None


def _distance(words: Offsets, amount: Amount) -> int:
    return max(words[0] - amount.end, amount.start - words[1])
