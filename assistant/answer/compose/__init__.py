"""Evidence becomes a Draft: the words of an answer, piece by piece, each with its place."""

from dataclasses import dataclass

from assistant.answer.evidence import Entry
from assistant.records import QuestionKind

__all__ = ["Draft", "Entry"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be answered, before it is decided whether it is; () where nothing was found.

    `kind` is how it was composed. `counted` says that the answer is the number of entries.
    `absent` are labels for which no entry was found. `listed` is the evidence of the line of names
    or figures that the entries are; None where they come from passages.
    """

    kind: QuestionKind
    entries: tuple[Entry, ...]
    counted: bool = False
    absent: tuple[str, ...] = ()
    listed: float | None = None
