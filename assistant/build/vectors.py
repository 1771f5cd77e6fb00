"""The vectors of an index: those known from the previous generation, and those of new texts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.index.hashes import Hashes, find_rows, hash_texts

# Texts that the ONNX twin embeds itself. It takes about 10 ms for a passage on one core; importing
# torch and loading the model takes about as long as 500 of them, and half a gigabyte of memory.
SMALL = 500

Rows = NDArray[np.float32 | np.float16]
Number = TypeVar("Number", bound=np.generic)


class PassageEmbedder(Protocol):
    """What embeds passages, counts word pieces, and writes the question encoder."""

    name: str
    sha256: str
    dimension: int

    @property
    def max_pieces(self) -> int: ...

    def count_pieces(self, texts: Sequence[str]) -> list[int]: ...

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], object] = ...
    ) -> Vectors: ...

    def export(self, folder: Path) -> None: ...


class Shelf(NamedTuple):
    """Vectors of a generation, and the hashes of what was embedded, row by row."""

    rows: Rows
    hashes: Hashes


class Stretch(NamedTuple):
    """Rows that are taken over: where they begin here and there, and how many."""

    here: int
    there: int
    length: int


@dataclass(frozen=True, slots=True)
class Layer:
    """The vectors of all passages: the stretches of `before`, and what is new.

    `missing` are the rows of `fresh` that are to be embedded, with their texts.
    """

    stretches: Sequence[Stretch]
    before: Rows
    fresh: Vectors
    hashes: Hashes
    missing: list[tuple[int, str]]

    @property
    def missing_texts(self) -> list[str]:
        """The texts that are to be embedded, each once."""
        return list(dict.fromkeys(text for _, text in self.missing))

    def fill(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Put the vectors of the missing texts in their rows."""
        places = {text: place for place, text in enumerate(texts)}
        for row, text in self.missing:
            self.fresh[row] = vectors[places[text]]

    def pieces(self) -> Iterator[Rows]:
        """All rows in order; what is taken over is not copied."""
        return _join(self.stretches, self.before, self.fresh)


def lay_out(
    stretches: Sequence[Stretch], texts: Sequence[str], dimension: int, before: Shelf | None
) -> Layer:
    """A layer of stretches and new texts, both in order of rows.

    A text that was embedded before takes the vector it had; the others are missing.
    """
    fresh = np.empty((len(texts), dimension), dtype=np.float32)
    wanted = hash_texts(texts)
    if before is None:
        return Layer((), fresh[:0], fresh, wanted, list(enumerate(texts)))
    known = find_rows(before.hashes, wanted)
    fresh[known >= 0] = before.rows[known[known >= 0]]
    hashes = np.concatenate(list(_join(stretches, before.hashes, wanted)))
    missing = [(row, text) for row, text in enumerate(texts) if known[row] < 0]
    return Layer(stretches, before.rows, fresh, hashes, missing)


def _join(
    stretches: Iterable[Stretch], before: NDArray[Number], fresh: NDArray[Number]
) -> Iterator[NDArray[Number]]:
    """All rows in order: the stretches of those before, and between them those that are fresh."""
    row = used = 0
    for here, there, length in stretches:
        new = here - row
        yield fresh[used : used + new]
        yield before[there : there + length]
        row, used = here + length, used + new
    yield fresh[used:]
