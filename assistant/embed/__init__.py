"""Texts become unit vectors: by a model when building, by its ONNX copy when asking.

For another kind of model, add a class like `ModelEmbedder` and open it in `open_embedder`;
`OnnxEmbedder` opens what its `export` wrote.
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
    """A model as a build uses it; `sha256` identifies its weights."""

    name: str
    sha256: str
    dimension: int

    @property
    def max_pieces(self) -> int:
        """The limit on the word pieces of a passage, without special ones and prompt."""
        ...

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """The number of word pieces of each text, without special ones."""
        ...

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], object] = ...) -> Vectors:
        """Vectors of passages: float32 (n, d), rows of length 1; `progress` counts those done."""
        ...

    def export(self, folder: Path) -> None:
        """Write the question encoder into a folder: ONNX, tokenizer, settings."""
        ...


def open_embedder(name: str, *, device: str = "cpu") -> Embedder:
    """Open `packaged`, a folder, or a model in the local Hugging Face cache, else EmbedderError.

    `device` is torch's name of the processor that embeds.
    """
    from assistant.embed.model import ModelEmbedder  # which imports this module

    return ModelEmbedder(name, device=device)


def count_pieces(tokenizer: "Tokenizer", texts: Sequence[str]) -> list[int]:
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]
