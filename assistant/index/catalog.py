"""Reads the records of a published generation, row by row on demand."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Self

from assistant.errors import DocumentUnknownError
from assistant.figures import Figure
from assistant.index.listing import DocumentLine, Listing, read_line, write_filter
from assistant.index.rows import Connect, Connection, Rows, connect_file, read_row
from assistant.index.subset import Subset, choose_documents, hide_others
from assistant.index.writing import FILE
from assistant.records import (
    ALL_DOCUMENTS,
    Document,
    DocumentFilter,
    Mention,
    Notice,
    Offsets,
    Passage,
    Place,
    Player,
    Skipped,
    StoredPassages,
    Suggestion,
    read_json,
)

CACHED_DOCUMENTS = 64
_Sentences = tuple[Offsets, ...]
_Notices = tuple[Notice, ...]
_Places = tuple[Place, ...]


class Catalog(Rows):
    """The records of a published generation, read only."""

    def __init__(self, connect: Connect, subset: Subset | None = None) -> None:
        """Only the documents of a subset are read, if there is one; else all are."""
        super().__init__(connect)
        self._connect = connect
        if subset is not None:
            hide_others(self._connection, subset)
        self.documents = self._count("documents")
        self.passages = self._count("passages")
        questions = self._rows("SELECT text FROM questions ORDER BY number")
        self.sample_questions: tuple[str, ...] = tuple(text for (text,) in questions)
        players = self._rows("SELECT fields FROM players ORDER BY number")
        self.players = tuple(read_json(Player, fields) for (fields,) in players)
        # Not a method: it would keep the catalog from being freed with its generation.
        load = partial(_load_document, self._connection)
        self._read_document: Callable[[int], Document] = lru_cache(maxsize=CACHED_DOCUMENTS)(load)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The records in the folder of a generation. Raises IndexAbsentError, ShortageError."""
        return cls(partial(connect_file, folder))

    def restrict(self, within: DocumentFilter) -> tuple["Catalog", list[int]]:
        """The records of the documents that a filter leaves, and the numbers that their passages
        have in this catalog, in order. Raises FilterError, or IndexAbsentError if the generation
        was removed meanwhile.
        """
        subset = choose_documents(self._connection, within, self.skipped)
        catalog = Catalog(self._connect, subset)
        rows = catalog._rows("SELECT old FROM chosen_passages ORDER BY number")
        return catalog, [number for (number,) in rows]

    def document(self, document_id: str) -> Document:
        """A document by its id. Raises DocumentUnknownError."""
        try:
            (number,) = self._row("SELECT number FROM documents WHERE id = ?", document_id)
        except (LookupError, UnicodeEncodeError):
            raise DocumentUnknownError(
                f"no document {document_id[:200]!r}", hint="see the list of documents"
            ) from None
        return self._read_document(number)

    def places_of(self, document_id: str) -> tuple[Place, ...]:
        """Where the lines of a document are on its pages; () if it has none."""
        places = self._row("SELECT places FROM documents WHERE id = ?", document_id)[0]
        return read_places(places)

    @cached_property
    def notices(self) -> dict[str, tuple[Notice, ...]]:
        """What was not read of documents, by their ids, in their order."""
        rows = self._rows(
            "SELECT id, notices FROM documents WHERE notices IS NOT NULL ORDER BY number"
        )
        return {document_id: read_json(_Notices, notices) for document_id, notices in rows}

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The ids of the documents that were only partly read, in order."""
        return tuple(
            document_id
            for document_id, notices in self.notices.items()
            if any(notice.is_unread for notice in notices)
        )

    def passage(self, number: int) -> Passage:
        """A passage by its number."""
        document, start, end, heading, sentences = self._row(
            'SELECT document, start, "end", heading, sentences FROM passages WHERE number = ?',
            number,
        )
        offsets = read_json(_Sentences, sentences)
        return Passage(self._read_document(document), number, start, end, heading, offsets)

    def passages_holding(self, document_id: str, start: int, end: int) -> list[int]:
        """The numbers of the passages that overlap a span of a document."""
        where = 'id = ? AND start < ? AND "end" > ?'
        rows = self._rows_of("passages", "passages.number", where, document_id, end, start)
        return [number for (number,) in rows]

    def suggestions_of(self, passages: Sequence[int]) -> list[Suggestion]:
        """The questions that some passages answer, in the order of the passages given."""
        rows = self._rows(
            "SELECT passage, text, form, answer, suggestions.confidence FROM json_each(?)"
            " JOIN suggestions ON passage = value ORDER BY json_each.id, number",
            json.dumps(list(passages)),
        )
        return [Suggestion(*row) for row in rows]

    def suggestions_in(self, document_id: str) -> list[Suggestion]:
        """The questions that the passages of a document answer, in order of place."""
        rows = self._rows(
            "SELECT passage, text, form, answer, suggestions.confidence FROM suggestions"
            " JOIN passages ON passages.number = passage"
            " JOIN documents ON documents.number = document"
            " WHERE id = ? ORDER BY passage, suggestions.number",
            document_id,
        )
        return [Suggestion(*row) for row in rows]

    def find_passage(self, text_hash: bytes) -> int | None:
        """The number of a passage by the hash of its embedded text; None if there is none."""
        rows = self._rows("SELECT number FROM passages WHERE text_hash = ? LIMIT 1", text_hash)
        return rows[0][0] if rows else None

    def text_hash(self, number: int) -> bytes:
        """The hash of the text that was embedded for a passage."""
        text_hash: bytes = self._row("SELECT text_hash FROM passages WHERE number = ?", number)[0]
        return text_hash

    def terms(self, first: int = 0, count: int | None = None) -> Iterator[str]:
        """The terms of `count` passages (None: of all) from the number `first` on, in order."""
        last = first + (self.passages if count is None else count)
        statement = "SELECT terms FROM passages WHERE number >= ? AND number < ? ORDER BY number"
        for (terms,) in self._connection.execute(statement, (first, last)):
            yield terms

    def mentions(self, document_id: str) -> list[Mention]:
        """The mentions of players in a document, in order of place."""
        rows = self._rows_of("mentions", 'player, start, "end"', "id = ?", document_id)
        return [Mention(*row) for row in rows]

    def mentions_of(self, player_ids: Iterable[str]) -> list[tuple[str, Mention]]:
        """Every mention of some players with its document's id, in order of place."""
        ids = list(player_ids)
        where = f"player IN ({', '.join('?' * len(ids))})"
        rows = self._rows_of("mentions", 'id, player, start, "end"', where, *ids)
        return [(document_id, Mention(*row)) for document_id, *row in rows]

    def documents_mentioning(self, player_id: str, *, most: int) -> list[str]:
        """The ids of the first documents that mention a player, in their order."""
        rows = self._rows(
            "SELECT id FROM documents WHERE number IN (SELECT DISTINCT document FROM mentions"
            " WHERE player = ? ORDER BY document LIMIT ?) ORDER BY number",
            player_id,
            most,
        )
        return [document_id for (document_id,) in rows]

    def documents_with_tables(self) -> list[str]:
        """The ids of the documents that have tables, without copies, in their order."""
        rows = self._rows(
            "SELECT id FROM documents WHERE copy_of IS NULL"
            " AND json_array_length(fields, '$.tables') > 0 ORDER BY number"
        )
        return [document_id for (document_id,) in rows]

    def count_mentions(self) -> dict[str, tuple[int, int]]:
        """How often each player is mentioned, and in how many documents."""
        rows = self._rows(
            "SELECT player, count(*), count(DISTINCT document) FROM mentions GROUP BY player"
        )
        return {player: (mentions, documents) for player, mentions, documents in rows}

    def figures_of(self, document_id: str) -> list[Figure]:
        """The figures of a document, in order of place."""
        rows = self._rows_of("figures", "figures.fields", "id = ?", document_id)
        return [read_json(Figure, fields) for (fields,) in rows]

    @cached_property
    def figures(self) -> tuple[tuple[str, Figure], ...]:
        """Every figure with its document's id, in order of place."""
        rows = self._rows_of("figures", "id, figures.fields", "TRUE")
        return tuple((document_id, read_json(Figure, fields)) for document_id, fields in rows)

    def sentences_of(self, document_id: str) -> list[Offsets]:
        """The sentences of a document, in order."""
        rows = self._rows_of("passages", "sentences", "id = ?", document_id)
        return sorted({span for (spans,) in rows for span in read_json(_Sentences, spans)})

    def list_documents(self) -> list[DocumentLine]:
        """All documents, in their order."""
        return self.find_documents(Listing())[0]

    def find_documents(
        self, listing: Listing, *, first: int = 0, most: int = -1
    ) -> tuple[list[DocumentLine], int]:
        """`most` documents of a list from its place `first` on (-1: all), and how many it has."""
        where, words = listing.write_condition()
        (count,) = self._row(f"SELECT count(*) FROM documents AS d WHERE {where}", *words)
        statement = listing.write_statement(where)
        rows = self._rows(f"{statement} LIMIT ? OFFSET ?", *words, most, first)
        return [read_line(row) for row in rows], count

    def find_lines(self, document_ids: Iterable[str]) -> list[DocumentLine]:
        """The lines of some documents, in their order; those that are not there are left out."""
        ids = list(document_ids)
        where = f"d.id IN ({', '.join('?' * len(ids))})"
        return [read_line(row) for row in self._rows(Listing().write_statement(where), *ids)]

    def count_selected(self, within: DocumentFilter) -> int:
        """How many documents meet all conditions of a filter."""
        if within == ALL_DOCUMENTS:
            return self.documents
        where, values = write_filter(within)
        return int(self._row(f"SELECT count(*) FROM documents AS d WHERE {where}", *values)[0])

    @cached_property
    def formats(self) -> tuple[tuple[str, int], ...]:
        """Each format, in alphabetical order, and how many documents have it."""
        statement = (
            "SELECT format, count(*) FROM documents WHERE format != '' GROUP BY 1 ORDER BY 1"
        )
        return tuple(self._rows(statement))

    def file_of(self, document_id: str) -> tuple[str, str] | None:
        """The file of a document, if it was read completely: its path in the corpus, SHA-256."""
        rows = self._rows(
            "SELECT name, digest FROM documents JOIN sources"
            " ON number >= first AND number < first + sources.documents WHERE id = ?",
            document_id,
        )
        return rows[0] if rows else None

    def find_source(self, name: str) -> tuple[str, str] | None:
        """A file that was read completely, by its path in the corpus: the path, its SHA-256."""
        rows = self._rows("SELECT name, digest FROM sources WHERE name = ?", name)
        return rows[0] if rows else None

    def documents_in(self, name: str) -> list[str]:
        """The ids of the documents of a file, by its path in the corpus."""
        inside = f"{name}/"
        rows = self._rows(
            "SELECT id FROM documents WHERE id = ? OR substr(id, 1, ?) = ? ORDER BY number",
            name,
            len(inside),
            inside,
        )
        return [document_id for (document_id,) in rows]

    def files_of(self, digest: str) -> list[str]:
        """The paths in the corpus of the files with a SHA-256 that were read completely."""
        return [name for (name,) in self._rows("SELECT name FROM sources WHERE digest = ?", digest)]

    def contents(self) -> dict[str, bytes]:
        """`hash_document` of each document, by its id."""
        return dict(self._rows("SELECT id, content FROM documents"))

    def passages_by_content(self) -> dict[bytes, StoredPassages]:
        """The passages of each document, by its `hash_document`; without copies."""
        rows = self._rows(
            "SELECT content, id, number, passages FROM documents WHERE copy_of IS NULL"
            " ORDER BY number"
        )
        found: dict[bytes, StoredPassages] = {}
        first = 0
        for content, document_id, number, length in rows:
            found.setdefault(content, StoredPassages(document_id, number, first, length))
            first += length
        return found

    @cached_property
    def skipped(self) -> tuple[Skipped, ...]:
        """The files that were not read, and why."""
        return tuple(Skipped(*row) for row in self._rows("SELECT path, reason FROM skipped"))

    def count_copies(self) -> int:
        """How many documents have the text of another."""
        return int(self._row("SELECT count(*) FROM documents WHERE copy_of IS NOT NULL")[0])

    def find_faults(self) -> str:
        """The first fault found by SQLite or by counting rows; "" for none."""
        (fault,) = self._row("PRAGMA integrity_check")
        if fault != "ok":
            return f"{FILE}: {fault}"
        for table, expected in (("documents", self.documents), ("passages", self.passages)):
            (count,) = self._row(f"SELECT count(*) FROM {table}")
            if count != expected:
                return f"{FILE} has {count} {table}, not {expected}"
        return ""


def _load_document(connection: Connection, number: int) -> Document:
    copy_of, fields = read_row(
        connection, "SELECT copy_of, fields FROM documents WHERE number = ?", number
    )
    first = number if copy_of is None else copy_of
    copies = connection.execute(
        "SELECT id FROM documents WHERE (number = ? OR copy_of = ?) AND number != ?"
        " ORDER BY number",
        (first, first, number),
    )
    return replace(read_json(Document, fields), copies=tuple(copy_id for (copy_id,) in copies))


def read_places(places: str | None) -> tuple[Place, ...]:
    return () if places is None else read_json(_Places, places)
