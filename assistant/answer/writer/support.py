"""Whether a sentence that a claim cites says all that the claim says.

Without a model of language, the words alone do not show what may be changed or left out: "the
plants" is not "a plant", and each of "killed in 2019", "the son of the president", "all plants
closed, but one did not" says something else without its first or last words. So a claim must be its
sentence as it is written, but for what `list_forms` leaves out. The guide has what was measured.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from assistant.answer.writer.claims import Claim
from assistant.answer.writer.phrases import list_forms
from assistant.text import find_sentences

Reason = Literal[
    "uncited",  # it has no marker
    "unknown_citation",  # it cites a number that no sentence has
    "pronoun",  # it begins with a word that stands for something said before
    "number",  # a number of it is in none of its sentences
    "word",  # another word, or sign, is in none of its sentences
    "mixed",  # its words are in its sentences, but not all in one
    "order",  # its words are in a sentence, but not in this order
    "omission",  # it leaves out words or signs that may matter
]
# Forms of the same sign. A minus or a dash is no hyphen.
_FORMS = str.maketrans("“”„«»「」『』‘’\u2010\u2011", '"""""""""\'\'--')
_SPACED_HYPHEN = re.compile(r"(?<=[^\W\d_]) - (?=[^\W\d_])")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d]+(?:'\w+)*|\S")
_QUOTES = re.compile('[“”„«»「」『』"]')
_FULL_STOP = re.compile(r"[.!?…。！？][\"'”’)»」』]{0,3}\s*$")
_CAPITAL = re.compile(r"[\"'“‘(«「『]{0,3}(?![a-zß-öø-ÿ])[^\W\d_]")
_LOOK_BACK = 16  # characters
# What stands for something that is not in the claim; `her` and the like rarely begin one.
_PRONOUN = re.compile(
    r"(?!it (?:is|was) \w+ that\b)"
    r"(?:it|he|she|they|this|that|these|those|such|its|his|her|their|we|our|i|you|both|ones)\b",
    re.IGNORECASE,
)


def find_fault(claim: Claim, sentences: Sequence[str]) -> Reason | None:
    """Why no sentence that a claim cites supports it; None if one does.

    They are numbered from 1, and have to be whole: without the words before it, a quote may say
    something else.
    """
    if not claim.citations:
        return "uncited"
    if not all(1 <= number <= len(sentences) for number in claim.citations):
        return "unknown_citation"
    said = unify(claim.text)
    if _PRONOUN.match(said):
        return "pronoun"
    cited = [sentence for number in claim.citations for sentence in _cut(sentences[number - 1])]
    forms = [form for sentence in cited for form in list_forms(unify(sentence))]
    if any(said in (form, form[:1].upper() + form[1:]) for form in forms):
        return None
    return _explain(find_words(said), [find_words(unify(sentence)) for sentence in cited])


def unify(sentence: str) -> str:
    """A sentence without its full stop, with one form of spaces, quotation marks and hyphens.

    >>> unify("The  “Ray - Ban” costs 5 - 9 euros.")
    'The "Ray-Ban" costs 5 - 9 euros'
    """
    text = unicodedata.normalize("NFC", " ".join(sentence.split())).translate(_FORMS)
    return _SPACED_HYPHEN.sub("-", re.sub(r"(?<!\.)[.。]$", "", text))


def find_words(sentence: str) -> list[str]:
    """The words, numbers and signs of a sentence in lower case."""
    return _WORD.findall(sentence.casefold())


@lru_cache(maxsize=512)
def _cut(quote: str) -> tuple[str, ...]:
    """The sentences of a quote that can be understood alone: no part of one that is cut as it is
    long, and none that somebody else says who is named before.
    """
    sentences: list[str] = []
    first, final = len(quote) - len(quote.lstrip()), len(quote.rstrip())
    is_quoted, last = False, 0
    for start, end in find_sentences(quote, 0, len(quote)):
        is_quoted ^= len(_QUOTES.findall(quote, last, start)) % 2 == 1
        begins = start == first or (not is_quoted and _begins(quote, start))
        if begins and (end == final or _ends(quote, end)):
            sentences.append(quote[start:end])
        last = start
    return tuple(sentences)


def _ends(quote: str, end: int) -> bool:
    """Whether a sentence surely ends here: with a full stop or a line."""
    if _FULL_STOP.search(quote, max(0, end - _LOOK_BACK), end):
        return True
    after = quote[end : end + _LOOK_BACK]
    return "\n" in after[: len(after) - len(after.lstrip())]


def _begins(quote: str, start: int) -> bool:
    """Whether a sentence surely begins here: on a new line, or after a full stop with a capital."""
    before = quote[max(0, start - _LOOK_BACK) : start]
    return "\n" in before or (
        _FULL_STOP.search(before) is not None and _CAPITAL.match(quote, start) is not None
    )


def _explain(said: Sequence[str], written: Sequence[Sequence[str]]) -> Reason:
    """The reason why none of the sentences supports what is said."""
    missing = [word for word in said if not any(word in words for words in written)]
    if any(word[0].isdigit() for word in missing):
        return "number"
    if missing or not said:
        return "word"
    holding = [words for words in written if set(said) <= set(words)]
    if not holding:
        return "mixed"
    return "omission" if any(_is_within(said, words) for words in holding) else "order"


def _is_within(said: Sequence[str], words: Sequence[str]) -> bool:
    """Whether some words are among others in the same order."""
    rest = iter(words)
    return all(word in rest for word in said)
