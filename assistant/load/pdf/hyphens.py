"""Hyphens at the ends of lines: part of a word, or put there to split one."""

import re
from collections import Counter
from collections.abc import Iterable

HYPHENS = "-‐\xad"
# First parts of words that keep their hyphen.
KEEPING = frozenset("all cross ex half high long low mid multi non post pre quasi self short "
                    "single two three four well".split())  # fmt: skip
LONGEST_WORD = 100
LEAST_LETTERS = 4  # of a word that is not a syllable by chance
_WORD = re.compile(r"[^\W\d_]+(?:[-‐'’][^\W\d_]+)*")
_START = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[^\w\-‐]")
_IDEOGRAPHS = re.compile(r"[\u2e80-\uffef]{2}")
_END = re.compile(r"(\S*[^\W_])[-‐]$")


class Vocabulary:
    """The words of a document, and how often it has each."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        for text in texts:
            words = _WORD.findall(text.rstrip(HYPHENS) if text[-1:] in HYPHENS else text)
            if text[-1:] in HYPHENS and words:
                words.pop()  # the first part of a word
            for word in words:
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
        keeps = self._keeps_hyphen(first, start[0], following)
        return text if keeps else text[:-1], ""

    def _keeps_hyphen(self, first: str, second: str, following: str) -> bool:
        if not first.isalpha() or not second.isalpha() or not second.islower():
            # Part numbers, names of two parts; capitals throughout are split like other words.
            both = first + second
            return not (both.isalpha() and both.isupper() and both.lower() in self._counts)
        if not first[-1].islower():  # FAA-approved
            return True
        joined, kept = self._count(first + second), self._count(f"{first}-{second}")
        if joined or kept:
            return kept > joined
        if following[len(second) : len(second) + 1] == "-":  # state-of-the-art
            return True
        if first.lower() in KEEPING:
            return True
        return min(len(first), len(second)) >= LEAST_LETTERS and bool(
            self._count(first) and self._count(second)
        )

    def _count(self, word: str) -> int:
        return self._counts[word.lower()]
