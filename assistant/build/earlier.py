"""The generation before, as far as a build takes from it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from assistant.build.inputs import Inputs
from assistant.build.vectors import Shelf
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index import hashes
from assistant.index.soundness import Sound, find_sound
from assistant.index.store import Extent, Store
from assistant.index.vectors import PassageVectors, SentenceVectors
from assistant.read import FOLDER as READER_FOLDER
from assistant.records import Offsets


class Earlier:
    """A sound generation of the same model: its vectors hold for this build."""

    def __init__(self, sound: Sound, inputs: Inputs, *, with_sentences: bool) -> None:
        self.folder, self.manifest = sound.folder, sound.manifest
        self.store = Store(sound.folder)
        # Where sentences are wanted and there are none, only passages' vectors can be taken over.
        same = self.manifest.splitting == inputs.splitting
        self.same_passages = same and with_sentences == bool(self.manifest.sentences)
        self.same_found = self.same_passages and self.manifest.finding == inputs.finding
        self.passages = Shelf(
            PassageVectors(self.folder, self.manifest.search).rows,
            hashes.read_hashes(self.folder, hashes.PASSAGES),
        )
        self.sentences: Shelf | None = None
        if self.manifest.sentences:
            self.sentences = Shelf(
                SentenceVectors(self.folder).rows,
                hashes.read_hashes(self.folder, hashes.SENTENCES),
            )

    @classmethod
    def find(cls, index: Path, inputs: Inputs, *, with_sentences: bool) -> Self | None:
        """The newest sound generation of an index, if its vectors are of the same model."""
        try:
            sound = find_sound(index)
        except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
            return None
        if sound.manifest.embedding != inputs.embedding:
            return None
        return cls(sound, inputs, with_sentences=with_sentences)

    @property
    def extents(self) -> dict[bytes, Extent]:
        """The documents whose passages can be taken over, by their content."""
        return self.store.extents() if self.same_passages else {}

    def sentences_of(self, extent: Extent) -> Sequence[Offsets]:
        return self.store.sentences_of(extent.id)

    def copy_reader(self, folder: Path, inputs: Inputs) -> bool:
        """Copy the reader that was exported into this generation, if it is the one that is wanted.

        Copied as the question encoder is: damage to one generation must not be in two.
        """
        if inputs.reading is None or self.manifest.reading != inputs.reading:
            return False
        shutil.copytree(self.folder / READER_FOLDER, folder / READER_FOLDER)
        return True
