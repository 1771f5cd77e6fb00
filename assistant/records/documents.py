"""Documents, their passages and players, and a filter that chooses documents."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from pydantic import with_config

from assistant.records.spans import Offsets

PlayerKind = Literal["company", "product", "person", "organisation"]
NoticeCode = Literal[
    "pages_without_text", "recognised", "hidden_text", "hidden_parts", "formulas_without_value",
    "truncated", "attachments", "encrypted", "language",
]  # fmt: skip
# With these, everything in the document was read.
COMPLETE: frozenset[NoticeCode] = frozenset({"recognised", "language"})
LONGEST_ENDING = 8  # characters of a file name's ending


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document: its offsets (with its markup), words and level (1 is highest)."""

    start: int
    end: int
    text: str
    level: int


class TableRow(NamedTuple):
    """A row of a table: its span, and in it the spans of the cells' values, empty for no value.

    What is between the values was written by the loader: the labels of the header. `number` is the
    row's number as a spreadsheet shows it.
    """

    start: int
    end: int
    cells: tuple[Offsets, ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document: a label for each column ("" for none), and the rows of its body, at
    least one.
    """

    labels: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What was not read of a document, or not as the file has it; `pages` count from 1."""

    code: NoticeCode
    message: str
    pages: tuple[int, ...] = ()

    @property
    def is_unread(self) -> bool:
        """Whether something in the document was not read."""
        return self.code not in COMPLETE

    def __str__(self) -> str:
        """
        >>> str(Notice("pages_without_text", "4 pages have no text", (2, 3, 4, 7)))
        '4 pages have no text (pages 2-4 and 7)'
        """
        return f"{self.message} ({name_pages(self.pages)})" if self.pages else self.message


class Skipped(NamedTuple):
    """A file of the corpus folder, or a part of one, that is not read, and why."""

    path: str
    reason: str

    @property
    def is_readme(self) -> bool:
        """Whether it is a file that describes its folder."""
        return PurePosixPath(self.path).name.casefold() == "readme.md"

    def __str__(self) -> str:
        named = self.reason.startswith(self.path)
        return self.reason if named else f"{self.path}: {self.reason}"


def name_pages(pages: Sequence[int]) -> str:
    """
    >>> name_pages([2, 3, 4, 7])
    'pages 2-4 and 7'
    """
    ranges: list[tuple[int, int]] = []
    for page in pages:
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], page
        else:
            ranges.append((page, page))
    *others, last = [str(a) if a == b else f"{a}-{b}" for a, b in ranges]
    words = f"{', '.join(others)} and {last}" if others else last
    return f"page {words}" if len(pages) == 1 else f"pages {words}"


def find_format(document_id: str) -> str:
    """The ending of a document's file in lower case, without the dot; "" if it has none.

    >>> find_format("a/b.PDF"), find_format("a.jsonl/7")
    ('pdf', 'jsonl')
    """
    *folders, name = PurePosixPath(document_id).parts or ("",)
    # Only files of JSON lines hold several documents.
    several = next((part for part in folders if part.endswith(".jsonl")), name)
    suffix = PurePosixPath(several).suffix.lower().removeprefix(".")
    return suffix if suffix.isalnum() and len(suffix) <= LONGEST_ENDING else ""


class Place(NamedTuple):
    """Where a span of a document is on its page (counted from 1): points from its bottom left."""

    start: int
    end: int
    page: int
    left: float
    bottom: float
    right: float
    top: float


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True)
class Document:
    """A text as its loader returned it; nothing changes it afterwards.

    `id` is its path inside the corpus, followed by an id inside the file if that holds several.
    `boilerplate` are spans without content (menus, bylines) and `recognised` spans read from
    pictures: both in order, without overlap; boilerplate is in no passage. `places` are the lines
    of pages, in order of their spans; a document from an index has none (`Catalog.places_of`).
    `published` is the first day that it may be where the document has no day; then `dated` is its
    date in words: "2024", "May 2024", "Q3 2024". `extra` are other fields of the file. `copies` are
    the ids of other documents with the same text; only one of them, the newest, has passages.
    """

    id: str
    title: str
    text: str = field(repr=False)
    published: date | None = None
    source: str | None = None
    headings: tuple[Heading, ...] = ()
    boilerplate: tuple[Offsets, ...] = ()
    recognised: tuple[Offsets, ...] = ()
    tables: tuple[Table, ...] = ()
    page_starts: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    notices: tuple[Notice, ...] = ()
    dated: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    copies: tuple[str, ...] = ()

    @property
    def day(self) -> date | None:
        """The day on which it was published, if that is known."""
        return None if self.dated else self.published

    @property
    def format(self) -> str:
        """The ending of its file in lower case, without the dot; "" if it has none."""
        return find_format(self.id)

    @property
    def rows(self) -> Iterator[TableRow]:
        """The rows of all tables, in order."""
        return (row for table in self.tables for row in table.rows)

    def find_rows(self, start: int, end: int) -> Iterator[tuple[Table, TableRow]]:
        """The rows that overlap a part of the text, each with its table."""
        first_table = bisect_right(self.tables, start, key=lambda table: table.rows[-1].end)
        for table in islice(self.tables, first_table, None):
            if table.rows[0].start >= end:
                break
            first_row = bisect_right(table.rows, start, key=lambda row: row.end)
            for row in islice(table.rows, first_row, None):
                if row.start >= end:
                    break
                yield table, row


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document that is searched and read as one.

    `number` is its place in the index, counted from 0 in document order. `sentences` are offsets
    in the document, in order, inside the passage.
    """

    document: Document
    number: int
    start: int
    end: int
    heading: str
    sentences: tuple[Offsets, ...]

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def id(self) -> str:
        return f"{self.document.id}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Player:
    """A company, product, person or organisation that documents are about.

    `owner` is the id of the company of a product or person. `roles` are what questions call it
    ("maker", "startup").
    """

    id: str
    name: str
    kind: PlayerKind
    aliases: tuple[str, ...] = ()
    owner: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a document names a player."""

    player_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """The documents that meet all conditions; an empty condition is met by all.

    `documents` are ids and `formats` are those of `DocumentLine`, any of which is enough. The days
    are inclusive; a document without a date meets neither.
    """

    documents: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    formats: tuple[str, ...] = ()

    def normalise(self) -> "DocumentFilter":
        """The same filter in the form that all equal ones have: sorted, formats as `pdf`.

        >>> DocumentFilter(("b", "a", "b"), formats=(".PDF",)).normalise()
        DocumentFilter(documents=('a', 'b'), published_from=None, published_to=None, \
formats=('pdf',))
        """
        formats = {name.strip().removeprefix(".").lower() for name in self.formats}
        return replace(
            self, documents=tuple(sorted({*self.documents})), formats=tuple(sorted(formats))
        )


ALL_DOCUMENTS = DocumentFilter()
