"""Spans in a row of a table become its cells: labels are never an answer.

In a row the reader sees "Zone: B; Valid: 90 minutes", in which a loader wrote the labels.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.answer.question import QuestionTerms
from assistant.records import Document, Offsets, Reading, Span
from assistant.text import find_terms

SHORT_CELL = 60  # characters: of a longer cell only the words that answer, else all of it


def cut_to_cells(reading: Reading) -> Reading:
    """A reading whose spans and items in rows are cells or words of cells, each cell once."""
    document, passage, items = reading.passage.document, reading.passage, reading.items
    cells = [
        cell
        for _, row in document.find_rows(passage.start, passage.end)
        for cell in row.cells
        if cell[0] < cell[1]
    ]
    if not cells:
        return reading
    rows = [(row.start, row.end) for _, row in document.find_rows(passage.start, passage.end)]
    return replace(
        reading,
        spans=tuple(_cut(reading.spans, rows, cells)),
        items=None if items is None else tuple(_cut(items, rows, cells)),
    )


def rate_column(span: Span, terms: QuestionTerms) -> float:
    """How much less of a question the label of a span's column says than another of its table: 0
    for the column that says most, and outside tables; -1 at the lowest.
    """
    for table, row in span.passage.document.find_rows(span.start, span.end):
        shares = [terms.share_covered_by(frozenset(find_terms(label))) for label in table.labels]
        for share, (start, end) in zip(shares, row.cells, strict=False):
            if start <= span.start < end:
                return share - max(shares)
    return 0.0


def list_generated(document: Document, start: int, end: int) -> list[Offsets]:
    """What a loader wrote into the rows of a part of a document: labels, and what separates them.

    >>> from assistant.records import Table, TableRow
    >>> row = TableRow(0, 7, ((6, 7),))
    >>> list_generated(Document("a", "A", "Zone: B", tables=(Table(("Zone",), (row,)),)), 2, 7)
    [(2, 6)]
    """
    generated = []
    for _, row in document.find_rows(start, end):
        place = row.start
        for first, last in [*(cell for cell in row.cells if cell[0] < cell[1]), (row.end, row.end)]:
            begin, stop = max(place, start), min(first, end)
            if begin < stop:
                generated.append((begin, stop))
            place = last
    return generated


def _cut(
    spans: Iterable[Span], rows: Iterable[Offsets], cells: Iterable[Offsets]
) -> Iterator[Span]:
    """The spans outside rows as they are, and of each other one the cell that it covers most."""
    seen: set[Offsets] = set()
    rows, cells = list(rows), list(cells)
    for span in spans:
        if any(_measure(span, row) for row in rows):
            cell = max(cells, key=lambda cell: _measure(span, cell))
            if not _measure(span, cell) or cell in seen:
                continue
            start, end = cell
            if end - start > SHORT_CELL:
                start, end = max(start, span.start), min(end, span.end)
            else:
                seen.add(cell)
            span = replace(span, start=start, end=end)
        yield span


def _measure(span: Span, offsets: Offsets) -> int:
    """How many characters a span shares with a part of its document."""
    return max(0, min(span.end, offsets[1]) - max(span.start, offsets[0]))
