"""Writes the records of an index into SQLite. What is read are views, and tables:

    documents  number, id, title, published, dated, source, characters, format (ending of its
               file), pages (NULL for none), passages (how many it has), folded (title and id as
               they are searched), notices (JSON, NULL for none), copy_of (the number of the
               document of the same text that has the passages), content (`hash_document`), fields
               (the Document as JSON, without places), places (JSON, NULL for none)
    passages   number, document (its number), start, end, heading, sentences (JSON: [start, end]),
               terms (for the lexical index), text_hash (`hash_text` of the embedded text)
    sources    name, digest, first, documents: a file read completely, its SHA-256, the number of
               its first document and how many it has
    skipped    path, reason: a file that was not read
    questions  number, text: samples
    suggestions  number, passage (its number), text, form, answer, confidence (NULL for none): as in
               a Suggestion
    players    number, fields (the Player as JSON)
    mentions   number, document (its number), player (its id), start, end
    figures    number, document (its number), fields (the Figure as JSON)

Numbers are in the order of documents, so one new document changes nearly all of them. Therefore the
views join what is stored (`stored_documents`, `stored_passages`), by a key that never changes, with
narrow tables of the numbers (`document_order`, `passage_order`): the next generation copies the
file, and writes only these again.

Offsets count code points of the document's text. A published file is never changed.
"""

import hashlib
import shutil
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from assistant.figures import Figure
from assistant.records import (
    ChosenQuestions,
    Document,
    Mention,
    Passage,
    Player,
    Skipped,
    StoredDocument,
    Suggestion,
    write_json,
)
from assistant.text import find_title
from assistant.text.dates import is_dated_by_name

FILE = "records.sqlite"

_TABLES = """
CREATE TABLE stored_documents (
    key INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, published TEXT,
    dated TEXT NOT NULL, source TEXT, characters INTEGER NOT NULL, format TEXT NOT NULL,
    pages INTEGER, folded TEXT NOT NULL, notices TEXT, content BLOB NOT NULL,
    identity BLOB NOT NULL, fields TEXT NOT NULL, places TEXT);
CREATE TABLE document_order (
    number INTEGER PRIMARY KEY, key INTEGER UNIQUE NOT NULL, copy_of INTEGER,
    passages INTEGER NOT NULL DEFAULT 0);
CREATE TABLE stored_passages (
    key INTEGER PRIMARY KEY, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    heading TEXT NOT NULL, sentences TEXT NOT NULL, terms TEXT NOT NULL, text_hash BLOB NOT NULL);
CREATE TABLE passage_order (
    number INTEGER PRIMARY KEY, key INTEGER UNIQUE NOT NULL, document INTEGER NOT NULL);
CREATE TABLE sources (
    name TEXT NOT NULL, digest TEXT NOT NULL, first INTEGER NOT NULL, documents INTEGER NOT NULL);
CREATE TABLE skipped (path TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE questions (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE suggestions (
    number INTEGER PRIMARY KEY, passage INTEGER NOT NULL, text TEXT NOT NULL, form TEXT NOT NULL,
    answer TEXT NOT NULL, confidence REAL);
CREATE TABLE players (number INTEGER PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE stored_mentions (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL, player TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE TABLE stored_figures (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL, fields TEXT NOT NULL);

CREATE VIEW documents AS
    SELECT o.number, d.id, d.title, d.published, d.dated, d.source, d.characters, d.format,
        d.pages, o.passages, d.folded, d.notices, o.copy_of, d.content, d.fields, d.places
    FROM document_order AS o JOIN stored_documents AS d ON d.key = o.key;
CREATE VIEW passages AS
    SELECT o.number, o.document, p.start, p."end", p.heading, p.sentences, p.terms, p.text_hash
    FROM passage_order AS o JOIN stored_passages AS p ON p.key = o.key;
CREATE VIEW mentions AS
    SELECT m.number, o.number AS document, m.player, m.start, m."end"
    FROM stored_mentions AS m JOIN document_order AS o ON o.key = m.document;
CREATE VIEW figures AS
    SELECT f.number, o.number AS document, f.fields
    FROM stored_figures AS f JOIN document_order AS o ON o.key = f.document;
"""
# Created last, which is faster.
_INDEXES = """
CREATE INDEX copies ON document_order (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX passages_of_document ON passage_order (document);
CREATE INDEX passages_of_text ON stored_passages (text_hash);
CREATE INDEX mentions_of_document ON stored_mentions (document);
CREATE INDEX mentions_of_player ON stored_mentions (player);
CREATE INDEX figures_of_document ON stored_figures (document);
CREATE INDEX suggestions_of_passage ON suggestions (passage);
"""
_COUNTS = """
UPDATE document_order SET passages = (
    SELECT count(*) FROM passage_order WHERE document = document_order.number);
"""
# What is stored stays where it is; only the narrow tables of numbers are written again.
_REUSE = """
DELETE FROM stored_passages WHERE key IN (
    SELECT key FROM previous.passage_order WHERE document NOT IN (SELECT old FROM reused));
DELETE FROM stored_documents WHERE key NOT IN (SELECT key FROM kept);
DELETE FROM passage_order;
DELETE FROM document_order;
INSERT INTO passage_order
    SELECT number + passage_shift, key, new
    FROM previous.passage_order JOIN reused ON document = old ORDER BY 1;
DELETE FROM sources;
DELETE FROM skipped;
DELETE FROM questions;
DELETE FROM suggestions;
DELETE FROM players;
"""
_REUSE_FINDINGS = """
DELETE FROM {table} WHERE document IN (
    SELECT key FROM previous.document_order WHERE number NOT IN (SELECT old FROM reused));
UPDATE {table} SET document = (SELECT new_key FROM moved WHERE old_key = document)
    WHERE document IN (SELECT old_key FROM moved);
"""


class NewPassage(NamedTuple):
    """A passage that is not in the previous generation, its embedded text, and its terms."""

    passage: Passage
    embedded_text: str
    terms: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an index; mentions and figures by the id of their document.

    `passages` are the new ones, and `documents` that are stored stay as they are. `copies` maps the
    id of a document to that of the one with the same text that has passages.
    """

    documents: Sequence[Document | StoredDocument]
    passages: Iterable[NewPassage]
    copies: Mapping[str, str] = field(default_factory=dict)
    sources: Iterable[tuple[str, str, int, int]] = ()
    skipped: Iterable[Skipped] = ()
    questions: Sequence[str] = ()
    suggestions: Sequence[Suggestion] = ()
    players: Sequence[Player] = ()
    mentions: Mapping[str, Sequence[Mention]] = field(default_factory=dict)
    figures: Mapping[str, Sequence[Figure]] = field(default_factory=dict)


class Reused(NamedTuple):
    """Documents whose passages are taken over from the generation in a folder.

    For each: old number, new number, and the shift of its passages' numbers. Mentions and figures
    are taken over too if `with_findings`.
    """

    folder: Path
    documents: Sequence[tuple[int, int, int]]
    with_findings: bool


def hash_document(document: Document) -> bytes:
    """SHA-256 of a document without its id: equal means the same passages."""
    return hashlib.sha256(write_json(replace(document, id="")).encode()).digest()


def hash_identity(document: Document) -> bytes:
    """Hash of what copies have in common: the same text with another title or date is none, unless
    its file's name alone has the date.
    """
    stated = None if is_dated_by_name(document) else document.published
    return hash_text(write_json((document.text, find_title(document), stated)))


def hash_text(text: str) -> bytes:
    """128 bits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:16]


def fold(words: str) -> str:
    """Words as titles are searched by them: without case and compatibility forms."""
    return unicodedata.normalize("NFKC", words).casefold()


def make_uri(folder: Path) -> str:
    """The URI under which SQLite opens the records of a published generation."""
    # immutable: SQLite takes no locks and writes nothing.
    return f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"


def copy_records(source: Path, folder: Path) -> None:
    """Copy the records of a generation, for `write_records` to change."""
    shutil.copyfile(source / FILE, folder / FILE)


def write_records(folder: Path, records: Records, reused: Reused | None = None) -> None:
    """Write all documents and their new records; what is reused stays where it is in the result of
    `copy_records`. Nothing of a removed document is left in the file.

    Raises sqlite3.Error.
    """
    if reused is None:
        (folder / FILE).unlink(missing_ok=True)
    whole, has_removed = folder / f"{FILE}.new", False
    with closing(sqlite3.connect((folder / FILE).absolute().as_uri(), uri=True)) as connection:
        # The file is published whole or not at all, so it needs no journal.
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;"
        )
        if reused is None:
            connection.executescript(_TABLES)
        keys = _choose_keys(connection, records)
        if reused is not None:
            has_removed = _reuse(connection, records, keys, reused)
        for table, rows in _list_rows(records, keys, _find_free(connection, "passages")).items():
            connection.executemany(f"INSERT INTO {table}", rows)
        connection.executescript((_INDEXES if reused is None else "") + _COUNTS)
        connection.commit()
        if has_removed:
            # SQLite overwrites what is deleted, but not the copies left where it moved rows.
            connection.execute("VACUUM INTO ?", (whole.absolute().as_uri(),))
    if has_removed:
        whole.replace(folder / FILE)


def _find_free(connection: sqlite3.Connection, table: str) -> int:
    """The first key that no row of a stored table has, nor one after it."""
    (free,) = connection.execute(f"SELECT coalesce(max(key) + 1, 0) FROM stored_{table}").fetchone()
    return int(free)


def _choose_keys(connection: sqlite3.Connection, records: Records) -> dict[str, int]:
    """The key of the row of each document, by its id."""
    free = count(_find_free(connection, "documents"))
    return {
        document.id: document.key if isinstance(document, StoredDocument) else next(free)
        for document in records.documents
    }


def add_questions(folder: Path, chosen: ChosenQuestions) -> None:
    """Add sample questions and suggestions to the records of a generation that has none.

    Raises sqlite3.Error.
    """
    with closing(sqlite3.connect((folder / FILE).absolute().as_uri(), uri=True)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executemany("INSERT INTO questions VALUES (?, ?)", enumerate(chosen.samples))
        connection.executemany(
            "INSERT INTO suggestions VALUES (NULL, ?, ?, ?, ?, ?)", chosen.suggestions
        )
        connection.commit()


def _list_rows(
    records: Records, keys: Mapping[str, int], free: int
) -> dict[str, Iterable[tuple[object, ...]]]:
    """The rows by table and placeholders; keys of passages begin with `free`."""
    numbers = {document.id: number for number, document in enumerate(records.documents)}
    places: list[tuple[int, int, int]] = []

    def list_passages() -> Iterator[tuple[object, ...]]:
        for key, (p, text, terms) in enumerate(records.passages, free):
            places.append((p.number, key, numbers[p.document.id]))
            yield key, p.start, p.end, p.heading, write_json(p.sentences), terms, hash_text(text)

    return {
        "stored_documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)": (
            (keys[d.id], d.id, d.title, d.published and d.published.isoformat(), d.dated, d.source,
             len(d.text), d.format, len(d.page_starts) or None, fold(f"{d.title}\n{d.id}"),
             write_json(d.notices) if d.notices else None, hash_document(d), hash_identity(d),
             write_json(replace(d, places=())), write_json(d.places) if d.places else None)
            for d in records.documents
            if isinstance(d, Document)
        ),
        "document_order VALUES (?, ?, ?, 0)": (
            (number, keys[d.id], numbers.get(records.copies.get(d.id, "")))
            for number, d in enumerate(records.documents)
        ),
        "stored_passages VALUES (?, ?, ?, ?, ?, ?, ?)": list_passages(),
        "passage_order VALUES (?, ?, ?)": places,
        "sources VALUES (?, ?, ?, ?)": records.sources,
        "skipped VALUES (?, ?)": records.skipped,
        "questions VALUES (?, ?)": enumerate(records.questions),
        "suggestions VALUES (NULL, ?, ?, ?, ?, ?)": records.suggestions,
        "players VALUES (?, ?)": (
            (number, write_json(player)) for number, player in enumerate(records.players)
        ),
        "stored_mentions VALUES (NULL, ?, ?, ?, ?)": (
            (keys[document_id], mention.player_id, mention.start, mention.end)
            for document_id, mentions in records.mentions.items()
            for mention in mentions
        ),
        "stored_figures VALUES (NULL, ?, ?)": (
            (keys[document_id], write_json(figure))
            for document_id, figures in records.figures.items()
            for figure in figures
        ),
    }  # fmt: skip


def _reuse(
    connection: sqlite3.Connection, records: Records, keys: Mapping[str, int], reused: Reused
) -> bool:
    """Remove what is not reused from copied records, and number the rest; whether any was."""
    documents = records.documents
    connection.executescript(
        "PRAGMA temp_store = MEMORY;"
        "CREATE TEMP TABLE reused (old INTEGER PRIMARY KEY, new INTEGER, passage_shift INTEGER);"
        "CREATE TEMP TABLE kept (key INTEGER PRIMARY KEY);"
        "CREATE TEMP TABLE moved (old_key INTEGER PRIMARY KEY, new_key INTEGER);"
    )
    connection.execute("ATTACH ? AS previous", (make_uri(reused.folder),))
    connection.executemany("INSERT INTO reused VALUES (?, ?, ?)", reused.documents)
    kept = ((document.key,) for document in documents if isinstance(document, StoredDocument))
    connection.executemany("INSERT INTO kept VALUES (?)", kept)
    moved = (
        (keys[documents[new].id], old)
        for old, new, _ in reused.documents
        if isinstance(documents[new], Document)
    )
    connection.executemany(
        "INSERT INTO moved SELECT key, ? FROM previous.document_order WHERE number = ?", moved
    )
    (has_removed,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM stored_documents WHERE key NOT IN (SELECT key FROM kept))"
    ).fetchone()
    connection.executescript(_REUSE)
    for table in ("stored_mentions", "stored_figures"):
        reuse = _REUSE_FINDINGS if reused.with_findings else "DELETE FROM {table};"
        connection.executescript(reuse.format(table=table))
    # SQLite can't detach in a transaction.
    connection.commit()
    connection.execute("DETACH previous")
    return bool(has_removed)
