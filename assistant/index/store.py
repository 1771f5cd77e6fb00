"""What every store of an index offers. A store keeps generations, of which one is in use: on the
local disk (`assistant.index.local`) or in Milvus (`assistant.index.milvus`).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.index.manifest import Manifest
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.index.generation import Generation


class DenseSearch(Protocol):
    """The vectors of all passages, searched for the nearest. Passages are numbered from 0."""

    count: int
    dimension: int

    def search(self, question: Vectors, k: int) -> NDArray[np.int64]:
        """The numbers of the k passages nearest to a question's vector (1, d), best first, ties in
        order of passages.
        """
        ...

    def cosines(self, question: Vectors, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of a question's vector (1, d) with each of some passages."""
        ...

    def restrict(self, numbers: NDArray[np.int64]) -> Self:
        """The vectors of some of these passages, which are numbered from 0 in this order."""
        ...


class TermSearch(Protocol):
    """The terms of all passages, searched by BM25."""

    count: int

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The (number, BM25 score) of the best k passages that share a term with a question.

        Best first, ties in order of passages; scores above 0.
        """
        ...

    def count_passages_with(self, terms: Sequence[str]) -> list[int]:
        """How many passages contain each term."""
        ...

    def restrict(self, numbers: NDArray[np.int64], lines: Iterable[str]) -> "TermSearch":
        """The terms of some of these passages, which are numbered from 0 in this order; `lines` are
        their terms. Frequencies, and so BM25, are those of these passages.
        """
        ...


class Store(Protocol):
    """The generations of one index."""

    name: str

    def find_in_use(self) -> str | None:
        """The generation in use; None if there is none. Fast: it is asked for with each question.

        Raises IndexDamagedError, and StoreError if the store can't be reached.
        """
        ...

    def open(self) -> "Generation":
        """Open the generation in use.

        Raises IndexAbsentError, IndexDamagedError, IndexMismatchError, and StoreError.
        """
        ...

    def publish(self, folder: Path, manifest: Manifest) -> Manifest:
        """Put in use a generation of which a folder has the files, as one step: before it the
        previous generation is in use. The result is its manifest there.
        """
        ...


def open_store(settings: Settings) -> Store:
    """The store of the index that the settings name; nothing is read yet.

    Raises SettingError, ExtraAbsentError.
    """
    if settings.store is not None:
        # Imported here, with all that it needs: most indexes are local.
        from assistant.index.milvus import open_milvus

        return open_milvus(settings)
    from assistant.index.local import LocalStore

    return LocalStore(settings.indexes / settings.index)
