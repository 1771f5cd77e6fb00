"""All that decides what a build writes: an index of the same inputs needs no building."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

import assistant
from assistant import __version__
from assistant.embed.model import fingerprint_model
from assistant.index.manifest import FORMAT
from assistant.read import PACKAGED
from assistant.records import Player
from assistant.split import TARGET_PIECES

_PACKAGE = Path(assistant.__file__).parent
# What decides a vector is a model's weights. Code is not in it: an edit that changes no vector
# would embed a corpus again for hours. Raise it with one that does.
EMBEDDING = 1
# Code and libraries that decide more than a version number tells.
LOADING = (
    ("load",),
    ("charset-normalizer", "inscriptis", "lxml", "mammoth", "markdown-it-py", "pypdfium2",
     "python-calamine", "pyyaml"),
)  # fmt: skip
SPLITTING = ("split.py", "text.py"), ("sentencex", "tokenizers", "pystemmer")
FINDING = ("figures", "players"), ("python-dateutil",)


@dataclass(frozen=True, slots=True)
class Inputs:
    """SHA-256 of what decides documents, vectors, passages, what is found in documents, a reader
    of one's own, and all together.
    """

    loading: str
    embedding: str
    splitting: str
    finding: str
    reading: str | None
    whole: str

    @classmethod
    def of(cls, corpus: str, embedder: str, reader: str, players: Sequence[Player]) -> Self:
        """The inputs of a build; `corpus` is the fingerprint of its files."""
        embedding = _hash(EMBEDDING, fingerprint_model(embedder))
        splitting = _hash(embedding, TARGET_PIECES, _hash_code(*SPLITTING))
        finding = _hash(_hash_code(*FINDING), [asdict(player) for player in players])
        # The packaged reader is in no index.
        reading = None if reader == PACKAGED else _hash(reader, fingerprint_model(reader))
        loading = _hash(FORMAT, __version__, _hash_code(*LOADING))
        whole = _hash(corpus, loading, splitting, finding, reading)
        return cls(loading, embedding, splitting, finding, reading, whole)


def _hash_code(sources: Sequence[str], libraries: Sequence[str]) -> str:
    """SHA-256 over files and folders of the package and the versions of libraries."""
    whole = hashlib.sha256()
    for name in sources:
        place = _PACKAGE / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            whole.update(path.read_bytes())
    return _hash(whole.hexdigest(), [f"{name} {version(name)}" for name in libraries])


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
