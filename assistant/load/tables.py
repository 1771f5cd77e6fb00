"""Tables as text, for all formats: each row is a paragraph that repeats the header.

    Company: Rokid; Price: 2,999 yuan

A loader finds the rows of a table; this module finds its header and writes its rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from assistant.errors import LoadError
from assistant.load.header import (
    SAMPLE_ROWS,
    Cells,
    are_pairs,
    count_header_rows,
    fill_groups,
    find_kind,
    is_line,
    is_sparse,
)
from assistant.load.limits import TABLE_COLUMNS, TABLE_ROWS
from assistant.records import Offsets

LONGEST_LABEL = 200  # characters: a label of the header is repeated in every row
MOST_NOTES = 5  # rows of several cells above a header
Row = tuple[int | None, Cells]  # its number as a spreadsheet shows it, and its cells


class SpanningCell(NamedTuple):
    """A cell that covers some columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A table as a loader found it: the rows of its header and of its body.

    `notes` are lines above the header that belong to no column. `pairs`: each row is a name and
    its value, or several of them.
    """

    header: Sequence[Cells]
    body: Iterable[Row]
    notes: Sequence[str] = field(default=())
    pairs: bool = False


class WrittenRow(NamedTuple):
    """A row as text, the spans of its cells' values in it, and its number."""

    words: str
    cells: Sequence[Offsets]
    number: int | None


def fill_spans(rows: Iterable[Iterable[SpanningCell]]) -> Iterator[list[str]]:
    """The rows of a table, with a merged cell repeated wherever it covers a column and row.

    >>> list(fill_spans([[SpanningCell("a", rows=2), SpanningCell("b")], [SpanningCell("c")]]))
    [['a', 'b'], ['a', 'c']]
    """
    above: dict[int, tuple[str, int]] = {}  # by column: a cell and how many rows it still covers
    for row in rows:
        filled: dict[int, str] = {column: text for column, (text, _) in above.items()}
        below = {column: (text, left - 1) for column, (text, left) in above.items() if left > 1}
        column = 0
        for cell in row:
            while column in filled:
                column += 1
            last = min(column + max(1, cell.columns), TABLE_COLUMNS)
            for covered in range(column, last):
                filled[covered] = cell.text
                if cell.rows > 1:
                    below[covered] = cell.text, cell.rows - 1
            column = last
        yield [filled.get(column, "") for column in range(max(filled, default=-1) + 1)]
        above = below


def find_header(rows: Iterable[Row], name: str) -> LoadedTable:
    """Rows without a marked header as a table; their cells are stripped of space.

    Lines above the first row with several cells are notes; so is a first row that may be a header
    or not, so that nothing is lost. Raises LoadError, also while the body is read, for more rows
    or columns than a table may have.
    """
    cleaned = _clean(rows, name)
    notes: list[str] = []
    first: list[Row] = []
    for row in cleaned:
        filled = list(filter(None, row[1]))
        if len(filled) > 1 and not is_line(row[1]):
            first = _pad([row, *islice(cleaned, SAMPLE_ROWS)])
            break
        notes.append(filled[0])
    for _ in range(MOST_NOTES):
        if not _is_above_header([cells for _, cells in first]):
            break
        notes.append(label_row((), first.pop(0)[1])[0])
    sample = [cells for _, cells in first]
    count, sure = count_header_rows(sample)
    if sample and not (count and sure) and are_pairs(sample, has_header=bool(count)):
        return LoadedTable((), chain(first, cleaned), notes, pairs=True)
    if count and not sure:
        notes.append(label_row((), sample[0])[0])
    return LoadedTable(fill_groups(sample[:count]), chain(first[count:], cleaned), notes)


def _pad(rows: Sequence[Row]) -> list[Row]:
    """Rows of equal length."""
    widest = max(len(cells) for _, cells in rows)
    return [(number, [*cells, *[""] * (widest - len(cells))]) for number, cells in rows]


def _is_above_header(rows: Sequence[Cells]) -> bool:
    """Whether a row with few cells is above a header: a title and a date, say."""
    if len(rows) < 3 or not is_sparse(rows[0], rows[1:]) or count_header_rows(rows)[0] > 1:
        return False
    count, sure = count_header_rows(rows[1:])
    return count > 0 and sure


def join_labels(header: Sequence[Cells]) -> tuple[str, ...]:
    """A label for each column, from all rows of a header: "2023 Sales" for Sales below 2023."""
    columns = zip_longest(*header, fillvalue="")
    return tuple(
        " ".join(dict.fromkeys(filter(None, (" ".join(cell.split()) for cell in column))))
        [:LONGEST_LABEL].rstrip(" :")
        for column in columns
    )  # fmt: skip


def write_rows(table: LoadedTable) -> Iterator[WrittenRow]:
    """The rows of a table with their labels; a section's label is a row of one cell, and is
    repeated in front of the rows below it.
    """
    labels = join_labels(table.header)
    body = iter(table.body)
    first = list(islice(body, SAMPLE_ROWS))
    sample = [row for _, row in first]
    has_sections = not table.pairs and _has_sections(table, labels, sample)
    has_groups = bool(labels) and _has_groups(sample)
    width = max(map(len, [labels, *sample]))
    group = ""
    section = table.notes[-1][:LONGEST_LABEL] if has_sections and table.notes and not labels else ""
    for number, row in chain(first, body):
        cells = [" ".join(cell.split()) for cell in row]
        cells += [""] * (width - len(cells))
        if width > 1 and is_line(cells):
            line = next(filter(None, cells))
            spans = [(0, len(line)), *[(len(line), len(line))] * (len(cells) - 1)]
            yield WrittenRow(line, spans, number)
            section = line[:LONGEST_LABEL] if has_sections else ""
        elif not any(cells):
            continue
        elif table.pairs:
            is_form = len(cells) > 3 and len(cells) % 2 == 0
            yield WrittenRow(*(_write_pairs(cells) if is_form else _write_pair(*cells)), number)
        else:
            group = cells[0] or group
            above = [section]
            if has_groups and not cells[0]:
                above.append(f"{labels[0]}: {group}" if labels[0] else group)
            prefix = "; ".join(filter(None, above))
            yield WrittenRow(*label_row(labels, cells, section=prefix), number)


def label_row(labels: Cells, cells: Cells, *, section: str = "") -> tuple[str, list[Offsets]]:
    """A row as text with its labels, and the span of each cell's value in it, empty for no value.

    >>> label_row(("Zone", "Adult"), ("B", "3.10"))
    ('Zone: B; Adult: 3.10', [(6, 7), (16, 20)])
    """
    words = section
    spans = []
    for label, cell in zip_longest(labels, cells, fillvalue=""):
        value = " ".join(cell.split())
        if value:
            words += f"{'; ' if words else ''}{f'{label}: ' if label else ''}"
        spans.append((len(words), len(words) + len(value)))
        words += value
    return words, spans


def _write_pair(name: str, *values: str) -> tuple[str, list[Offsets]]:
    """A name and its value: "Opening: 9:00"."""
    name = name.rstrip(" :")
    gap = ": " if name else ""
    words, spans = label_row((), values)
    start = len(name) + len(gap)
    cells = [(0, len(name)), *((start + first, start + last) for first, last in spans)]
    return f"{name}{gap}{words}", cells


def _write_pairs(cells: Cells) -> tuple[str, list[Offsets]]:
    """The names and values of a row of a form: "Ship: Oslo Star; Length: 84 m"."""
    words = ""
    spans: list[Offsets] = []
    for name, value in zip(cells[::2], cells[1::2], strict=True):
        words += "; " if words and (name or value) else ""
        pair, places = _write_pair(name, value) if name or value else ("", [(0, 0)] * 2)
        spans += ((len(words) + start, len(words) + end) for start, end in places)
        words += pair
    return words, spans


def _has_sections(table: LoadedTable, labels: Cells, rows: Sequence[Cells]) -> bool:
    """Whether lines between the rows are labels of sections, rather than rows without values.

    They are where one follows the header, the line above a table without a header is another, or
    one covers three columns or more.
    """
    lines = [is_line(row) for row in rows]
    if not any(lines) or all(lines):
        return False
    return (
        lines[0]
        or (not labels and bool(table.notes))
        or any(is_one and len(set(row)) == 1 and len(row) > 2
               for row, is_one in zip(rows, lines, strict=True))
    )  # fmt: skip


def _has_groups(rows: Sequence[Cells]) -> bool:
    """Whether a name in the first column belongs to the rows below it too, up to the next name.

    True if the names are words that do not repeat, and the second column is never empty and
    repeats its words from group to group.
    """
    full = [row for row in rows if any(row) and not is_line(row)]
    names = [row[0] for row in full if row[0]]
    below = [row[1] if len(row) > 1 else "" for row in full]
    others = {word for row, word in zip(full, below, strict=True) if not row[0]}
    return (
        1 < len(names) < len(full)
        and bool(full[0][0])
        and len(set(names)) == len(names)
        and all(below)
        and all(find_kind(name) == "text" for name in names)
        and all(below.count(word) > 1 for word in others)
    )


def _clean(rows: Iterable[Row], name: str) -> Iterator[Row]:
    """The rows that are not empty, without superfluous space and empty cells at their ends."""
    for count, (number, row) in enumerate(rows, start=1):
        if count > TABLE_ROWS:
            raise LoadError(f"{name} has more than {TABLE_ROWS:,} rows", hint="split it")
        cells = [" ".join(cell.split()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > TABLE_COLUMNS:
            raise LoadError(f"{name} has more than {TABLE_COLUMNS:,} columns", hint="split it")
        if cells:
            yield number, cells
