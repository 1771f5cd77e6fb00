"""A generation, opened: everything that asking needs."""

from pathlib import Path
from typing import Self

from assistant.embed.encoder import QuestionEncoder
from assistant.errors import IndexDamagedError, IndexMismatchError
from assistant.index.integrity import SoundGeneration, find_sound, read_pointer
from assistant.index.lexical import Lexical
from assistant.index.manifest import REPAIR, Manifest
from assistant.index.store import Store
from assistant.index.vectors import PassageVectors

_TRIES = 3


class Generation:
    """A sound generation, opened. Its files are closed with the last reference to them.

    `warning` says what is wrong with the generation that should be in use; None where it is this.
    """

    def __init__(self, folder: Path, manifest: Manifest, warning: str | None = None) -> None:
        """Open a generation whose files have been checked."""
        self.name = folder.parent.name
        self.folder = folder
        self.manifest = manifest
        self.warning = warning
        self.store = Store(folder)
        self.vectors = PassageVectors(folder, manifest.search)
        self.lexical = Lexical(folder)
        self.encoder = QuestionEncoder(folder)
        self._check_counts(folder)

    @classmethod
    def open(cls, index: Path) -> Self:
        """Open the generation in use of an index folder, or the one before where it is damaged.

        Raises IndexAbsentError, IndexDamagedError or IndexMismatchError.
        """
        for _ in range(_TRIES):
            before = _look(index)
            try:
                return cls.of(find_sound(index))
            except (OSError, IndexDamagedError, IndexMismatchError):
                if _look(index) == before:
                    raise  # else another was published, and this one removed, meanwhile
        return cls.of(find_sound(index))

    @classmethod
    def of(cls, sound: SoundGeneration) -> Self:
        return cls(sound.folder, sound.manifest, sound.warning)

    def close(self) -> None:
        self.store.close()

    def _check_counts(self, folder: Path) -> None:
        stated = self.manifest
        counts = {
            "documents": (self.store.documents, stated.documents),
            "passages": (self.store.passages, stated.passages),
            "vectors": (self.vectors.count, stated.passages),
            "lexical passages": (self.lexical.count, stated.passages),
            "dimensions": (self.vectors.dimension, stated.dimension),
            "encoder dimensions": (self.encoder.settings.dimension, stated.dimension),
        }
        for what, (found, expected) in counts.items():
            if found != expected:
                raise IndexMismatchError(
                    f"{folder} holds {found} {what}, not {expected}", hint=REPAIR
                )
        if self.encoder.settings.sha256 != stated.embedder_sha256:
            raise IndexMismatchError(
                f"the question encoder in {folder} is not the model of its vectors", hint=REPAIR
            )


def _look(index: Path) -> str:
    """What is in use as far as it can be told, to see whether it changes."""
    try:
        return read_pointer(index).generation
    except IndexDamagedError as error:
        return error.message
