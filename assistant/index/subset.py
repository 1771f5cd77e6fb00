"""The documents that a filter leaves, in a form as if the index had no others.

Temporary views of them hide the tables of the records: SQLite looks up a name among temporary
tables first, so every statement reads only the documents left. These and their passages are
numbered from 0 again. Where the document whose passages are stored is not left, but one of the same
text, the passages are that one's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import FilterError
from assistant.figures import Figure, find_figures
from assistant.index.listing import write_filter
from assistant.index.rows import Connection
from assistant.records import (
    Document,
    DocumentFilter,
    Mention,
    Offsets,
    Player,
    Skipped,
    find_format,
    read_json,
    write_json,
)
from assistant.text import find_terms, find_title

MOST_NAMED = 3  # unknown ids or formats in an error
_SHOWN_CHARACTERS = 200
_Spans = tuple[Offsets, ...]

_TABLES = """
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE chosen_documents (
    number INTEGER PRIMARY KEY, old INTEGER UNIQUE NOT NULL, original INTEGER NOT NULL,
    copy_of INTEGER);
CREATE TEMP TABLE chosen_passages (
    number INTEGER PRIMARY KEY, old INTEGER UNIQUE NOT NULL, document INTEGER NOT NULL, terms TEXT);
CREATE TEMP TABLE chosen_figures (old INTEGER PRIMARY KEY, fields TEXT NOT NULL);
CREATE TEMP TABLE skipped (path TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TEMP TABLE questions (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
"""
# Of the documents with the same text, the newest or else the first has the passages.
_DOCUMENTS = """
WITH numbered AS (
    SELECT row_number() OVER (ORDER BY number) - 1 AS new, number AS old,
        coalesce(copy_of, number) AS original, coalesce(published, '') AS day
    FROM main.documents WHERE number IN (SELECT value FROM json_each(?)))
INSERT INTO chosen_documents SELECT new, old, original, nullif(
    first_value(new) OVER (PARTITION BY original ORDER BY day DESC, old), new) FROM numbered
"""
_PASSAGES = """
INSERT INTO chosen_passages
    SELECT row_number() OVER (ORDER BY d.number, p.number) - 1, p.number, d.number, NULL
    FROM chosen_documents AS d JOIN main.passages AS p ON p.document = d.original
    WHERE d.copy_of IS NULL
"""
_VIEWS = """
CREATE INDEX temp.chosen_by_original ON chosen_documents (original) WHERE copy_of IS NULL;
CREATE INDEX temp.chosen_copies ON chosen_documents (copy_of);
CREATE INDEX temp.chosen_by_document ON chosen_passages (document);
CREATE TEMP VIEW documents AS
    SELECT c.number, d.id, d.title, d.published, d.dated, d.source, d.characters, d.format,
        d.pages, iif(c.copy_of IS NULL, o.passages, 0) AS passages, d.folded, d.notices, c.copy_of,
        d.content, d.fields, d.places
    FROM chosen_documents AS c JOIN main.documents AS d ON d.number = c.old
    JOIN main.documents AS o ON o.number = c.original;
CREATE TEMP VIEW passages AS
    SELECT c.number, c.document, p.start, p."end", p.heading, p.sentences,
        coalesce(c.terms, p.terms) AS terms, p.text_hash
    FROM chosen_passages AS c JOIN main.passages AS p ON p.number = c.old;
CREATE TEMP VIEW mentions AS
    SELECT m.number, c.number AS document, m.player, m.start, m."end"
    FROM chosen_documents AS c JOIN main.mentions AS m ON m.document = c.original
    WHERE c.copy_of IS NULL;
CREATE TEMP VIEW figures AS
    SELECT f.number, c.number AS document, coalesce(r.fields, f.fields) AS fields
    FROM chosen_documents AS c JOIN main.figures AS f ON f.document = c.original
    LEFT JOIN chosen_figures AS r ON r.old = f.number
    WHERE c.copy_of IS NULL;
CREATE TEMP VIEW suggestions AS
    SELECT s.number, c.number AS passage, s.text, s.form, s.answer, s.confidence
    FROM chosen_passages AS c JOIN main.suggestions AS s ON s.passage = c.old;
CREATE TEMP VIEW sources AS
    SELECT s.name, s.digest, min(c.number) AS first, count(*) AS documents
    FROM main.sources AS s JOIN chosen_documents AS c
        ON c.old >= s.first AND c.old < s.first + s.documents
    GROUP BY s.rowid ORDER BY s.rowid;
"""


@dataclass(frozen=True, slots=True)
class Subset:
    """The numbers of the documents left, in order, and the files not read that may belong there."""

    documents: tuple[int, ...]
    skipped: tuple[Skipped, ...]


def choose_documents(
    connection: Connection, within: DocumentFilter, skipped: Sequence[Skipped]
) -> Subset:
    """The documents that a filter leaves, at least one. Raises FilterError.

    Of `skipped`, the files not read, none belongs to documents chosen by their ids; else those of
    the formats do, for nothing is known of their dates.
    """
    first, last = within.published_from, within.published_to
    if first is not None and last is not None and first > last:
        raise FilterError(
            f"published_from is {first}, after published_to, {last}", hint="swap the two days"
        )
    _check_formats(connection, within.formats)
    _check_ids(connection, within.documents)
    where, values = write_filter(within)
    statement = f"SELECT d.number FROM documents AS d WHERE {where} ORDER BY d.number"
    numbers = tuple(number for (number,) in connection.execute(statement, values))
    if not numbers:
        raise FilterError(
            f"no document meets {' and '.join(_name_conditions(within))}",
            hint="leave a condition out",
        )
    unread = (
        file
        for file in skipped
        if not within.documents and (not within.formats or find_format(file.path) in within.formats)
    )
    return Subset(numbers, tuple(unread))


def list_formats(connection: Connection) -> list[str]:
    """The formats of the documents, in alphabetical order; "" for documents without one."""
    return [
        name for (name,) in connection.execute("SELECT DISTINCT format FROM documents ORDER BY 1")
    ]


def hide_others(connection: Connection, subset: Subset) -> None:
    """Hide all documents from a connection but those of a subset. Raises FilterError if they have
    no passage.
    """
    connection.executescript(_TABLES)
    connection.execute(_DOCUMENTS, (write_json(subset.documents),))
    connection.execute(_PASSAGES)
    connection.executemany("INSERT INTO skipped VALUES (?, ?)", subset.skipped)
    connection.commit()
    connection.executescript(_VIEWS)
    if connection.execute("SELECT 1 FROM chosen_passages LIMIT 1").fetchone() is None:
        raise FilterError("the chosen documents have no content", hint="choose others")
    _adopt_passages(connection)
    connection.commit()


def _check_formats(connection: Connection, formats: Sequence[str]) -> None:
    known = list_formats(connection)
    unknown = [name for name in formats if name not in known]
    if unknown:
        existing = ", ".join(filter(None, known))
        hint = f"there are: {existing}" if existing else "no document has a format"
        raise FilterError(f"no document has the format {_name(unknown)}", hint=hint)


def _check_ids(connection: Connection, ids: Sequence[str]) -> None:
    unknown = [document_id for document_id in ids if not _is_id(connection, document_id)]
    if unknown:
        raise FilterError(f"no document {_name(unknown)}", hint="see the list of documents")


def _is_id(connection: Connection, document_id: str) -> bool:
    statement = "SELECT 1 FROM documents WHERE id = ?"
    try:
        return connection.execute(statement, (document_id,)).fetchone() is not None
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _name(values: Sequence[str]) -> str:
    """
    >>> _name(["a", "b", "c", "d"])
    "'a', 'b', 'c' and 1 more"
    """
    named = ", ".join(repr(value[:_SHOWN_CHARACTERS]) for value in values[:MOST_NAMED])
    more = len(values) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _name_conditions(within: DocumentFilter) -> Iterator[str]:
    if within.documents:
        yield f"documents {_name(within.documents)}"
    if within.published_from is not None:
        yield f"published_from {within.published_from}"
    if within.published_to is not None:
        yield f"published_to {within.published_to}"
    if within.formats:
        yield f"formats {_name(within.formats)}"


def _adopt_passages(connection: Connection) -> None:
    """Replace in passages and figures what comes from a document of the same text that is not left:
    its name among the terms, and the times counted from its date.
    """
    rows = connection.execute(
        "SELECT c.number, d.fields, o.fields FROM chosen_documents AS c"
        " JOIN main.documents AS d ON d.number = c.old"
        " JOIN main.documents AS o ON o.number = c.original"
        " WHERE c.copy_of IS NULL AND c.old != c.original ORDER BY c.number"
    )
    for number, own_fields, other_fields in rows.fetchall():
        own, other = read_json(Document, own_fields), read_json(Document, other_fields)
        if own.title != other.title and not find_title(own):  # then the terms begin with the name
            _rename(connection, number, find_terms(other.title), find_terms(own.title))
        if own.published != other.published:
            _date_figures(connection, number, own)


def _rename(connection: Connection, document: int, before: list[str], after: list[str]) -> None:
    """Replace the terms with which those of a document's passages begin."""
    rows = connection.execute(
        "SELECT terms, number FROM passages WHERE document = ?", (document,)
    ).fetchall()
    renamed = (
        (" ".join([*after, *terms.split(" ")[len(before) :]]).strip(), number)
        for terms, number in rows
    )
    connection.executemany("UPDATE chosen_passages SET terms = ? WHERE number = ?", renamed)


def _date_figures(connection: Connection, number: int, document: Document) -> None:
    """Find the figures of a document again."""

    def select(columns: str, table: str) -> list[tuple[Any, ...]]:
        statement = f"SELECT {columns} FROM {table} WHERE document = ? ORDER BY number"
        return connection.execute(statement, (number,)).fetchall()

    spans = {span for (row,) in select("sentences", "passages") for span in read_json(_Spans, row)}
    mentions = [Mention(*row) for row in select('player, start, "end"', "mentions")]
    rows = connection.execute("SELECT fields FROM players")
    players = [read_json(Player, fields) for (fields,) in rows]
    by_id = {player.id: player for player in players}
    found = find_figures(document, sorted(spans), mentions, by_id)
    by_place = {(figure.start, figure.end): figure for figure in found}
    stored = (
        (old, read_json(Figure, fields)) for old, fields in select("number, fields", "figures")
    )
    connection.executemany(
        "INSERT INTO chosen_figures VALUES (?, ?)",
        [
            (old, write_json(by_place[figure.start, figure.end]))
            for old, figure in stored
            if (figure.start, figure.end) in by_place
        ],
    )
