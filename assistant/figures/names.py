"""Digits and words of number that are no figure: names, dates, clock times, scores, ordinals."""

import re

from assistant.figures.relations import read_relation
from assistant.figures.units import read_unit
from assistant.records import Offsets

_MONTH = (  # by its capital: "5 may have died"
    r"(?-i:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?"
    r"|Aug(?:ust|\.)?|Sep(?:t(?:ember|\.)?|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_SPANS = "second|minute|hour|day|week|month|year|decade"
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
# What a number after it only tells apart from others of its kind.
_LABELS = (
    "no number section sec article art chapter page room gate route highway flight channel category"
    " level phase stage step type grade class version tier group episode"
    " part volume vol act title item question figure fig table line lane platform district ward"
    " zone sector rule proposition amendment psalm verse paragraph floor pier terminal track unit"
    " top formula big model size seed ranked"
).replace(" ", "|")

_NO_FIGURES = re.compile(
    "|".join(
        (
            r"(?<!\S)\S*?(?://|www\.|@)\S*",
            # 5 March, March 5 to 7, 2022; but not "in March 5 percent"
            rf"\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:\s?(?:-|–|to|and)\s?\d{{1,2}}(?:st|nd|rd|th)?)?"
            r"(?:,?\s\d{4})?\b(?![,.]?\d|\s?%|\sper\s?cent|\s(?:million|billion|years?)\b)",
            rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s?(?:-|–|to|and)\s?\d{{1,2}})?(?:\sof)?\s{_MONTH}\b",
            r"\b\d{1,2}(?:[:.]\d{2})?\s?[ap]\.?m\b\.?|\b\d{1,2}:\d{2}(?::\d{2})?\b"
            rf"|\b(?:\d+|{_SMALL}|eleven|twelve)\so['’]clock\b",
            r"\b\d+(?:st|nd|rd|th)\b|(?<!\w)['’]?\d{2,4}['’]?0?s\b(?<=0s)",
            r"\b\d{1,5}\s(?-i:AD|BC|BCE|CE)\b|\b(?-i:AD)\s\d+",
            r"(?:\+\d|\(\d{2,5}\)\s?\d)[\d\s().-]{5,}\d|\b\d-\d{3}-[\d-]+|\b\d{3,5}-\d{3,5}(?:-\d+)*\b"
            r"|\b0\d{2,4}\s\d{3,4}\s?\d+\b",
            # letters and digits in one word: G7, F-16, Covid-19, AR1; but Rs500 has a currency
            r"(?<![\w$])(?!(?:Rs|RMB|USD|EUR|GBP|CNY|INR)\d)[^\W\d_]\w*-?\d[\w-]*",
            # one in five; but not "5 in 2020", "12 in 24 hours"
            rf"(?<![,.])\b(?:\d+|{_SMALL})\s(?:in|out\sof)\s(?:every\s)?"
            rf"(?!(?:1\d|20)\d\d\b)(?:\d+|{_SMALL})\b(?![,.]\d|[\s-](?:{_SPANS})s?\b)",
            rf"(?:№|#|\bNos?\.)\s?\d+|\b(?:{_LABELS})\.?\s(?:\d+|{_SMALL})\b(?![,.]\d|\s?%|-\w)"
            rf"|\b(?:day|week|night|season|round|game)\s(?:\d+|{_SMALL})\b"
            r"(?![,.]\d|\s?%|-\w|\s(?:[a-z]+s|people|men|women|(?:m|b|tr)illion|thousand)\b)",
        )
    ),
    re.IGNORECASE,
)
# Capitals before a number that make no name of it.
_OPENERS = frozenset(
    "a an the this that these those it its he she they we i his her their our my your there here "
    "in on at of for to from by with within without into over under about around above below after "
    "before between during since until through across against among as than and but or nor so yet "
    "if when while because although though where which who what how why is are was were be has "
    "have had do did will would can could may might must should not no only just nearly almost "
    "roughly approximately some at all up down more less fewer most another every each both "
    "exactly around including also even then now today yesterday tomorrow still however "
    "meanwhile monday tuesday wednesday thursday friday saturday sunday january february march "
    "april june july august september october november december".split()
)
_CAPITAL_BEFORE = re.compile(r"(?P<word>[A-Z][\w’'.-]*)[\"”]?\s$")
_BEGINS = re.compile(r"^[\W_]*$")
_LONGEST_WORD = 24
_YEAR = re.compile(r"(?:1\d|20)\d{2}$")
# A plain number of four digits after these is a year.
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|by|of|from|until|till|to|during|between|and|for|before|after|the|early|late"
    r"|mid|year|fiscal|through|this|last|next|its|their|his|her|’s|'s)\s$|^\W*$|[(,]\s?$",
    re.IGNORECASE,
)


def find_no_figures(sentence: str) -> list[Offsets]:
    """Where a sentence has digits or number words that count nothing, in order and apart."""
    return [match.span() for match in _NO_FIGURES.finditer(sentence)]


def is_named(sentence: str, start: int, *, digits: bool) -> bool:
    """Whether a number belongs to a name by its capitals: "Windows 11", "the Big Four".

    >>> is_named("It runs Windows 11 only.", 16, digits=True)
    True
    """
    before = sentence[max(0, start - _LONGEST_WORD) : start]
    if not digits:
        return sentence[start].isupper() and not _begins(sentence, start)
    capital = _CAPITAL_BEFORE.search(before)
    if capital is None or capital["word"].lower().rstrip(".") in _OPENERS:
        return False
    opens = _begins(sentence, start - len(before) + capital.start())
    return not (opens and capital["word"].endswith(("ing", "ed", "ly")))


def is_year(sentence: str, start: int, end: int) -> bool:
    """Whether four digits are a year by what stands around them.

    >>> is_year("In 2020 people stayed in.", 3, 7), is_year("It sold 2020 units.", 8, 12)
    (True, False)
    """
    if not _YEAR.match(sentence[start:end]):
        return False
    kind = read_unit(sentence, end).kind
    relation, _ = read_relation(sentence, start)
    if kind not in ("counted", "none") or relation not in ("exactly", "about"):
        return False
    if relation == "about":
        return kind == "none"
    return kind == "none" or bool(_BEFORE_YEAR.search(sentence[max(0, start - 12) : start]))


def _begins(sentence: str, place: int) -> bool:
    """Whether a sentence, or speech in it, begins at a place."""
    before = sentence[:place]
    return bool(_BEGINS.match(before)) or before.endswith(('"', "“", ": ", "• "))
