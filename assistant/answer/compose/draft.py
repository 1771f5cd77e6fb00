"""A Draft, and the two simplest ways to compose one: the best span, the best sentences."""

from dataclasses import dataclass

from assistant.answer.evidence import Entry, Evidence
from assistant.records import QuestionKind

MOST_SENTENCES = 3
MOST_DECIDING = 2  # sentences for a yes-or-no question
SUPPORTING = 0.1  # evidence from which a sentence after the best is part of the answer


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is decided whether it is given; without entries if nothing was found.

    `counted`: the answer is the number of entries. `absent` are labels for which no entry was
    found. `listed` is the evidence of the line of names or figures that the entries come from;
    None if they come from passages.
    """

    kind: QuestionKind
    entries: tuple[Entry, ...]
    counted: bool = False
    absent: tuple[str, ...] = ()
    listed: float | None = None


def compose_span(evidence: Evidence, kind: QuestionKind) -> Draft:
    """A fact, a count or an extreme: the best span."""
    return Draft(kind, tuple(Entry.of_span(best.span) for best in evidence.candidates[:1]))


def compose_passage(evidence: Evidence, kind: QuestionKind) -> Draft:
    """Why, how, what is said, yes or no: the best sentence and others with enough evidence, in
    text order.
    """
    most = MOST_DECIDING if kind == "yesno" else MOST_SENTENCES
    best, *others = evidence.sentences[:most]
    chosen = [best, *(sentence for sentence in others if (sentence.evidence or 0.0) >= SUPPORTING)]
    chosen.sort(key=lambda sentence: (sentence.place, sentence.number))
    return Draft(kind, tuple(map(Entry.of_sentence, chosen)))
