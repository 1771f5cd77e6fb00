"""The answers to a question are marked in passages: spans, items and evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.questions.handwritten import SetQuestion
from assistant.records import Offsets, Passage
from assistant.split import heading_prefix
from assistant.text import find_sentences

# Kinds answered by sentences if no words are marked.
_BY_SENTENCES = ("why", "how", "said", "yesno")


@dataclass(frozen=True, slots=True)
class MarkedPassage:
    """A passage with the answers to a question; all offsets count from its own start.

    `prefix` is its title and heading. `evidence` are numbers of sentences. A passage without spans
    and evidence does not answer.
    """

    prefix: str
    text: str
    sentences: tuple[Offsets, ...]
    spans: tuple[Offsets, ...] = ()
    items: tuple[Offsets, ...] = ()
    evidence: tuple[int, ...] = ()


def prepare_passage(passage: Passage) -> MarkedPassage:
    """A passage with nothing marked."""
    prefix = heading_prefix(passage.document, passage.heading)
    return MarkedPassage(prefix, passage.text, _shift(passage.sentences, passage))


def prepare_paragraph(title: str, text: str) -> MarkedPassage:
    """A paragraph, with nothing marked."""
    return MarkedPassage(title, text, tuple(find_sentences(text, 0, len(text))))


def mark_spans(paragraph: MarkedPassage, spans: Sequence[Offsets]) -> MarkedPassage:
    """Mark spans that answer in a paragraph; their sentences are the evidence."""
    evidence = tuple(n for n, s in enumerate(paragraph.sentences) if _overlaps(s, spans))
    return replace(paragraph, spans=tuple(spans), items=tuple(spans), evidence=evidence)


def find_answers(question: SetQuestion, text: str, passages: Sequence[Passage]) -> list[Offsets]:
    """The place of each answer in a document, preferably in an evidence sentence."""
    evidence = _find_evidence(question, text)
    sentences = [s for p in passages for s in p.sentences if _overlaps(s, evidence)]
    places = []
    for _, words in question.answers:
        found = list(_find_all(text, words))
        inside = [place for place in found if _overlaps(place, sentences)] or found
        if inside:
            places.append(min(inside, key=lambda place: _measure_distance(place, evidence)))
    return places


def mark_passage(
    passage: Passage, question: SetQuestion, answers: Sequence[Offsets]
) -> MarkedPassage:
    """Mark the answers to a question in a passage; `answers` are places in its document."""
    places = [*_find_evidence(question, passage.document.text), *answers]
    evidence = tuple(n for n, s in enumerate(passage.sentences) if _overlaps(s, places))
    spans = [place for place in answers if passage.start <= place[0] and place[1] <= passage.end]
    items = spans
    if evidence and not spans and question.kind in _BY_SENTENCES:
        items = [passage.sentences[number] for number in evidence]
        spans = items[:1]
    return replace(
        prepare_passage(passage),
        spans=_shift(spans, passage),
        items=_shift(items, passage),
        evidence=evidence,
    )


def _shift(places: Sequence[Offsets], passage: Passage) -> tuple[Offsets, ...]:
    """Offsets of a document as offsets of a passage."""
    return tuple((start - passage.start, end - passage.start) for start, end in places)


def _find_evidence(question: SetQuestion, text: str) -> list[Offsets]:
    return [next(_find_all(text, words)) for words in question.evidence]


def _find_all(text: str, words: str) -> Iterator[Offsets]:
    """Every place of the words, including overlapping ones."""
    start = text.find(words)
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)


def _overlaps(place: Offsets, others: Sequence[Offsets]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in others)


def _measure_distance(place: Offsets, others: Sequence[Offsets]) -> int:
    return min((abs(place[0] - start) for start, _ in others), default=0)
