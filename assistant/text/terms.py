"""The terms by which texts are compared.

Terms are case folded and stemmed: "Ray - Ban", "Ray-Ban" and "ray ban" give the same terms, "1,999"
and "1999" too.
"""

import re
import threading
import unicodedata
from itertools import pairwise

import Stemmer

from assistant.records import Passage

LONGEST_TERM = 64  # characters; longer ones are not words

# A number with its separators; a single Chinese or Japanese character, as these have no spaces
# between words; else letters and digits.
_TERM = re.compile(r"\d+(?:[.,]\d+)+|[぀-ヿ㐀-䶿一-鿿]|[^\W_぀-ヿ㐀-䶿一-鿿]+")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_GROUPING = re.compile(r",(?=\d{3}(?:\D|$))")

# Words that do not say what a question is about.
STOP_WORDS = frozenset(
    "a about an and any are as at be been being but by can could did do does doing for from had "
    "has have having he her him his how i if in into is it its itself me my of on or our she "
    "should so some such than that the their them then there these they this those to us was we "
    "were what when where which while who whom whose why will with would you your".split()
)

# Stop words too, after "how": "how long", "how many".
_HOW = frozenset("big far fast large long many much often old tall wide".split())

_local = threading.local()


def find_terms(text: str) -> list[str]:
    """All terms of a text, in order.

    >>> find_terms("Ray - Ban Meta's price: 1,999 yuan")
    ['ray', 'ban', 'meta', 'price', '1999', 'yuan']
    """
    return _stem(_find_words(text))


def find_question_terms(question: str) -> list[str]:
    """The terms of a question without stop words and repeats; all of them if none is left."""
    words = _find_words(question)
    content = [
        word
        for before, word in pairwise(["", *words])
        if word not in STOP_WORDS and not (before == "how" and word in _HOW)
    ]
    return _stem(list(dict.fromkeys(content or words)))


def find_passage_terms(passage: Passage) -> tuple[frozenset[str], list[frozenset[str]]]:
    """The terms of a passage's title and heading, and of each of its sentences."""
    document = passage.document
    above = frozenset(find_terms(f"{document.title} {passage.heading}"))
    texts = (document.text[start:end] for start, end in passage.sentences)
    return above, [frozenset(find_terms(text)) for text in texts]


def _find_words(text: str) -> list[str]:
    folded = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return [
        (_GROUPING.sub("", word) if word[0].isdigit() else word)[:LONGEST_TERM]
        for word in _TERM.findall(folded)
    ]


def _stem(words: list[str]) -> list[str]:
    # Threads must not share a stemmer.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stems: list[str] = _local.stemmer.stemWords(words)
    return stems
