"""Finds the numbers of a sentence that are figures: they measure, count or price something.

Not figures: numbers in names, dates, clock times, scores, ordinals, and numbers that only refer to
something mentioned before.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from assistant.figures.amounts import Amount, read_amount, read_relation
from assistant.figures.numbers import CANDIDATE
from assistant.figures.units import NO_NOUNS, read_unit
from assistant.records import Offsets

MONTH = (  # by its capital: "5 may have died"
    r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO_DAY = rf"(?:\s?(?:-|–|to|and)\s?{_DAY})?"
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
# A number after these is a label: "Section 230", "round two".
_LABELS = (
    "no number section sec article art chapter page room gate route highway flight channel category"
    " level phase stage step type grade class version tier group episode part volume vol act title"
    " item question figure fig table line lane platform district ward zone sector rule paragraph"
    " floor pier terminal track unit top formula big model size seed ranked"
).replace(" ", "|")
_NO_FIGURES = re.compile(
    "|".join(
        (
            r"(?<!\S)\S*?(?://|www\.|@)\S*",
            # March 5 to 7, 2022; but not "in March 5 percent"
            rf"\b{MONTH}\s{_DAY}{_TO_DAY}(?:,?\s\d{{4}})?"
            r"\b(?![,.]?\d|\s?%|\sper\s?cent|\s(?:million|billion|years?)\b)",
            rf"\b{_DAY}{_TO_DAY}(?:\sof)?\s{MONTH}\b",
            # 5pm, 10:30, 1990s, 21st, 753 BC
            r"\b\d{1,2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\b\.?|o['’]clock\b)|\b\d{1,2}:\d{2}(?::\d{2})?\b",
            r"\b\d+(?:st|nd|rd|th)\b|(?<!\w)['’]?\d{2,4}['’]?0?s\b(?<=0s)",
            r"\b\d{1,5}\s(?-i:AD|BC|BCE|CE)\b|\b(?-i:AD)\s\d+",
            # telephone numbers
            r"(?:\+\d|\(\d{2,5}\)\s?\d)[\d\s().-]{5,}\d|\b\d-\d{3}-[\d-]+|\b\d{3,5}-\d{3,5}(?:-\d+)*\b"
            r"|\b0\d{2,4}\s\d{3,4}\s?\d+\b",
            # letters and digits in one word: G7, F-16, Covid-19, AR1; but Rs500 has a currency
            r"(?<![\w$])(?!(?:Rs|RMB|USD|EUR|GBP|CNY|INR)\d)[^\W\d_]\w*-?\d[\w-]*",
            # one in five; but not "5 in 2020", "12 in 24 hours"
            rf"(?<![,.])\b(?:\d+|{_SMALL})\s(?:in|out\sof)\s(?:every\s)?(?!(?:1\d|20)\d\d\b)"
            rf"(?:\d+|{_SMALL})\b(?![,.]\d|[\s-](?:second|minute|hour|day|week|month|year|decade)s?\b)",
            rf"(?:№|#|\bNos?\.)\s?\d+|\b(?:{_LABELS})\.?\s(?:\d+|{_SMALL})\b(?![,.]\d|\s?%|-\w)",
            rf"\b(?:day|week|night|season|round|game)\s(?:\d+|{_SMALL})\b"
            r"(?![,.]\d|\s?%|-\w|\s(?:[a-z]+s|people|men|women|(?:m|b|tr)illion|thousand)\b)",
        )
    ),
    re.IGNORECASE,
)
# Words that may have a capital before a number without forming a name with it.
_NO_NAMES = NO_NOUNS | frozenset(
    "just nearly almost roughly approximately some only even including exactly fewer most another "
    "now today yesterday tomorrow still although what how why monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october "
    "november december".split()
)
_CAPITAL_BEFORE = re.compile(r"(?P<word>[A-Z][\w’'.-]*+)[\"”]?\s$")
_NO_WORD = re.compile(r"[\W_]*")
_YEAR = re.compile(r"(?:1\d|20)\d{2}$")
# A plain number of four digits after these is a year.
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|by|of|from|until|till|to|during|between|and|for|before|after|the|early|late"
    r"|mid|year|fiscal|through|this|last|next|its|their|his|her|’s|'s)\s$|^\W*$|[(,]\s?$",
    re.IGNORECASE,
)
# "these two giants" refers back; so does "the two giants", unless a restriction follows.
_REFERRING = re.compile(r"\b(?:these|those|other|same|any)\s$", re.IGNORECASE)
_DEFINITE = re.compile(r"\bthe\s$", re.IGNORECASE)
_RESTRICTED = re.compile(
    r"\s(?:that|who|which|whose|where|of|in|on|from|with)\b|\s\w+ed\b", re.IGNORECASE
)
# A length of time that only places an event: "two years ago", "within 12 hours of".
_PLACED_BEFORE = re.compile(
    r"\b(?:within|past|last|next|coming|previous|first|final|every|each|recent|in|after|another"
    r"|in\sthe|this|that)\s$",
    re.IGNORECASE,
)
_PLACED_AFTER = re.compile(
    r"\s(?:ago|later|earlier|before|after|since|prior|previously|hence|on|from\snow|into|away"
    r"|to\sgo)\b",
    re.IGNORECASE,
)
# "the 618 promotion": a number before a singular noun is a name.
_WHICH = re.compile(r"(?:\b(?:the|an?|this|that|its|their|his|her)|['’]s)\s$", re.IGNORECASE)
_SINGLE_NOUN = re.compile(r"\s(?P<noun>[a-z]{3,})\b")
_LOOK_BACK = 24  # characters


def find_amounts(sentence: str, time_spans: Sequence[Offsets]) -> list[Amount]:
    """The amounts of a sentence, in order; `time_spans` are the words that name a time."""
    candidate = CANDIDATE.search(sentence)
    if candidate is None:
        return []
    excluded = [match.span() for match in _NO_FIGURES.finditer(sentence)]
    amounts: list[Amount] = []
    while candidate:
        start = candidate.start()
        end = max(_find_end(excluded, start), _find_end(time_spans, start))
        if not end:
            amount, end = read_amount(sentence, start)
            amounts += [amount] if amount and _is_figure(sentence, amount) else []
        candidate = CANDIDATE.search(sentence, max(end, candidate.end()))
    return amounts


def is_year(sentence: str, start: int, end: int) -> bool:
    """Whether four digits are a year by the words around them.

    >>> is_year("In 2020 people stayed in.", 3, 7), is_year("It sold 2020 units.", 8, 12)
    (True, False)
    """
    if not _YEAR.match(sentence[start:end]):
        return False
    kind = read_unit(sentence, end).kind
    relation, _ = read_relation(sentence, start)
    if kind not in ("counted", "none") or relation not in ("exactly", "about"):
        return False
    if kind == "none":
        return True
    return relation == "exactly" and bool(_BEFORE_YEAR.search(sentence[max(0, start - 12) : start]))


def _find_end(spans: Sequence[Offsets], position: int) -> int:
    """The end of the span around a position, 0 for none; the spans are in order."""
    number = bisect_right(spans, position, key=lambda span: span[0])
    return spans[number - 1][1] if number and position < spans[number - 1][1] else 0


def _is_figure(sentence: str, amount: Amount) -> bool:
    number, kind = amount.number, amount.unit.kind
    before = sentence[max(0, amount.start - _LOOK_BACK) : amount.start]
    if _REFERRING.search(before) or (kind == "time" and _is_placing(sentence, amount, before)):
        return False
    if number.written == "digits":
        return _is_figure_in_digits(sentence, amount, before)
    if number.written == "words":
        return _is_figure_in_words(sentence, amount, before)
    return True


def _is_placing(sentence: str, amount: Amount, before: str) -> bool:
    """Whether a length of time only dates an event."""
    unit = sentence[amount.number.end : amount.end]
    if amount.unit.name == "s" or not unit or "-" in unit:
        return False  # an age, "this two-year effort"
    return bool(_PLACED_BEFORE.search(before) or _PLACED_AFTER.match(sentence, amount.end))


def _is_figure_in_digits(sentence: str, amount: Amount, before: str) -> bool:
    number, unit = amount.number, amount.unit
    if amount.start < number.start or number.scale > 1 or unit.kind not in ("counted", "none"):
        return not before[-1:].isalnum()
    touching = sentence[max(0, number.start - 1) : number.start]
    after = sentence[amount.numbers_end : amount.numbers_end + 2]
    if touching.isalnum() or (touching and touching in "-.,'’_") or after[:1].isalpha():
        return False  # 5G, 3D, B-52
    if after[:1] == "-" and not after[1:].islower():
        return False  # 7-Eleven
    if not sentence[: number.start].strip() and after in (". ", ") "):
        return False  # the number of a list item
    if "," in sentence[number.start : number.end]:
        return True
    if _is_after_name(sentence, number.start):
        return False
    if unit.kind == "none" and _WHICH.search(before):
        noun = _SINGLE_NOUN.match(sentence, amount.end)
        if noun and noun["noun"] not in NO_NOUNS:
            return False
    return not is_year(sentence, number.start, number.end)


def _is_figure_in_words(sentence: str, amount: Amount, before: str) -> bool:
    number, kind = amount.number, amount.unit.kind
    if sentence[number.start].isupper() and not _begins(sentence, number.start):
        return False  # "the Big Four"
    if number.scale > 1 or kind in ("currency", "percent", "measure", "times"):
        return True
    if number.value == 1:
        return kind == "time" and (amount.relation != "exactly" or amount.value != 1)
    if _DEFINITE.search(before) and not _RESTRICTED.match(sentence, amount.end):
        return False
    return kind != "none" or amount.relation != "exactly"


def _is_after_name(sentence: str, start: int) -> bool:
    """Whether digits belong to a name before them: "Windows 11"."""
    first = max(0, start - _LOOK_BACK)
    capital = _CAPITAL_BEFORE.search(sentence[first:start])
    if capital is None or capital["word"].lower().rstrip(".") in _NO_NAMES:
        return False
    opens = _begins(sentence, first + capital.start())
    return not (opens and capital["word"].endswith(("ing", "ed", "ly")))


def _begins(sentence: str, position: int) -> bool:
    """Whether a sentence, or speech in it, begins at a position."""
    before = sentence[:position]
    return before.endswith(('"', "“", ": ", "• ")) or _NO_WORD.fullmatch(before) is not None
