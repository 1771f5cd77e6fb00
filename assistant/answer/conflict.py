"""Sources that say different things of the same: found where two documents answer alike."""

import re
from collections.abc import Sequence
from datetime import date

from assistant.answer.evidence import Candidate, Evidence, TermsOf
from assistant.records import Document
from assistant.text import find_terms

ALIKE = 0.6  # share of the terms of two sentences, the answers left out, that both have
BEHIND = 2.0  # how far the score of a conflicting candidate may lie behind the best
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
LEAST_SPAN = 0.0  # score of its span: rather this than no answer


def find_conflict(evidence: Evidence, terms_of: TermsOf) -> list[Candidate]:
    """The candidates that state different values for the same thing, newest document first,
    undated last; the best candidate is one of them. [] where the sources agree.
    """
    if not evidence.candidates:
        return []
    best = evidence.candidates[0]
    found = [best]
    for candidate in evidence.candidates[1:]:
        if best.score - candidate.score > BEHIND:
            break
        documents = {one.span.passage.document.id for one in found}
        if candidate.span.passage.document.id not in documents and _contradicts(
            candidate, best, found, terms_of
        ):
            found.append(candidate)
    if len(found) == 1:
        return []
    return sorted(found, key=lambda one: _find_age(one.span.passage.document, evidence.as_of))


def _contradicts(
    candidate: Candidate, best: Candidate, found: Sequence[Candidate], terms_of: TermsOf
) -> bool:
    """Whether a candidate says another value than all found, in a sentence like the best's."""
    value = frozenset(find_terms(candidate.span.text))
    values = [frozenset(find_terms(one.span.text)) for one in found]
    if candidate.span.score < LEAST_SPAN or any(value <= one or one <= value for one in values):
        return False
    mine = _find_context(candidate, terms_of) - value
    other = _find_context(best, terms_of) - values[0]
    return len(mine & other) >= ALIKE * max(len(mine), len(other), 1)


def _find_context(candidate: Candidate, terms_of: TermsOf) -> frozenset[str]:
    _, by_sentence = terms_of(candidate.sentence.passage)
    return by_sentence[candidate.sentence.number]


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
