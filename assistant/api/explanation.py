"""The JSON of how an answer was found: the scores of each step, the outcome of each candidate.

Version 1, changes only add.
"""

import math
from collections.abc import Callable, Sequence

from pydantic import Field

from assistant.answer import Assistant
from assistant.answer.answerer import Listener, ignore
from assistant.answer.explain import Decider, Explanation, Outcome
from assistant.api.observing.request import note_question
from assistant.api.query import QueryBody
from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody, Body
from assistant.errors import IndexAbsentError
from assistant.records import Answer, Hit, QuestionKind, Reading


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
    """A passage as it was retrieved; ranks count from 1 among all candidates, the same for ties."""

    number: int = Field(description="its place by the fused score")
    passage_id: str
    dense: float = Field(description="cosine with the question")
    dense_rank: int | None
    lexical: float = Field(description="BM25; 0 where it is not among the lexical best")
    lexical_rank: int | None
    fused: float = Field(description="both, 0 to 1")
    read: bool
    span: ScoredBody | None = Field(
        description="the best span; its score is the reader's, above 0: more likely than no answer"
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


def ask(assistant: Assistant, query: QueryBody, listen: Listener = ignore) -> AnswerBody:
    """The answer to a question; an ExplainedBody if it includes `explain`.

    `listen` is called as by `Assistant.explain`.
    """
    with note_question(query.question) as asked:
        answer, explanation = assistant.explain(
            query.question,
            previous=[one.question for one in query.previous],
            within=query.within,
            top_k=query.top_k,
            as_of=query.as_of,
            listen=listen,
        )
        asked.answer = answer
    is_explained = "explain" in query.include
    return render_explained(answer, explanation) if is_explained else render_answer(answer)


def ask_current(
    current: Callable[[], Assistant], query: QueryBody, listen: Listener = ignore
) -> AnswerBody:
    """The answer of the generation in use. If that was removed while it was asked, perhaps because
    it has a document that is gone, nothing of it is shown: the next one is asked, once.

    Raises what `current` and `Assistant.ask` raise, IndexAbsentError also if that one is removed.
    """
    try:
        return _ask_kept(current(), query, listen)
    except IndexAbsentError:
        return _ask_kept(current(), query, listen)


def _ask_kept(assistant: Assistant, query: QueryBody, listen: Listener) -> AnswerBody:
    """The answer of a generation that is kept until it is found. Raises IndexAbsentError."""
    generation = assistant.generation

    def listen_while_kept(found: Sequence[Hit] | Answer) -> None:
        generation.check_kept()
        listen(found)

    body = ask(assistant, query, listen_while_kept)
    generation.check_kept()
    return body


def ask_extractive(current: Callable[[], Assistant], query: QueryBody) -> AnswerBody:
    """The same in the documents' own words: no language model is waited for."""
    return ask_current(lambda: current().without_writer(), query)


def render_explained(answer: Answer, explanation: Explanation) -> ExplainedBody:
    return ExplainedBody.of(render_answer(answer), explanation=render_explanation(explanation))


def render_explanation(explanation: Explanation) -> ExplanationBody:
    readings = {reading.passage.number: reading for reading in explanation.readings}
    numbers = {hit.passage.number: number for number, hit in enumerate(explanation.hits, start=1)}
    return ExplanationBody.of(
        explanation,
        confidence=_render_confidence(explanation),
        passages=[
            _render_hit(number, hit, readings.get(hit.passage.number))
            for number, hit in enumerate(explanation.hits, start=1)
        ],
        candidates=[
            CandidateBody.of(
                candidate.span,
                passage=numbers.get(candidate.span.passage.number),
                outcome=candidate.outcome,
            )
            for candidate in explanation.candidates
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
        confidence=(1 + math.tanh(logit / 2)) / 2,  # the logistic function, without overflow
    )


def _render_hit(number: int, hit: Hit, reading: Reading | None) -> FoundBody:
    return FoundBody.of(
        hit,
        number=number,
        passage_id=hit.passage.id,
        fused=hit.score,
        read=reading is not None,
        span=reading.spans[0] if reading and reading.spans else None,
        items=None if reading is None or reading.items is None else len(reading.items),
        evidence=_render_evidence(reading) if reading and reading.evidence else None,
    )


def _render_evidence(reading: Reading) -> ScoredBody:
    scores = zip(reading.evidence or (), reading.passage.sentences, strict=True)
    score, (start, end) = max(scores, key=lambda scored: scored[0])
    text = reading.passage.document.text[start:end]
    return ScoredBody(text=text, start=start, end=end, score=score)
