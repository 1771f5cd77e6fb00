"""The records of an index, in SQLite: a documented format, read row by row, no pickle.

    documents  number, id, title, published, source, text, and as JSON: headings [start, end, text,
               level], furniture [start, end], page_starts, extra
    passages   number, document (its number), start, end, heading, first_sentence (its row among
               the sentence vectors), and as JSON: sentences [start, end]
    questions  number, text: samples for the empty page

Offsets count code points of `text`. The tables are written once and never changed.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import DocumentUnknownError
from assistant.records import Document, Heading, Passage

FILE = "records.sqlite"
KEPT_DOCUMENTS = 64

_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, published TEXT,
    source TEXT, text TEXT NOT NULL, headings TEXT NOT NULL, furniture TEXT NOT NULL,
    page_starts TEXT NOT NULL, extra TEXT NOT NULL);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
    first_sentence INTEGER NOT NULL, sentences TEXT NOT NULL);
CREATE TABLE questions (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE INDEX passages_of_document ON passages (document);
"""


class DocumentLine(NamedTuple):
    """What a list of documents says of one."""

    id: str
    title: str
    published: date | None
    source: str | None
    passages: int
    characters: int


def write_records(
    folder: Path,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    questions: Sequence[str],
) -> None:
    """Write all documents and passages, a passage's number its place, and sample questions."""
    numbers = {document.id: number for number, document in enumerate(documents)}
    connection = sqlite3.connect(folder / FILE)
    try:
        # The file is published whole or not at all, so a journal would guard nothing.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((number, *_document_row(document)) for number, document in enumerate(documents)),
        )
        first = 0
        rows = []
        for passage in passages:
            row = (passage.start, passage.end, passage.heading, first, _json(passage.sentences))
            rows.append((passage.number, numbers[passage.document.id], *row))
            first += len(passage.sentences)
        connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO questions VALUES (?, ?)", enumerate(questions))
        connection.commit()
    finally:
        connection.close()


class Store:
    """The records of a published generation, read only."""

    def __init__(self, folder: Path) -> None:
        # immutable: nobody changes a published file, so SQLite takes no locks and writes nothing.
        address = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"
        # sqlite3.threadsafety is 3 (serialized), so threads may share a connection that reads.
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        self.documents = self._count("documents")
        self.passages = self._count("passages")
        self.sentences = self._count_sentences()
        questions = self._connection.execute("SELECT text FROM questions ORDER BY number")
        self.sample_questions: tuple[str, ...] = tuple(text for (text,) in questions)
        self._read_document = lru_cache(maxsize=KEPT_DOCUMENTS)(self._load_document)

    def document(self, document_id: str) -> Document:
        """A document by its id. Raises DocumentUnknownError."""
        try:
            (number,) = self._one("SELECT number FROM documents WHERE id = ?", document_id)
        except (LookupError, UnicodeEncodeError):
            raise DocumentUnknownError(
                f"no document {document_id[:200]!r}", hint="see the list of documents"
            ) from None
        return self._read_document(number)

    def passage(self, number: int) -> Passage:
        """A passage by its number."""
        found = self._one(
            'SELECT document, start, "end", heading, sentences FROM passages WHERE number = ?',
            number,
        )
        document, start, end, heading, sentences = found
        offsets = tuple((a, b) for a, b in json.loads(sentences))
        return Passage(self._read_document(document), number, start, end, heading, offsets)

    def first_sentence(self, passage: int) -> int:
        """The row of a passage's first sentence among the sentence vectors."""
        statement = "SELECT first_sentence FROM passages WHERE number = ?"
        row: int = self._one(statement, passage)[0]
        return row

    def passages_holding(self, document_id: str, start: int, end: int) -> list[int]:
        """The numbers of the passages that hold a stretch of a document, whole or a part of it."""
        rows = self._connection.execute(
            "SELECT passages.number FROM passages JOIN documents ON document = documents.number"
            ' WHERE id = ? AND start < ? AND "end" > ? ORDER BY passages.number',
            (document_id, end, start),
        )
        return [number for (number,) in rows]

    def list_documents(self) -> list[DocumentLine]:
        """All documents, in their order."""
        rows = self._connection.execute(
            "SELECT id, title, published, source, count(passages.number), length(text)"
            " FROM documents LEFT JOIN passages ON document = documents.number"
            " GROUP BY documents.number ORDER BY documents.number"
        )
        return [
            DocumentLine(own_id, title, _date(published), source, passages, characters)
            for own_id, title, published, source, passages, characters in rows
        ]

    def close(self) -> None:
        self._connection.close()

    def _load_document(self, number: int) -> Document:
        row = self._one("SELECT * FROM documents WHERE number = ?", number)
        _, own_id, title, published, source, text, headings, furniture, page_starts, extra = row
        return Document(
            id=own_id,
            title=title,
            text=text,
            published=_date(published),
            source=source,
            headings=tuple(Heading(*fields) for fields in json.loads(headings)),
            furniture=tuple((start, end) for start, end in json.loads(furniture)),
            page_starts=tuple(json.loads(page_starts)),
            extra=json.loads(extra),
        )

    def _one(self, statement: str, *values: str | int) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        if row is None:
            raise LookupError(f"no row for {statement!r} with {values}")
        return row

    def _count(self, table: str) -> int:
        count: int = self._one(f"SELECT count(*) FROM {table}")[0]
        return count

    def _count_sentences(self) -> int:
        statement = "SELECT coalesce(sum(json_array_length(sentences)), 0) FROM passages"
        count: int = self._one(statement)[0]
        return count


def _document_row(document: Document) -> tuple[str | None, ...]:
    return (
        document.id,
        document.title,
        document.published.isoformat() if document.published else None,
        document.source,
        document.text,
        _json([(h.start, h.end, h.text, h.level) for h in document.headings]),
        _json(document.furniture),
        _json(document.page_starts),
        _json(dict(document.extra)),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
