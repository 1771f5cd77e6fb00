"""What each step of asking found, and what was not taken and why.

While asking, a Step only keeps what its steps made; what became of each span is told when somebody
wants to see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.confidence import Weighed
from assistant.intent import Intent
from assistant.records import Hit, Reading, Weighing
from assistant.survey import Finding
from assistant.survey.gate import Refusal

Decider = Literal["language", "names", "scan", "reader"]
Outcome = Literal["answer", "alternative", "refused", "alike", "beyond", "unsure", "unverified"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A span and what became of it; `refusal` is the gate's."""

    weighed: Weighed
    outcome: Outcome
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader found, and what was kept of it.

    `weighed` are all spans, best first, `refusals` the gate's for each of them. Of what it let
    through, `best` share no text and say different things; `shown` are those of them that were sure
    and whose citations verify. `reranked` are the hits in the order in which they are given.
    """

    readings: Sequence[Reading]
    weighed: Sequence[Weighed]
    refusals: Sequence[Refusal | None]
    best: Sequence[Weighed]
    shown: Sequence[Weighed]
    reranked: Sequence[Hit]

    def judge(self, *, threshold: float, most: int) -> Iterator[Judged]:
        """What became of each span, best first; `most` is how many `best` may be."""
        shown = [id(one) for one in self.shown]
        best = {id(one) for one in self.best}
        ahead = len(best)  # of the best, those that are still to come
        for one, refusal in zip(self.weighed, self.refusals, strict=True):
            outcome: Outcome
            if refusal is not None:
                outcome = "refused"
            elif id(one) in shown:
                outcome = "answer" if id(one) == shown[0] else "alternative"
            elif id(one) in best:
                outcome = "unsure" if one.value < threshold else "unverified"
            else:
                outcome = "beyond" if ahead == 0 and len(best) == most else "alike"
            ahead -= id(one) in best
            yield Judged(one, outcome, refusal)


@dataclass(frozen=True, slots=True)
class Step:
    """How a question, or a part of one, was answered, and what decided.

    `hits` are as they were retrieved. `intent` is None where the question's script is not known;
    `refusal` is why a name in it can't be answered, `finding` what a scan found, `read` what the
    reader did: None where it did not come to that.
    """

    question: str
    hits: Sequence[Hit]
    decided_by: Decider
    intent: Intent | None = None
    refusal: Refusal | None = None
    finding: Finding | None = None
    read: Read | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an answer was found: a Step for each part of the question.

    What is below `threshold` is not shown; at most `most` spans are.
    """

    threshold: float
    most: int
    weighing: Weighing | None
    steps: tuple[Step, ...]
