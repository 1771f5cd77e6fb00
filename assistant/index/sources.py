"""The files that the documents of an index are of: one that is the same is not read again."""

import json
from collections.abc import Iterable
from pathlib import Path

from assistant.load import Source

FILE = "sources.json"


def write_sources(folder: Path, loading: str, sources: Iterable[Source]) -> None:
    """Write which files were read whole; `loading` is the SHA-256 of what decides their documents.

    Numbers of documents are those of the index.
    """
    (folder / FILE).write_text(json.dumps([loading, *sources], indent=0), encoding="ascii")


def read_sources(folder: Path, loading: str) -> list[Source]:
    """The files that need not be read again; [] where what loads them was another."""
    try:
        found, *sources = json.loads((folder / FILE).read_text(encoding="ascii"))
    except FileNotFoundError:  # written by an earlier version
        return []
    return [Source(*fields) for fields in sources] if found == loading else []
