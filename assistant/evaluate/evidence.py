"""Where the evidence of a question stands in a document, and the sentences it is part of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.records import Offsets
from assistant.text import find_sentences

_BLANK_LINE = re.compile(r"\n[^\S\n]*\r?\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence: any of these places of a document proves it.

    `sentences` are the offsets of the sentences that the places are part of, in order.
    """

    document_id: str
    places: tuple[Offsets, ...]
    sentences: tuple[Offsets, ...]


def make_piece(document_id: str, text: str, places: Iterable[Offsets]) -> Piece:
    """A piece of evidence at some places of a document's text."""
    found = tuple(places)
    sentences = {sentence for place in found for sentence in find_sentences_of(text, *place)}
    return Piece(document_id, found, tuple(sorted(sentences)))


def find_quotes(text: str, quote: str) -> list[Offsets]:
    """Every place where a text says a quote, overlapping ones too."""
    return [match.span(1) for match in re.finditer(f"(?=({re.escape(quote)}))", text)]


def find_sentences_of(text: str, start: int, end: int) -> list[Offsets]:
    """The sentences that share a character with a stretch of a text."""
    before = [match.end() for match in _BLANK_LINE.finditer(text, 0, start)]
    after = _BLANK_LINE.search(text, end)
    first, last = before[-1] if before else 0, after.start() if after else len(text)
    return [(a, b) for a, b in find_paragraph_sentences(text, first, last) if a < end and start < b]


@lru_cache(maxsize=16)  # many questions are about one paragraph
def find_paragraph_sentences(text: str, start: int, end: int) -> tuple[Offsets, ...]:
    """The sentences of a stretch of text, paragraph by paragraph, in order."""
    cuts = [start, *(match.end() for match in _BLANK_LINE.finditer(text, start, end)), end]
    sentences: list[Offsets] = []
    for first, last in pairwise(cuts):
        if text[first:last].strip():
            sentences += find_sentences(text, first, last)
    return tuple(sentences)
