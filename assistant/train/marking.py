"""Passages are marked with what answers a question in them: spans, items and evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.questions.handwritten import SetQuestion
from assistant.records import Offsets, Passage
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


def find_places(question: SetQuestion, text: str, passages: Sequence[Passage]) -> list[Offsets]:
    """Where each answer stands in a document: inside the evidence's sentences, nearest to it."""
    evidence = _find_evidence(question, text)
    sentences = [s for p in passages for s in p.sentences if _overlaps(s, evidence)]
    places = []
    for _, words in question.answers:
        found = list(_find_all(text, words))
        inside = [place for place in found if _overlaps(place, sentences)] or found
        if inside:
            places.append(min(inside, key=lambda place: _distance(place, evidence)))
    return places


def mark_passage(passage: Passage, question: SetQuestion, places: Sequence[Offsets]) -> Shown:
    """A passage with what answers a question in it, given where its answers stand."""
    evidence = _find_evidence(question, passage.document.text)
    marked = [
        number
        for number, sentence in enumerate(passage.sentences)
        if _overlaps(sentence, evidence) or _overlaps(sentence, places)
    ]
    spans = [place for place in places if passage.start <= place[0] and place[1] <= passage.end]
    items = spans
    if marked and not spans and question.kind in _BY_SENTENCES:
        items = [passage.sentences[number] for number in marked]
        spans = items[:1]
    return show(passage, spans=spans, items=items, evidence=marked)


def show(
    passage: Passage,
    *,
    spans: Sequence[Offsets] = (),
    items: Sequence[Offsets] = (),
    evidence: Sequence[int] = (),
) -> Shown:
    """A passage as it is shown; spans and items are offsets in its document."""
    title, heading = passage.document.title, passage.heading

    def move(places: Sequence[Offsets]) -> tuple[Offsets, ...]:
        return tuple((start - passage.start, end - passage.start) for start, end in places)

    return Shown(
        make_prefix(title, heading),
        passage.text,
        move(passage.sentences),
        move(spans),
        move(items),
        tuple(evidence),
    )


def show_text(title: str, text: str) -> Shown:
    """A paragraph as it is shown."""
    return Shown(title, text, tuple(find_sentences(text, 0, len(text))))


def make_prefix(title: str, heading: str) -> str:
    """What is put in front of a passage: its title and heading, of what there is."""
    return " / ".join(part for part in (title, heading) if part)


def mark_spans(passage: Shown, spans: Sequence[Offsets]) -> Shown:
    """A paragraph with spans that answer; their sentences are the evidence."""
    evidence = tuple(number for number, s in enumerate(passage.sentences) if _overlaps(s, spans))
    return Shown(
        passage.prefix, passage.text, passage.sentences, tuple(spans), tuple(spans), evidence
    )


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
