"""Series in tables: rows with a column for each period, or columns with a row for each period.

A period must have its year in digits, and be all of a cell or a part of a column's label: "2024",
"Punctuality 2022/23".
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from assistant.figures import Figure, Period
from assistant.figures.amounts import read_amount
from assistant.figures.periods import find_times
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure
from assistant.records import Document, Mention, Offsets, Table, TableRow

MOST_ROWS = 5000  # of a table; larger ones are lists of records
_LEAST_FILLED = 0.8  # of the cells of a column of periods
_NUMBERING = re.compile(r"\W*(?:no|nr|number|id|#|row|item|rank)?\W*", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"(?<!\s)\s*[(\[](?P<unit>[^()\[\]]{1,20})[)\]]\s*$")
_BEFORE_NUMBER = re.compile(r"[-+]?\s?(?:(?:US|A|C|HK)?[$£€¥]\s?)?(?=\d)")
_LONGEST_VALUE = 40  # characters
_ISO_MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


class TableReader(NamedTuple):
    """A document whose tables are read, with its mentions in order."""

    document: Document
    mentions: Sequence[Mention]

    def text(self, cell: Offsets) -> str:
        return self.document.text[slice(*cell)].strip()

    def find_owner(self, cells: Iterable[Offsets]) -> str | None:
        """The only player that some cells name."""
        named = set()
        for start, end in cells:
            first = bisect_left(self.mentions, start, key=lambda mention: mention.start)
            last = bisect_left(self.mentions, end, key=lambda mention: mention.start)
            named |= {mention.player_id for mention in self.mentions[first:last]}
        return named.pop() if len(named) == 1 else None

    def read_period(self, words: str) -> tuple[Period, str] | None:
        """The only period of a label or cell, and the words around it."""
        month = _ISO_MONTH.fullmatch(words)
        if month and int(month["month"]) != int(month["year"][2:]) + 1:  # 2010-11 is two years
            first = date(int(month["year"]), int(month["month"]), 1)
            return Period(first, first + relativedelta(months=1, days=-1), words), ""
        times = find_times(words, self.document.day) if _YEAR.search(words) else []
        if len(times) != 1 or times[0].period is None or not _YEAR.search(times[0].period.words):
            return None
        rest = f"{words[: times[0].start]} {words[times[0].end :]}"
        return times[0].period, " ".join(rest.split()).strip(" ,:;()-–")

    def is_period(self, cell: Offsets) -> bool:
        found = self.read_period(self.text(cell))
        return found is not None and not found[1]


class Value(NamedTuple):
    """A number that is all of a cell."""

    value: Decimal
    highest: Decimal | None
    unit: str


def find_table_series(catalog: Catalog) -> Iterator[list[DocumentFigure]]:
    """The figures of each series in the tables of all documents, in no order of time."""
    for document_id in catalog.documents_with_tables():
        document = catalog.document(document_id)
        reader = TableReader(document, catalog.mentions(document_id))
        for table in document.tables:
            if len(table.rows) <= MOST_ROWS:
                yield from _read_rows(reader, table) or _read_columns(reader, table)


def _read_rows(reader: TableReader, table: Table) -> list[list[DocumentFigure]]:
    """A series for each row and group of columns whose labels differ only in their period."""
    groups: dict[str, dict[int, Period]] = defaultdict(dict)
    for place, label in enumerate(table.labels):
        found = reader.read_period(label)
        if found:
            groups[found[1]][place] = found[0]
    groups = {rest: periods for rest, periods in groups.items() if len(periods) > 1}
    timed = {place for periods in groups.values() for place in periods}
    naming = _find_naming(reader, table, timed) if groups else None
    series = []
    for row in table.rows if naming else ():
        heads = [cell for place, cell in enumerate(row.cells) if place in (naming or ())]
        name = ", ".join(filter(None, map(reader.text, heads)))
        for rest, periods in groups.items():
            metric = ": ".join(filter(None, (name, rest)))
            points = [
                point
                for place, period in periods.items()
                if (point := _make_point(reader, row, place, period, metric, heads))
            ]
            if metric and _is_uniform(points):
                series.append(points)
    return series


def _find_naming(reader: TableReader, table: Table, timed: Container[int]) -> list[int] | None:
    """The columns that name each row: those of words, and of numbers from the left as far as rows
    of one name need them. None if rows stay without a difference.
    """
    others = [n for n in range(len(table.labels)) if n not in timed]
    numbers = [n for n in others if _is_mostly_numbers(reader, table, n)]
    for count in range(len(numbers) + 1):
        naming = sorted(({*others} - {*numbers}) | {*numbers[:count]})
        names = {
            tuple(reader.text(r.cells[n]) for n in naming if _has(reader, r, n)) for r in table.rows
        }
        if len(names) == len(table.rows):
            return naming
    return None


def _is_mostly_numbers(reader: TableReader, table: Table, place: int) -> bool:
    texts = [reader.text(row.cells[place]) for row in table.rows if _has(reader, row, place)]
    return 2 * sum(read_value(text) is not None for text in texts) > len(texts)


def _read_columns(reader: TableReader, table: Table) -> list[list[DocumentFigure]]:
    """A series for each column of numbers and group of rows, if a column has their periods."""
    columns = range(len(table.labels))
    filled = {n: [row.cells[n] for row in table.rows if _has(reader, row, n)] for n in columns}
    least = max(2, _LEAST_FILLED * len(table.rows))
    full = [n for n in columns if len(filled[n]) >= least]
    timed = [n for n in full if all(map(reader.is_period, filled[n]))]
    if not timed:
        return []
    numbers = {n for n in columns if all(read_value(reader.text(cell)) for cell in filled[n])}
    naming = [n for n in full if n not in numbers and n not in timed]
    if not all(_repeats(reader, filled[n]) for n in naming):  # each row is of something else
        return []
    groups: dict[tuple[str, ...], list[TableRow]] = defaultdict(list)
    for row in table.rows:
        if _has(reader, row, timed[0]):
            groups[tuple(reader.text(row.cells[n]) for n in naming)].append(row)
    series = []
    for name, rows in groups.items():
        for n in sorted(numbers - set(timed)):
            label = _IN_PARENTHESES.sub("", table.labels[n])
            if not _NUMBERING.fullmatch(label):
                metric = ": ".join(filter(None, (", ".join(filter(None, name)), label)))
                points = list(_read_column(reader, rows, (n, timed[0], *naming), metric, table))
                if _is_uniform(points):
                    series.append(points)
    return series


def _repeats(reader: TableReader, cells: Sequence[Offsets]) -> bool:
    """Whether cells have each text twice on average, as names of groups do."""
    return 2 * len({reader.text(cell) for cell in cells}) <= len(cells)


def _read_column(
    reader: TableReader, rows: Sequence[TableRow], places: Sequence[int], metric: str, table: Table
) -> Iterator[DocumentFigure]:
    """The figures of a column; `places` are its number and those of the periods and names."""
    number, timed, *naming = places
    given = _IN_PARENTHESES.search(table.labels[number])
    unit = read_unit_of(given["unit"]) if given else ""
    for row in rows:
        found = reader.read_period(reader.text(row.cells[timed]))
        if found and _has(reader, row, number):
            heads = [row.cells[n] for n in naming]
            point = _make_point(reader, row, number, found[0], metric, heads, unit=unit)
            if point:
                yield point


def _make_point(
    reader: TableReader, row: TableRow, place: int, period: Period, metric: str,
    heads: Sequence[Offsets], *, unit: str = "",
) -> DocumentFigure | None:  # fmt: skip
    """The figure of a cell; None if it is no number."""
    if place >= len(row.cells):
        return None
    start, end = row.cells[place]
    value = read_value(reader.document.text[start:end])
    if value is None:
        return None
    figure = Figure(
        start=start,
        end=end,
        sentence=(row.start, row.end),
        value=value.value,
        highest=value.highest,
        unit=value.unit or unit,
        relation="exactly" if value.highest is None else "between",
        status="stated",
        change=None,
        compared_with=None,
        period=period,
        owner=reader.find_owner(heads),
        metric=metric,
        source=None,
    )
    return DocumentFigure(reader.document.id, figure)


def _is_uniform(points: Sequence[DocumentFigure]) -> bool:
    """Whether figures have one unit and length of period, and different times."""
    return (
        len(points) > 1
        and len({(point.figure.unit, point.length) for point in points}) == 1
        and len({point.day for point in points}) == len(points)
    )


def _has(reader: TableReader, row: TableRow, place: int) -> bool:
    return place < len(row.cells) and bool(reader.text(row.cells[place]))


def read_value(text: str) -> Value | None:
    """A number that is all of a text, with its unit.

    >>> read_value("-13.8 %"), read_value("2 of 3")
    (Value(value=Decimal('-13.8'), highest=None, unit='%'), None)
    """
    text = text.strip().replace("−", "-").replace("\u00a0", " ")
    before = _BEFORE_NUMBER.match(text)
    if before is None or len(text) > _LONGEST_VALUE:
        return None
    amount, end = read_amount(text, before.end())
    if amount is None or end < len(text) or amount.unit.kind == "counted":
        return None
    negative = amount.value > 0 and text.startswith("-")  # "-£300"
    return Value(-amount.value if negative else amount.value, amount.highest, amount.unit.name)


def read_unit_of(words: str) -> str:
    """The unit that a label has in parentheses: "EUR", "t"; "" if it is unknown.

    >>> read_unit_of("kg"), read_unit_of("see note")
    ('kg', '')
    """
    value = read_value(f"2 {words}")
    return value.unit if value else ""
