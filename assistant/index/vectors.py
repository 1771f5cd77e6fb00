"""The vectors of an index, in FAISS: exact search by inner product, which is the cosine.

Above `EXACT_MOST` passages a graph is searched instead (HNSW, Malkov and Yashunin,
https://arxiv.org/abs/1603.09320) with one byte per dimension, and its results are ranked by the
exact vectors. Files are mapped into memory: opening reads almost nothing. Of a part of the
passages, the graph is searched only where it has enough of them to be found next to the others.
"""

import struct
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.errors import IndexMismatchError, IndexWriteError, find_reason
from assistant.index.manifest import REPAIR

INDEX, ROWS = "vectors.faiss", "vectors.npy"
EXACT_MOST = 200_000
LEAST_SHARE = 0.25  # of the passages of a graph, from which their part of it is searched
BLOCK = 16_384  # rows compared at a time
LINKS, BUILD_WIDTH, SEARCH_WIDTH = 32, 200, 800  # HNSW's M, efConstruction and efSearch
Search = Literal["exact", "hnsw"]
Rows = NDArray[np.float32 | np.float16]
_NONE: NDArray[np.float32] = np.empty(0, dtype=np.float32)


def choose_search(passages: int) -> Search:
    """Exact search as long as it is fast."""
    return "exact" if passages <= EXACT_MOST else "hnsw"


def write_vectors(folder: Path, vectors: Vectors, search: Search | None = None) -> None:
    """Write the vectors of all passages, in order, for a search. Raises IndexWriteError."""
    dimension, library = vectors.shape[1], cast(Any, faiss)  # its types are incomplete
    if (search or choose_search(len(vectors))) == "exact":
        _write_flat(folder / INDEX, [vectors])
        return
    index: Any = library.IndexHNSWSQ(
        dimension, faiss.ScalarQuantizer.QT_8bit, LINKS, faiss.METRIC_INNER_PRODUCT
    )
    index.hnsw.efConstruction = BUILD_WIDTH
    index.train(vectors)
    np.save(folder / ROWS, vectors.astype(np.float16), allow_pickle=False)
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    try:
        faiss.write_index(index, str(folder / INDEX))
    except RuntimeError as error:  # FAISS's form of the system's errors
        raise IndexWriteError(find_reason(error), hint="free some space") from error


def write_blocks(folder: Path, blocks: Sequence[Rows]) -> None:
    """Write the vectors of all passages, in blocks in their order. Raises IndexWriteError, OSError.

    For exact search they are never in memory all together.
    """
    if choose_search(sum(map(len, blocks))) == "exact":
        _write_flat(folder / INDEX, blocks)
    else:
        write_vectors(folder, np.concatenate(blocks, dtype=np.float32, casting="unsafe"))


def _write_flat(path: Path, blocks: Sequence[Rows]) -> None:
    """Write a flat index as FAISS does: its header, then all vectors.

    FAISS itself would copy them all twice.
    """
    library = cast(Any, faiss)
    dimension = blocks[0].shape[1]
    header = bytearray(library.serialize_index(library.IndexFlatIP(dimension)).tobytes())
    count = sum(map(len, blocks))
    header[8:16] = struct.pack("<q", count)
    header[-8:] = struct.pack("<q", count * dimension)
    with path.open("wb") as file:
        file.write(header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype=np.float32).data)


class PassageVectors:
    """The vectors of all passages, searched for the nearest; `rows` are the vectors themselves."""

    def __init__(self, folder: Path) -> None:
        index: Any = faiss.read_index(str(folder / INDEX), faiss.IO_FLAG_MMAP_IFC)
        self._index = index
        self._part: _Part | None = None  # None: all passages
        self.count: int = index.ntotal
        self.dimension: int = index.d
        self.rows: Rows
        if isinstance(index, faiss.IndexFlatIP):
            self.rows = _map_rows(folder / INDEX, self.count, self.dimension)
        else:
            self.rows = np.load(folder / ROWS, mmap_mode="r", allow_pickle=False)
            index.hnsw.efSearch = SEARCH_WIDTH
        if self.rows.shape != (self.count, self.dimension):
            raise IndexMismatchError(
                f"{folder / ROWS} has {self.rows.shape[0]} rows, not {self.count}", hint=REPAIR
            )

    def search(self, question: Vectors, k: int) -> NDArray[np.int64]:
        """The numbers of the k passages nearest to a question's vector (1, d), best first, ties in
        order of passages.
        """
        k = min(k, self.count)
        if self.rows.dtype != np.float32:
            best, _ = self._search(question, k)
            return best[np.lexsort((best, -self.cosines(question, best)))]
        most = k
        while True:  # FAISS keeps any of those that are as good as the last
            most = min(2 * most, self.count)
            best, scores = self._search(question, most)
            if most == self.count or scores[-1] < scores[k - 1]:
                return sort_ties(best, scores)[:k]

    def cosines(self, question: Vectors, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of a question's vector (1, d) with each of some passages."""
        rows = numbers if self._part is None else self._part.rows[numbers]
        cosines: NDArray[np.float32] = self.rows[rows].astype(np.float32) @ question[0]
        return cosines

    def restrict(self, rows: NDArray[np.int64]) -> Self:
        """The vectors of some of these passages, which are numbered from 0 in this order.

        Only `count`, `search` and `cosines` are those of the part.
        """
        part = copy(self)
        part._part, part.count = _Part.of(rows, self.count), len(rows)
        return part

    def _search(self, question: Vectors, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k nearest passages, and their scores if these are exact; ties in any order."""
        library, part = cast(Any, faiss), self._part
        is_graph = self.rows.dtype != np.float32
        if part is None:
            scores, found = self._index.search(question, k)
            return found[0][found[0] >= 0], scores[0]
        share = len(part.rows) / len(self.rows)
        if is_graph and (len(part.rows) <= EXACT_MOST or share < LEAST_SHARE):
            return self._compare_all(question, k), _NONE
        selector = library.IDSelectorBitmap(part.bits)
        parameters = library.SearchParameters(sel=selector)
        if is_graph:
            width = round(SEARCH_WIDTH / share)  # as many of the part as of the whole otherwise
            parameters = library.SearchParametersHNSW(sel=selector, efSearch=width)
        scores, found = self._index.search(question, k, params=parameters)
        return part.number(found[0][found[0] >= 0]), scores[0]

    def _compare_all(self, question: Vectors, k: int) -> NDArray[np.int64]:
        """The numbers of the nearest passages of a part, compared one by one."""
        numbers = np.arange(self.count)
        blocks = (numbers[first : first + BLOCK] for first in range(0, self.count, BLOCK))
        cosines = np.concatenate([self.cosines(question, block) for block in blocks])
        return np.lexsort((numbers, -cosines))[:k]


def compare(
    numbers: NDArray[np.int64], vectors: Vectors, question: Vectors
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Some passages by their vectors (n, d), nearest to a question's vector (1, d) first, and their
    scores: the same numbers, to the last bit, as those of an exact search.
    """
    index = cast(Any, faiss).IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    scores, places = index.search(np.ascontiguousarray(question), len(numbers))
    return numbers[places[0]], scores[0]


def sort_ties(numbers: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Numbers by their scores, the best first, equal ones in order."""
    return numbers[np.lexsort((numbers, -scores))]


class _Part(NamedTuple):
    """Some of the passages: the row of each, these rows sorted, and as bits of all rows."""

    rows: NDArray[np.int64]
    order: NDArray[np.int64]  # that sorts the rows
    bits: NDArray[np.uint8]

    @classmethod
    def of(cls, rows: NDArray[np.int64], count: int) -> Self:
        """`count` is how many rows there are."""
        mask = np.zeros(count, dtype=bool)
        mask[rows] = True
        return cls(rows, np.argsort(rows), np.packbits(mask, bitorder="little"))

    def number(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of the passages that some rows are of."""
        return self.order[np.searchsorted(self.rows, rows, sorter=self.order)]


def _map_rows(path: Path, count: int, dimension: int) -> Vectors:
    """The vectors of a flat index: float32 (n, d), the last bytes of its file.

    Mapped a second time, which takes no memory: a view into FAISS would not keep its map alive.
    """
    offset = path.stat().st_size - 4 * count * dimension
    shape = count, dimension
    rows: Vectors = np.memmap(path, dtype=np.float32, mode="r", offset=offset, shape=shape)
    return rows
