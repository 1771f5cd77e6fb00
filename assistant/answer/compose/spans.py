"""A fact, a count or an extreme: the best span, its sentence cited."""

from assistant.answer.compose import Draft, Entry
from assistant.answer.evidence import Candidate, Evidence
from assistant.records import QuestionKind


def compose_span(evidence: Evidence, kind: QuestionKind) -> Draft:
    """The best span of all that were read."""
    best = evidence.candidates[:1]
    return Draft(kind, tuple(make_entry(candidate) for candidate in best))


def make_entry(candidate: Candidate) -> Entry:
    """A span with the sentences that it touches."""
    span, passage = candidate.span, candidate.span.passage
    touched = [(a, b) for a, b in passage.sentences if a < span.end and span.start < b]
    start = min([a for a, _ in touched] + [span.start])
    end = max([b for _, b in touched] + [span.end])
    return Entry(passage, span.start, span.end, (start, end), span.score)
