"""The parts of the previous generation that a build can reuse."""

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.build.inputs import Inputs
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.catalog import Catalog
from assistant.index.integrity import (
    IntactGeneration,
    check_generation,
    find_intact,
    list_generations,
)
from assistant.index.stored import StoredRecords
from assistant.index.vectors import PassageVectors
from assistant.index.writing import hash_text
from assistant.records import Document, StoredDocument, StoredPassages


class PreviousGeneration:
    """The newest intact generation of an index, and which of its parts fit new inputs."""

    def __init__(self, intact: IntactGeneration, catalog: StoredRecords, inputs: Inputs) -> None:
        self.folder, self.manifest, self.catalog = intact.folder, intact.manifest, catalog
        self.vectors = PassageVectors(intact.folder)
        self.same_model = self.manifest.embedding == inputs.embedding
        self.same_passages = self.manifest.splitting == inputs.splitting
        self.same_findings = self.same_passages and self.manifest.finding == inputs.finding
        self.same_reader = inputs.reading is not None and self.manifest.reading == inputs.reading
        sources = catalog.sources() if self.manifest.loading == inputs.loading else ()
        is_whole = self.same_model and self.same_findings
        self._stored = catalog.single_documents() if is_whole else {}
        self._sources = {(name, digest): (first, count) for name, digest, first, count in sources}

    def find_documents(self, name: str, digest: str) -> Sequence[Document | StoredDocument] | None:
        """The documents of a file, by its path and SHA-256; None if it has to be read.

        One whose records all fit, and whose text is its own, is not read.
        """
        source = self._sources.get((name, digest))
        if source is None:
            return None
        first, count = source
        stored = [self._stored.get(number) for number in range(first, first + count)]
        whole = [document for document in stored if document is not None]
        return whole if len(whole) == count else self.catalog.documents_at(first, count)

    def stored_passages(
        self, documents: Iterable[Document | StoredDocument]
    ) -> dict[bytes, StoredPassages]:
        """The passages that new documents can reuse, by their content; those of `documents` that
        are stored have theirs.
        """
        found = self.catalog.passages_by_content() if self.same_passages else {}
        for document in documents:
            if isinstance(document, StoredDocument):
                del found[document.content]
        return found

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
    with closing(StoredRecords.open(intact.folder)) as catalog:
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
