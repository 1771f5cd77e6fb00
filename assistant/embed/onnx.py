"""The ONNX twin of a model as an embedder of passages: a small update waits for no torch."""

import shutil
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from assistant.embed import Vectors, count_pieces
from assistant.embed.encoder import MODEL, SETTINGS, TOKENIZER, QuestionEncoder


class OnnxEmbedder:
    """Embeds passages with the question encoder of a generation; otherwise as a ModelEmbedder."""

    def __init__(self, folder: Path) -> None:
        """Take the encoder that `export` wrote into a folder, its files checked before."""
        from tokenizers import Tokenizer

        self._folder = folder
        self._encoder = QuestionEncoder(folder)
        settings = self._encoder.settings
        self.name, self.sha256 = settings.name, settings.sha256
        self.dimension = settings.dimension
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @cached_property
    def max_pieces(self) -> int:
        """The word pieces of a passage that are embedded, special ones and prompt not counted."""
        settings = self._encoder.settings
        special: int = self._tokenizer.num_special_tokens_to_add(False)
        return settings.max_pieces - special - self.count_pieces([settings.passage_prompt])[0]

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of each text, special ones not counted."""
        return count_pieces(self._tokenizer, texts)

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], object] = lambda _: None
    ) -> Vectors:
        """float32 (n, d), rows of length 1; `progress` is told how many more are done."""
        return self._encoder.embed_passages(texts, progress=progress)

    def export(self, folder: Path) -> None:
        """Copy the encoder into another generation's folder.

        No hard link: one damaged place of the disk would take both generations.
        """
        for name in (MODEL, TOKENIZER, SETTINGS):
            shutil.copyfile(self._folder / name, folder / name)
