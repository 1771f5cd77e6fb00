"""The answer to a part of a question, and the answers to several parts as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer.explain import Step
from assistant.items import split_items
from assistant.records import Abstention, Cell, Citation, Hit, Kind, Part, Reason, Span, Table

CLOSEST = 3
_MESSAGES: dict[Reason, str] = {
    "no_evidence": "What the question is about stands nowhere in them. These passages come "
    "closest.",
    "low_confidence": "These passages come closest.",
    "language": "The question is in a script that this index's embedder does not know. Ask in the "
    "language of the documents, or build the index with a multilingual embedder.",
}
_REST = "The rest of the question they do not answer."


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer to a question or to a part of it; without `parts` the reason why there is none.

    `step` tells how it was found.
    """

    hits: Sequence[Hit]
    step: Step
    kind: Kind = "none"
    parts: tuple[Part, ...] = ()
    alternatives: tuple[Part, ...] = ()
    citations: tuple[Citation, ...] = ()
    score: float | None = None
    confidence: float | None = None
    table: Table | None = None
    method: str = "reader"
    exhaustive: bool = False
    passages_read: int = 0
    reason: Reason = "low_confidence"
    message: str | None = None
    best: Span | None = None

    def abstain(self, shown: int) -> Abstention:
        """The abstention, with `shown` passages beside it."""
        # Nearness of a script the embedder does not know means nothing.
        closest = range(1, min(CLOSEST, shown) + 1) if self.reason != "language" else ()
        return Abstention(self.reason, self.message or _MESSAGES[self.reason], tuple(closest))


def join(drafts: Sequence[Draft]) -> Draft:
    """The answer to a question of several parts: what was found of each, with the first table.

    It is as sure as its least sure part; where a part has no answer, that is said.
    """
    answered = [draft for draft in drafts if draft.parts]
    if len(drafts) == 1 or not answered:
        return drafts[0]
    parts: list[Part] = []
    citations: list[Citation] = []
    tables: list[Table] = []
    for draft in answered:
        parts += [_shift(part, len(citations)) for part in draft.parts]
        tables += [_shift_table(draft.table, len(citations))] if draft.table is not None else []
        citations += draft.citations
    if len(answered) < len(drafts):
        unanswered = next(draft for draft in drafts if not draft.parts)
        parts.append(Part(unanswered.message or _REST, (), None))
    sure = [draft.confidence for draft in answered if draft.confidence is not None]
    return replace(
        answered[0],
        parts=tuple(parts),
        alternatives=(),
        citations=tuple(citations),
        table=tables[0] if tables else None,
        confidence=min(sure) if len(sure) == len(answered) else None,
        score=None,
        exhaustive=all(draft.exhaustive for draft in drafts),
        passages_read=max(draft.passages_read for draft in drafts),
    )


def list_items(part: Part) -> tuple[Part, ...]:
    """A part for each item that its words list."""
    return tuple(replace(part, text=item) for item in split_items(part.text))


def _shift(part: Part, by: int) -> Part:
    """A part whose citations are counted behind others."""
    return replace(part, citations=tuple(number + by for number in part.citations))


def _shift_table(table: Table, by: int) -> Table:
    def shift(cell: Cell | None) -> Cell | None:
        if cell is None:
            return None
        return replace(cell, citations=tuple(number + by for number in cell.citations))

    rows = tuple(replace(row, cells=tuple(map(shift, row.cells))) for row in table.rows)
    return replace(table, rows=rows)
