"""Numbers as documents write them: in digits, in words, as a share, with their scale."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel.numbers import parse_decimal

Written = Literal["digits", "words", "many", "share"]

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: Decimal(value) for value, word in enumerate(_SMALL)}
_VALUES |= {word: Decimal(20 + 10 * place) for place, word in enumerate(_TENS)}
_VALUES |= {"a": Decimal(1), "an": Decimal(1), "half": Decimal("0.5")}

_SCALES = {
    "dozen": Decimal(12),
    "hundred": Decimal(100),
    "thousand": Decimal(10**3),
    "lakh": Decimal(10**5),
    "million": Decimal(10**6),
    "crore": Decimal(10**7),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
    "mn": Decimal(10**6),
    "mln": Decimal(10**6),
    "bn": Decimal(10**9),
    "tn": Decimal(10**12),
    "trn": Decimal(10**12),
    "千": Decimal(10**3),
    "万": Decimal(10**4),
    "百万": Decimal(10**6),
    "千万": Decimal(10**7),
    "亿": Decimal(10**8),
    "万亿": Decimal(10**12),
}
# One letter is a scale where a price says so, or a counted noun follows: "$5m", "10k users".
_LETTERS = {"k": Decimal(10**3), "m": Decimal(10**6), "b": Decimal(10**9), "t": Decimal(10**12)}
_MANY = {f"{word}s": value for word, value in _SCALES.items() if len(word) > 3}
_MANY |= {"tens": Decimal(10), "scores": Decimal(20)}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6}
_PARTS |= {"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}

LONGEST_DIGITS = 24  # characters; what is longer is a code
_JOIN = r"(?:\s|\s?-\s?)"


def choose(words: Iterable[str]) -> str:
    """A pattern for one of some words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


NUMBER_WORDS = choose([word for word in _VALUES if word not in ("a", "an", "half")])
_SCALE = choose(word for word in _SCALES if word.isascii() and len(word) > 3)
_UNDER_HUNDRED = (
    rf"(?:(?:{'|'.join(_TENS)})(?:{_JOIN}(?:{'|'.join(_SMALL[1:10])}))?|(?:{NUMBER_WORDS}))"
)
_DIGITS = re.compile(r"(?:\d{1,3}(?:,\d{2,3})+|\d+)(?:\.\d+)?[¼½¾⅓⅔]?|[¼½¾⅓⅔]")
_DIGITS_SCALE = re.compile(
    rf"(?:(?:[\s]|\s?-\s?)?(?:{choose(word for word in _SCALES if word.isascii())})s?\b){{1,2}}"
    rf"|\s?(?:{choose(word for word in _SCALES if not word.isascii())})",
    re.IGNORECASE,
)
_LETTER_SCALE = re.compile(r"[kmbt](?![^\W_])", re.IGNORECASE)
_COUNTED_LETTER = re.compile(r"[km](?= [a-z]+s\b| people\b)", re.IGNORECASE)
_IN_WORDS = re.compile(
    rf"(?:half{_JOIN}an?(?={_JOIN}(?:{_SCALE})\b)|{_UNDER_HUNDRED}"
    rf"|an?(?={_JOIN}(?:{_SCALE})\b))"
    rf"(?:{_JOIN}and{_JOIN}a{_JOIN}half)?"
    rf"(?:{_JOIN}(?:{_SCALE})(?:{_JOIN}(?:and{_JOIN})?{_UNDER_HUNDRED})?){{0,4}}"
    rf"(?:{_JOIN}and{_JOIN}a{_JOIN}half)?\b",
    re.IGNORECASE,
)
_MANY_WORDS = re.compile(
    rf"(?:{choose(_MANY)})(?:\sof\s(?:{choose(_MANY)})){{0,2}}\b(?:\sof\b(?!\s(?:the|them|these))\s?)?",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?P<times>{'|'.join(_SMALL[1:10])}|a)(?P<join>{_JOIN})(?P<part>{choose(_PARTS)})"
    r"(?P<plural>s)?\b|half(?=\s(?:of|the|its|their|his|her|our|all)\b)",
    re.IGNORECASE,
)
_NO_HALF = re.compile(
    r"\b(?:first|second|other|last|latter|next|another|by|in|and a|better|final|top|bottom)\s$",
    re.I,
)
_OF = re.compile(r"\s(?:of|the)\b")
_TOKEN = re.compile(r"[a-z]+", re.IGNORECASE)

CANDIDATE = re.compile(
    rf"[\d¼½¾⅓⅔]|\b(?:{NUMBER_WORDS}|{choose(_MANY)}|half"
    rf"|an?(?=[\s-](?:{_SCALE}|third|quarter|fifth|tenth)\b))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence: `scale` is what its words or letters multiply it by, 1 if nothing.

    "many" is a plural without a number ("hundreds of"), "share" a part of a whole, in percent.
    """

    start: int
    end: int
    value: Decimal
    scale: Decimal
    written: Written


def read_number(text: str, place: int, *, priced: bool = False) -> Number | None:
    """The number that begins at a place, or None; `priced` says that a currency stands before.

    >>> number = read_number("1.487 million units", 0)
    >>> int(number.value), number.end
    (1487000, 13)
    """
    if text[place].isdigit() or text[place] in "¼½¾⅓⅔":
        return _read_digits(text, place, priced)
    return _read_share(text, place) or _read_many(text, place) or _read_words(text, place)


def _read_digits(text: str, place: int, priced: bool) -> Number | None:
    digits = _DIGITS.match(text, place)
    if digits is None or len(digits[0]) > LONGEST_DIGITS:
        return None
    value, end = _parse(digits[0]), digits.end()
    scale = _DIGITS_SCALE.match(text, end)
    if scale:
        power = _multiply(scale[0])
        return Number(place, scale.end(), value * power, power, "digits")
    letter = (_LETTER_SCALE if priced else _COUNTED_LETTER).match(text, end)
    if letter:
        power = _LETTERS[letter[0].lower()]
        return Number(place, letter.end(), value * power, power, "digits")
    return Number(place, end, value, Decimal(1), "digits")


def _parse(digits: str) -> Decimal:
    fraction = Decimal(0)
    if not digits[-1].isdigit():
        numerator = unicodedata.numeric(digits[-1])
        fraction = Decimal(str(round(numerator, 4)))
        digits = digits[:-1]
    return (parse_decimal(digits, locale="en") if digits else Decimal(0)) + fraction


def _multiply(words: str) -> Decimal:
    """The scale of words like "million" or "lakh crore"."""
    power = Decimal(1)
    for word in re.findall(r"[^\W\d_]+", words.lower()):
        power *= _SCALES[word] if word in _SCALES else _SCALES[word.removesuffix("s")]
    return power


def _read_words(text: str, place: int) -> Number | None:
    words = _IN_WORDS.match(text, place)
    if words is None:
        return None
    total, current, scale = Decimal(0), Decimal(0), Decimal(1)
    tokens = [token.lower() for token in _TOKEN.findall(words[0])]
    halved = tokens[:1] == ["half"]
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token in _SCALES:
            scale = _SCALES[token]
            current *= scale
            if scale >= 1000:
                total, current = total + current, Decimal(0)
        elif token != "and" and not (token in ("a", "an") and before in ("and", "half")):
            current += _VALUES[token] * (scale if token == "half" and not halved else 1)
    return Number(place, words.end(), total + current, scale, "words")


def _read_many(text: str, place: int) -> Number | None:
    words = _MANY_WORDS.match(text, place)
    if words is None:
        return None
    value = Decimal(1)
    for token in _TOKEN.findall(words[0].lower()):
        value *= _MANY.get(token, Decimal(1))
    end = place + len(words[0].rstrip())
    return Number(place, end, value, value, "many")


def _read_share(text: str, place: int) -> Number | None:
    """A part of a whole in percent: "two-thirds", "a quarter of", "half of"; no "third quarter"."""
    share = _SHARE.match(text, place)
    if share is None or _NO_HALF.search(text[max(0, place - 12) : place]):
        return None
    if share["part"] is None:
        return Number(place, share.end(), Decimal(50), Decimal(1), "share")
    hyphen = "-" in share["join"] and share["times"].lower() != "a"
    if not hyphen and not _OF.match(text, share.end()):
        return None
    times = _VALUES[share["times"].lower()]
    percent = (100 * times / _PARTS[share["part"].lower()]).quantize(Decimal("0.01"))
    return Number(place, share.end(), plain(percent), Decimal(1), "share")


def plain(value: Decimal) -> Decimal:
    """The same number without zeros behind the point or an exponent."""
    return Decimal(format(value.normalize(), "f"))
