"""The words of a text as they are compared: case folded, stemmed, whatever joins them.

"Ray - Ban", "Ray-Ban" and "ray ban" give the same terms, "1,999" and "1999" too. Texts are
changed for comparing only: nothing here touches what is shown.
"""

import re
import threading
import unicodedata
from itertools import pairwise

import Stemmer

from assistant.records import Passage

LONGEST_TERM = 64  # characters; what is longer is no word

# A number with its separators, whatever follows; a Chinese or Japanese character by itself, for
# these are written without spaces; else letters and digits.
_TERM = re.compile(r"\d+(?:[.,]\d+)+|[぀-ヿ㐀-䶿一-鿿]|[^\W_぀-ヿ㐀-䶿一-鿿]+")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_GROUPING = re.compile(r",(?=\d{3}(?:\D|$))")

# Words that say how a question is put, not what it is about.
STOP_WORDS = frozenset(
    "a about an and any are as at be been being but by can could did do does doing for from had "
    "has have having he her him his how i if in into is it its itself me my of on or our she "
    "should so some such than that the their them then there these they this those to us was we "
    "were what when where which while who whom whose why will with would you your".split()
)

# "How long", "how many": the word after how says what kind of answer is wanted, too.
_HOW = frozenset("big far fast large long many much often old tall wide".split())

_local = threading.local()


def find_terms(text: str) -> list[str]:
    """All terms of a text, in order.

    >>> find_terms("Ray - Ban Meta's price: 1,999 yuan")
    ['ray', 'ban', 'meta', 'price', '1999', 'yuan']
    """
    return _stem(_find_words(text))


def find_question_terms(question: str) -> list[str]:
    """The terms of a question without stop words and repeats; all of them where none is left."""
    words = _find_words(question)
    about = [
        word
        for before, word in pairwise(["", *words])
        if word not in STOP_WORDS and not (before == "how" and word in _HOW)
    ]
    return _stem(list(dict.fromkeys(about or words)))


def find_passage_terms(passage: Passage) -> tuple[frozenset[str], list[frozenset[str]]]:
    """The terms of a passage's title and heading, and of each of its sentences."""
    document = passage.document
    above = frozenset(find_terms(f"{document.title} {passage.heading}"))
    texts = (document.text[start:end] for start, end in passage.sentences)
    return above, [frozenset(find_terms(text)) for text in texts]


def _find_words(text: str) -> list[str]:
    folded = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return [
        _GROUPING.sub("", match[0])[:LONGEST_TERM]
        if match[0][0].isdigit()
        else match[0][:LONGEST_TERM]
        for match in _TERM.finditer(folded)
    ]


def _stem(words: list[str]) -> list[str]:
    # A stemmer may not be shared by threads.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stems: list[str] = _local.stemmer.stemWords(words)
    return stems
