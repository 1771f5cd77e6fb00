"""The vectors of an index: those known from the generation before, and those of new texts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.index.hashes import Hashes, find_rows, hash_texts

# Texts that the ONNX twin embeds itself. It takes about 10 ms for a passage on one core; importing
# torch and loading the model takes about as long as 500 of them, and half a gigabyte of memory.
SMALL = 500

Rows = NDArray[np.float32 | np.float16]


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


@dataclass(slots=True)
class Layer:
    """The vectors of all passages or of all sentences; those `missing` are to be embedded."""

    rows: Rows
    hashes: Hashes
    missing: list[tuple[int, str]]


def lay_out(
    stretches: Iterable[Stretch],
    fresh: Sequence[tuple[int, str]],
    size: tuple[int, int],
    kind: type[np.float32 | np.float16],
    before: Shelf | None,
) -> Layer:
    """A layer of `size` (rows, dimension): what is known in place, the rest listed as missing.

    `fresh` are the rows of new texts; one that was embedded before takes the vector it had.
    """
    rows = np.empty(size, dtype=kind)
    hashes = np.empty((size[0], 2), dtype=np.uint64)
    places = np.array([place for place, _ in fresh], dtype=np.int64)
    wanted = hash_texts([text for _, text in fresh])
    hashes[places] = wanted
    if before is None:
        return Layer(rows, hashes, list(fresh))
    for here, there, length in stretches:
        rows[here : here + length] = before.rows[there : there + length]
        hashes[here : here + length] = before.hashes[there : there + length]
    known = find_rows(before.hashes, wanted)
    rows[places[known >= 0]] = before.rows[known[known >= 0]]
    missing = [one for one, row in zip(fresh, known, strict=True) if row < 0]
    return Layer(rows, hashes, missing)


def list_missing(layers: Iterable[Layer]) -> list[str]:
    """The texts that are to be embedded, each once."""
    return list(dict.fromkeys(text for layer in layers for _, text in layer.missing))


def fill(layers: Iterable[Layer], texts: Sequence[str], vectors: Vectors) -> None:
    """Put the vectors of the missing texts in their places."""
    places = {text: place for place, text in enumerate(texts)}
    for layer in layers:
        for row, text in layer.missing:
            layer.rows[row] = vectors[places[text]]
