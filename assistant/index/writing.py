"""Writes the records of an index into SQLite tables:

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

Offsets count code points of the document's text. The tables are written once and never changed.
"""

import hashlib
import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
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
    write_json,
)

FILE = "records.sqlite"

_TABLES = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, published TEXT,
    dated TEXT NOT NULL, source TEXT, characters INTEGER NOT NULL, format TEXT NOT NULL,
    pages INTEGER, passages INTEGER NOT NULL DEFAULT 0, folded TEXT NOT NULL, notices TEXT,
    copy_of INTEGER, content BLOB NOT NULL, fields TEXT NOT NULL, places TEXT);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
    sentences TEXT NOT NULL, terms TEXT NOT NULL, text_hash BLOB NOT NULL);
CREATE TABLE sources (
    name TEXT NOT NULL, digest TEXT NOT NULL, first INTEGER NOT NULL, documents INTEGER NOT NULL);
CREATE TABLE skipped (path TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE questions (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE suggestions (
    number INTEGER PRIMARY KEY, passage INTEGER NOT NULL REFERENCES passages (number),
    text TEXT NOT NULL, form TEXT NOT NULL, answer TEXT NOT NULL, confidence REAL);
CREATE TABLE players (number INTEGER PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE mentions (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    player TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE TABLE figures (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    fields TEXT NOT NULL);
"""
# Created last, which is faster.
_INDEXES = """
CREATE INDEX copies ON documents (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX passages_of_document ON passages (document);
CREATE INDEX passages_of_text ON passages (text_hash);
CREATE INDEX mentions_of_document ON mentions (document);
CREATE INDEX mentions_of_player ON mentions (player);
CREATE INDEX figures_of_document ON figures (document);
CREATE INDEX suggestions_of_passage ON suggestions (passage);
"""
_COUNTS = """
UPDATE documents SET passages = (SELECT count(*) FROM passages WHERE document = documents.number);
"""
# Much faster than copying each row in Python.
_REUSE_PASSAGES = """
INSERT INTO passages
    SELECT number + passage_shift, new, start, "end", heading, sentences, terms, text_hash
    FROM previous.passages JOIN reused ON document = old ORDER BY 1;
"""
_REUSE_FINDINGS = """
INSERT INTO mentions
    SELECT NULL, new, player, start, "end"
    FROM previous.mentions JOIN reused ON document = old ORDER BY new, number;
INSERT INTO figures
    SELECT NULL, new, fields
    FROM previous.figures JOIN reused ON document = old ORDER BY new, number;
"""


class NewPassage(NamedTuple):
    """A passage that is not in the previous generation, its embedded text, and its terms."""

    passage: Passage
    embedded_text: str
    terms: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an index; mentions and figures by the id of their document.

    `passages` are the new ones. `copies` maps the id of a document to that of the one with the same
    text that has passages.
    """

    documents: Sequence[Document]
    passages: Iterable[NewPassage]
    copies: Mapping[str, str] = field(default_factory=dict)
    sources: Iterable[tuple[str, str, int, int]] = ()
    skipped: Iterable[Skipped] = ()
    questions: Sequence[str] = ()
    players: Sequence[Player] = ()
    mentions: Mapping[str, Sequence[Mention]] = field(default_factory=dict)
    figures: Mapping[str, Sequence[Figure]] = field(default_factory=dict)


class Reused(NamedTuple):
    """Documents whose passages are copied from the generation in a folder.

    For each: old number, new number, and the shift of its passages' numbers. Mentions and figures
    are copied too if `with_findings`.
    """

    folder: Path
    documents: Sequence[tuple[int, int, int]]
    with_findings: bool


def hash_document(document: Document) -> bytes:
    """SHA-256 of a document without its id: equal means the same passages."""
    return hashlib.sha256(write_json(replace(document, id="")).encode()).digest()


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


def write_records(folder: Path, records: Records, reused: Reused | None = None) -> None:
    """Write all documents and their new records, and copy what is reused.

    Raises sqlite3.Error.
    """
    numbers = {document.id: number for number, document in enumerate(records.documents)}
    with closing(sqlite3.connect((folder / FILE).absolute().as_uri(), uri=True)) as connection:
        # The file is published whole or not at all, so it needs no journal.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        if reused is not None:
            _copy_reused(connection, reused)
        for table, rows in _list_rows(records, numbers).items():
            connection.executemany(f"INSERT INTO {table}", rows)
        connection.executescript(_INDEXES + _COUNTS)
        connection.commit()


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
    records: Records, numbers: Mapping[str, int]
) -> dict[str, Iterable[tuple[object, ...]]]:
    """The rows by table and placeholders."""
    return {
        "documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)": (
            (number, d.id, d.title, d.published and d.published.isoformat(), d.dated, d.source,
             len(d.text), d.format, len(d.page_starts) or None, 0, fold(f"{d.title}\n{d.id}"),
             write_json(d.notices) if d.notices else None,
             numbers.get(records.copies.get(d.id, "")), hash_document(d),
             write_json(replace(d, places=())), write_json(d.places) if d.places else None)
            for number, d in enumerate(records.documents)
        ),
        "passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)": (
            (p.number, numbers[p.document.id], p.start, p.end, p.heading, write_json(p.sentences),
             terms, hash_text(text))
            for p, text, terms in records.passages
        ),
        "sources VALUES (?, ?, ?, ?)": records.sources,
        "skipped VALUES (?, ?)": records.skipped,
        "questions VALUES (?, ?)": enumerate(records.questions),
        "players VALUES (?, ?)": (
            (number, write_json(player)) for number, player in enumerate(records.players)
        ),
        "mentions VALUES (NULL, ?, ?, ?, ?)": (
            (numbers[document_id], mention.player_id, mention.start, mention.end)
            for document_id, mentions in records.mentions.items()
            for mention in mentions
        ),
        "figures VALUES (NULL, ?, ?)": (
            (numbers[document_id], write_json(figure))
            for document_id, figures in records.figures.items()
            for figure in figures
        ),
    }  # fmt: skip


def _copy_reused(connection: sqlite3.Connection, reused: Reused) -> None:
    connection.execute("ATTACH ? AS previous", (make_uri(reused.folder),))
    connection.execute(
        "CREATE TEMP TABLE reused (old INTEGER PRIMARY KEY, new INTEGER, passage_shift INTEGER)"
    )
    connection.executemany("INSERT INTO reused VALUES (?, ?, ?)", reused.documents)
    findings = _REUSE_FINDINGS if reused.with_findings else ""
    connection.executescript(_REUSE_PASSAGES + findings)
