"""A sentence becomes tokens that can be compared: every sign of it that is not only layout."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from assistant.figures.numbers import NUMBER_WORDS, read_number
from assistant.text.terms import UNSPACED

QUOTE = '"'
_TOKEN = re.compile(
    rf"(?P<number>\d|\b(?:{NUMBER_WORDS})\b)|(?P<unspaced>[{UNSPACED}])"
    rf"|(?P<word>[^\W\d_{UNSPACED}](?:[^\W_{UNSPACED}]|'(?=[^\W\d_]))*)"
    r"|(?P<quote>[“”„«»「」『』\"])|(?P<negative>(?<![^\s(])[-−](?=\d))"
    r"|(?P<break>(?<!\d)[,:](?!\d)|(?<=\d)[,:](?!\d)|(?<!\d)[,:](?=\d)|[;()\[\]—、，；：。…]"
    r"|(?<!\d)–|–(?!\d)|\.\.+)"
    r"|(?P<ignored>[\s.,:!‐‑–\-'])|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_ARTICLES = frozenset(("a", "an", "the"))
# With these, an article means another number: "few agree", "a few agree".
_COUNTED = frozenset(("few", "little", "lot", "number", "couple", "bit", "handful", "majority"))
_SAME = {
    "are": "is", "were": "was", "have": "has", "do": "does", "percent": "%", "won't": "will not",
    "can't": "can not", "cannot": "can not", "shan't": "shall not",
}  # fmt: skip
_CASE_MATTERS = 3  # characters: the longest symbol of a unit, "5 MW" or "5 mW"


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case, the value of a number, or a sign.

    `broken` are the commas, brackets and the like before it; `article` if an article is there.
    `fixed` if it has no other inflection: a name, a number, a sign.
    """

    key: str
    broken: str
    article: bool
    fixed: bool


@lru_cache(maxsize=512)
def find_tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a sentence, in order, without articles.

    >>> [token.key for token in find_tokens("The price isn't 1,999 yuan.")]
    ['price', 'is', 'not', '1999', 'yuan']
    """
    text = unicodedata.normalize("NFKC", text).translate({0x2018: "'", 0x2019: "'"})
    text = re.sub(r"\bper cent\b", "percent", text)
    tokens: list[Token] = []
    broken, article, position, number_end = "", "", 0, -1
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # the last branch takes any character
        position = match.end()
        if match.lastgroup == "number":
            key, position = _read_number(text, match)
            number_end = position
            tokens.append(Token(key, broken, bool(article), fixed=True))
        elif match.lastgroup == "word":
            after_number = number_end >= 0 and match.start() - number_end <= 1
            keys = _read_word(match[0], cased=after_number)
            if keys[0] in _ARTICLES and len(keys) == 1:
                article = keys[0]
                continue
            if article == "a" and keys[0] in _COUNTED:
                keys[0] = f"a {keys[0]}"
            fixed = match[0][0].isupper() or after_number
            for place, key in enumerate(keys):
                tokens.append(Token(key, "" if place else broken, bool(article), fixed))
        elif match.lastgroup == "break":
            broken, article = broken + match[0], ""
            continue
        elif match.lastgroup == "ignored":
            continue
        else:
            key = QUOTE if match.lastgroup == "quote" else match[0].casefold()
            key = "minus" if match.lastgroup == "negative" else key
            tokens.append(Token(key, broken, bool(article), fixed=True))
        broken, article = "", ""
    return _drop_single_quotes(tokens)


def _read_number(text: str, match: re.Match[str]) -> tuple[str, int]:
    number = read_number(text, match.start())
    if number is None:
        digits = re.compile(r"\d+|\w+").match(text, match.start())
        assert digits is not None
        return digits[0].casefold(), digits.end()
    return _write_value(number.value), number.end


def _write_value(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _read_word(word: str, *, cased: bool) -> list[str]:
    lower = word if cased and len(word) <= _CASE_MATTERS else word.casefold()
    lower = _SAME.get(lower, lower)
    if lower.endswith("n't"):
        lower = f"{_SAME.get(lower[:-3], lower[:-3])} not"
    return lower.removesuffix("'s").split()


def _drop_single_quotes(tokens: list[Token]) -> tuple[Token, ...]:
    """The tokens; without a quotation mark that has no partner, as where a quote is cut."""
    if sum(token.key == QUOTE for token in tokens) % 2 == 0:
        return tuple(tokens)
    places = [place for place, token in enumerate(tokens) if token.key == QUOTE]
    return tuple(token for place, token in enumerate(tokens) if place != places[-1])
