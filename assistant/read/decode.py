"""Scores of word pieces become spans, items and evidence: pure functions on arrays.

All pieces are those of one window of a passage; offsets are characters of the passage's text.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from assistant.records import Offsets, Span

NO_EVIDENCE = -20.0  # logit of a sentence without pieces
# Probabilities from which a piece begins an item, continues it, and begins another inside it.
ITEM_BEGINS, ITEM_CONTINUES, ITEM_SPLITS = 0.1, 0.4, 0.5
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "「": "」", "『": "』", "《": "》", "«": "»"}
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}
_APOSTROPHES = "'’"
_NEAR = 60  # characters searched for the missing half of a pair

Scores = NDArray[np.float32]


def find_best_spans(
    starts: Scores, ends: Scores, sentence_of_piece: Sequence[int], *, longest: int, count: int
) -> list[tuple[int, int, float]]:
    """The best (first piece, last piece, score) of one window, best first, ties by place.

    The score is start plus end. A span has at most `longest` pieces, all in one sentence.
    """
    width = min(longest, len(starts))
    last = sliding_window_view(np.pad(ends, (0, width - 1)), width)
    sentence_of_last = sliding_window_view(
        np.pad(sentence_of_piece, (0, width - 1), constant_values=-1), width
    )
    same_sentence = sentence_of_last == np.asarray(sentence_of_piece)[:, None]
    scores = np.where(same_sentence, starts[:, None] + last, -np.inf).ravel()
    best = np.argsort(-scores, kind="stable")[:count]
    return [
        (place // width, place // width + place % width, float(scores[place]))
        for place in best.tolist()
        if np.isfinite(scores[place])
    ]


def find_items(begins: Scores, inside: Scores) -> Iterator[tuple[int, int, float]]:
    """The (first piece, last piece, probability) of each item, in order.

    `begins` and `inside` are probabilities. An item ends where another begins.
    """
    place, size = 0, len(begins)
    while place < size:
        if begins[place] <= ITEM_BEGINS:
            place += 1
            continue
        last = place
        while last + 1 < size and inside[last + 1] > ITEM_CONTINUES:
            if begins[last + 1] > ITEM_SPLITS:
                break
            last += 1
        yield place, last, float(begins[place])
        place = last + 1


def find_piece_sentences(offsets: Sequence[Offsets], sentences: Sequence[Offsets]) -> list[int]:
    """The number of the sentence that each piece starts in, or of the last one before it."""
    begins, places = ([start for start, _ in spans] for spans in (sentences, offsets))
    numbers: list[int] = np.searchsorted(begins, places, side="right").tolist()
    return [max(0, number - 1) for number in numbers]


def mean_by_sentence(scores: Scores, sentence_of_piece: Sequence[int], count: int) -> list[float]:
    """The mean score of the pieces of each of `count` sentences; NO_EVIDENCE without pieces."""
    numbers = np.asarray(sentence_of_piece, dtype=np.int64)
    sums = np.bincount(numbers, weights=scores, minlength=count)
    pieces = np.bincount(numbers, minlength=count)
    means: list[float] = np.where(pieces > 0, sums / np.maximum(pieces, 1), NO_EVIDENCE).tolist()
    return means


def sigmoid(scores: Scores) -> Scores:
    """Logits as probabilities."""
    return (1 / (1 + np.exp(-np.clip(scores, -50, 50)))).astype(np.float32)


def choose_spans(spans: Iterable[Span], count: int) -> list[Span]:
    """The best spans of a passage that share no text with a better one, ties by place."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start, span.end)):
        if not any(span.start < other.end and other.start < span.end for other in chosen):
            chosen.append(span)
    return chosen[:count]


def expand_to_words(text: str, start: int, end: int) -> Offsets:
    """A span extended to whole words and numbers.

    >>> text = "It weighs 40.5 grams"
    >>> text[slice(*expand_to_words(text, 13, 17))]
    '40.5 grams'
    """
    if end - start > 1 and text[end - 1] in _APOSTROPHES and text[end : end + 1].isalnum():
        end -= 1  # of a possessive
    while start > 0 and _is_inside_word(text, start):
        start -= 1
    while end < len(text) and _is_inside_word(text, end):
        end += 1
    return start, end


def balance_brackets(text: str, start: int, end: int) -> Offsets:
    """A span in which quotation marks and brackets come in pairs.

    The missing half is added if it is near; a half at the very end is left out.

    >>> text = "the M7 (2024) model"
    >>> text[slice(*balance_brackets(text, 4, 12))]
    'M7 (2024)'
    """
    opened: list[int] = []
    for place in range(start, end):
        character = text[place]
        if character in _PAIRS:
            opened.append(place)
        elif character in _CLOSERS:
            if opened and text[opened[-1]] == _CLOSERS[character]:
                opened.pop()
            elif (found := _find_opener(text, start, _CLOSERS[character])) is not None:
                start = found
            elif place == end - 1:
                end = place
    for place in reversed(opened):
        closer = _PAIRS[text[place]]
        found = text.find(closer, end, end + _NEAR)
        if found >= 0 and "\n" not in text[end:found]:
            end = found + 1
        elif place == start:
            start += 1
        elif all(text[after].isspace() for after in range(place + 1, end)):
            end = place  # nothing but the opening half
    start, end = _balance_straight(text, start, end)
    if start < end and text[end - 1] in _APOSTROPHES and text.count(text[end - 1], start, end) == 1:
        end -= 1  # the apostrophe of a possessive
    return start, end


def _balance_straight(text: str, start: int, end: int) -> Offsets:
    """The same for straight double quotes, which look the same on both sides."""
    if text.count('"', start, end) % 2 == 0:
        return start, end
    if text[end - 1] == '"' and text[start] != '"':
        found = text.rfind('"', max(0, start - _NEAR), start)
        return (found, end) if found >= 0 else (start, end - 1)
    found = text.find('"', end, end + _NEAR)
    if found >= 0:
        return start, found + 1
    return (start + 1 if text[start] == '"' else start), end


def _find_opener(text: str, start: int, opener: str) -> int | None:
    found = text.rfind(opener, max(0, start - _NEAR), start)
    return found if found >= 0 and "\n" not in text[found:start] else None


def _is_inside_word(text: str, place: int) -> bool:
    """Whether the characters before and after a place belong to one word or number."""
    before, after = text[place - 1], text[place]
    if _is_combining(after) and not before.isspace():
        return True
    if _is_combining(before) and after.isalnum():
        return not _is_ideograph(after)
    if before.isalnum() and after.isalnum():
        return not (_is_ideograph(before) or _is_ideograph(after))
    if after in ".,":
        return before.isdigit() and text[place + 1 : place + 2].isdigit()
    return before in ".," and after.isdigit() and text[place - 2 : place - 1].isdigit()


def _is_combining(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_ideograph(character: str) -> bool:
    return "぀" <= character <= "鿿"
