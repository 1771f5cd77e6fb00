"""Sentences, the terms by which texts are compared, and titles that are only ids.

Of fourteen splitters tried on 124 cases, sentencex had the most right, broke no sentence of the
article and is linear on hostile input. It takes any text in double quotes for one sentence, which
is wrong for news, so quotes are replaced by spaces before, and its cuts are moved past them.

Terms are case folded and stemmed: "Ray - Ban", "Ray-Ban" and "ray ban" give the same terms, "1,999"
and "1999" too.
"""

import re
import threading
import unicodedata
from itertools import pairwise
from pathlib import PurePosixPath

import sentencex
import Stemmer

from assistant.records import Document, Offsets, Passage, trim

_OPENERS, _CLOSERS = "“‘「『«\"'([", "”’」』»\"')]"
_HIDDEN = {ord(character): " " for character in '“”"«»\r\n'}
_HIDDEN |= dict.fromkeys(range(0xD800, 0xE000), "�")  # the library refuses halves of characters
# A line that begins like an item of a list begins a sentence; its marker alone is not one.
_ITEM = re.compile(r"(?:^|(?<=[\r\n]))[^\S\r\n]*(?:[-*+•–]|\d{1,3}[.)])[^\S\r\n]+(?=\S)")
# The library cuts after these words, and before a digit after the second group, and should not.
_NEVER_AFTER = re.compile(r"\b(?:e\.g|i\.e|incl|approx|vs|cf|Gov|Sen|Rep|Gen|Lt|Col)\.$")
_NO_DIGIT_AFTER = re.compile(r"\b(?:Nos?|Figs?|Eqs?|Vols?|Sec|Ch|pp?|ca|Art)\.$")
# The library does not cut here before a capital, and should.
_MISSED = re.compile(
    r"(?:…|(?<![!?])[!?]{2,4}|\betc\.|\[\d{1,3}\]|[.!?]\))[”\"')]{0,3}\s{1,9}(?=[“\"(]?[A-Z])"
)
_LOOK_BACK = 16  # characters: longer than any abbreviation above

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

_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
# A digest or UUID: by chance a group of its digits may look like a word ("dead").
_HEX_ID = re.compile(r"(?=\D*\d)[\da-fA-F-]{8,}")

# Stop words too, after "how": "how long", "how many".
_HOW = frozenset("big far fast large long many much often old tall wide".split())

_local = threading.local()


def find_sentences(text: str, start: int, end: int) -> list[Offsets]:
    """The sentences of a paragraph, in order: offsets in the text, without surrounding space.

    Every character of `text[start:end]` that is not space is in exactly one.
    """
    cuts = {start, end}
    items = [start, *(match.start() for match in _ITEM.finditer(text, start, end)), end]
    for item, next_item in pairwise(items):
        marker = _ITEM.match(text, item, next_item)
        cuts.add(item)
        cuts.update(_find_cuts(text[marker.end() if marker else item : next_item], next_item))
    return [trim(text, a, b) for a, b in pairwise(sorted(cuts)) if text[a:b].strip()]


def _find_cuts(text: str, end: int) -> set[int]:
    """Where one item is cut, as offsets of the document; the item ends at `end`."""
    shift = end - len(text)
    found = sentencex.get_sentence_boundaries("en", text.translate(_HIDDEN))
    proposed = {boundary["end_index"] for boundary in found}
    proposed.update(match.end() for match in _MISSED.finditer(text))
    cuts = (_place_cut(text, cut) for cut in proposed if 0 < cut < len(text))
    return {cut + shift for cut in cuts if cut is not None}


def _place_cut(text: str, cut: int) -> int | None:
    """The cut, moved past closing quotes; None if there should be no cut."""
    while cut < len(text) and text[cut] in '”"»’' and not text[cut - 1].isspace():
        cut += 1
    left = text[max(0, cut - _LOOK_BACK) : cut].rstrip()
    if left.endswith(tuple('“"«')) and left[-2:-1].isspace():
        cut = text.rindex(left[-1], 0, cut)  # an opening quote belongs to what follows
        left = left[:-1].rstrip()
    following = text[cut : cut + _LOOK_BACK].lstrip()
    if not left or not following:
        return None
    first = following.lstrip(_OPENERS)[:1]
    if _NEVER_AFTER.search(left) or (first.isdigit() and _NO_DIGIT_AFTER.search(left)):
        return None
    if first.islower() and (left[-1] in _CLOSERS or left.endswith(("!", "?"))):
        return None  # "Why?" he asked; Yahoo! announced
    if left.endswith(" .") and not text[cut : cut + 1].isspace():
        return None  # a name that begins with a full stop: " .NET"
    return cut


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


def is_title_an_id(document: Document) -> bool:
    """Whether a title is a line number, or a part of the document's id without a word."""
    path, title = PurePosixPath(document.id), document.title
    is_part = title in (*path.parts, path.stem) or is_title_in_id(document)
    return title.startswith(f"{path.parent} line ") or (is_part and not has_word(title))


def is_title_in_id(document: Document) -> bool:
    """Whether a document's id ends with its title, which is then the id of a line of a file."""
    return f"/{document.id}".endswith(f"/{document.title}")


def has_word(text: str) -> bool:
    """Whether a text has a word of letters; hex digests, UUIDs and numbers have none.

    >>> [has_word(text) for text in ("Rokid 2", "b0-06", "5f0c6c2e-dead-4b7a-9d3c-0a1b2c3d4e5f")]
    [True, False, False]
    """
    return _LETTERS.search(text) is not None and _HEX_ID.fullmatch(text) is None


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
