"""Texts cut where marks begin and end: in Python, as browsers count offsets in UTF-16 units."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.answer.cite import CONTEXT
from assistant.api.contents import MentionBody
from assistant.api.schema import AnswerBody, CitationBody, PartBody, PassageBody
from assistant.records import Offsets, covers

# The rest of a word that is cut off; what has no spaces is cut anywhere.
_FIRST_REST, _LAST_REST = re.compile(r"^\S{0,15}\s+"), re.compile(r"\s+\S{0,15}$")


class Segment(NamedTuple):
    """A piece of a text, and the names of its marks."""

    text: str
    marks: frozenset[str]


def cut_text(text: str, marks: Mapping[str, Sequence[Offsets]], *, start: int = 0) -> list[Segment]:
    """Cut a text that begins at `start` by the offsets of marks, given by name.

    >>> [(text, *marks) for text, marks in cut_text("a word", {"noun": [(12, 16)]}, start=10)]
    [('a ',), ('word', 'noun')]
    """
    placed = {name: [(a - start, b - start) for a, b in spans] for name, spans in marks.items()}
    offsets = {offset for spans in placed.values() for span in spans for offset in span}
    return [
        Segment(text[a:b], frozenset(name for name, spans in placed.items() if covers(spans, a, b)))
        for a, b in pairwise(sorted({0, len(text)} | offsets))
    ]


def cut_quote(citation: CitationBody, answering: Sequence[Offsets] | None = None) -> list[Segment]:
    """A quote; the parts that answer are marked `span`, and labels that no document says
    `generated`.

    `answering` are the parts of all citations of the quote; without it, that of this one.
    """
    if answering is None:
        answering = list_answering([citation])
    marks = {"generated": citation.generated, "span": answering}
    return cut_text(citation.quote, marks, start=citation.start)


def cut_before(citation: CitationBody) -> str:
    """The text before a quote, in whole words; an ellipsis where there is more."""
    is_whole = citation.start <= len(citation.prefix)
    return citation.prefix if is_whole else "…" + _FIRST_REST.sub("", citation.prefix, count=1)


def cut_after(citation: CitationBody) -> str:
    """The text after a quote, in whole words; an ellipsis where there is more."""
    is_whole = len(citation.suffix) < CONTEXT
    if is_whole:
        return citation.suffix
    after = _LAST_REST.sub("", citation.suffix)
    return f"{after} …" if after.endswith((".", "!", "?", "؟")) else f"{after}…"


def list_answering(citations: Iterable[CitationBody]) -> list[Offsets]:
    """Where in the document the words are that answer, in order; those that overlap are joined.

    A citation of which all answers adds none.
    """
    joined: list[Offsets] = []
    spans = (
        (one.answer_start, one.answer_end)
        for one in citations
        if one.answer_start is not None and one.answer_end is not None
    )
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def cut_claim(claim: PartBody, body: AnswerBody) -> list[Segment]:
    """A sentence of a rephrased answer; the words that were the answer are marked `name`."""
    answered = body.extractive.parts if body.extractive else ()
    found = [
        match.span()
        for part in answered
        if any(body.citations[n - 1].answer_start is not None for n in part.citations)
        and not set(part.citations).isdisjoint(claim.citations)
        and (match := _find_words(claim.text, part.text))
    ]
    return cut_text(claim.text, {"name": found})


def cut_passage(passage: PassageBody) -> list[Segment]:
    """A passage; the sentences nearest to the question are marked `near`, labels `generated`."""
    near = [(mark.start, mark.end) for mark in passage.marked]
    marks = {"near": near, "generated": passage.generated}
    return cut_text(passage.text, marks, start=passage.start)


def cut_sentence(mention: MentionBody) -> list[Segment]:
    """A sentence; the mention in it is marked `name`."""
    name = mention.start, mention.end
    return cut_text(mention.sentence, {"name": [name]}, start=mention.sentence_start)


def _find_words(text: str, words: str) -> re.Match[str] | None:
    """Where words stand in a text, by themselves if they do anywhere."""
    pattern = re.escape(" ".join(words.split()))
    alone = rf"(?<!\w)(?<!\d[.,]){pattern}(?!\w)(?![.,]\d)"
    return re.search(alone, text, re.IGNORECASE) or re.search(pattern, text, re.IGNORECASE)
