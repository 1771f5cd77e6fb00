"""Hyphens at the ends of lines: part of a word, or put there to split one."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import Stemmer

HYPHENS = "-‐\xad"
# First parts of words that keep their hyphen, and last parts; first parts that never have one.
KEEPING = frozenset(
    "all cross half high long low non self short single two well twenty thirty forty fifty sixty "
    "seventy eighty ninety".split()
)
KEEPING_LAST = frozenset("based free friendly led like owned related style".split())
JOINING = frozenset(
    "aero after any every fire further hydro hyper infra inter macro mal mega meta micro mid mis "
    "mono never other out over pan photo poly post proto some sub super sur them there thermo "
    "trans ultra under what when where with work".split()
)
# Words whose first part looks like a syllable.
KEPT = frozenset(
    "co-author co-founded co-founder co-host co-owner co-producer hi-tech in-depth in-flight "
    "in-house in-situ off-peak off-site on-board on-going on-site re-elected re-election so-called "
    "up-front".split()
)
LONGEST_WORD = 100
# Letters of words that are no syllables by chance; the first may be as short as the second if both
# are words of the document.
LEAST_FIRST, LEAST_SECOND = 5, 4
LEAST_FIRST_OF_PARTICIPLE = 3  # before a participle: "egg-laying", "wave-washed"
LEAST_STEMMED = 5  # letters
_WORD = re.compile(r"[^\W\d_]+(?:[-‐'’][^\W\d_]+)*")
_START = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[^\w\-‐]")
_IDEOGRAPHS = re.compile(r"[\u2e80-\uffef]{2}")
_PARTICIPLE = re.compile(r"\w{3,}(?:ing|ed)")
_END = re.compile(r"(?<!\S)(\S*[^\W_])[-‐]$")


class Vocabulary:
    """The words of a document, and how often it has each."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        is_split = False  # the line before ends in a part of a word, this one begins in the other
        for text in texts:
            words = _WORD.findall(text)[int(is_split) :]
            is_split = text[-1:] in HYPHENS if text else False
            for word in words[:-1] if is_split else words:
                self._counts[word.lower().replace("‐", "-")] += 1

    def join(self, text: str, following: str) -> tuple[str, str]:
        """A line, without its hyphen if that only splits a word, and the gap to the next line.

        >>> Vocabulary(["Regular maintenance"]).join("the mainte-", "nance takes")
        ('the mainte', '')
        >>> Vocabulary([]).join("number XR-", "550 from")
        ('number XR-', '')
        """
        end, start = _END.search(text[-LONGEST_WORD:]), _START.match(following)
        if text[-1:] == "\xad":
            return text[:-1], ""
        if end is None or start is None:
            both = text[-1:] + following[:1]
            return text, "" if _IDEOGRAPHS.fullmatch(both) else " "
        first = _SEPARATORS.split(end[1])[-1]
        keeps = self._keeps_hyphen(text, first, start[0], following)
        return text if keeps else text[:-1], ""

    def _keeps_hyphen(self, text: str, first: str, second: str, following: str) -> bool:
        """Whether the hyphen after the first of two parts of a line and the next is part of a word.

        The words of the document decide, then those of English. Of 6,585 line ends of 2,100
        encyclopedia paragraphs and articles in two columns (TeX), 99.0 % are right.
        """
        if not (first.isalpha() and second.isalpha()):  # part numbers, years
            return True
        joined, kept = self._count(first + second), self._count(f"{first}-{second}")
        if joined or kept:
            return kept > joined
        if first.isupper() and second.isupper():  # a word of a line in capitals, or part of a name
            before = text[: -len(first) - 1].split()
            return not (before and len(before[-1]) > 2 and before[-1].isupper())
        if first[-1].isupper() or second[0].isupper() or len(first) == 1:  # FAA-approved, e-mail
            return True
        if following[len(second) : len(second) + 1] == "-":
            return True
        return not is_english(first + second) and self._is_compound(first.lower(), second)

    def _is_compound(self, first: str, second: str) -> bool:
        """Whether two parts, of what is no known word without a hyphen, are words by themselves."""
        if second in KEEPING_LAST or f"{first}-{second}" in KEPT:
            return True
        if first in KEEPING:
            return second not in ("er", "est")  # well-known, but lowest
        parts = (first, second)
        are_own = all(map(self._count, parts))
        are_known = are_own or all(
            self._count(part) or part in _list_english_words() for part in parts
        )
        if first in JOINING or not are_known:
            return False
        if _PARTICIPLE.fullmatch(second) and len(first) >= LEAST_FIRST_OF_PARTICIPLE:
            return True
        least = LEAST_SECOND if are_own else LEAST_FIRST
        return len(first) >= least and len(second) >= LEAST_SECOND

    def _count(self, word: str) -> int:
        return self._counts[word.lower()]


def is_english(word: str) -> bool:
    """Whether a word, or another with the same stem, is a frequent one of English."""
    word = word.lower()
    if word in _list_english_words():
        return True
    return len(word) >= LEAST_STEMMED and _stem_english().stemWord(word) in _list_english_stems()


@cache
def _list_english_words() -> frozenset[str]:
    """The 22,500 words that the tokenizer of the packaged reader does not split.

    Compared: wordfreq (50 MB for all languages), pyphen (says where words may be split, not which).
    """
    tokenizer = files("assistant") / "read" / "packaged" / "tokenizer.json"
    vocabulary = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha())


@cache
def _list_english_stems() -> frozenset[str]:
    words = [word for word in _list_english_words() if len(word) >= LEAST_STEMMED - 1]
    return frozenset(_stem_english().stemWords(words))


@cache
def _stem_english() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
