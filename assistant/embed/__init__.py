"""Texts become unit vectors: by a model when building, by its ONNX copy when asking.

For another kind of model, add a module with a class like `ModelEmbedder`, and open it in
`open_embedder`. What its `export` writes is opened by `OnnxEmbedder` when asking.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """What a build needs of a model; `sha256` identifies its weights."""

    name: str
    sha256: str
    dimension: int

    @property
    def max_pieces(self) -> int:
        """The word pieces of a passage that are embedded, special ones and prompt not counted."""
        ...

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of each text, special ones not counted."""
        ...

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], object] = ...) -> Vectors:
        """Vectors of passages: float32 (n, d), rows of length 1; `progress` counts those done."""
        ...

    def export(self, folder: Path) -> None:
        """Write the question encoder into a folder: ONNX, tokenizer, settings."""
        ...


def open_embedder(name: str) -> Embedder:
    """The embedder of a name: `packaged`, a folder, or a model in the local Hugging Face cache.

    Raises EmbedderError.
    """
    from assistant.embed.model import ModelEmbedder  # which imports the types above

    return ModelEmbedder(name)


def count_pieces(tokenizer: "Tokenizer", texts: Sequence[str]) -> list[int]:
    """The word pieces of each text, special ones not counted."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]
