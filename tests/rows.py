"""Rows made by hand, for the tests of figures."""

from assistant.evaluate.judge import Verdicts
from assistant.evaluate.report import Columns, read_columns
from assistant.evaluate.rows import Header, QuestionsBody, RunReaderBody, Scored

HEADER = Header(
    questions=QuestionsBody(name="q", sha256="", asked_of="given", questions=0),
    documents=0, index=None, reader=RunReaderBody(name="r", sha256=None, calibrated=True),
    threshold=0.5, passages_read=1, seed=0, versions={},
)  # fmt: skip


def row(
    id_: str,
    value: float | None = None,
    *,
    answerable: bool = True,
    ambiguous: bool = False,
    reason: str | None = None,
    **verdicts: object,
) -> Scored:
    return Scored(
        id=id_, question=id_, kind="k", split=None, answerable=answerable, answers=(),
        gold=id_, value=value, verdicts=Verdicts.model_validate(verdicts), milliseconds=1.0,
        ambiguous=ambiguous, reason=reason,
    )  # fmt: skip


def columns(*rows: Scored) -> Columns:
    return read_columns(rows)
