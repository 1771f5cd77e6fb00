"""The documents of a question set become an index, built once."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from assistant.build import build_from
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.records import Document, Player


def index_documents(
    documents: Sequence[Document],
    indexes: Path,
    *,
    embedder: str,
    name: str | None = None,
    players: Sequence[Player] = (),
    progress: bool = False,
) -> Generation:
    """Open the index of documents in a folder of indexes, built first if it is not there.

    Without a name it is named by its fingerprint.
    """
    digest = hashlib.sha256()
    for document in documents:
        digest.update(f"{document.id}\n{document.title}\n{document.text}\n".encode())
    fingerprint = digest.hexdigest()
    index = indexes / (name or f"set-{fingerprint[:12]}")
    build_from(
        Corpus(tuple(documents), (), fingerprint),
        index,
        embedder=embedder,
        players=players,
        progress=progress,
    )
    return Generation.open(index)
