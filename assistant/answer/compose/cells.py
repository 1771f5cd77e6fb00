"""A comparison, a question in two parts, a trend: the sentences that state the values.

The values are the reader's items. The label of each is the question's words that come with it in
the document, and with none of the others.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.answer.compose.draft import Draft
from assistant.answer.evidence import Entry, Evidence
from assistant.records import QuestionKind, Span
from assistant.text import STOP_WORDS, find_terms

MOST_SENTENCES = 5
MOST_FIGURES = 4
SUPPORTING = 0.04  # evidence from which a sentence after the best is part of the answer
MOST_BEHIND = 6.0  # how far the score of a sentence may be below the best
MOST_BEHIND_ELSEWHERE = 3.0  # the same in a document other than the best's
ANSWERS_PART = 0.2  # evidence from which the best sentence of a part answers it
CERTAIN = 0.5  # probability from which an item is a value


def compose_cells(evidence: Evidence, kind: QuestionKind) -> Draft:
    """An entry for each sentence that states a value, in order of the documents.

    Each part of a question in two, and each subject of a comparison, adds its best sentence or is
    absent. The figures that answer add theirs.
    """
    near = [
        sentence
        for sentence in evidence.find_near_best(behind=MOST_BEHIND, elsewhere=MOST_BEHIND_ELSEWHERE)
        if sentence is evidence.sentences[0] or (sentence.evidence or 0.0) >= SUPPORTING
    ]
    entries = [Entry.of_sentence(sentence) for sentence in near[:MOST_SENTENCES]]
    absent = []
    for part in evidence.parts:
        if part.best_evidence >= ANSWERS_PART:
            entries.append(Entry.of_sentence(part.sentences[0]))
        else:
            absent.append(part.subjects[0].words if kind == "compare" else part.question)
    for figure in evidence.figures[:MOST_FIGURES]:
        entries.append(Entry(figure.passage, *figure.cited, figure.cited, figure.score))
    placed = {(entry.passage.document.id, entry.cited): entry for entry in reversed(entries)}
    ordered = sorted(placed.values(), key=lambda entry: (entry.passage.number, entry.start))
    return Draft(kind, tuple(ordered), absent=tuple(absent))


def find_values(evidence: Evidence, draft: Draft) -> list[Entry]:
    """The values of an answer with their labels: figures, or the items in its sentences.

    [] if they make no table: each item needs another label, and words not in the question.
    """
    figures: dict[tuple[str, str], Entry] = {}
    for figure in evidence.figures[:MOST_FIGURES]:
        figures.setdefault((figure.label, figure.text), figure)
    if len(figures) > 1:
        return list(figures.values())
    asked = STOP_WORDS.union(find_terms(evidence.question))
    values = [
        value
        for entry in draft.entries
        for value in _label(evidence.question, entry, _find_items(evidence, entry))
        if not asked.issuperset(find_terms(value.text))
    ]
    labels = [value.label for value in values]
    distinct = all(labels) and len(set(labels)) == len(labels)
    return values if distinct or draft.kind == "trend" else []


def _find_items(evidence: Evidence, entry: Entry) -> list[Span]:
    """The values in an entry, read for the whole question or for the part that found it."""
    found = (
        reading.items or ()
        for source in (evidence, *evidence.parts)
        for reading in source.readings
        if reading.passage.number == entry.passage.number
    )
    return [
        item
        for item in next(found, ())
        if entry.start <= item.start and item.end <= entry.end and item.score >= CERTAIN
    ]


def _label(question: str, entry: Entry, items: Sequence[Span]) -> Iterator[Entry]:
    """The values of a sentence, labelled with the question's words in their clause alone."""
    text = entry.passage.document.text
    bounds = [entry.start, *(item.end for item in items)]
    clauses = [frozenset(find_terms(text[start:end])) for start, end in pairwise(bounds)]
    words = [word.strip(".,;:?!\"'“”()") for word in question.split()]
    named = [
        (word, terms)
        for word in words
        if word.casefold() not in STOP_WORDS and (terms := frozenset(find_terms(word)))
    ]
    for number, (item, clause) in enumerate(zip(items, clauses, strict=True)):
        others = frozenset[str]().union(*clauses[:number], *clauses[number + 1 :])
        label = [word for word, terms in named if terms <= clause and not terms & others]
        yield Entry(entry.passage, item.start, item.end, entry.cited, item.score, " ".join(label))
