"""Sources that disagree: two documents state different values in nearly the same words."""

from collections.abc import Sequence
from datetime import date

from assistant.answer.compose import Draft
from assistant.answer.evidence import Candidate, Entry, Evidence, find_value_terms
from assistant.answer.rows import list_labels
from assistant.figures.periods import Period
from assistant.records import Document
from assistant.text.dates import find_issued

SIMILAR = 0.6  # share of the terms of two sentences, without the answers, that both have
MOST_BEHIND = 2.0  # how far the score of a conflicting candidate may be below the best
LEAST_SPAN = 0.0  # score of its span: more likely than no answer
MOST_SOURCES = 5  # that are given
STATED = ("fact", "top", "count")  # kinds that ask for one value


def find_disagreeing(
    evidence: Evidence, draft: Draft, versions: Sequence[Entry] = ()
) -> list[Entry]:
    """What is cited for a draft, and other values for the same thing, newest document first,
    undated last; [] if the sources agree.

    `versions` are those of near-copies; others come from the candidates. If the question names a
    time, only those of that time, perhaps one, if there are any.
    """
    if not draft.entries or draft.counted:
        return []
    found = [find_deciding(evidence, draft)]
    if draft.kind in STATED:
        found = [Entry.of_span(one.span) for one in find_conflict(evidence)] or found
    documents = {entry.passage.document.id for entry in found}
    found += [entry for entry in versions if entry.passage.document.id not in documents]
    of_time = [entry for entry in found if _is_of_time(entry, evidence.periods)]
    asked = of_time or found
    if len(asked) < 2 and asked[0] is found[0]:
        return []
    asked = sorted(asked, key=lambda entry: _find_age(entry.passage.document, evidence.as_of))
    return asked[:MOST_SOURCES]


def find_deciding(evidence: Evidence, draft: Draft) -> Entry:
    """The entry of a draft that other versions are compared with: the best span or sentence."""
    if draft.kind in STATED:
        return draft.entries[0]
    return Entry.of_sentence(evidence.sentences[0])


def _is_of_time(entry: Entry, periods: Sequence[Period]) -> bool:
    day = _find_day(entry.passage.document)
    return day is not None and any(period.start <= day <= period.end for period in periods)


def find_conflict(evidence: Evidence) -> list[Candidate]:
    """The best candidate and those that state other values for the same thing, best first; [] if
    the sources agree.
    """
    found: list[Candidate] = []
    for candidate in evidence.candidates:
        if found and found[0].score - candidate.score > MOST_BEHIND:
            break
        if not found or (
            _contradicts(candidate, found) and _is_asked(evidence, found[0], candidate)
        ):
            found.append(candidate)
    return found if len(found) > 1 else []


def _is_asked(evidence: Evidence, best: Candidate, other: Candidate) -> bool:
    """Whether a candidate is about what the question names, if the best one is.

    Rows of tables are much alike: another one has to have all words of the question that are in
    the row of the best, its title or its heading, as "visitors" in "Fees for visitors".
    """
    near, near_other = best.sentence.passage_terms, other.sentence.passage_terms
    if any(one.is_named(near) and not one.is_named(near_other) for one in evidence.subjects):
        return False
    said = near.intersection(evidence.terms.rarity) - find_value_terms(best.span.text)
    return best.cell is None or said <= near_other


def _contradicts(candidate: Candidate, found: Sequence[Candidate]) -> bool:
    """Whether a candidate from another document states a value that differs from all found, in a
    sentence like that of the best.
    """
    best, sentence = found[0].sentence, candidate.sentence
    value, *values = (find_value_terms(other.span.text) for other in (candidate, *found))
    labels, others = (
        list_labels(one.span.passage.document, one.span.start, one.span.end)
        for one in (candidate, found[0])
    )
    if (
        labels != others
        or candidate.span.score < LEAST_SPAN
        or any(sentence.is_in_document_of(other.sentence) for other in found)
        or any(value <= known or known <= value for known in values)
    ):
        return False
    mine, other = sentence.terms - value, best.terms - values[0]
    return len(mine & other) >= SIMILAR * max(len(mine), len(other), 1)


def _find_age(document: Document, as_of: date) -> tuple[int, int]:
    """A sort key: newest first; then those published after `as_of`; undated last."""
    day = _find_day(document)
    if day is None:
        return 2, 0
    return int(day > as_of), -day.toordinal()


def _find_day(document: Document) -> date | None:
    """The date of a document, or that in its title."""
    issued = find_issued(document.title)
    return document.published or (issued.day if issued is not None else None)
