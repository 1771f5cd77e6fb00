"""A fact, a count or an extreme: the best span, its sentence cited."""

from assistant.answer.cite import find_sentences_around
from assistant.answer.compose import Draft, Entry
from assistant.answer.evidence import Candidate, Evidence
from assistant.records import QuestionKind


def compose_span(evidence: Evidence, kind: QuestionKind) -> Draft:
    """The best span of all that were read."""
    best = evidence.candidates[:1]
    return Draft(kind, tuple(make_entry(candidate) for candidate in best))


def make_entry(candidate: Candidate) -> Entry:
    """A span with the sentences that it touches."""
    span = candidate.span
    cited = find_sentences_around(span.passage, span.start, span.end)
    return Entry(span.passage, span.start, span.end, cited, span.score)
