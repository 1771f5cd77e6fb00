"""The records of an index are written, in SQLite: a documented format, read row by row, no pickle.

    documents  number, id, title, published, source, text, and as JSON: headings [start, end, text,
               level], boilerplate [start, end], page_starts, extra; content (SHA-256 of all but
               number and id), copy_of (the number of the first document of the same text)
    passages   number, document (its number), start, end, heading, and as JSON: sentences
               [start, end]
    terms      number (of the passage), line: what the lexical index is made of
    questions  number, text: samples for the empty page
    refused    path, reason: what was in the corpus and is not in the index
    players    number, id, name, kind, owner, and as JSON: aliases, roles
    mentions   number, document (its number), player (its id), start, end
    figures    number, document (its number), and as JSON the fields of a Figure, numbers and dates
               as text

Offsets count code points of `text`. The tables are written once and never changed.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from assistant.figures import Figure
from assistant.index.rows import hash_document, to_json, write_document, write_figure
from assistant.records import Document, Mention, Passage, Player

FILE = "records.sqlite"

# Taken over as they are: faster by far than to read and write each row here.
_TAKE_PASSAGES = """
INSERT INTO passages
    SELECT number + passage_shift, new, start, "end", heading, sentences
    FROM before.passages JOIN taken ON document = old ORDER BY 1;
INSERT INTO terms
    SELECT terms.number + passage_shift, line
    FROM before.passages JOIN taken ON document = old
        JOIN before.terms ON terms.number = passages.number ORDER BY 1;
"""
_TAKE_FOUND = """
INSERT INTO mentions
    SELECT NULL, new, player, start, "end"
    FROM before.mentions JOIN taken ON document = old ORDER BY new, number;
INSERT INTO figures
    SELECT NULL, new, fields FROM before.figures JOIN taken ON document = old ORDER BY new, number;
"""

_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, published TEXT,
    source TEXT, text TEXT NOT NULL, headings TEXT NOT NULL, furniture TEXT NOT NULL,
    page_starts TEXT NOT NULL, extra TEXT NOT NULL, content BLOB NOT NULL, copy_of INTEGER);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
    sentences TEXT NOT NULL);
CREATE TABLE terms (number INTEGER PRIMARY KEY, line TEXT NOT NULL);
CREATE TABLE refused (path TEXT NOT NULL, reason TEXT NOT NULL);
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
"""
# Made last: an index that grows with its table is slower to write.
_INDEXES = """
CREATE INDEX copies ON documents (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX passages_of_document ON passages (document);
CREATE INDEX mentions_of_document ON mentions (document);
CREATE INDEX mentions_of_player ON mentions (player);
CREATE INDEX figures_of_document ON figures (document);
"""


class Placed(NamedTuple):
    """A new passage and its terms."""

    passage: Passage
    terms: str = ""


class Taken(NamedTuple):
    """A document whose passages are taken over from another generation.

    Its numbers there and here, and what is added to those of its passages.
    """

    old: int
    new: int
    passage_shift: int


@dataclass(frozen=True, slots=True)
class Before:
    """What is taken over from the generation in a folder; with what was found, or without."""

    folder: Path
    taken: Sequence[Taken]
    with_found: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the documents of an index, by document id."""

    players: Sequence[Player] = ()
    mentions: Mapping[str, Sequence[Mention]] = field(default_factory=dict)
    figures: Mapping[str, Sequence[Figure]] = field(default_factory=dict)


def write_records(
    folder: Path,
    documents: Sequence[Document],
    passages: Iterable[Placed],
    questions: Sequence[str],
    found: Found,
    *,
    contents: Sequence[bytes] | None = None,
    copies: Mapping[str, str] | None = None,
    refused: Iterable[tuple[str, str]] = (),
    before: Before | None = None,
) -> None:
    """Write all documents, new passages and those taken over, sample questions, what was found.

    `contents` are what `hash_document` gives for each document, where that is known; `copies` are
    the ids of documents of another's text, each with that other's id. Raises sqlite3.Error where
    the system refuses to write.
    """
    numbers = {document.id: number for number, document in enumerate(documents)}
    of = {copy: numbers[first] for copy, first in (copies or {}).items()}
    hashed = map(hash_document, documents) if contents is None else contents
    connection = sqlite3.connect((folder / FILE).absolute().as_uri(), uri=True)
    try:
        # The file is published whole or not at all, so a journal would guard nothing.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        if before is not None:
            _take(connection, before)
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (number, *write_document(d), content, of.get(d.id))
                for number, (d, content) in enumerate(zip(documents, hashed, strict=True))
            ),
        )
        for passage, terms in passages:
            where = (passage.number, numbers[passage.document.id], passage.start, passage.end)
            connection.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
                (*where, passage.heading, to_json(passage.sentences)),
            )
            connection.execute("INSERT INTO terms VALUES (?, ?)", (passage.number, terms))
        connection.executemany("INSERT INTO questions VALUES (?, ?)", enumerate(questions))
        connection.executemany("INSERT INTO refused VALUES (?, ?)", refused)
        _write_found(connection, found, numbers)
        connection.executescript(_INDEXES)
        connection.commit()
    finally:
        connection.close()


def _take(connection: sqlite3.Connection, before: Before) -> None:
    connection.execute("ATTACH ? AS before", (find_address(before.folder),))
    connection.execute(
        "CREATE TEMP TABLE taken (old INTEGER PRIMARY KEY, new INTEGER, passage_shift INTEGER)"
    )
    connection.executemany("INSERT INTO taken VALUES (?, ?, ?)", before.taken)
    connection.executescript(_TAKE_PASSAGES + (_TAKE_FOUND if before.with_found else ""))


def find_address(folder: Path) -> str:
    """Where SQLite finds the records of a published generation."""
    # immutable: nobody changes a published file, so SQLite takes no locks and writes nothing.
    return f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"


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
