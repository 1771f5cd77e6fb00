"""Texts become unit vectors: a model makes them when building, its ONNX twin when asking."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """What turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, d), rows of length 1, in the order of the texts."""
        ...
