"""A comparison, a question in two parts, a trend: the sentences that state the values.

The values in them are the reader's items. What each is about is found in the document: the words
of the question that stand with one value and with none of the others.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.compose import Draft, Entry
from assistant.answer.evidence import Evidence, Sentence
from assistant.records import QuestionKind, Span
from assistant.text import STOP_WORDS, find_terms

MOST_SENTENCES = 5
MOST_FIGURES = 4
ALSO = 0.04  # evidence from which a sentence after the best is part of the answer
BEHIND = 6.0  # how far the score of a sentence may lie behind the best
ELSEWHERE = 3.0  # the same in another document than the best
PART = 0.2  # evidence from which the best sentence of a part is its answer
CERTAIN = 0.5  # probability of an item that is a value


def compose_cells(evidence: Evidence, kind: QuestionKind) -> Draft:
    """An entry for each sentence that states a value, in order of the documents.

    Each part of a question in two, and each subject of a comparison, has its own best sentence, or
    is absent. The table of figures adds the sentences of those that answer.
    """
    best = evidence.sentences[0]
    near = [one for one in evidence.sentences if one is best or _belongs(one, best)]
    entries = [Entry.of_sentence(one) for one in near[:MOST_SENTENCES]]
    absent = []
    for part in evidence.parts:
        found = _find_best(part)
        if found is None:
            absent.append(part.subjects[0].words if kind == "compare" else part.question)
        else:
            entries.append(Entry.of_sentence(found))
    for figure in evidence.figures[:MOST_FIGURES]:
        entries.append(Entry(figure.passage, *figure.cited, figure.cited, figure.score))
    placed = {(one.passage.document.id, one.cited): one for one in reversed(entries)}
    ordered = sorted(placed.values(), key=lambda one: (one.passage.number, one.start))
    return Draft(kind, tuple(ordered), absent=tuple(absent))


def _find_best(part: Evidence) -> Sentence | None:
    """The best sentence of a part; None where none is evidence."""
    best = next(iter(part.sentences), None)
    return best if best is not None and (best.evidence or 0.0) >= PART else None


def find_values(evidence: Evidence, draft: Draft) -> list[Entry]:
    """The values of an answer with their labels: figures, or the items in its sentences.

    [] where they make no table: items need a label each, all different, and words that the
    question does not have.
    """
    figures: dict[tuple[str, str], Entry] = {}
    for figure in evidence.figures[:MOST_FIGURES]:
        figures.setdefault((figure.label, figure.text), figure)
    if len(figures) > 1:
        return list(figures.values())
    asked = frozenset(find_terms(evidence.question))
    values: list[Entry] = []
    for entry in draft.entries:
        inside = [
            item
            for item in _find_items(evidence, entry)
            if entry.start <= item.start and item.end <= entry.end and item.score >= CERTAIN
        ]
        values += [
            value
            for value in _label(evidence.question, entry, inside)
            if not (asked | STOP_WORDS).issuperset(find_terms(value.text))
        ]
    labels = [value.label for value in values]
    distinct = all(labels) and len(set(labels)) == len(labels)
    return values if distinct or draft.kind == "trend" else []


def _find_items(evidence: Evidence, entry: Entry) -> tuple[Span, ...]:
    """The items in the passage of an entry, of the whole question or of the part that found it."""
    number = entry.passage.number
    for one in (evidence, *evidence.parts):
        for reading in one.readings:
            if reading.passage.number == number:
                return reading.items or ()
    return ()


def _belongs(sentence: Sentence, best: Sentence) -> bool:
    same = sentence.passage.document.id == best.passage.document.id
    near = best.score - sentence.score <= (BEHIND if same else ELSEWHERE)
    return near and (sentence.evidence or 0.0) >= ALSO


def _label(question: str, entry: Entry, items: Sequence[Span]) -> list[Entry]:
    """The values of a sentence; a label is what the question says of one clause alone."""
    text = entry.passage.document.text
    if not items:
        return []
    bounds = [entry.start, *(item.end for item in items[:-1])]
    clauses = [
        frozenset(find_terms(text[start : item.end]))
        for start, item in zip(bounds, items, strict=True)
    ]
    values = []
    for number, item in enumerate(items):
        others = frozenset[str]().union(*(c for n, c in enumerate(clauses) if n != number))
        words = [
            word
            for word in (given.strip(".,;:?!\"'“”()") for given in question.split())
            if word.casefold() not in STOP_WORDS
            and (terms := find_terms(word))
            and clauses[number].issuperset(terms)
            and not others.intersection(terms)
        ]
        value = Entry(entry.passage, item.start, item.end, entry.cited, item.score)
        values.append(replace(value, label=" ".join(words)))
    return values
