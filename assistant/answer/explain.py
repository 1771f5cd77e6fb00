"""How an answer was found: the results of each step, and the outcome of each candidate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer.evidence import Evidence, says_the_same
from assistant.records import Answer, Calibration, Hit, QuestionKind, Reading, Span

# What ended the search: a script that the models do not know, or the reader.
Decider = Literal["language", "reader"]
# The outcome of a span: the answer or a part of it; listed as an alternative; a duplicate of a
# better span (the same words, or overlapping); below the threshold; beyond the number shown.
Outcome = Literal["answer", "alternative", "duplicate", "unsure", "beyond"]
MOST_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class ExplainedCandidate:
    span: Span
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question was answered.

    `kinds` are the probabilities of the kinds of questions, None if the reader gives none; `kind`
    is the one it was answered as. The confidence is calculated from `features` by the weights of
    `group` in `calibration`; `verdict` is the logit of yes over no. `hits` are in order of
    retrieval, `readings` those of the passages that were read. `candidates` are best first.
    """

    decided_by: Decider
    threshold: float
    calibration: Calibration | None
    kind: QuestionKind
    kinds: Mapping[QuestionKind, float] | None
    group: str
    features: Mapping[str, float]
    hits: Sequence[Hit]
    readings: Sequence[Reading]
    candidates: Sequence[ExplainedCandidate]
    verdict: float | None = None


def explain_candidates(evidence: Evidence, answer: Answer) -> Iterator[ExplainedCandidate]:
    """The best spans and their outcomes."""
    texts: list[str] = []
    for candidate in evidence.candidates[:MOST_CANDIDATES]:
        text, outcome = candidate.span.text, _find_outcome(answer, len(texts))
        if says_the_same(text, texts):
            outcome = "duplicate"
        else:
            texts.append(text)
        yield ExplainedCandidate(candidate.span, outcome)


def _find_outcome(answer: Answer, better: int) -> Outcome:
    """The outcome of a span with so many better ones that say something else."""
    if better > len(answer.alternatives):
        return "beyond"
    if answer.status == "abstained":
        return "unsure"
    return "alternative" if better else "answer"
