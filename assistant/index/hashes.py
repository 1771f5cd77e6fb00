"""What was embedded, by its hash: a text that was embedded before is not embedded again."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = "passages.hashes.npy"
Hashes = NDArray[np.uint64]


def hash_texts(texts: Sequence[str]) -> Hashes:
    """uint64 (n, 2): 128 bits of each text's SHA-256."""
    digests = b"".join(
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16] for text in texts
    )
    return np.frombuffer(digests, dtype="<u8").reshape(-1, 2).astype(np.uint64)


def write_hashes(folder: Path, hashes: Hashes) -> None:
    """Write the hashes of what was embedded, a row for each vector."""
    np.save(folder / FILE, hashes, allow_pickle=False)


def read_hashes(folder: Path) -> Hashes:
    """The hashes of what was embedded, from disk as they are asked for."""
    hashes: Hashes = np.load(folder / FILE, mmap_mode="r", allow_pickle=False)
    return hashes


def find_rows(known: Hashes, wanted: Hashes) -> NDArray[np.int64]:
    """For each hash that is wanted a row of the known ones that has it, -1 for none."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(known[:, 0], kind="stable")
    places = np.searchsorted(known[:, 0], wanted[:, 0], sorter=order)
    rows = order[np.minimum(places, len(order) - 1)]
    # Texts that share half of the bits alone, if there ever are two, are embedded again.
    return np.where((known[rows] == wanted).all(axis=1), rows, -1)
