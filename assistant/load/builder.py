"""Builds a Document piece by piece, so that every loader writes text, headings and tables alike."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath

from assistant.errors import LoadError
from assistant.load.limits import check_length
from assistant.load.tables import LoadedTable, join_labels, write_rows
from assistant.records import Document, Heading, Notice, NoticeCode, Offsets, Place, Table, TableRow

PARAGRAPH = "\n\n"


class DocumentBuilder:
    """The text of a document that grows at its end, with what is known about its spans.

    `where` names it in messages.
    """

    def __init__(self, name: str, *, where: str | None = None) -> None:
        self.name, self.where = name, where or name
        self.length = 0
        self.headings: list[Heading] = []
        self.boilerplate: list[Offsets] = []
        self.recognised: list[Offsets] = []
        self.tables: list[Table] = []
        self.page_starts: list[int] = []
        self.places: list[Place] = []
        self.notices: list[Notice] = []
        self._pieces: list[str] = []

    def add(self, words: str, *, gap: str = PARAGRAPH) -> Offsets:
        """Append words, after a gap if there is text already; their span.

        Raises LoadError for more characters than a document may have.
        """
        if self._pieces:
            self._append(gap)
        start = self.length
        self._append(words)
        return start, self.length

    def add_heading(self, words: str, level: int) -> None:
        start, end = self.add(words)
        self.headings.append(Heading(start, end, " ".join(words.split()), level))

    def add_boilerplate(self, words: str, *, gap: str = PARAGRAPH) -> None:
        self.boilerplate.append(self.add(words, gap=gap))

    def add_table(self, table: LoadedTable) -> None:
        """Append the rows of a table, each a paragraph with the header's words in it."""
        for note in table.notes:
            self.add(note)
        rows = []
        for words, cells, number in write_rows(table):
            start, end = self.add(words)
            offsets = tuple((start + first, start + last) for first, last in cells)
            rows.append(TableRow(start, end, offsets, number))
        if rows:
            self.tables.append(Table(join_labels(table.header), tuple(rows)))

    def report(self, code: NoticeCode, message: str, pages: Sequence[int] = ()) -> None:
        """Note what was not read of the file."""
        self.notices.append(Notice(code, message, tuple(pages)))

    def build(
        self,
        *,
        title: str = "",
        published: date | None = None,
        dated: str = "",
        source: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Document:
        """The document; without a title it has the first of its highest headings, or its file name.

        Raises LoadError if it has no text.
        """
        text = "".join(self._pieces)
        if not text.strip():
            raise LoadError(f"{self.name} has no text", hint="remove it or put text in")
        first = min(self.headings, key=lambda heading: heading.level, default=None)
        return Document(
            id=self.name,
            title=title or (first.text if first else PurePosixPath(self.name).stem),
            text=text,
            published=published,
            source=source,
            dated=dated,
            headings=tuple(self.headings),
            boilerplate=tuple(self.boilerplate),
            recognised=tuple(self.recognised),
            tables=tuple(self.tables),
            page_starts=tuple(self.page_starts),
            places=tuple(self.places),
            notices=tuple(self.notices),
            extra=extra or {},
        )

    def _append(self, words: str) -> None:
        self._pieces.append(words)
        self.length += len(words)
        check_length(self.length, self.where)
