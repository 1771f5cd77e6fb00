"""Reads amounts: numbers with their unit, relation ("over") and upper end."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from assistant.figures.numbers import Number, read_number, strip_zeros
from assistant.figures.units import Unit, find_sign, read_unit

Relation = Literal["exactly", "about", "over", "under", "at least", "at most", "between"]

_A_LITTLE = r"(?:(?:just|well|slightly|a\slittle|far|much)\s)?"
# The first match decides. "is as high as" stresses a level, "may be as high as" bounds it.
_RELATIONS: tuple[tuple[str, Relation], ...] = (
    (r"(?:(?<=\bis\s)|(?<=\bwas\s))as\s(?:high|low|long|large|small)\sas", "exactly"),
    (r"about|around|roughly|approximately|some|nearly|almost|close\sto|an?\sestimated|circa"
     r"|estimated", "about"),
    (r"at\sleast|(?:no|not)\s(?:less|fewer)\sthan|a\sminimum\sof|as\slow\sas", "at least"),
    (r"at\s(?:the\s)?most|up\sto|(?:no|not)\smore\sthan|a\smaximum\sof"
     r"|as\s(?:much|many|high|long|large|far)\sas", "at most"),
    (rf"{_A_LITTLE}(?:more\sthan|over|above)|upwards\sof|(?:great|long|high)er\sthan"
     r"|(?:exceed|top|surpass)(?:e?s|ed|ing)?|topp(?:ed|ing)", "over"),
    (rf"{_A_LITTLE}(?:less\sthan|fewer\sthan|under|below)|(?:low|short)er\sthan", "under"),
)  # fmt: skip
_BEFORE = [
    (re.compile(rf"(?<![\w-])(?:{words})\s$", re.IGNORECASE), relation)
    for words, relation in _RELATIONS
]
_OR_MORE = re.compile(r"\+|-plus\b|\splus\b|\sor\s(?:more|above|older|higher|over)\b")
_RANGE = re.compile(r"\s?(?P<dash>--|[-–—~])\s?|\s(?P<word>to|and|or)\s", re.IGNORECASE)
_SIGN = re.compile(r"(?:US)?[$£€¥]")
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)
# "from 20 to 30" and "rose 5 to 30" are two figures; but "ranging from 20 to 30" is a range.
_MOVES = re.compile(
    r"(?<!range )(?<!ranges )(?<!ranged )(?<!ranging )(?<!anywhere )"
    r"\b(?:from|r[oi]se[ns]?|fell|falls?|grew|grows?|up|down|by|increased|dropped|climbed|gained"
    r"|lost|jumped|slid|cut|raised)\s$",
    re.IGNORECASE,
)
_CHAIN = re.compile(r"(?<=\d)(?:\s?(?:--|[-–—])\s?\d+|[/:.]\d+)+")
# Ages without a unit: "aged 20"; "Ann Smith, 34, said".
_AGED = re.compile(r"\b(?:aged?|age\sof)\s$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"[A-Z][\w’'-]+,\s$")
_AGE_AFTER = re.compile(r",(?!\d)|\.$|\)")
_OLDEST = 120
_MINUS = re.compile(r"(?:^|[\s(])-$|\bminus\s$")
# Units that are combined, "6ft 2in", and how many of the second make one of the first.
_SMALLER = {("ft", "inch"): 12, ("h", "min"): 60, ("min", "s"): 60, ("lb", "oz"): 16}
_SMALLER_JOIN = re.compile(r"(?:\sand)?\s?")
_LOOK_BACK = 40  # characters: longer than anything searched for before a number


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a sentence with its unit; offsets in the sentence.

    Of a range, `number` is the lower one. `numbers_end` is where the last number ends.
    """

    start: int
    end: int
    number: Number
    value: Decimal
    highest: Decimal | None
    unit: Unit
    relation: Relation
    numbers_end: int


def read_amount(sentence: str, position: int) -> tuple[Amount | None, int]:
    """The amount whose number begins at a position, or None; and where to go on reading."""
    currency, start = find_sign(sentence, position) or (None, position)
    number = read_number(sentence, position, priced=currency is not None)
    if number is None:
        return None, position + 1
    unit = _read_unit(sentence, number, currency)
    amount = Amount(start, unit.end, number, number.value, None, unit, "exactly", number.end)
    ranged = _read_range(sentence, amount)
    chain = _CHAIN.match(sentence, number.end)
    if ranged is None and chain:
        return None, chain.end()  # a score, a telephone number
    amount = _add_relation(sentence, ranged or _add_smaller(sentence, amount))
    return amount, amount.end


def read_relation(sentence: str, position: int) -> tuple[Relation, int]:
    """The relation of the number at a position, and where its words begin."""
    first = max(0, position - _LOOK_BACK)
    for pattern, relation in _BEFORE:
        words = pattern.search(sentence[first:position])
        if words:
            return relation, first + words.start()
    return "exactly", position


def _read_unit(sentence: str, number: Number, currency: str | None) -> Unit:
    """The unit of a number, which follows it unless a currency precedes it."""
    if currency:
        return Unit(currency, "currency", number.end)
    if number.written == "share":
        return Unit("%", "percent", number.end)
    more = _OR_MORE.match(sentence, number.end)
    end = more.end() if more else number.end
    unit = read_unit(sentence, end, single=number.value == 1 and number.scale == 1)
    if unit.kind != "none":
        return unit
    if _is_age(sentence, number):
        return Unit("year", "time", number.end)
    return Unit("", "none", end)


def _is_age(sentence: str, number: Number) -> bool:
    before = max(0, number.start - _LOOK_BACK), number.start
    if _AGED.search(sentence, *before):
        return True
    if number.written != "digits" or number.value > _OLDEST:
        return False
    after = _AGE_AFTER.match(sentence, number.end)
    return after is not None and _NAME_BEFORE.search(sentence, *before) is not None


def _read_range(sentence: str, low: Amount) -> Amount | None:
    """The range that begins with an amount: "$1.2 to $1.4 million", "two or three"."""
    number = low.number
    has_unit = low.unit.kind in ("currency", "percent", "measure", "time")
    join = _RANGE.match(sentence, low.end if has_unit else number.end)
    if join is None or number.written in ("many", "share"):
        return None
    sign = _SIGN.match(sentence, join.end())
    high = read_number(sentence, sign.end() if sign else join.end(), priced=bool(sign))
    if high is None or high.written != number.written:
        return None
    priced = low.start < number.start
    unit = replace(low.unit, end=high.end) if priced else read_unit(sentence, high.end)
    value = number.value
    if number.scale == 1 < high.scale and value * high.scale < high.value:
        value *= high.scale  # "between $1.2 and $1.4 million"
    before = sentence[max(0, low.start - _LOOK_BACK) : low.start]
    between = _BETWEEN.search(before)
    is_range = {
        "": unit.kind != "none",
        "and": between is not None,
        "or": high.value == value + 1,
        "to": not _MOVES.search(before),
    }[(join["word"] or "").lower()]
    if not is_range or value >= high.value or (has_unit and low.unit.name != unit.name):
        return None
    start = low.start - len(between[0]) if between else low.start
    return Amount(
        start, unit.end, number, value, strip_zeros(high.value), unit, "between", high.end
    )


def _add_smaller(sentence: str, amount: Amount) -> Amount:
    """An amount plus the smaller unit that follows: "6ft 2in" is 74 inches."""
    join = _SMALLER_JOIN.match(sentence, amount.end)
    position = join.end() if join else amount.end
    if not sentence[position : position + 1].isdigit():
        return amount
    number = read_number(sentence, position)
    unit = read_unit(sentence, number.end) if number else None
    factor = _SMALLER.get((amount.unit.name, unit.name)) if unit else None
    if number is None or unit is None or factor is None:
        return amount
    return replace(amount, end=unit.end, unit=unit, value=amount.value * factor + number.value)


def _add_relation(sentence: str, amount: Amount) -> Amount:
    """An amount with its sign and relation, and with their words inside."""
    relation, start, end, value = amount.relation, amount.start, amount.end, amount.value
    minus = _MINUS.search(sentence[max(0, start - _LOOK_BACK) : start])
    if minus:
        value, start = -value, start - len(minus[0].lstrip(" ("))
    if relation == "exactly":
        relation, start = read_relation(sentence, start)
    if relation == "exactly":
        more = _OR_MORE.match(sentence, amount.number.end) or _OR_MORE.match(sentence, end)
        if more:
            relation, end = "at least", max(end, more.end())
        elif amount.number.written == "many":
            relation = "over"
    return replace(amount, start=start, end=end, value=strip_zeros(value), relation=relation)
