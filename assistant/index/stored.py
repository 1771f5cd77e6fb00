"""Reads the records of a generation for the build of the next one."""

from collections import Counter
from dataclasses import replace
from datetime import date

from assistant.index.catalog import Catalog, read_places
from assistant.records import (
    Document,
    Notice,
    StoredDocument,
    StoredPassages,
    Suggestion,
    read_json,
)

_Notices = tuple[Notice, ...]


class StoredRecords(Catalog):
    """The records of the previous generation."""

    def documents_at(self, first: int, count: int) -> list[Document]:
        """`count` documents from the number `first` on, as when loaded."""
        rows = self._rows(
            "SELECT fields, places FROM documents WHERE number >= ? AND number < ? ORDER BY number",
            first,
            first + count,
        )
        return [
            replace(read_json(Document, fields), places=read_places(places))
            for fields, places in rows
        ]

    def sources(self) -> list[tuple[str, str, int, int]]:
        """The files read completely: name, SHA-256, number of first document, documents."""
        return self._connection.execute("SELECT * FROM sources").fetchall()

    def single_documents(self) -> dict[int, StoredDocument]:
        """The documents that have the text of no other, by their numbers."""
        rows = self._rows(
            "SELECT number, id, key, content, identity, published, notices, passages, copy_of"
            " FROM document_order JOIN stored_documents USING (key) ORDER BY number"
        )
        several = {row[-1] for row in rows}
        counts = Counter(row[3] for row in rows)
        found: dict[int, StoredDocument] = {}
        first = 0
        for number, document_id, key, content, identity, day, notices, length, copy_of in rows:
            if copy_of is None and number not in several and counts[content] == 1:
                found[number] = StoredDocument(
                    document_id,
                    key,
                    content,
                    identity,
                    date.fromisoformat(day) if day else None,
                    read_json(_Notices, notices) if notices else (),
                    StoredPassages(document_id, number, first, length),
                )
            first += length
        return found

    def list_suggestions(self) -> list[Suggestion]:
        """All suggestions, in order of place."""
        rows = self._rows(
            "SELECT passage, text, form, answer, confidence FROM suggestions"
            " ORDER BY passage, number"
        )
        return [Suggestion(*row) for row in rows]
