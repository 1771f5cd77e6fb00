"""Spans in a row of a table become its cells: labels are never an answer.

In a row the reader sees "Zone: B; Valid: 90 minutes", in which a loader wrote the labels.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answer.question import QuestionTerms, Terms
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


@dataclass(frozen=True, slots=True)
class CellMatch:
    """How a cell and its row fit a question, outside tables all 0.

    `column`: how much less the label of its column says of the question than another of the table,
    0 for the one that says most, -1 at the lowest; columns of which the row's cell is in the
    question do not count. `row`: the share of the question in the other
    cells of the row, `label`: in the label of the column, `echo`: in the cell itself, which repeats
    the question rather than answers it; each 0 to 1.
    """

    column: float = 0.0
    row: float = 0.0
    label: float = 0.0
    echo: float = 0.0


def match_cell(span: Span, terms: QuestionTerms) -> CellMatch | None:
    """How the cell that a span begins in fits a question; None outside tables."""
    document = span.passage.document
    for table, row in document.find_rows(span.start, span.end):
        cells = [frozenset(find_terms(document.text[start:end])) for start, end in row.cells]
        labels = [frozenset(find_terms(label)) for label in table.labels]
        labels += [frozenset()] * (len(cells) - len(labels))
        for place, (start, end) in enumerate(row.cells):
            if start <= span.start < end:
                others = frozenset().union(*cells[:place], *cells[place + 1 :])
                return CellMatch(
                    _compare_label(place, labels, cells, terms),
                    terms.share_covered_by(others),
                    terms.share_covered_by(labels[place]),
                    terms.share_covered_by(cells[place]),
                )
    return None


def share_in_cells(document: Document, row: Offsets, terms: QuestionTerms) -> float:
    """How much of a question the cells of a row say, 0 to 1; 0 outside tables."""
    cells = [
        document.text[start:end]
        for _, found in document.find_rows(*row)
        for start, end in found.cells
    ]
    return terms.share_covered_by(frozenset(find_terms("\n".join(cells)))) if cells else 0.0


def _compare_label(
    place: int, labels: Sequence[Terms], cells: Sequence[Terms], terms: QuestionTerms
) -> float:
    # By number, not by rarity: the labels of a table are in each of its passages.
    asked = frozenset(terms.rarity)
    said = [
        len(asked & label)
        for column, (label, cell) in enumerate(zip(labels, cells, strict=False))
        if column == place or not asked & cell
    ]
    return (len(asked & labels[place]) - max(said)) / max(1, len(asked))


def list_labels(document: Document, start: int, end: int) -> list[str]:
    """The labels of the cells that a span touches."""
    return [
        table.labels[place]
        for table, row in document.find_rows(start, end)
        for place, (first, last) in enumerate(row.cells[: len(table.labels)])
        if first < end and start < last
    ]


def find_cell(document: Document, sentence: Offsets, labels: Sequence[str]) -> Offsets | None:
    """The cell of a row that is below the only one of some labels; None if there is none."""
    if len(labels) != 1 or not labels[0]:
        return None
    for table, row in document.find_rows(*sentence):
        for label, (start, end) in zip(table.labels, row.cells, strict=False):
            if label == labels[0] and start < end:
                return start, end
    return None


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
