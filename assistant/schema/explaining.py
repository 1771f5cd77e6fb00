"""How an answer was found, version 1: the scores of each step, and what was not taken and why.

Changes only add. What is shown was kept while asking; nothing is scored again.
"""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from assistant.answer.confidence import Inputs, Model
from assistant.answer.explain import Decider, Explanation, Judged, Outcome, Read, Step
from assistant.intent import Direction, Intent
from assistant.records import Answer, Hit, Kind, PlayerKind, Reading, Reason
from assistant.schema import AnswerBody, Body
from assistant.schema.rendering import render_answer
from assistant.survey import Finding
from assistant.survey.gate import Refusal

SPANS = 3  # told of each passage; of all passages also what was sure, or among the best


class RefusalBody(Body):
    reason: Reason
    message: str


class AskedPlayerBody(Body):
    id: str
    name: str


class IntentBody(Body):
    """What a question wants, by the rules."""

    kind: Kind
    players: list[AskedPlayerBody] = Field(description="whom it names")
    nouns: list[PlayerKind] = Field(description="the kinds of player it asks for")
    roles: list[str] = Field(description="their roles")
    amounts: bool = Field(description="whether it asks for figures by their unit")
    expected: bool = Field(description="whether it asks for forecasts")
    direction: Direction | None = Field(description="the end of a scale it asks for")
    years: list[int]
    part: str | None = Field(description="the part of a year it names, in its words")
    terms: list[str] = Field(description="what is left of its words, stemmed")


class PieceBody(Body):
    text: str
    formula: str | None


class ScanBody(Body):
    """What a scan of mentions and figures found."""

    kind: Kind
    method: str
    exhaustive: bool
    passages_read: int
    pieces: list[PieceBody]
    message: str | None = Field(description="what the documents hold instead")


class FoundBody(Body):
    """A passage as it was found; ranks count from 1 among all candidates, ties alike."""

    number: int = Field(description="its place by the fused score")
    passage_id: str
    dense: float = Field(description="cosine with the question")
    dense_rank: int | None
    lexical: float = Field(description="BM25; 0 where it is not among the lexical best")
    lexical_rank: int | None
    fused: float = Field(description="both, 0 to 1")
    read: bool
    relevance: float | None = Field(description="the reader's; null where it did not read it")
    no_answer: float | None = Field(description="on the scale of a span's score")
    spans: int = Field(description="how many the reader found in it")
    reranked: float | None = Field(description="the fused score with what the relevance adds")
    final: int = Field(description="its place after that")


class CandidateBody(Body):
    """A span that the reader found."""

    passage: int = Field(description="number of the passage found")
    start: int
    end: int
    text: str
    score: float = Field(description="the reader's; no probability")
    alone: float | None = Field(description="its probability by itself; null where not calibrated")
    confidence: float | None = Field(description="what the threshold is compared with")
    observed: dict[str, float] | None = Field(description="what `weights.spans` weigh")
    outcome: Outcome
    refusal: RefusalBody | None


class RivalsBody(Body):
    """How likely the first candidate is beside the others: none of these is shown as surer."""

    weights: Model = Field(description="which weights are used")
    observed: dict[str, float]
    confidence: float


class WeightsBody(Body):
    """A probability is the logistic function of bias + the sum of weight x what is observed."""

    spans: dict[str, float]
    answers: dict[str, float]
    sentences: dict[str, float]


class StepBody(Body):
    """How a question, or one part of it, was answered."""

    question: str
    decided_by: Decider
    intent: IntentBody | None
    refusal: RefusalBody | None = Field(description="why a name in it can't be answered")
    scan: ScanBody | None = Field(description="null where no scan fits the question")
    passages: list[FoundBody] = Field(description="as they were retrieved, best first")
    candidates: list[CandidateBody] = Field(
        description="best first: the three best of each passage read, and all that were sure or "
        "among the best"
    )
    candidates_found: int
    beside: RivalsBody | None


class ExplanationBody(Body):
    """Each step's scores, and what was not taken and why."""

    threshold: float = Field(description="of the confidence, or of the score without calibration")
    weights: WeightsBody | None = Field(description="null where the reader is not calibrated")
    steps: list[StepBody] = Field(description="one for each part of the question")


class ExplainedBody(AnswerBody):
    """An answer with how it was found."""

    explanation: ExplanationBody


def render_explained(answer: Answer, explanation: Explanation) -> ExplainedBody:
    """An answer as the world sees it, with how it was found."""
    body = render_answer(answer)
    fields = {name: getattr(body, name) for name in AnswerBody.model_fields}
    return ExplainedBody(**fields, explanation=render_explanation(explanation))


def render_explanation(explanation: Explanation) -> ExplanationBody:
    weighing = explanation.weighing
    return ExplanationBody(
        threshold=explanation.threshold,
        weights=WeightsBody.model_validate(weighing, from_attributes=True) if weighing else None,
        steps=[_render_step(step, explanation) for step in explanation.steps],
    )


def _render_step(step: Step, explanation: Explanation) -> StepBody:
    read = step.read
    judged = (
        list(read.judge(threshold=explanation.threshold, most=explanation.most)) if read else []
    )
    beside = judged[0].weighed.beside if judged else None
    numbers = {hit.passage.number: number for number, hit in enumerate(step.hits, start=1)}
    return StepBody(
        question=step.question,
        decided_by=step.decided_by,
        intent=_render_intent(step.intent) if step.intent else None,
        refusal=_render_refusal(step.refusal),
        scan=_render_scan(step.finding) if step.finding else None,
        passages=list(_render_hits(step.hits, read)),
        candidates=[
            _render_candidate(one, numbers[one.weighed.span.passage.number])
            for one in _choose(judged, explanation.threshold)
        ],
        candidates_found=len(judged),
        beside=_render_beside(beside) if beside else None,
    )


def _choose(judged: Sequence[Judged], threshold: float) -> Iterator[Judged]:
    """The candidates that are told."""
    told: dict[int, int] = {}
    for one in judged:
        passage = one.weighed.span.passage.number
        telling = one.weighed.value >= threshold or one.outcome in ("unsure", "unverified")
        if telling or told.get(passage, 0) < SPANS:
            told[passage] = told.get(passage, 0) + 1
            yield one


def _render_intent(intent: Intent) -> IntentBody:
    return IntentBody(
        kind=intent.kind,
        players=[AskedPlayerBody(id=one.id, name=one.name) for one in intent.players],
        nouns=list(intent.nouns),
        roles=list(intent.roles),
        amounts=intent.amounts,
        expected=intent.expected,
        direction=intent.direction,
        years=list(intent.years),
        part=intent.part.words if intent.part else None,
        terms=list(intent.terms),
    )


def _render_refusal(refusal: Refusal | None) -> RefusalBody | None:
    return RefusalBody(reason=refusal[0], message=refusal[1]) if refusal else None


def _render_scan(finding: Finding) -> ScanBody:
    return ScanBody(
        kind=finding.kind,
        method=finding.method,
        exhaustive=finding.exhaustive,
        passages_read=finding.passages_read,
        pieces=[PieceBody(text=piece.text, formula=piece.formula) for piece in finding.pieces],
        message=finding.message,
    )


def _render_hits(hits: Sequence[Hit], read: Read | None) -> Iterator[FoundBody]:
    readings: Mapping[int, Reading] = (
        {one.passage.number: one for one in read.readings} if read else {}
    )
    order = read.reranked if read else hits
    final = {hit.passage.number: (place, hit) for place, hit in enumerate(order, start=1)}
    for number, hit in enumerate(hits, start=1):
        reading = readings.get(hit.passage.number)
        place, after = final[hit.passage.number]
        yield FoundBody(
            number=number,
            passage_id=hit.passage.id,
            dense=hit.dense,
            dense_rank=hit.dense_rank,
            lexical=hit.lexical,
            lexical_rank=hit.lexical_rank,
            fused=hit.score,
            read=reading is not None,
            relevance=reading.relevance if reading else None,
            no_answer=reading.no_answer if reading else None,
            spans=len(reading.spans) if reading else 0,
            reranked=after.score if after is not hit else None,
            final=place,
        )


def _render_candidate(judged: Judged, passage: int) -> CandidateBody:
    weighed = judged.weighed
    return CandidateBody(
        passage=passage,
        start=weighed.span.start,
        end=weighed.span.end,
        text=weighed.span.text,
        score=weighed.span.score,
        alone=weighed.alone.probability if weighed.alone else None,
        confidence=weighed.confidence,
        observed=dict(weighed.alone.observed) if weighed.alone else None,
        outcome=judged.outcome,
        refusal=_render_refusal(judged.refusal),
    )


def _render_beside(beside: Inputs) -> RivalsBody:
    return RivalsBody(
        weights=beside.model, observed=dict(beside.observed), confidence=beside.probability
    )
