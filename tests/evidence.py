"""Evidence made by hand: what a reader would have found in some passages."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.evidence import Candidate, Evidence
from assistant.answer.question import QuestionTerms, Subject
from assistant.answer.ranking import find_sentence, rank_evidence
from assistant.figures.periods import Period
from assistant.records import QUESTION_KINDS, Hit, Passage, Player, QuestionKind, Reading, Span
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
    players: tuple[Player, ...] = (),
    parts: tuple[Evidence, ...] = (),
) -> Evidence:
    """Evidence in which a sentence is ranked by its given score, or by its evidence.

    A span is ranked by its own score. `kind` has a probability of .75, the others share the rest.
    """
    hits = [Hit(one.passage, 0.5, 0.5, 0.0) for one in readings]
    asked = Evidence(
        question, terms, periods=periods, subjects=subjects, players=players, parts=parts
    )
    ranked = rank_evidence(asked, hits, readings, find_passage_terms)
    sentences = {
        (one.place, one.number): replace(
            one, score=scores[one.place][one.number] if scores is not None else one.evidence or 0.0
        )
        for one in sorted(ranked.sentences, key=lambda one: (one.place, one.number))
    }
    candidates = [
        Candidate(span, sentences[place, find_sentence(one.passage, span.start)], span.score)
        for place, one in enumerate(readings)
        for span in one.spans
    ]
    return replace(
        ranked,
        sentences=tuple(sorted(sentences.values(), key=lambda one: -one.score)),
        candidates=tuple(sorted(candidates, key=lambda one: -one.score)),
        kinds={
            one: 0.75 if one == kind else 0.25 / (len(QUESTION_KINDS) - 1) for one in QUESTION_KINDS
        },
    )


def without_evidence(evidence: Evidence) -> Evidence:
    """The same of a reader that has spans alone."""
    sentences = tuple(replace(one, evidence=None) for one in evidence.sentences)
    readings = [Reading(one.passage, one.spans) for one in evidence.readings]
    return replace(evidence, sentences=sentences, readings=readings, kinds=None)
