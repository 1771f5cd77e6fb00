"""The lines and tables of all pages become the text of a document."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.load.builder import DocumentBuilder
from assistant.load.pdf.figures import join_labels
from assistant.load.pdf.headings import find_levels, join_title_lines
from assistant.load.pdf.heads import find_heads
from assistant.load.pdf.hyphens import Vocabulary
from assistant.load.pdf.lines import Line, find_rows, merge_rows
from assistant.load.pdf.order import order_columns
from assistant.load.pdf.paragraphs import (
    Paragraph,
    find_paragraphs,
    find_usual_gap,
    join_paragraphs,
)
from assistant.load.pdf.words import PlacedTable
from assistant.records import Place

LEAST_REGION = 5  # lines, of which the usual gap can be known
WIDEST_GAP = 1.5  # of the size: the usual gap between lines where it can't be known


@dataclass(slots=True)
class PageContent:
    """What was read of a page. `is_unread` if something is drawn on it that may be text."""

    lines: list[Line]
    tables: list[PlacedTable] = field(default_factory=list)
    is_unread: bool = False
    has_hidden: bool = False

    @property
    def is_recognised(self) -> bool:
        return any(line.is_recognised for line in self.lines) or any(
            table.is_recognised for table in self.tables
        )


def write_pages(builder: DocumentBuilder, pages: Sequence[PageContent]) -> None:
    """Write the text of all pages, in reading order, with its headings and places."""
    heads = find_heads([page.lines for page in pages])
    lines = [line for page in pages for line in page.lines]
    body = _find_body_size(lines)
    paragraphs = [
        paragraph
        for number, page in enumerate(pages)
        for paragraph in join_title_lines(join_labels(_read_page(page, number, heads), body), body)
    ]
    writer = _Writer(builder, lines, join_paragraphs(paragraphs), body)
    writer.write()
    builder.page_starts = _find_page_starts(builder, len(pages))


def _read_page(
    page: PageContent, number: int, heads: dict[tuple[int, Line], bool]
) -> Iterator[Paragraph]:
    """The paragraphs of a page in reading order: heads, text, feet, text in other directions."""
    edges = [line for line in page.lines if (number, line) in heads and not line.direction]
    inner = [line for line in page.lines if (number, line) not in heads]
    middle = _find_middle(inner, page.tables)
    yield from _read_edges([each for each in edges if each.baseline > middle], number, heads)
    counts = Counter(line.direction for line in inner for _ in line.text)
    directions = [direction for direction, _ in counts.most_common()]
    tables = {-1 - place: table for place, table in enumerate(page.tables)}
    for direction in directions or [0]:
        lines = [line for line in inner if line.direction == direction]
        if direction == 0:
            lines += [_hold_place(table, order) for order, table in tables.items()]
        for paragraph in _read_flow(lines, number, tables):
            paragraph.is_aside |= direction != directions[0] if directions else False
            yield paragraph
    if tables and directions and 0 not in directions:
        for table in tables.values():
            yield Paragraph([], [number], table=table)
    yield from _read_edges([each for each in edges if each.baseline <= middle], number, heads)
    turned = [line for line in page.lines if (number, line) in heads and line.direction]
    yield from _read_edges(turned, number, heads)


def _find_middle(lines: Sequence[Line], tables: Sequence[PlacedTable]) -> float:
    """The mean height of lines and tables, between heads and feet; 0 if there are none."""
    heights = [line.baseline for line in lines]
    heights += [(table.box.bottom + table.box.top) / 2 for table in tables]
    return sum(heights) / len(heights) if heights else 0.0


def _hold_place(table: PlacedTable, order: int) -> Line:
    """A line without text where a table is."""
    return Line("", table.box, table.box.top, 1.0, order, is_row=True)


def _read_edges(
    lines: Sequence[Line], number: int, heads: dict[tuple[int, Line], bool]
) -> Iterator[Paragraph]:
    for row in find_rows(lines):
        for line in row:
            is_boilerplate = heads[number, line]
            yield Paragraph([line], [number], is_boilerplate=is_boilerplate, is_aside=True)


def _read_flow(
    lines: Sequence[Line], number: int, tables: dict[int, PlacedTable]
) -> Iterator[Paragraph]:
    regions = [merge_rows(region) for region in order_columns(lines)]
    usual = find_usual_gap([line for region in regions for line in region])
    if len(lines) <= LEAST_REGION:  # too few to know; the space between paragraphs is wider
        usual = min([usual, *(WIDEST_GAP * line.size for line in lines if line.text)])
    for region in regions:
        gap = find_usual_gap(region) if len(region) >= LEAST_REGION else usual
        for paragraph in find_paragraphs(region, number, gap or usual):
            if not paragraph.lines[0].text:
                paragraph.table = tables[paragraph.lines[0].order]
                paragraph.lines = []
            yield paragraph


class _Writer:
    """Writes paragraphs to a builder."""

    def __init__(
        self,
        builder: DocumentBuilder,
        lines: Sequence[Line],
        paragraphs: Sequence[Paragraph],
        body: float,
    ) -> None:
        self.builder, self.paragraphs = builder, paragraphs
        self.vocabulary = Vocabulary(line.text for line in lines)
        self.levels = find_levels(paragraphs, body)

    def write(self) -> None:
        for place, paragraph in enumerate(self.paragraphs):
            if paragraph.table:
                self._write_table(paragraph.table, paragraph.pages[0])
            else:
                self._write_text(paragraph, self.levels.get(place))

    def _write_table(self, table: PlacedTable, page: int) -> None:
        builder, known = self.builder, len(self.builder.tables)
        start = builder.length + (2 if builder.length else 0)
        builder.add_table(table.table)
        rows = [row for written in builder.tables[known:] for row in written.rows]
        if table.table.notes:
            end = rows[0].start - 2 if rows else builder.length
            builder.places.append(Place(start, end, page + 1, *table.box))
        for row, box in zip(rows, table.rows, strict=False):
            builder.places.append(Place(row.start, row.end, page + 1, *box))
        if table.is_recognised and builder.length > start:
            _extend(builder.recognised, start, builder.length)

    def _write_text(self, paragraph: Paragraph, level: int | None) -> None:
        text, spans = self._join_lines(paragraph)
        builder = self.builder
        start = builder.length + (2 if builder.length else 0)
        if paragraph.is_boilerplate:
            builder.add_boilerplate(text)
        elif level is not None:
            builder.add_heading(text, level)
        else:
            builder.add(text)
        for (first, last), line, page in zip(spans, paragraph.lines, paragraph.pages, strict=True):
            builder.places.append(Place(start + first, start + last, page + 1, *line.shown))
            if line.is_recognised and not paragraph.is_boilerplate:
                _extend(builder.recognised, start + first, start + last)

    def _join_lines(self, paragraph: Paragraph) -> tuple[str, list[tuple[int, int]]]:
        """The text of a paragraph, and the span of each line in it."""
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        length = 0
        following: Sequence[Line | None] = [*paragraph.lines[1:], None]
        wraps = paragraph.wraps or [False]
        for line, after, does_wrap in zip(paragraph.lines, following, wraps, strict=True):
            text, gap = line.text, ""
            if after is not None:
                text, gap = self.vocabulary.join(text, after.text)
                gap = gap if does_wrap or not gap else "\n"
            spans.append((length, length + len(text)))
            pieces += text, gap
            length += len(text) + len(gap)
        return "".join(pieces), spans


def _extend(spans: list[tuple[int, int]], start: int, end: int) -> None:
    """Append a span, or lengthen the last if only a gap is in between."""
    if spans and start - spans[-1][1] <= 2:
        spans[-1] = spans[-1][0], end
    else:
        spans.append((start, end))


def _find_body_size(lines: Sequence[Line]) -> float:
    """The size that most letters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _find_page_starts(builder: DocumentBuilder, count: int) -> list[int]:
    """Where the text of each page begins; that of a page without text where the one before ends."""
    firsts: dict[int, int] = {}
    ends = [0] * (count + 1)
    for place in builder.places:
        firsts.setdefault(place.page, place.start)
        ends[place.page] = max(ends[place.page], place.end)
    starts: list[int] = []
    end = 0
    for page in range(1, count + 1):
        starts.append(max(firsts.get(page, end), starts[-1] if starts else 0))
        end = max(end, ends[page])
    return starts
