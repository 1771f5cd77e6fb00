"""The records of an index, in SQLite: a documented format, read row by row, no pickle.

    documents  number, id, title, published, source, text, and as JSON: headings [start, end, text,
               level], furniture [start, end], page_starts, extra
    passages   number, document (its number), start, end, heading, first_sentence (its row among
               the sentence vectors), and as JSON: sentences [start, end]
    questions  number, text: samples for the empty page
    players    number, id, name, kind, owner, and as JSON: aliases, roles
    mentions   number, document (its number), player (its id), start, end
    figures    number, document (its number), and as JSON the fields of a Figure, numbers and dates
               as text

Offsets count code points of `text`. The tables are written once and never changed.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import DocumentUnknownError
from assistant.figures import Figure
from assistant.index.rows import read_figure, to_date, to_json, write_document, write_figure
from assistant.records import Document, Heading, Mention, Offsets, Passage, Player

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
CREATE TABLE players (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    owner TEXT, aliases TEXT NOT NULL, roles TEXT NOT NULL);
CREATE TABLE mentions (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    player TEXT NOT NULL REFERENCES players (id), start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE TABLE figures (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    fields TEXT NOT NULL);
CREATE INDEX passages_of_document ON passages (document);
CREATE INDEX mentions_of_document ON mentions (document);
CREATE INDEX mentions_of_player ON mentions (player);
CREATE INDEX figures_of_document ON figures (document);
"""


class DocumentLine(NamedTuple):
    """What a list of documents says of one."""

    id: str
    title: str
    published: date | None
    source: str | None
    passages: int
    characters: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the documents of an index, by document id."""

    players: Sequence[Player] = ()
    mentions: Mapping[str, Sequence[Mention]] = field(default_factory=dict)
    figures: Mapping[str, Sequence[Figure]] = field(default_factory=dict)


def write_records(
    folder: Path,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    questions: Sequence[str],
    found: Found,
) -> None:
    """Write all documents and passages, a passage's number its place, sample questions, and what
    was found.
    """
    numbers = {document.id: number for number, document in enumerate(documents)}
    connection = sqlite3.connect(folder / FILE)
    try:
        # The file is published whole or not at all, so a journal would guard nothing.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((number, *write_document(document)) for number, document in enumerate(documents)),
        )
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)", _list_passages(passages, numbers)
        )
        connection.executemany("INSERT INTO questions VALUES (?, ?)", enumerate(questions))
        _write_found(connection, found, numbers)
        connection.commit()
    finally:
        connection.close()


def _list_passages(
    passages: Sequence[Passage], numbers: Mapping[str, int]
) -> Iterator[tuple[int | str, ...]]:
    first_sentence = 0
    for passage in passages:
        where = (passage.number, numbers[passage.document.id], passage.start, passage.end)
        yield *where, passage.heading, first_sentence, to_json(passage.sentences)
        first_sentence += len(passage.sentences)


def _write_found(connection: sqlite3.Connection, found: Found, numbers: Mapping[str, int]) -> None:
    connection.executemany(
        "INSERT INTO players VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (number, p.id, p.name, p.kind, p.owner, to_json(p.aliases), to_json(p.roles))
            for number, p in enumerate(found.players)
        ),
    )
    connection.executemany(
        "INSERT INTO mentions VALUES (NULL, ?, ?, ?, ?)",
        (
            (numbers[document], mention.player_id, mention.start, mention.end)
            for document, mentions in found.mentions.items()
            for mention in mentions
        ),
    )
    connection.executemany(
        "INSERT INTO figures VALUES (NULL, ?, ?)",
        (
            (numbers[document], write_figure(figure))
            for document, figures in found.figures.items()
            for figure in figures
        ),
    )


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
        self.players = tuple(self._load_players())
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

    def passages_of(self, document_ids: Iterable[str]) -> list[int]:
        """The numbers of the passages of some documents, in order."""
        rows = self._connection.execute(
            "SELECT passages.number FROM passages JOIN documents ON document = documents.number"
            " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY passages.number",
            (json.dumps(list(document_ids)),),
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
            " ORDER BY mentions.number",
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

    def figures_in(self, passages: Sequence[int]) -> list[tuple[str, Figure]]:
        """The figures of some passages with their documents' ids, in order of place."""
        places: dict[int, list[Offsets]] = {}
        statement = (
            'SELECT document, start, "end" FROM passages'
            " WHERE number IN (SELECT value FROM json_each(?))"
        )
        for document, *place in self._connection.execute(statement, (json.dumps(list(passages)),)):
            places.setdefault(document, []).append((place[0], place[1]))
        rows = self._connection.execute(
            "SELECT document, id, fields FROM figures JOIN documents"
            " ON document = documents.number WHERE document IN (SELECT value FROM json_each(?))"
            " ORDER BY figures.number",
            (json.dumps(sorted(places)),),
        )
        return [
            (own_id, figure)
            for document, own_id, fields in rows
            for figure in (read_figure(fields),)
            if any(start <= figure.start < end for start, end in places[document])
        ]

    @cached_property
    def figures(self) -> tuple[tuple[str, Figure], ...]:
        """Every figure with its document's id, in order of place."""
        rows = self._connection.execute(
            "SELECT id, fields FROM figures JOIN documents ON document = documents.number"
            " ORDER BY figures.number"
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

    def sentences_at(self, document_id: str, start: int, end: int) -> list[Offsets]:
        """The sentences that a stretch of a document touches."""
        return [
            (a, b)
            for number in self.passages_holding(document_id, start, end)
            for a, b in self.passage(number).sentences
            if a < end and start < b
        ]

    def list_documents(self) -> list[DocumentLine]:
        """All documents, in their order."""
        rows = self._connection.execute(
            "SELECT id, title, published, source, count(passages.number), length(text)"
            " FROM documents LEFT JOIN passages ON document = documents.number"
            " GROUP BY documents.number ORDER BY documents.number"
        )
        return [
            DocumentLine(own_id, title, to_date(published), source, passages, characters)
            for own_id, title, published, source, passages, characters in rows
        ]

    def close(self) -> None:
        self._connection.close()

    def _load_players(self) -> Iterator[Player]:
        rows = self._connection.execute(
            "SELECT id, name, kind, aliases, owner, roles FROM players ORDER BY number"
        )
        for own_id, name, kind, aliases, owner, roles in rows:
            yield Player(
                own_id, name, kind, tuple(json.loads(aliases)), owner, tuple(json.loads(roles))
            )

    def _load_document(self, number: int) -> Document:
        row = self._one("SELECT * FROM documents WHERE number = ?", number)
        _, own_id, title, published, source, text, headings, furniture, page_starts, extra = row
        return Document(
            id=own_id,
            title=title,
            text=text,
            published=to_date(published),
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
