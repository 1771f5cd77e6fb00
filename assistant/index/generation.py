"""A generation, opened: everything that asking needs."""

from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from assistant.embed.onnx import MODEL, SETTINGS, TOKENIZER, OnnxEmbedder
from assistant.embed.sharing import share
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.catalog import Catalog
from assistant.index.integrity import IntactGeneration, find_in_use, find_intact
from assistant.index.lexical import Lexical
from assistant.index.manifest import REPAIR, Manifest, has_manifest
from assistant.index.store import DenseSearch, TermSearch
from assistant.index.vectors import PassageVectors
from assistant.records import ALL_DOCUMENTS, DocumentFilter


class Generation:
    """An intact generation, opened; its files are closed with the last reference to them.

    `name` is that of its index. `folder` has its question encoder, and its reader if that is not
    the packaged one. `warning` says why it is not the generation that was published last.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        manifest: Manifest,
        *,
        catalog: Catalog,
        vectors: DenseSearch,
        lexical: TermSearch,
        find_kept: Callable[[], bool],
        warning: str | None = None,
    ) -> None:
        """Raises IndexDamagedError, and IndexMismatchError where the parts don't fit together."""
        self.name, self.folder, self.manifest, self.warning = name, folder, manifest, warning
        self.catalog, self.vectors, self.lexical = catalog, vectors, lexical
        self.encoder = share(
            OnnxEmbedder, folder, manifest.list_digests(MODEL, TOKENIZER, SETTINGS)
        )
        self.all_documents: int | None = None  # how many there are, where a filter left only some
        self._find_kept = find_kept
        self._check()

    @classmethod
    def of(cls, intact: IntactGeneration) -> Self:
        """One whose files are all in a folder of this machine."""
        folder = intact.folder
        return cls(
            folder.parent.name,
            folder,
            intact.manifest,
            catalog=Catalog.open(folder),
            vectors=PassageVectors(folder),
            lexical=Lexical.open(folder),
            find_kept=partial(has_manifest, folder),
            warning=intact.warning,
        )

    @classmethod
    def open(cls, index: Path) -> Self:
        """Open the generation in use of an index folder, or the one before if it is damaged.

        Raises IndexAbsentError, IndexDamagedError or IndexMismatchError.
        """
        while True:
            in_use = find_in_use(index)
            try:
                return cls.of(find_intact(index))
            except (OSError, IndexAbsentError, IndexDamagedError, IndexMismatchError):
                if find_in_use(index) == in_use:
                    raise  # else another was published meanwhile, and this one removed

    def restrict(self, within: DocumentFilter) -> Self:
        """The part of this generation that a filter leaves, as if it had been built of these
        documents alone. Raises FilterError.
        """
        if within == ALL_DOCUMENTS:
            return self
        part = copy(self)
        part.all_documents = self.catalog.documents
        part.catalog, passages = self.catalog.restrict(within.normalise())
        numbers = np.array(passages, dtype=np.int64)
        part.vectors = self.vectors.restrict(numbers)
        part.lexical = self.lexical.restrict(numbers, part.catalog.terms())
        counts = {"documents": part.catalog.documents, "passages": part.catalog.passages}
        part.manifest = self.manifest.model_copy(update=counts)
        return part

    @property
    def is_kept(self) -> bool:
        """Whether its store still has it. A build that lacks a document of a generation removes
        that generation: what it says may no longer be shown.
        """
        return self._find_kept()

    def check_kept(self) -> None:
        """Raises IndexAbsentError if the generation was removed."""
        if not self.is_kept:
            raise IndexAbsentError(
                f"generation {self.manifest.generation} of the index {self.name} was removed while "
                "it was asked",
                hint="ask again",
            )

    def close(self) -> None:
        self.catalog.close()

    def _check(self) -> None:
        manifest = self.manifest
        counts = {
            "documents": (self.catalog.documents, manifest.documents),
            "passages": (self.catalog.passages, manifest.passages),
            "vectors": (self.vectors.count, manifest.passages),
            "lexical passages": (self.lexical.count, manifest.passages),
            "dimensions": (self.vectors.dimension, manifest.dimension),
            "encoder dimensions": (self.encoder.dimension, manifest.dimension),
        }
        for name, (found, expected) in counts.items():
            if found != expected:
                raise IndexMismatchError(
                    f"{self.folder} has {found} {name}, not {expected}", hint=REPAIR
                )
        if self.encoder.sha256 != manifest.embedder_sha256:
            raise IndexMismatchError(
                f"the question encoder in {self.folder} is not the model of its vectors",
                hint=REPAIR,
            )
