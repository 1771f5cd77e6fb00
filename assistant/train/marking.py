"""Passages are marked with what answers a question in them: spans, items and evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.questions.handwritten import SetQuestion
from assistant.records import Offsets, Passage
from assistant.split import heading_prefix
from assistant.text import find_sentences

# Answered by sentences where no words are marked.
_BY_SENTENCES = ("why", "how", "said", "yesno")


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as it is shown with a question; all offsets count from its own start.

    `prefix` is its title and heading. `evidence` are numbers of sentences. A passage without spans
    and evidence does not answer.
    """

    prefix: str
    text: str
    sentences: tuple[Offsets, ...]
    spans: tuple[Offsets, ...] = ()
    items: tuple[Offsets, ...] = ()
    evidence: tuple[int, ...] = ()


def show(passage: Passage) -> Shown:
    """A passage of a document, with nothing marked."""
    prefix = heading_prefix(passage.document, passage.heading)
    return Shown(prefix, passage.text, _move(passage.sentences, passage))


def show_text(title: str, text: str) -> Shown:
    """A paragraph, with nothing marked."""
    return Shown(title, text, tuple(find_sentences(text, 0, len(text))))


def mark_spans(paragraph: Shown, spans: Sequence[Offsets]) -> Shown:
    """A paragraph with spans that answer; their sentences are the evidence."""
    evidence = tuple(n for n, s in enumerate(paragraph.sentences) if _overlaps(s, spans))
    return replace(paragraph, spans=tuple(spans), items=tuple(spans), evidence=evidence)


def find_answers(question: SetQuestion, text: str, passages: Sequence[Passage]) -> list[Offsets]:
    """The place of each answer in a document: in the evidence's sentences, nearest to it."""
    evidence = _find_evidence(question, text)
    sentences = [s for p in passages for s in p.sentences if _overlaps(s, evidence)]
    places = []
    for _, words in question.answers:
        found = list(_find_all(text, words))
        inside = [place for place in found if _overlaps(place, sentences)] or found
        if inside:
            places.append(min(inside, key=lambda place: _distance(place, evidence)))
    return places


def mark_passage(passage: Passage, question: SetQuestion, answers: Sequence[Offsets]) -> Shown:
    """A passage with what answers a question in it; `answers` are places in its document."""
    places = [*_find_evidence(question, passage.document.text), *answers]
    evidence = tuple(n for n, s in enumerate(passage.sentences) if _overlaps(s, places))
    spans = [place for place in answers if passage.start <= place[0] and place[1] <= passage.end]
    items = spans
    if evidence and not spans and question.kind in _BY_SENTENCES:
        items = [passage.sentences[number] for number in evidence]
        spans = items[:1]
    return replace(
        show(passage), spans=_move(spans, passage), items=_move(items, passage), evidence=evidence
    )


def _move(places: Sequence[Offsets], passage: Passage) -> tuple[Offsets, ...]:
    """Places in a document, counted from the start of a passage."""
    return tuple((start - passage.start, end - passage.start) for start, end in places)


def _find_evidence(question: SetQuestion, text: str) -> list[Offsets]:
    return [next(_find_all(text, words)) for words in question.evidence]


def _find_all(text: str, words: str) -> Iterator[Offsets]:
    """Every place of some words, overlapping ones too."""
    start = text.find(words)
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)


def _overlaps(place: Offsets, others: Sequence[Offsets]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in others)


def _distance(place: Offsets, others: Sequence[Offsets]) -> int:
    return min((abs(place[0] - start) for start, _ in others), default=0)
