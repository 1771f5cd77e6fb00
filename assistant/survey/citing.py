"""What a scan found, with its citations numbered and checked."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answer.cite import UnverifiableError, cite, find_sentences_around
from assistant.index.store import Store
from assistant.records import Cell, Citation, Part, Row, Table
from assistant.survey import Finding, Piece, Place

LOG = logging.getLogger("assistant")


@dataclass(frozen=True, slots=True)
class Cited:
    """Parts and a table whose numbers, counted from 1, are those of `citations`."""

    parts: tuple[Part, ...]
    table: Table | None
    citations: tuple[Citation, ...]


def cite_finding(finding: Finding, store: Store) -> Cited:
    """Each place of a finding as a citation; what has none that verifies is left out."""
    numbers = _Numbers(store)
    parts = tuple(
        Part(piece.text, cited, score=None, formula=piece.formula)
        for piece in finding.pieces
        if (cited := numbers.cite(piece.places))
    )
    lines = ((line.label, tuple(_cell(p, numbers) for p in line.cells)) for line in finding.lines)
    rows = tuple(Row(label, cells) for label, cells in lines if any(cells))
    numbers.cite(finding.places)
    table = Table(finding.columns, rows) if rows else None
    return Cited(parts, table, tuple(numbers.citations))


@dataclass(slots=True)
class _Numbers:
    """Citations in the order in which they are first needed."""

    store: Store
    citations: list[Citation] = field(default_factory=list)
    known: dict[Place, int] = field(default_factory=dict)

    def cite(self, places: Sequence[Place]) -> tuple[int, ...]:
        found = (self._number(place) for place in places)
        return tuple(dict.fromkeys(number for number in found if number is not None))

    def _number(self, place: Place) -> int | None:
        if place not in self.known:
            citation = self._cite(place)
            if citation is None:
                return None
            self.citations.append(citation)
            self.known[place] = len(self.citations)
        return self.known[place]

    def _cite(self, place: Place) -> Citation | None:
        """The sentences around a place; None where no passage holds it or it can't be verified."""
        for number in self.store.passages_holding(*place):
            passage = self.store.passage(number)
            if passage.start <= place.start and place.end <= passage.end:
                start, end = find_sentences_around(passage, place.start, place.end)
                marked = None if (start, end) == place[1:] else (place.start, place.end)
                try:
                    return cite(passage, start, end, marked=marked)
                except UnverifiableError:
                    LOG.exception("a place of %s is not shown", place.document_id)
        return None


def _cell(piece: Piece | None, numbers: _Numbers) -> Cell | None:
    cited = numbers.cite(piece.places) if piece is not None else ()
    return Cell(piece.text, cited, piece.formula) if piece is not None and cited else None
