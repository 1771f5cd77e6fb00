"""The words before a number that say how it is meant: "about", "more than", "at least"."""

import re
from typing import Literal

Relation = Literal["exactly", "about", "over", "under", "at least", "at most", "between"]

_A_LITTLE = r"(?:(?:just|well|slightly|a\slittle|far|much)\s)?"
# The first that fits decides. "is as high as" stresses a level, "may be as high as" bounds it.
_RELATIONS: tuple[tuple[str, Relation], ...] = (
    (r"(?<=\bis\s)as\s(?:high|low|long|large|small)\sas", "exactly"),
    (r"(?<=\bwas\s)as\s(?:high|low|long|large|small)\sas", "exactly"),
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
_LOOK_BACK = 30  # characters: longer than any of these words
_BEHIND = re.compile(r"\+|-plus\b|\splus\b|\sor\s(?:more|above|older|higher|over)\b")


def read_relation(sentence: str, place: int) -> tuple[Relation, int]:
    """How the number at a place is meant, and where the words that say so begin."""
    look = max(0, place - _LOOK_BACK)
    before = sentence[look:place]
    for words, relation in _BEFORE:
        found = words.search(before)
        if found:
            return relation, look + found.start()
    return "exactly", place


def end_at_least(sentence: str, place: int) -> int | None:
    """Where "or more", "plus" or "+" right behind a place ends; None where nothing like it is."""
    behind = _BEHIND.match(sentence, place)
    return behind.end() if behind else None
