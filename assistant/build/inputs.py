"""The inputs of a build, hashed: if they are the same, nothing is built."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

import assistant
from assistant import __version__
from assistant.build.steps import Steps
from assistant.embed import Embedder
from assistant.embed.model import fingerprint_model
from assistant.index.generation import Generation
from assistant.index.manifest import FORMAT
from assistant.index.progress import Track
from assistant.load import Corpus
from assistant.load.formats import LIBRARIES
from assistant.load.recogniser import read_version
from assistant.read import PACKAGED
from assistant.records import (
    ChosenQuestions,
    Document,
    KeptQuestions,
    Player,
    StoredDocument,
    Tried,
)
from assistant.split import TARGET_PIECES

if TYPE_CHECKING:
    from assistant.build.distributed.results import Results

# The questions of a finished generation, given those kept by an update; what is tried is counted.
ChooseQuestions: TypeAlias = Callable[[Generation, Track, KeptQuestions | None], ChosenQuestions]

_PACKAGE = Path(assistant.__file__).parent
# Raise it with an edit that changes vectors. The code itself is not hashed: any edit would embed a
# corpus again for hours.
EMBEDDING = 1
# Code and libraries that decide the result of a step.
LOADING = ("load", "scripts.py", "text"), LIBRARIES
SPLITTING = ("split.py", "text"), ("sentencex", "tokenizers", "pystemmer")
FINDING = ("figures", "players"), ("python-dateutil",)


@dataclass(frozen=True, slots=True)
class Inputs:
    """SHA-256 of what decides the documents, vectors, passages, findings (mentions and figures),
    of a reader other than the packaged one, and of everything together.
    """

    loading: str
    embedding: str
    splitting: str
    finding: str
    reading: str | None
    combined: str

    @classmethod
    def of(
        cls,
        corpus: str,
        embedder: str,
        reader: str,
        players: Sequence[Player],
        *,
        ocr: bool = False,
    ) -> Self:
        """The inputs of a build; `corpus` is the fingerprint of its files."""
        recogniser = read_version() if ocr else None
        loading = _hash(FORMAT, __version__, _hash_code(*LOADING), recogniser)
        embedding = _hash(EMBEDDING, fingerprint_model(embedder))
        splitting = _hash(embedding, TARGET_PIECES, _hash_code(*SPLITTING))
        finding = _hash(_hash_code(*FINDING), [asdict(player) for player in players])
        # The packaged reader is not part of an index.
        reading = None if reader == PACKAGED else _hash(reader, fingerprint_model(reader))
        inputs = cls(loading, embedding, splitting, finding, reading, "")
        return inputs.with_corpus(corpus)

    def with_corpus(self, corpus: str) -> Self:
        """The same inputs, with the fingerprint of other files."""
        parts = self.loading, self.splitting, self.finding, self.reading
        return replace(self, combined=_hash(corpus, *parts))


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """A corpus to build; `embedder` and `reader` are as in the settings.

    `choose_questions` finds sample questions and suggestions in a finished generation; those that
    were `tried` in the same way before may be kept; `model` may be loading already. `results` are
    what a build with Ray has computed.
    """

    corpus: Corpus[Document | StoredDocument]
    inputs: Inputs
    embedder: str
    reader: str
    players: Sequence[Player]
    steps: Steps
    choose_questions: ChooseQuestions | None = None
    tried: Tried | None = None
    model: Future[Embedder] | None = None
    results: "Results | None" = None


def _hash_code(sources: Sequence[str], libraries: Sequence[str]) -> str:
    """SHA-256 over files and folders of the package and the versions of libraries."""
    combined = hashlib.sha256()
    for name in sources:
        source = _PACKAGE / name
        for path in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            combined.update(path.read_bytes())
    return _hash(combined.hexdigest(), [f"{name} {version(name)}" for name in libraries])


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
