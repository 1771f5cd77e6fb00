"""Texts become unit vectors: a model makes them when building, its ONNX twin when asking."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]


def count_pieces(tokenizer: "Tokenizer", texts: Sequence[str]) -> list[int]:
    """The word pieces of each text, special ones not counted."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]


class Embedder(Protocol):
    """What turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, d), rows of length 1, in the order of the texts."""
        ...
