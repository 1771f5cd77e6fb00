"""The term search in Milvus: an inner product of sparse vectors, which is BM25 (see `scoring`)."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.index.lexical import Lexical
from assistant.index.milvus.client import Client
from assistant.index.milvus.ranges import Part
from assistant.index.milvus.scoring import Frequencies, weigh_term
from assistant.index.rows import Connection
from assistant.index.store import TermSearch
from assistant.text import find_question_terms

FILE = "terms.sqlite"  # term, number, passages: how many contain it
FIELD = "terms"
# Of a part of the passages up to here, a lexical index is made in memory, as on the local disk:
# its frequencies are those of the part. Above, they are those of the whole.
MOST_IN_MEMORY = 20_000
MOST_FOUND = 16_384  # Milvus finds no more
_MORE = 32  # found beyond k, for ties
_NOISE = 1e-5  # of a sum of products in single precision


def write_terms(folder: Path, frequencies: Frequencies) -> Path:
    """Write the numbers and frequencies of all terms."""
    path = folder / FILE
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE terms (term TEXT PRIMARY KEY, number INTEGER NOT NULL,"
            " passages INTEGER NOT NULL) WITHOUT ROWID"
        )
        numbers = frequencies.numbers.items()
        rows = ((term, number, frequencies.passages[term]) for term, number in numbers)
        connection.executemany("INSERT INTO terms VALUES (?, ?, ?)", rows)
        connection.commit()
    return path


class MilvusTerms:
    """The terms of all passages of a generation, or of a part of them."""

    def __init__(self, client: Client, collection: str, connection: Connection, count: int) -> None:
        self._client, self._collection = client, collection
        self._connection, self._whole = connection, count
        self._part: Part | None = None
        self.count = count

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        counts = Counter(find_question_terms(question))
        weights = {
            number: weigh_term(passages, self._whole) * counts[term]
            for term, number, passages in self._find(list(counts))
        }
        if not weights:
            return []
        hits = find_with_ties(
            self._client, self._collection, FIELD, weights, k=min(k, self.count), part=self._part
        )
        found = [(int(hit["number"]), float(hit["distance"])) for hit in hits]
        best = sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]
        if self._part is not None:
            numbers = self._part.number(np.array([number for number, _ in best], dtype=np.int64))
            best = [(int(n), score) for n, (_, score) in zip(numbers, best, strict=True)]
        return sorted(best, key=lambda hit: (-round(hit[1], 4), hit[0]))

    def count_passages_with(self, terms: Sequence[str]) -> list[int]:
        if self._part is not None:
            return [self._count_in_part(term) for term in terms]
        found = {term: passages for term, _, passages in self._find(terms)}
        return [found.get(term, 0) for term in terms]

    def restrict(self, numbers: NDArray[np.int64], lines: Iterable[str]) -> TermSearch:
        if len(numbers) <= MOST_IN_MEMORY:
            return Lexical.of(lines)
        part = copy(self)
        rows = numbers if self._part is None else self._part.rows[numbers]
        part._part, part.count = Part(rows), len(rows)
        return part

    def _find(self, terms: Sequence[str]) -> list[tuple[str, int, int]]:
        statement = (
            "SELECT term, number, passages FROM terms"
            " WHERE term IN (SELECT value FROM json_each(?)) ORDER BY number"
        )
        return self._connection.execute(statement, (json.dumps(list(terms)),)).fetchall()

    def _count_in_part(self, term: str) -> int:
        """How many passages of the part contain a term: those that a search for it finds."""
        for _, number, _ in self._find([term]):
            hits = find_with_ties(
                self._client, self._collection, FIELD, {number: 1.0}, k=MOST_FOUND, part=self._part
            )
            return len(hits)
        return 0


def find_with_ties(
    client: Client,
    collection: str,
    field: str,
    vector: object,
    *,
    k: int,
    part: Part | None,
    output: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """The k best rows for a vector and all that are as good as the last of them; best first."""
    limit = k + _MORE
    while True:
        limit = min(limit, MOST_FOUND)
        hits: list[dict[str, Any]] = client.call(
            "search",
            collection,
            data=[vector],
            anns_field=field,
            filter="" if part is None else part.expression,
            limit=limit,
            output_fields=list(output) or ["number"],
            search_params={"metric_type": "IP"},
        )[0]
        hits = [hit for hit in hits if field != FIELD or hit["distance"] > 0]
        is_all = len(hits) < limit or limit == MOST_FOUND
        if is_all or hits[-1]["distance"] < hits[k - 1]["distance"] - _NOISE:
            return hits
        limit *= 2
