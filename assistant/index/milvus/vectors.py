"""The dense search in Milvus. What it finds is ranked here by the vectors themselves, as the local
search does: by FAISS, ties in order of passages.
"""

import threading
from collections import OrderedDict
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.errors import IndexDamagedError
from assistant.index.manifest import REPAIR
from assistant.index.milvus.client import Client
from assistant.index.milvus.ranges import Part
from assistant.index.milvus.terms import MOST_FOUND, find_with_ties
from assistant.index.vectors import compare, sort_ties

FIELD = "vector"
_MOST_KEPT = 4096  # vectors: those of a search are asked for their cosines next
_FETCHED = 1024  # at a time


class MilvusVectors:
    """The vectors of all passages of a generation, or of a part of them."""

    def __init__(self, client: Client, collection: str, count: int, dimension: int) -> None:
        self._client, self._collection = client, collection
        self._part: Part | None = None
        self._kept = _Kept()
        self.count, self.dimension = count, dimension

    def search(self, question: Vectors, k: int) -> NDArray[np.int64]:
        k = min(k, self.count, MOST_FOUND)
        if k == 0:
            return np.empty(0, dtype=np.int64)
        hits = find_with_ties(
            self._client,
            self._collection,
            FIELD,
            question[0].tolist(),
            k=k,
            part=self._part,
            output=["number", FIELD],
        )
        found = {int(hit["number"]): _read_vector(hit["entity"][FIELD]) for hit in hits}
        self._kept.add(found)
        if not found:
            raise self._make_error("no passage is found")
        rows = np.array(sorted(found), dtype=np.int64)
        vectors = np.stack([found[int(row)] for row in rows])
        best, scores = compare(rows, vectors, question)
        if self._part is not None:
            best = self._part.number(best)
        return sort_ties(best, scores)[:k]

    def cosines(self, question: Vectors, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = numbers if self._part is None else self._part.rows[numbers]
        cosines: NDArray[np.float32] = self.fetch(rows) @ question[0]
        return cosines

    def fetch(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of some rows of the collection."""
        wanted = [int(row) for row in rows]
        found = self._kept.find(wanted)
        absent = [row for row in wanted if row not in found]
        for first in range(0, len(absent), _FETCHED):
            fetched = self._client.call(
                "query",
                self._collection,
                ids=absent[first : first + _FETCHED],
                output_fields=["number", FIELD],
            )
            new = {int(row["number"]): _read_vector(row[FIELD]) for row in fetched}
            self._kept.add(new)
            found |= new
        if missing := [row for row in wanted if row not in found]:
            raise self._make_error(f"passage {missing[0]} is missing")
        vectors = np.empty((len(wanted), self.dimension), dtype=np.float32)
        for place, row in enumerate(wanted):
            vectors[place] = found[row]
        return vectors

    def restrict(self, numbers: NDArray[np.int64]) -> Self:
        part = copy(self)
        rows = numbers if self._part is None else self._part.rows[numbers]
        part._part, part.count = Part(rows), len(rows)
        return part

    def _make_error(self, what: str) -> IndexDamagedError:
        shown = f"{self._client.address.shown}, {self._collection}"
        return IndexDamagedError(f"{what} in {shown}", hint=REPAIR)


class _Kept:
    """The vectors that were fetched last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._vectors: OrderedDict[int, NDArray[np.float32]] = OrderedDict()

    def find(self, rows: list[int]) -> dict[int, NDArray[np.float32]]:
        with self._lock:
            return {row: self._vectors[row] for row in rows if row in self._vectors}

    def add(self, vectors: dict[int, NDArray[np.float32]]) -> None:
        with self._lock:
            for row, vector in vectors.items():
                self._vectors[row] = vector
                self._vectors.move_to_end(row)
            while len(self._vectors) > _MOST_KEPT:
                self._vectors.popitem(last=False)


def _read_vector(values: Any) -> NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32)
