"""How an answer was found, version 1: what each step scored, and what became of each candidate.

Changes only add. All of it was kept while asking; nothing is scored again.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import Field

from assistant.answer.explain import Candidate, Decider, Explanation, Outcome
from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody, Body
from assistant.records import Answer, Hit, QuestionKind, Reading, Span

OUTCOMES: dict[Outcome, str] = {
    "answer": "the answer",
    "alternative": "another candidate",
    "duplicate": "a duplicate of a better one",
    "unsure": "below the threshold",
    "beyond": "beyond the number shown",
}
DECIDERS: dict[Decider, str] = {
    "language": "the script of the question, which the embedder does not know",
    "reader": "the reader",
}


class TermBody(Body):
    """A feature of the answer; value x weight is its share of the logit."""

    feature: str
    value: float
    weight: float


class ConfidenceBody(Body):
    """The confidence is the logistic function of the logit: bias + the sum of value x weight."""

    group: str = Field(description="of kinds of questions, which share their weights")
    bias: float
    terms: list[TermBody]
    logit: float
    confidence: float


class ScoredBody(Body):
    """Words of a document, from start to end, and a score."""

    text: str
    start: int
    end: int
    score: float


class FoundBody(Body):
    """A passage as it was retrieved; ranks count from 1 among all candidates, ties alike."""

    number: int = Field(description="its place by the fused score")
    passage_id: str
    dense: float = Field(description="cosine with the question")
    dense_rank: int | None
    lexical: float = Field(description="BM25; 0 where it is not among the lexical best")
    lexical_rank: int | None
    fused: float = Field(description="both, 0 to 1")
    read: bool
    span: ScoredBody | None = Field(
        description="the best span; its score is the reader's, above 0: rather this than no answer"
    )
    items: int | None = Field(description="how many; null for a reader that finds none")
    evidence: ScoredBody | None = Field(
        description="the best sentence; its score is the probability that it helps to answer"
    )


class CandidateBody(ScoredBody):
    """A span that the reader found."""

    passage: int | None = Field(description="number of the passage retrieved")
    outcome: Outcome


class ExplanationBody(Body):
    """What each step scored, and what became of each candidate."""

    decided_by: Decider
    kind: QuestionKind = Field(description="the kind of question that it was answered as")
    kinds: dict[QuestionKind, float] | None = Field(
        description="probability of each kind; null for a reader that knows none"
    )
    threshold: float = Field(description="of the confidence, or of the score without calibration")
    confidence: ConfidenceBody | None = Field(description="null where nothing is calibrated")
    passages: list[FoundBody] = Field(description="as they were retrieved, best first")
    candidates: list[CandidateBody] = Field(description="best first")


class ExplainedBody(AnswerBody):
    """An answer with how it was found."""

    explanation: ExplanationBody


class Section(NamedTuple):
    """A part of an explanation in words."""

    title: str
    lines: list[str]


def render_explained(answer: Answer, explanation: Explanation) -> ExplainedBody:
    """An answer as the world sees it, with how it was found."""
    body = render_answer(answer)
    fields = {name: getattr(body, name) for name in AnswerBody.model_fields}
    return ExplainedBody(**fields, explanation=render_explanation(explanation))


def render_explanation(explanation: Explanation) -> ExplanationBody:
    readings = {one.passage.number: one for one in explanation.readings}
    numbers = {hit.passage.number: number for number, hit in enumerate(explanation.hits, start=1)}
    return ExplanationBody(
        decided_by=explanation.decided_by,
        kind=explanation.kind,
        kinds=None if explanation.kinds is None else dict(explanation.kinds),
        threshold=explanation.threshold,
        confidence=_render_confidence(explanation),
        passages=[
            _render_hit(number, hit, readings.get(hit.passage.number))
            for number, hit in enumerate(explanation.hits, start=1)
        ],
        candidates=[
            _render_candidate(one, numbers.get(one.span.passage.number))
            for one in explanation.candidates
        ],
    )


def _render_confidence(explanation: Explanation) -> ConfidenceBody | None:
    if explanation.calibration is None or not explanation.features:
        return None
    weights = explanation.calibration.weights[explanation.group]
    terms = [
        TermBody(feature=name, value=value, weight=weights.get(name, 0.0))
        for name, value in explanation.features.items()
    ]
    logit = weights["bias"] + math.fsum(term.value * term.weight for term in terms)
    return ConfidenceBody(
        group=explanation.group,
        bias=weights["bias"],
        terms=terms,
        logit=logit,
        confidence=(1 + math.tanh(logit / 2)) / 2,  # the logistic function, which can't overflow
    )


def _render_hit(number: int, hit: Hit, reading: Reading | None) -> FoundBody:
    return FoundBody(
        number=number,
        passage_id=hit.passage.id,
        dense=hit.dense,
        dense_rank=hit.dense_rank,
        lexical=hit.lexical,
        lexical_rank=hit.lexical_rank,
        fused=hit.score,
        read=reading is not None,
        span=_render_span(reading.spans[0]) if reading and reading.spans else None,
        items=None if reading is None or reading.items is None else len(reading.items),
        evidence=_render_evidence(reading) if reading and reading.evidence else None,
    )


def _render_span(span: Span) -> ScoredBody:
    return ScoredBody(text=span.text, start=span.start, end=span.end, score=span.score)


def _render_evidence(reading: Reading) -> ScoredBody:
    scores = zip(reading.evidence or (), reading.passage.sentences, strict=True)
    score, (start, end) = max(scores, key=lambda scored: scored[0])
    text = reading.passage.document.text[start:end]
    return ScoredBody(text=text, start=start, end=end, score=score)


def _render_candidate(candidate: Candidate, passage: int | None) -> CandidateBody:
    span = _render_span(candidate.span)
    return CandidateBody(**span.model_dump(), passage=passage, outcome=candidate.outcome)


def describe_explanation(body: ExplanationBody) -> list[Section]:
    """An explanation in words: a title and its lines, for the page and the command line."""
    sections = [Section("What decided", _describe_decision(body))]
    if body.confidence:
        sections.append(Section("The confidence", list(_describe_confidence(body.confidence))))
    found = [_describe_found(one) for one in body.passages]
    sections.append(Section(f"Passages found ({len(found)})", found))
    candidates = [_describe_candidate(one) for one in body.candidates]
    if candidates:
        sections.append(Section(f"Candidates ({len(candidates)})", candidates))
    return sections


def _describe_decision(body: ExplanationBody) -> list[str]:
    lines = [f"Decided by {DECIDERS[body.decided_by]}"]
    if body.decided_by == "reader":
        lines.append(f"Answered as a question of the kind {body.kind}")
    if body.kinds:
        likely = sorted(body.kinds.items(), key=lambda one: -one[1])
        shown = ", ".join(f"{kind} {probability:.4f}" for kind, probability in likely)
        lines.append(f"Probabilities of the kinds: {shown}")
    of = "confidence" if body.confidence else "score"
    return [*lines, f"Threshold of the {of}: {body.threshold:.4f}"]


def _describe_confidence(confidence: ConfidenceBody) -> Iterator[str]:
    yield f"Weights of the group {confidence.group}"
    yield f"bias: {confidence.bias:.4f}"
    for term in confidence.terms:
        share = term.value * term.weight
        yield (
            f"{term.feature.replace('_', ' ')}: {term.value:.4f} x {term.weight:.4f} = {share:.4f}"
        )
    yield f"sum: {confidence.logit:.4f}, which is a confidence of {confidence.confidence:.4f}"


def _describe_found(found: FoundBody) -> str:
    """A passage with all its scores."""
    scores = [
        f"{found.number}. {found.passage_id}",
        f"fused {found.fused:.4f}",
        f"cosine {found.dense:.4f}{_describe_rank(found.dense_rank)}",
        f"BM25 {found.lexical:.4f}{_describe_rank(found.lexical_rank)}",
        "" if found.read else "not read",
        f"best span {_describe_scored(found.span)}" if found.span else "",
        "" if found.items is None else f"items {found.items}",
        f"best evidence {_describe_scored(found.evidence)}" if found.evidence else "",
    ]
    return "; ".join(filter(None, scores))


def _describe_rank(rank: int | None) -> str:
    return "" if rank is None else f" (rank {rank})"


def _describe_candidate(candidate: CandidateBody) -> str:
    place = "" if candidate.passage is None else f", passage {candidate.passage}"
    return f"{_describe_scored(candidate)}{place}: {OUTCOMES[candidate.outcome]}"


def _describe_scored(scored: ScoredBody) -> str:
    return f"{scored.score:.4f} “{' '.join(scored.text.split())}”"


def write_explanation(body: ExplanationBody) -> str:
    """An explanation as plain text."""
    lines = ["How it was found"]
    for section in describe_explanation(body):
        lines += ["", section.title, *(f"  {line}" for line in section.lines)]
    return "\n".join(lines)
