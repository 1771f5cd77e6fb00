"""The documents of a set become an index, built once, or an index each, one at a time."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from assistant.answer import Assistant
from assistant.build import build_from
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.read import Reader
from assistant.records import Document, Player
from assistant.settings import Settings


def index_documents(
    documents: Sequence[Document],
    indexes: Path,
    *,
    embedder: str,
    name: str | None = None,
    players: Sequence[Player] = (),
    progress: bool = False,
) -> Generation:
    """The index of some documents in a folder of indexes, built unless it is there already.

    Without a name it is named by what it holds.
    """
    whole = hashlib.sha256()
    for document in documents:
        whole.update(f"{document.id}\n{document.title}\n{document.text}\n".encode())
    fingerprint = whole.hexdigest()
    index = indexes / (name or f"set-{fingerprint[:12]}")
    build_from(
        Corpus(tuple(documents), (), fingerprint),
        index,
        embedder=embedder,
        players=players,
        progress=progress,
    )
    return Generation.open(index)


class OneAtATime:
    """An Assistant over one document alone, in an index that the next document takes over."""

    def __init__(self, folder: Path, reader: Reader, settings: Settings) -> None:
        self._folder, self._reader, self._settings = folder, reader, settings
        self._document: Document | None = None
        self._assistant: Assistant | None = None

    def open(self, document: Document) -> Assistant:
        """The Assistant over a document."""
        if self._assistant is None or document != self._document:
            self.close()
            # The same index each time: only the first build loads the model and exports it.
            generation = index_documents(
                [document], self._folder, embedder=self._settings.embedder, name="alone"
            )
            self._assistant = Assistant.of(generation, self._reader, self._settings)
            self._document = document
        return self._assistant

    def close(self) -> None:
        """Close the index that is open."""
        if self._assistant is not None:
            self._assistant.generation.close()
            self._assistant = None
