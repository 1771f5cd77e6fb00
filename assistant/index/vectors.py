"""The vectors of an index, in FAISS: exact search by inner product, which is the cosine.

Above `EXACT_MOST` passages, codes of two bits per dimension are compared instead, all of them
(product quantization, Jégou et al., https://hal.inria.fr/inria-00514462, in the layout of André et
al., https://arxiv.org/abs/1812.09162), and the exact vectors rank the best of these. Neither cells
nor a graph can miss a passage, an update encodes only new vectors, and a part of the passages is
searched by the codes that it has. A million passages take 6.4 ms on one thread, with the ten best
of exact search (web/guide/scale.md); a graph took 2.4 ms, found .998 of them, and half a minute of
building for every 100,000 passages, again with every update.

Another vector store implements `DenseSearch` of `assistant.index.store`; only this module uses
FAISS.
"""

import os
import struct
import weakref
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, Self, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.errors import IndexMismatchError, IndexWriteError, find_reason
from assistant.index.manifest import REPAIR

INDEX, ROWS = "vectors.faiss", "vectors.npy"
EXACT_MOST = 50_000
BLOCK = 16_384  # rows encoded or compared at a time
TRAINED = 65_536  # vectors, at most, that the code is made from
CODED, BITS = 2, 4  # dimensions coded at once, bits of the code for them
RANKED, LEAST_RANKED = 4, 400  # candidates ranked by exact vectors: for each result, and at least
FEW = 2048  # rows of a large index read one by one; more are mapped, which is faster
REUSED = 0.5  # of the vectors, from which the previous generation's code is kept
Search = Literal["exact", "pq"]


class Rows(Protocol):
    """Vectors that are read in blocks: an array, or one mapped from a file."""

    shape: tuple[int, ...]

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> NDArray[Any]: ...


class Reused(NamedTuple):
    """The vectors of the previous generation, and the row of each new one there; -1: none."""

    vectors: "PassageVectors"
    rows: NDArray[np.int64]


def choose_search(passages: int) -> Search:
    """Exact search as long as it is fast."""
    return "exact" if passages <= EXACT_MOST else "pq"


def write_vectors(
    folder: Path, vectors: Rows, search: Search | None = None, *, previous: Reused | None = None
) -> None:
    """Write the vectors of all passages, (n, d) in order, for a search.

    Codes of the previous generation are copied if it has any. Raises IndexWriteError or OSError.
    """
    if (search or choose_search(vectors.shape[0])) == "exact":
        _write_flat(folder / INDEX, vectors)
        return
    index = _encode(vectors, previous)
    _write_rows(folder / ROWS, vectors)
    try:
        faiss.write_index(index, str(folder / INDEX))
    except RuntimeError as error:  # FAISS's form of the system's errors
        raise IndexWriteError(find_reason(error), hint="free some space") from error


class Joined:
    """Vectors in several blocks, one after the other, as if they were one array."""

    def __init__(self, blocks: Sequence[NDArray[Any]]) -> None:
        self._blocks = blocks
        self._ends = np.cumsum([len(block) for block in blocks])
        self.shape: tuple[int, ...] = int(self._ends[-1]), blocks[0].shape[1]

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> Vectors:
        numbers = np.arange(self.shape[0])[rows]
        places = np.searchsorted(self._ends, numbers, side="right")
        found: Vectors = np.empty((len(numbers), self.shape[1]), dtype=np.float32)
        for place in np.unique(places):
            block, is_inside = self._blocks[place], places == place
            found[is_inside] = block[numbers[is_inside] - (self._ends[place] - len(block))]
        return found


class PassageVectors:
    """The vectors of all passages, searched for the nearest; `rows` are the vectors themselves."""

    def __init__(self, folder: Path) -> None:
        index: Any = faiss.read_index(str(folder / INDEX), faiss.IO_FLAG_MMAP_IFC)
        self._index = index
        self._part: _Part | None = None  # None: all passages
        self._scan: Any = None  # compares codes; None: vectors are compared
        self._file: _RowFile | None = None
        self.count: int = index.ntotal
        self.dimension: int = index.d
        self.rows: NDArray[np.float32 | np.float16]
        if isinstance(index, faiss.IndexFlatIP):
            self.rows = _map_rows(folder / INDEX, self.count, self.dimension)
            return
        self.rows = np.load(folder / ROWS, mmap_mode="r", allow_pickle=False)
        if self.rows.shape != (self.count, self.dimension):
            raise IndexMismatchError(
                f"{folder / ROWS} has {self.rows.shape[0]} rows, not {self.count}", hint=REPAIR
            )
        self._file = _RowFile(folder / ROWS, self.rows)
        self._scan = cast(Any, faiss).IndexPQFastScan(index)

    def search(self, question: Vectors, k: int) -> NDArray[np.int64]:
        """The numbers of the k passages nearest to a question's vector (1, d), best first, ties in
        order of passages.
        """
        k = min(k, self.count)
        if self._file is not None:
            return self._rank(question, self._find_candidates(question, k), k)
        most = k
        while True:  # FAISS keeps any of those that are as good as the last
            most = min(2 * most, self.count)
            best, scores = self._search(question, most)
            if most == self.count or scores[-1] < scores[k - 1]:
                return sort_ties(best, scores)[:k]

    def cosines(self, question: Vectors, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of a question's vector (1, d) with each of some passages."""
        rows = numbers if self._part is None else self._part.rows[numbers]
        file = None if len(rows) > FEW else self._file
        read = self.rows[rows] if file is None else file.read(rows)
        cosines: NDArray[np.float32] = read.astype(np.float32) @ question[0]
        return cosines

    def restrict(self, rows: NDArray[np.int64]) -> Self:
        """The vectors of some of these passages, which are numbered from 0 in this order.

        Only `count`, `search` and `cosines` are those of the part.
        """
        part = copy(self)
        part._part, part.count = _Part.of(rows, len(self.rows)), len(rows)
        if self._scan is not None:
            is_exact = choose_search(part.count) == "exact"
            part._scan = None if is_exact else _scan_part(self._index, rows)
        return part

    def _search(self, question: Vectors, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k nearest passages by exact search, and their scores; ties in any order."""
        library, part = cast(Any, faiss), self._part
        if part is None:
            scores, found = self._index.search(question, k)
            return found[0], scores[0]
        parameters = library.SearchParameters(sel=library.IDSelectorBitmap(part.bits))
        scores, found = self._index.search(question, k, params=parameters)
        return part.number(found[0]), scores[0]

    @property
    def coded(self) -> Any:
        """FAISS's index of codes; None if vectors are compared."""
        return None if self._file is None else self._index

    def _find_candidates(self, question: Vectors, k: int) -> NDArray[np.int64]:
        """The passages to rank by exact vectors: those with the nearest codes, or all if few."""
        ranked = max(RANKED * k, LEAST_RANKED)
        if self._scan is not None and ranked < self.count:
            found = _find(self._scan, question, ranked)
            if len(found) >= k:  # FAISS leaves out those whose codes are as far as can be
                return found
        return np.arange(self.count)

    def _rank(self, question: Vectors, numbers: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        """The nearest of some passages by their exact vectors; ties by number."""
        blocks = (numbers[first : first + BLOCK] for first in range(0, len(numbers), BLOCK))
        cosines = np.concatenate([self.cosines(question, block) for block in blocks])
        return numbers[np.lexsort((numbers, -cosines))[:k]]


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


class _RowFile:
    """Rows read from their file one by one.

    Through a map, the system adds up to 64 kB around each row to the memory of the process.
    """

    def __init__(self, path: Path, rows: NDArray[Any]) -> None:
        self._type, self._dimension = rows.dtype, rows.shape[1]
        self._size = rows.itemsize * self._dimension
        self._start = path.stat().st_size - self._size * len(rows)
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)

    def read(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        places = (self._start + self._size * number for number in numbers.tolist())
        read = b"".join(os.pread(self._descriptor, self._size, place) for place in places)
        return np.frombuffer(read, dtype=self._type).reshape(-1, self._dimension)


def _encode(vectors: Rows, previous: Reused | None) -> Any:
    """An index of the codes of all vectors; known ones are copied from the previous generation."""
    count = vectors.shape[0]
    known = np.full(count, -1) if previous is None else previous.rows
    old = None if previous is None else previous.vectors.coded
    if old is None or np.count_nonzero(known >= 0) < REUSED * count:
        index, known = _train(vectors), np.full(count, -1)
    else:
        index = _copy_code(old)
    for first in range(0, count, BLOCK):
        rows = known[first : first + BLOCK]
        codes = np.empty((len(rows), index.code_size), dtype=np.uint8)
        is_new = rows < 0
        if not is_new.all():
            codes[~is_new] = _map_codes(old)[rows[~is_new]]
        if is_new.any():
            new = vectors[first + np.flatnonzero(is_new)]
            codes[is_new] = index.sa_encode(np.ascontiguousarray(new, dtype=np.float32))
        index.add_sa_codes(codes)
    return index


def _train(vectors: Rows) -> Any:
    """An index without vectors, with a code made from vectors that are evenly distributed."""
    count, dimension = vectors.shape
    coded = CODED if dimension % CODED == 0 else 1
    index = cast(Any, faiss).IndexPQ(
        dimension, dimension // coded, BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.pq.cp.min_points_per_centroid = 1  # or FAISS warns about few vectors
    # As many as values of a code, at least: few vectors are repeated.
    sample = np.linspace(0, count - 1, max(min(count, TRAINED), 1 << BITS)).astype(np.int64)
    index.train(np.ascontiguousarray(vectors[sample], dtype=np.float32))
    return index


def _copy_code(index: Any) -> Any:
    """An index without vectors, with the code of another one."""
    copied = cast(Any, faiss).IndexPQ(index.d, index.pq.M, BITS, faiss.METRIC_INNER_PRODUCT)
    copied.pq, copied.is_trained = index.pq, True
    return copied


def _map_codes(index: Any) -> NDArray[np.uint8]:
    """The codes of an index, bytes (n, size), in its memory."""
    pointer = index.codes.data()
    codes = cast(Any, faiss).rev_swig_ptr(pointer, index.ntotal * index.code_size)
    return cast(NDArray[np.uint8], codes.reshape(index.ntotal, index.code_size))


def _scan_part(index: Any, rows: NDArray[np.int64]) -> Any:
    """The codes of some rows of an index, to be compared."""
    part = _copy_code(index)
    part.add_sa_codes(_map_codes(index)[rows])
    return cast(Any, faiss).IndexPQFastScan(part)


def _find(
    index: Any,
    question: Vectors,
    k: int,
    parameters: Any = None,
) -> NDArray[np.int64]:
    """The rows that an index finds nearest, best first."""
    _, found = index.search(question, k, params=parameters)
    return cast(NDArray[np.int64], found[0][found[0] >= 0])


def _write_flat(path: Path, vectors: Rows) -> None:
    """Write a flat index as FAISS does: its header, then all vectors.

    FAISS itself would copy them all twice.
    """
    library = cast(Any, faiss)  # its types are incomplete
    count, dimension = vectors.shape
    header = bytearray(library.serialize_index(library.IndexFlatIP(dimension)).tobytes())
    header[8:16] = struct.pack("<q", count)
    header[-8:] = struct.pack("<q", count * dimension)
    with path.open("wb") as file:
        file.write(header)
        for block in _read_blocks(vectors):
            file.write(block.data)


def _read_blocks(vectors: Rows) -> Iterator[Vectors]:
    for first in range(0, vectors.shape[0], BLOCK):
        yield np.ascontiguousarray(vectors[first : first + BLOCK], dtype=np.float32)


def _write_rows(path: Path, vectors: Rows) -> None:
    """Write vectors as float16 (n, d) in NumPy's format, block by block."""
    header = {"descr": "<f2", "fortran_order": False, "shape": vectors.shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in _read_blocks(vectors):
            file.write(block.astype("<f2").data)


def _map_rows(path: Path, count: int, dimension: int) -> Vectors:
    """The vectors of a flat index: float32 (n, d), the last bytes of its file.

    Mapped a second time, which takes no memory: a view into FAISS would not keep its map alive.
    """
    offset = path.stat().st_size - 4 * count * dimension
    shape = count, dimension
    rows: Vectors = np.memmap(path, dtype=np.float32, mode="r", offset=offset, shape=shape)
    return rows
