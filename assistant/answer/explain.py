"""How an answer was found: what each step returned, and what became of each candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.records import Calibration, Hit, QuestionKind, Reading, Span

# What ended the search: a script that the embedder does not know, or the reader.
Decider = Literal["language", "reader"]
# What became of a span: the answer or a part of it; listed as an alternative; a duplicate of a
# better span (the same words, or overlapping); below the threshold; beyond the number shown.
Outcome = Literal["answer", "alternative", "duplicate", "unsure", "beyond"]


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
    with the weights of `group`. `hits` are in order of retrieval, `readings` those of the passages
    that were read. `candidates` are best first.
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
