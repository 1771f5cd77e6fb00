"""How an answer was found: what each step returned, and what became of each candidate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer.evidence import Evidence, says_the_same
from assistant.records import Answer, Calibration, Hit, QuestionKind, Reading, Span

# What ended the search: a script that the embedder does not know, or the reader.
Decider = Literal["language", "reader"]
# What became of a span: the answer or a part of it; listed as an alternative; a duplicate of a
# better span (the same words, or overlapping); below the threshold; beyond the number shown.
Outcome = Literal["answer", "alternative", "duplicate", "unsure", "beyond"]
MOST_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that the reader found and what became of it."""

    span: Span
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question was answered.

    `kinds` are the probabilities of the kinds of questions, None for a reader without them; `kind`
    is the one it was answered as. `features` are what `calibration` turned into the confidence,
    with the weights of `group`; `verdict` is the logit of yes over no. `hits` are in order of
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
    candidates: Sequence[Candidate]
    verdict: float | None = None


def explain_candidates(evidence: Evidence, answer: Answer) -> Iterator[Candidate]:
    """The best spans and what became of them."""
    most = 1 + len(answer.alternatives)  # that are shown
    said: list[str] = []
    for candidate in evidence.candidates[:MOST_CANDIDATES]:
        if says_the_same(candidate.span.text, said):
            yield Candidate(candidate.span, "duplicate")
            continue
        said.append(candidate.span.text)
        if len(said) > most:
            yield Candidate(candidate.span, "beyond")
        elif answer.status == "abstained":
            yield Candidate(candidate.span, "unsure")
        else:
            yield Candidate(candidate.span, "answer" if len(said) == 1 else "alternative")
