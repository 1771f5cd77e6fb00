"""Evidence made by hand: what a reader would have found in some passages."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.evidence import Candidate, Evidence, Sentence, find_near, find_sentence
from assistant.answer.question import QuestionTerms, Subject
from assistant.figures.periods import Period
from assistant.records import QUESTION_KINDS, Hit, Passage, QuestionKind, Reading, Span
from assistant.text import find_passage_terms
from tests.answers import find

NO_TERMS = QuestionTerms({}, (), (), 0.0)


def read_as(
    passage: Passage,
    *,
    items: Sequence[tuple[str, float]] = (),
    evidence: Sequence[float] | None = None,
    spans: Sequence[tuple[str, float]] = (),
    verdict: float | None = None,
) -> Reading:
    """A reading of a passage: words with the probability of an item, or the score of a span."""
    found = [[Span(passage, *find(passage, w), s) for w, s in given] for given in (spans, items)]
    likely = (0.5,) * len(passage.sentences) if evidence is None else tuple(evidence)
    return Reading(passage, tuple(found[0]), tuple(found[1]), likely, verdict=verdict)


def evidence_of(
    *readings: Reading,
    question: str = "?",
    kind: QuestionKind = "fact",
    scores: Sequence[Sequence[float]] | None = None,
    terms: QuestionTerms = NO_TERMS,
    subjects: tuple[Subject, ...] = (),
    periods: tuple[Period, ...] = (),
    parts: tuple[Evidence, ...] = (),
) -> Evidence:
    """Evidence in which a sentence is ranked by its given score, or by its evidence.

    A span is ranked by its own score. `kind` has a probability of .75, the others share the rest.
    """
    sentences: list[Sentence] = []
    candidates: list[Candidate] = []
    hits = [Hit(one.passage, 0.5, 0.5, 0.0) for one in readings]
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=True)):
        above, by_sentence = find_passage_terms(hit.passage)
        likely = reading.evidence or ()
        given = scores[place] if scores is not None else likely
        own = [
            Sentence(hit, place, n, one, score, find_near(hit.passage, n, above, by_sentence))
            for n, (one, score) in enumerate(zip(likely, given, strict=True))
        ]
        sentences += own
        candidates += [
            Candidate(span, own[find_sentence(hit.passage, span.start)], span.score)
            for span in reading.spans
        ]
    sentences.sort(key=lambda one: -one.score)
    candidates.sort(key=lambda one: -one.score)
    kinds = {one: 0.75 if one == kind else 0.25 / 8 for one in QUESTION_KINDS}
    return Evidence(
        question, terms, hits, readings, tuple(sentences), tuple(candidates), kinds, periods,
        subjects, parts,
    )  # fmt: skip


def without_evidence(evidence: Evidence) -> Evidence:
    """The same of a reader that has spans alone."""
    sentences = tuple(replace(one, evidence=None) for one in evidence.sentences)
    readings = [Reading(one.passage, one.spans) for one in evidence.readings]
    return replace(evidence, sentences=sentences, readings=readings, kinds=None)
