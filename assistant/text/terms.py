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

# Chinese and Japanese have no spaces between words. Their terms are the single characters and all
# pairs of neighbours, so that a name is found in any text that contains it, however the words next
# to it would be cut. Of 47 questions about 24 Chinese paragraphs, BM25 found the right one first
# for 45 so; for 42 by pairs alone, 44 by characters, 40 by the words of jieba or rjieba, 46 by
# rjieba's words and characters. jieba takes 0.5 s to load and 42 MB on disk, rjieba 0.1 s, 4.6 MB.
UNSPACED = "々-〇぀-ヿ㐀-䶿一-鿿\U00020000-\U0003ffff"
# A number with its separators; Chinese or Japanese; else letters and digits.
_TERM = re.compile(rf"\d+(?:[.,]\d+)+|[{UNSPACED}]+|[^\W_{UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
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
    words: list[str] = []
    for word in _TERM.findall(folded):
        if word[0].isdigit():
            words.append(_GROUPING.sub("", word)[:LONGEST_TERM])
        elif word[0] >= "々" and _IS_UNSPACED.match(word):
            words += [*word, *map("".join, pairwise(word))]
        else:
            words.append(word[:LONGEST_TERM])
    return words


def _stem(words: list[str]) -> list[str]:
    # Threads must not share a stemmer.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stems: list[str] = _local.stemmer.stemWords(words)
    return stems
