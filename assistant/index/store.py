"""The records of a published generation are read: row by row, as they are asked for."""

import json
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import DocumentUnknownError
from assistant.figures import Figure
from assistant.index.rows import read_document, read_figure, to_date
from assistant.index.writing import FILE, find_address
from assistant.records import Document, Mention, Offsets, Passage, Player

KEPT_DOCUMENTS = 64
_MAPPED_BYTES = 2**40  # all of it: only what is touched takes memory


class DocumentLine(NamedTuple):
    """What a list of documents says of one."""

    id: str
    title: str
    published: date | None
    source: str | None
    passages: int
    characters: int
    copy_of: str | None


class Extent(NamedTuple):
    """A document, and where its passages lie."""

    id: str
    number: int
    passages: int
    first_passage: int


class Store:
    """The records of a published generation, read only."""

    def __init__(self, folder: Path) -> None:
        # sqlite3.threadsafety is 3 (serialized), so threads may share a connection that reads.
        self._connection = sqlite3.connect(find_address(folder), uri=True, check_same_thread=False)
        # Whoever still answers from it holds it: it is closed when the last one is done.
        self._close = weakref.finalize(self, self._connection.close)
        self._connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        self.documents = self._count("documents")
        self.passages = self._count("passages")
        questions = self._connection.execute("SELECT text FROM questions ORDER BY number")
        self.sample_questions: tuple[str, ...] = tuple(text for (text,) in questions)
        self.players = tuple(self._load_players())
        # Of no method, which would hold the store and keep it from being freed with its generation.
        load = partial(_load_document, self._connection)
        self._read_document: Callable[[int], Document] = lru_cache(maxsize=KEPT_DOCUMENTS)(load)

    def document(self, document_id: str) -> Document:
        """A document by its id. Raises DocumentUnknownError."""
        try:
            (number,) = self._one("SELECT number FROM documents WHERE id = ?", document_id)
        except (LookupError, UnicodeEncodeError):
            raise DocumentUnknownError(
                f"no document {document_id[:200]!r}", hint="see the list of documents"
            ) from None
        return self._read_document(number)

    def documents_at(self, first: int, count: int) -> list[Document]:
        """`count` documents from the number `first` on, as they were loaded: without copies."""
        rows = self._connection.execute(
            "SELECT * FROM documents WHERE number >= ? AND number < ? ORDER BY number",
            (first, first + count),
        )
        return [read_document(row) for row in rows]

    def passage(self, number: int) -> Passage:
        """A passage by its number."""
        found = self._one(
            'SELECT document, start, "end", heading, sentences FROM passages WHERE number = ?',
            number,
        )
        document, start, end, heading, sentences = found
        offsets = tuple((a, b) for a, b in json.loads(sentences))
        return Passage(self._read_document(document), number, start, end, heading, offsets)

    def passages_holding(self, document_id: str, start: int, end: int) -> list[int]:
        """The numbers of the passages that hold a stretch of a document, whole or a part of it."""
        rows = self._connection.execute(
            "SELECT passages.number FROM passages JOIN documents ON document = documents.number"
            ' WHERE id = ? AND start < ? AND "end" > ? ORDER BY passages.number',
            (document_id, end, start),
        )
        return [number for (number,) in rows]

    def mentions(self, document_id: str) -> list[Mention]:
        """The mentions of players in a document, in order of place."""
        rows = self._connection.execute(
            'SELECT player, start, "end" FROM mentions JOIN documents'
            " ON document = documents.number WHERE id = ? ORDER BY mentions.number",
            (document_id,),
        )
        return [Mention(*row) for row in rows]

    def mentions_of(self, player_ids: Iterable[str]) -> list[tuple[str, Mention]]:
        """Every mention of some players with its document's id, in order of place."""
        ids = list(player_ids)
        rows = self._connection.execute(
            'SELECT id, player, start, "end" FROM mentions JOIN documents'
            f" ON document = documents.number WHERE player IN ({', '.join('?' * len(ids))})"
            " ORDER BY document, mentions.number",
            ids,
        )
        return [(document, Mention(*row)) for document, *row in rows]

    def count_mentions(self) -> dict[str, tuple[int, int]]:
        """How often each player is mentioned, and in how many documents, by its id."""
        rows = self._connection.execute(
            "SELECT player, count(*), count(DISTINCT document) FROM mentions GROUP BY player"
        )
        return {player: (mentions, documents) for player, mentions, documents in rows}

    def figures_of(self, document_id: str) -> list[Figure]:
        """The figures of a document, in order of place."""
        rows = self._connection.execute(
            "SELECT fields FROM figures JOIN documents ON document = documents.number"
            " WHERE id = ? ORDER BY figures.number",
            (document_id,),
        )
        return [read_figure(fields) for (fields,) in rows]

    @cached_property
    def figures(self) -> tuple[tuple[str, Figure], ...]:
        """Every figure with its document's id, in order of place."""
        rows = self._connection.execute(
            "SELECT id, fields FROM figures JOIN documents ON document = documents.number"
            " ORDER BY document, figures.number"
        )
        return tuple((document, read_figure(fields)) for document, fields in rows)

    def sentences_of(self, document_id: str) -> list[Offsets]:
        """The sentences of a document, in order."""
        rows = self._connection.execute(
            "SELECT sentences FROM passages JOIN documents ON document = documents.number"
            " WHERE id = ?",
            (document_id,),
        )
        return sorted({(a, b) for (text,) in rows for a, b in json.loads(text)})

    def list_documents(self) -> list[DocumentLine]:
        """All documents, in their order."""
        rows = self._connection.execute(
            "SELECT d.id, d.title, d.published, d.source, count(passages.number), length(d.text),"
            " first.id FROM documents AS d LEFT JOIN documents AS first ON first.number = d.copy_of"
            " LEFT JOIN passages ON passages.document = d.number"
            " GROUP BY d.number ORDER BY d.number"
        )
        return [
            DocumentLine(document_id, title, to_date(published), *rest)
            for document_id, title, published, *rest in rows
        ]

    def contents(self) -> dict[str, bytes]:
        """The SHA-256 of what each document holds, by its id."""
        return dict(self._connection.execute("SELECT id, content FROM documents"))

    def extents(self) -> dict[bytes, Extent]:
        """Where the passages of documents lie, by what these hold; of no copies."""
        rows = self._connection.execute(
            "SELECT content, id, documents.number, count(passages.number), min(passages.number)"
            " FROM documents LEFT JOIN passages ON document = documents.number"
            " WHERE copy_of IS NULL GROUP BY documents.number ORDER BY documents.number DESC"
        )
        return {
            content: Extent(document_id, number, passages, first or 0)
            for content, document_id, number, passages, first in rows
        }

    def find_faults(self) -> str:
        """What is wrong inside, "" for nothing: all rows are counted and the file is checked."""
        (found,) = self._one("PRAGMA integrity_check")
        if found != "ok":
            return f"{FILE}: {found}"
        counts = {
            "documents": ("SELECT count(*) FROM documents", self.documents),
            "passages": ("SELECT count(*) FROM passages", self.passages),
            "lines of terms": ("SELECT count(*) FROM terms", self.passages),
        }
        for what, (statement, stated) in counts.items():
            (count,) = self._one(statement)
            if count != stated:
                return f"{FILE} holds {count} {what}, not {stated}"
        return ""

    def count_copies(self) -> int:
        """How many documents have another's text."""
        statement = "SELECT count(*) FROM documents WHERE copy_of IS NOT NULL"
        count: int = self._one(statement)[0]
        return count

    def terms(self, first: int = 0, count: int | None = None) -> Iterator[str]:
        """The terms of each passage from a number on, so many or all, in order of passages."""
        last = first + (self.passages if count is None else count)
        rows = self._connection.execute(
            "SELECT line FROM terms WHERE number >= ? AND number < ? ORDER BY number", (first, last)
        )
        for (line,) in rows:
            yield line

    def refused(self) -> list[tuple[str, str]]:
        """What was in the corpus and is not in the index: its path, and why."""
        return list(self._connection.execute("SELECT path, reason FROM refused"))

    def close(self) -> None:
        self._close()

    def _load_players(self) -> Iterator[Player]:
        rows = self._connection.execute(
            "SELECT id, name, kind, aliases, owner, roles FROM players ORDER BY number"
        )
        for player_id, name, kind, aliases, owner, roles in rows:
            yield Player(
                player_id, name, kind, tuple(json.loads(aliases)), owner, tuple(json.loads(roles))
            )

    def _one(self, statement: str, *values: str | int) -> tuple[Any, ...]:
        return _read_one(self._connection, statement, *values)

    def _count(self, table: str) -> int:
        # Rows are numbered from 0 without a gap, and counting a million takes a second.
        count: int = self._one(f"SELECT coalesce(max(number) + 1, 0) FROM {table}")[0]
        return count


def _load_document(connection: sqlite3.Connection, number: int) -> Document:
    row = _read_one(connection, "SELECT * FROM documents WHERE number = ?", number)
    first = number if row[11] is None else row[11]
    alike = connection.execute(
        "SELECT id FROM documents WHERE (number = ? OR copy_of = ?) AND number != ?"
        " ORDER BY number",
        (first, first, number),
    )
    return replace(read_document(row), copies=tuple(copy for (copy,) in alike))


def _read_one(
    connection: sqlite3.Connection, statement: str, *values: str | int
) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(statement, values).fetchone()
    if row is None:
        raise LookupError(f"no row for {statement!r} with {values}")
    return row
