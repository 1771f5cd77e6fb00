"""The parts of the previous generation that a build can reuse."""

from collections.abc import Iterator, Set
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.build.inputs import Inputs
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.catalog import Catalog, StoredPassages
from assistant.index.integrity import (
    IntactGeneration,
    check_generation,
    find_intact,
    list_generations,
)
from assistant.index.vectors import PassageVectors
from assistant.index.writing import hash_text
from assistant.records import Document


class PreviousGeneration:
    """The newest intact generation of an index, and which of its parts fit new inputs."""

    def __init__(self, intact: IntactGeneration, catalog: Catalog, inputs: Inputs) -> None:
        self.folder, self.manifest, self.catalog = intact.folder, intact.manifest, catalog
        self.vectors = PassageVectors(intact.folder)
        self.same_model = self.manifest.embedding == inputs.embedding
        self.same_passages = self.manifest.splitting == inputs.splitting
        self.same_findings = self.same_passages and self.manifest.finding == inputs.finding
        self.same_reader = inputs.reading is not None and self.manifest.reading == inputs.reading
        sources = catalog.sources() if self.manifest.loading == inputs.loading else ()
        self._sources = {(name, digest): (first, count) for name, digest, first, count in sources}

    def has_file(self, name: str, digest: str) -> bool:
        """Whether a file was read completely, by its path and SHA-256."""
        return (name, digest) in self._sources

    def find_documents(self, name: str, digest: str) -> list[Document] | None:
        """The documents of a file, by its path and SHA-256; None if it has to be read."""
        source = self._sources.get((name, digest))
        return source and self.catalog.documents_at(*source)

    def stored_passages(self) -> dict[bytes, StoredPassages]:
        """The passages that can be reused, by the content of their document."""
        return self.catalog.passages_by_content() if self.same_passages else {}

    def find_vector(self, text: str) -> NDArray[np.float32 | np.float16] | None:
        """The vector of a text; None if it was not embedded."""
        number = self.catalog.find_passage(hash_text(text))
        return None if number is None else self.vectors.rows[number]


@contextmanager
def open_previous(index: Path, inputs: Inputs) -> Iterator[PreviousGeneration | None]:
    """Open the newest intact generation of an index; None if there is none."""
    try:
        intact = find_intact(index)
    except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
        yield None
        return
    with closing(Catalog.open(intact.folder)) as catalog:
        yield PreviousGeneration(intact, catalog, inputs)


def find_outdated(index: Path, document_ids: Set[str]) -> list[str]:
    """The generations of an index that may not answer in place of one of these documents: damaged
    ones, and those that have another document, which was removed.

    One of another format is none of them: it can't be opened.
    """
    outdated = []
    for name in list_generations(index):
        try:
            check_generation(index / name)
            with closing(Catalog.open(index / name)) as catalog:
                is_outdated = not document_ids >= catalog.contents().keys()
        except IndexMismatchError:
            continue
        except IndexDamagedError:
            is_outdated = True
        if is_outdated:
            outdated.append(name)
    return outdated
