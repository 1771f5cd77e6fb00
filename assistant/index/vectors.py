"""The vectors of an index, in FAISS: exact search by inner product, which is the cosine."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors

PASSAGES, SENTENCES = "vectors.faiss", "sentences.npy"


def write_vectors(folder: Path, vectors: Vectors) -> None:
    """Write the vectors of all passages, in their order, as a flat FAISS index."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(folder / PASSAGES))


class PassageVectors:
    """The vectors of all passages, searched exactly."""

    def __init__(self, folder: Path) -> None:
        index: Any = faiss.read_index(str(folder / PASSAGES))
        self._index = index
        self.count: int = self._index.ntotal
        self.dimension: int = self._index.d
        # A view of what FAISS holds, not a copy: rows are passages in order.
        held = faiss.rev_swig_ptr(index.get_xb(), self.count * self.dimension)
        self._rows: Vectors = held.reshape(self.count, self.dimension)

    def search(self, question: Vectors, k: int) -> NDArray[np.int64]:
        """The numbers of the k passages nearest to a question's vector (1, d), best first."""
        _, numbers = self._index.search(question, min(k, self.count))
        best: NDArray[np.int64] = numbers[0]
        return best[best >= 0]

    def cosines(self, question: Vectors, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of a question's vector (1, d) with each of some passages."""
        cosines: NDArray[np.float32] = self._rows[numbers] @ question[0]
        return cosines


def write_sentence_vectors(folder: Path, vectors: Vectors) -> None:
    """Write the vectors of all sentences, in the order of passages, as float16 (n, d)."""
    np.save(folder / SENTENCES, vectors.astype(np.float16), allow_pickle=False)


class SentenceVectors:
    """The vectors of all sentences, read from disk as they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._rows = np.load(folder / SENTENCES, mmap_mode="r", allow_pickle=False)
        self.count: int = self._rows.shape[0]

    def cosines(self, question: Vectors, first: int, count: int) -> NDArray[np.float32]:
        """The cosine of a question's vector (1, d) with `count` sentences from `first` on."""
        cosines: NDArray[np.float32] = (
            self._rows[first : first + count].astype(np.float32) @ question[0]
        )
        return cosines
