"""Which numbers of a sentence are figures: they measure, count or price something."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from assistant.figures.amounts import Amount, read_amount
from assistant.figures.names import find_no_figures, is_named, is_year
from assistant.figures.numbers import CANDIDATE
from assistant.figures.units import ENDS
from assistant.records import Offsets

# "these two giants" refers back; so does "the two giants", unless it goes on to say which.
_REFERRING = re.compile(r"\b(?:these|those|other|same|any)\s$", re.IGNORECASE)
_DEFINITE = re.compile(r"\bthe\s$", re.IGNORECASE)
_RESTRICTED = re.compile(
    r"\s(?:that|who|which|whose|where|of|in|on|from|with)\b|\s\w+ed\b", re.IGNORECASE
)
# A stretch of time that places an event is no amount of time that somebody had.
_PLACED_BEFORE = re.compile(
    r"\b(?:within|past|last|next|coming|previous|first|final|every|each|recent|in|after|another"
    r"|in\sthe|this|that)\s$",
    re.IGNORECASE,
)
_PLACED_BEHIND = re.compile(
    r"\s(?:ago|later|earlier|before|after|since|prior|previously|hence|on|from\snow|into|away"
    r"|to\sgo)\b",
    re.IGNORECASE,
)
# "the 618 promotion": a number before a single noun tells which, not how many.
_TELLS_WHICH = re.compile(r"(?:\b(?:the|an?|this|that|its|their|his|her)|['’]s)\s$", re.IGNORECASE)
_SINGLE_NOUN = re.compile(r"\s(?P<noun>[a-z]{3,})\b")
_HARMED = re.compile(r"\s(?:dead|killed|wounded|injured|missing|hurt)\b", re.IGNORECASE)
_HARM = re.compile(r"\b(?:kill|injur|wound|arrest|hurt)(?:s|ed|e[ds]|ing)\s$", re.IGNORECASE)
# "one" only counts these: "one person was killed", but "one day", "one thing".
_ONE_COUNTS = frozenset("person death case vote seat survivor casualty fatality".split())
_SCORES = re.compile(r"(?:tens|scores)\b", re.IGNORECASE)  # alone they are no amount
_LOOK_BACK = 24  # characters


def may_have_amounts(sentence: str) -> bool:
    """Whether a sentence has any number, so that it is worth a closer look."""
    return CANDIDATE.search(sentence) is not None


def find_amounts(sentence: str, taken: Sequence[Offsets]) -> list[Amount]:
    """The amounts of a sentence, in order; `taken` are the words that tell a time."""
    candidate = CANDIDATE.search(sentence)
    closed = find_no_figures(sentence)
    amounts: list[Amount] = []
    while candidate:
        start = candidate.start()
        end = max(_find_end(closed, start), _find_end(taken, start))
        if not end:
            amount, end = read_amount(sentence, start)
            amounts += [amount] if amount and _counts(sentence, amount) else []
        candidate = CANDIDATE.search(sentence, max(end, candidate.end()))
    return amounts


def _find_end(spans: Sequence[Offsets], place: int) -> int:
    """Where the span around a place ends, of some in order and apart; 0 where none is."""
    number = bisect_right(spans, place, key=lambda span: span[0])
    return spans[number - 1][1] if number and place < spans[number - 1][1] else 0


def _counts(sentence: str, amount: Amount) -> bool:
    """Whether an amount is a figure, as far as its words and those around it tell."""
    before = sentence[max(0, amount.start - _LOOK_BACK) : amount.start]
    if _REFERRING.search(before):
        return False
    if (
        amount.unit.kind == "time"
        and amount.unit.name != "s"
        and _is_placing(sentence, amount, before)
    ):
        return False
    if amount.number.written == "digits":
        return _digits_count(sentence, amount)
    if amount.number.written == "words":
        return _words_count(sentence, amount, before)
    return amount.unit.kind != "none" or not _SCORES.match(sentence, amount.number.start)


def _digits_count(sentence: str, amount: Amount) -> bool:
    number, unit = amount.number, amount.unit
    if amount.start < number.start or number.scale > 1 or unit.kind not in ("counted", "none"):
        return not sentence[max(0, amount.start - 1) : amount.start].isalnum()
    before = sentence[max(0, number.start - 1) : number.start]
    behind = sentence[amount.numbers_end : amount.numbers_end + 2]
    if before.isalnum() or (before and before in "-.,'’_") or behind[:1].isalpha():
        return False  # 5G, 3D, B-52
    if behind[:1] == "-" and not behind[1:].islower():
        return False  # 7-Eleven
    if not sentence[: number.start].strip() and behind in (". ", ") "):
        return False  # the mark of an item
    if "," in sentence[number.start : number.end]:
        return True
    if is_named(sentence, number.start, digits=True):
        return False
    if unit.kind == "none" and _tells_which(sentence, amount):
        return False
    return not is_year(sentence, number.start, number.end)


def _tells_which(sentence: str, amount: Amount) -> bool:
    before = sentence[max(0, amount.start - _LOOK_BACK) : amount.start]
    noun = _SINGLE_NOUN.match(sentence, amount.end)
    if noun is None or noun["noun"] in ENDS or _HARMED.match(sentence, amount.end):
        return False
    return _TELLS_WHICH.search(before) is not None


def _words_count(sentence: str, amount: Amount, before: str) -> bool:
    number, kind = amount.number, amount.unit.kind
    if is_named(sentence, number.start, digits=False):
        return False
    if number.scale > 1 or kind in ("currency", "percent", "measure", "times"):
        return True
    if number.value == 1:
        timed = kind == "time" and (amount.relation != "exactly" or amount.value != 1)
        return timed or (kind == "counted" and amount.unit.name in _ONE_COUNTS)
    if _DEFINITE.search(before) and not _RESTRICTED.match(sentence, amount.end):
        return False
    if kind == "none":
        harmed = _HARMED.match(sentence, amount.end) or _HARM.search(before)
        return amount.relation != "exactly" or bool(harmed)
    return True


def _is_placing(sentence: str, amount: Amount, before: str) -> bool:
    """Whether a stretch of time only places an event: "two years ago", "within 12 hours of"."""
    if amount.end == amount.number.end or "-" in sentence[amount.number.end : amount.end]:
        return False  # an age; "this two-year effort"
    placed = _PLACED_BEFORE.search(before) or _PLACED_BEHIND.match(sentence, amount.end)
    return bool(placed)
