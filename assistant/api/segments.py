"""Texts cut where marks begin and end: in order, and together the text.

Cut here and not in the browser, whose offsets count UTF-16 units.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.api.contents import MentionBody
from assistant.api.schema import CitationBody, PassageBody
from assistant.records import Offsets, covers


class Segment(NamedTuple):
    """A piece of a text, and the names of the marks that it has."""

    text: str
    marks: frozenset[str]


def cut(text: str, marks: Mapping[str, Sequence[Offsets]], *, start: int = 0) -> list[Segment]:
    """A text by the names of marks and their offsets, in order; the text itself is at `start`.

    >>> [(text, *marks) for text, marks in cut("a word", {"noun": [(12, 16)]}, start=10)]
    [('a ',), ('word', 'noun')]
    """
    placed = {name: [(a - start, b - start) for a, b in spans] for name, spans in marks.items()}
    offsets = {offset for spans in placed.values() for span in spans for offset in span}
    return [
        Segment(text[a:b], frozenset(name for name, spans in placed.items() if covers(spans, a, b)))
        for a, b in pairwise(sorted({0, len(text)} | offsets))
    ]


def cut_quote(citation: CitationBody) -> list[Segment]:
    """A quote: `span` is the part of it that answers; nothing is marked where all of it does."""
    if citation.answer_start is None or citation.answer_end is None:
        return [Segment(citation.quote, frozenset())]
    span = citation.answer_start, citation.answer_end
    return cut(citation.quote, {"span": [span]}, start=citation.start)


def cut_passage(passage: PassageBody) -> list[Segment]:
    """A passage: `near` are its sentences that come near the question."""
    near = [(mark.start, mark.end) for mark in passage.marked]
    return cut(passage.text, {"near": near}, start=passage.start)


def cut_sentence(mention: MentionBody) -> list[Segment]:
    """A sentence: `name` is the mention in it."""
    name = mention.start, mention.end
    return cut(mention.sentence, {"name": [name]}, start=mention.sentence_start)
