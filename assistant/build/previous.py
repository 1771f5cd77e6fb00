"""The previous generation, as far as a build takes over what it holds."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from assistant.build.inputs import Inputs
from assistant.build.vectors import Shelf
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.hashes import read_hashes
from assistant.index.integrity import SoundGeneration, find_sound
from assistant.index.rows import hash_document
from assistant.index.sources import read_sources
from assistant.index.store import Extent, Store
from assistant.index.vectors import PassageVectors
from assistant.load import Corpus, Known, Source
from assistant.read import FOLDER as READER_FOLDER
from assistant.records import Document, Offsets


@contextmanager
def open_known(index: Path, inputs: Inputs) -> Iterator[Known]:
    """What gives the documents of a file that the newest sound generation read the same way.

    They depend on the file and on what loads it, not on the model or anything else of a build.
    """
    try:
        sound = find_sound(index)
    except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
        yield lambda *_: None
        return
    sources = _read_sources(sound.folder, inputs)
    with closing(Store(sound.folder)) as store:

        def find(name: str, digest: str) -> list[Document] | None:
            source = sources.get((name, digest))
            return None if source is None else store.documents_at(source.first, source.documents)

        yield find


def _read_sources(folder: Path, inputs: Inputs) -> dict[tuple[str, str], Source]:
    return {(one.name, one.digest): one for one in read_sources(folder, inputs.loading)}


class Previous:
    """A sound generation of the same model: its vectors hold for this build."""

    def __init__(self, sound: SoundGeneration, inputs: Inputs) -> None:
        self.folder, self.manifest = sound.folder, sound.manifest
        self.store = Store(sound.folder)
        self.same_passages = self.manifest.splitting == inputs.splitting
        self.same_found = self.same_passages and self.manifest.finding == inputs.finding
        self.shelf = Shelf(
            PassageVectors(self.folder, self.manifest.search).rows,
            read_hashes(self.folder),
        )

    @classmethod
    def find(cls, index: Path, inputs: Inputs) -> Self | None:
        """The newest sound generation of an index, if its vectors are of the same model."""
        try:
            sound = find_sound(index)
        except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
            return None
        return cls(sound, inputs) if sound.manifest.embedding == inputs.embedding else None

    @property
    def extents(self) -> dict[bytes, Extent]:
        """The documents whose passages can be taken over, by their content."""
        return self.store.extents() if self.same_passages else {}

    def contents(self, corpus: Corpus, inputs: Inputs) -> list[bytes]:
        """`hash_document` of each document of a corpus, as it was where the file is the same."""
        same, before = _read_sources(self.folder, inputs), self.store.contents()
        known = {
            number: before[corpus.documents[number].id]
            for one in corpus.sources
            if (one.name, one.digest) in same
            for number in range(one.first, one.first + one.documents)
        }
        return [known.get(n) or hash_document(each) for n, each in enumerate(corpus.documents)]

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
