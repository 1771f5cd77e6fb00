"""Questions that one passage can't answer, answered from all: lists, counts, comparisons, trends.

Everything the index holds is scanned: every mention of a player, every figure. What is found is
verbatim and each piece has its place.
"""

from dataclasses import dataclass
from typing import NamedTuple

from assistant.records import Kind


class Place(NamedTuple):
    """A stretch of a document that says something."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of an answer and the places that prove them; `formula` tells how they were derived."""

    text: str
    places: tuple[Place, ...]
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table that is not numbered yet."""

    label: str
    cells: tuple[Piece | None, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scan found. No `pieces`: the documents do not say, and `message` tells what they do.

    `method` is the test that was applied to everything, or to `passages_read` where it was not
    `exhaustive`. `places` are what the message tells of.
    """

    kind: Kind
    pieces: tuple[Piece, ...]
    method: str
    exhaustive: bool
    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    message: str | None = None
    places: tuple[Place, ...] = ()
    passages_read: int = 0
