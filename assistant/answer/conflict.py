"""Sources that disagree: two documents state different values in nearly the same words."""

import re
from collections.abc import Sequence
from datetime import date

from assistant.answer.evidence import Candidate, Evidence
from assistant.records import Document
from assistant.text import find_terms

ALIKE = 0.6  # share of the terms of two sentences, the answers left out, that both have
BEHIND = 2.0  # how far the score of a conflicting candidate may lie behind the best
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
LEAST_SPAN = 0.0  # score of its span: rather this than no answer


def find_conflict(evidence: Evidence) -> list[Candidate]:
    """The candidates that state different values for the same thing, newest document first,
    undated last; the best candidate is one of them. [] where the sources agree.
    """
    found: list[Candidate] = []
    for candidate in evidence.candidates:
        if found and found[0].score - candidate.score > BEHIND:
            break
        if not found or _contradicts(candidate, found):
            found.append(candidate)
    if len(found) < 2:
        return []
    return sorted(found, key=lambda other: _find_age(other.span.passage.document, evidence.as_of))


def _contradicts(candidate: Candidate, found: Sequence[Candidate]) -> bool:
    """Whether a candidate of another document says another value than all found, in a sentence
    like that of the best.
    """
    best, sentence = found[0].sentence, candidate.sentence
    value, *values = (frozenset(find_terms(other.span.text)) for other in (candidate, *found))
    if (
        candidate.span.score < LEAST_SPAN
        or any(sentence.is_in_document_of(other.sentence) for other in found)
        or any(value <= known or known <= value for known in values)
    ):
        return False
    mine, other = sentence.terms - value, best.terms - values[0]
    return len(mine & other) >= ALIKE * max(len(mine), len(other), 1)


def _find_age(document: Document, as_of: date) -> tuple[int, int]:
    """Orders documents: newest first by their day, or the year in their title; then what was not
    published yet on a day; undated last.
    """
    day = document.published
    if day is None:
        years = [int(year) for year in _YEAR.findall(document.title)]
        day = date(max(years), 1, 1) if years else None
    if day is None:
        return 2, 0
    return int(day > as_of), -day.toordinal()
