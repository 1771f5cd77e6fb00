"""Follow-ups are compared with the same questions asked in full."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, Field

from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody
from assistant.evaluate.judge import judge
from assistant.evaluate.rows import InFullBody, Scored
from assistant.questions.question import Question
from assistant.records import Answer

DIGITS = 4


class FollowupFigures(BaseModel):
    """Follow-ups asked after the question before them, and asked in full; changes of topic."""

    followups: int = Field(description="answerable ones")
    right_and_cited: float | None = Field(description="asked after the question before")
    right_and_cited_in_full: float | None
    ratio: float | None = Field(description="the first over the second")
    unanswerable: int
    refused: float | None = Field(description="of the unanswerable follow-ups")
    refused_in_full: float | None
    changes: int = Field(description="questions that stand by themselves, after another one")
    same_answer: float | None = Field(
        description="of the changes of topic: the answer is that to the question asked alone"
    )


def compare_in_full(question: Question, answer: Answer, alone: Answer) -> InFullBody:
    """What a follow-up asked in full, with the answer `alone`, gets; `answer` is its own."""
    verdicts = judge(question, alone)
    return InFullBody(
        question=alone.question,
        is_same_question=alone.question == answer.question,
        right_and_cited=verdicts.right_and_cited,
        abstained=alone.status == "abstained",
        is_same_answer=_dump(answer) == _dump(alone),
    )


def measure_followups(rows: Iterable[Scored]) -> FollowupFigures | None:
    """The figures of the rows that were also asked in full; None if there are none."""
    found = [(row, row.in_full) for row in rows if row.in_full is not None]
    if not found:
        return None
    followups = [(row, full) for row, full in found if not full.is_same_question]
    changes = [full for _, full in found if full.is_same_question]
    answerable = [(row, full) for row, full in followups if row.answerable]
    others = [(row, full) for row, full in followups if not row.answerable]
    right = [bool(row.verdicts.right_and_cited) for row, _ in answerable]
    in_full = [bool(full.right_and_cited) for _, full in answerable]
    return FollowupFigures(
        followups=len(answerable),
        right_and_cited=_average(right),
        right_and_cited_in_full=_average(in_full),
        ratio=round(sum(right) / sum(in_full), DIGITS) if any(in_full) else None,
        unanswerable=len(others),
        refused=_average([bool(row.verdicts.abstained) for row, _ in others]),
        refused_in_full=_average([full.abstained for _, full in others]),
        changes=len(changes),
        same_answer=_average([full.is_same_answer for full in changes]),
    )


def _dump(answer: Answer) -> dict[str, object]:
    """All that an answer says, but for the question, what was carried over, and times."""
    body: AnswerBody = render_answer(answer)
    return body.model_dump(exclude={"question", "carried", "timing_ms"})


def _average(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), DIGITS) if found else None
