"""Generations: published by one atomic rename, checked before anything reads them."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.embed.encoder import QuestionEncoder
from assistant.embed.model import hash_file
from assistant.errors import (
    IndexAbsentError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexWriteError,
)
from assistant.index.lexical import Lexical
from assistant.index.store import Store
from assistant.index.vectors import PassageVectors, SentenceVectors

FORMAT = 2
CURRENT, MANIFEST, LOCK = "CURRENT", "manifest.json", ".lock"
KEPT = 2  # generations: the one in use and the one before it
_BUILDING = ".building"
_REBUILD = "run `assistant index --rebuild`"


class Manifest(BaseModel):
    """What a generation is. Read and checked before any other file of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    generation: str
    assistant: str = Field(description="version that wrote it")
    inputs: str = Field(description="SHA-256 of all that a build depends on")
    embedder: str
    embedder_sha256: str
    dimension: int
    target_pieces: int
    documents: int
    passages: int
    sentences: int = Field(description="sentence vectors; 0 where no reader needs them")
    reader: str | None = Field(None, description="reader exported into it; None for those packaged")
    files: dict[str, str] = Field(description="SHA-256 of every other file")


class Generation:
    """A sound generation, opened: everything that asking needs."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open a generation whose files have been checked."""
        self.name = folder.parent.name
        self.folder = folder
        self.manifest = manifest
        self.store = Store(folder)
        self.vectors = PassageVectors(folder)
        self.lexical = Lexical(folder)
        self.sentence_vectors = SentenceVectors(folder) if manifest.sentences else None
        self.encoder = QuestionEncoder(folder)
        self._check_counts(folder)

    @classmethod
    def open(cls, index: Path) -> Self:
        """Open the generation in use of an index folder.

        Raises IndexAbsentError, IndexDamagedError or IndexMismatchError.
        """
        folder = find_current(index)
        manifest = read_manifest(folder)
        check_files(folder, manifest)
        return cls(folder, manifest)

    def close(self) -> None:
        self.store.close()

    def _check_counts(self, folder: Path) -> None:
        stated, sentences = self.manifest, self.sentence_vectors
        counts = {
            "documents": (self.store.documents, stated.documents),
            "passages": (self.store.passages, stated.passages),
            "vectors": (self.vectors.count, stated.passages),
            "lexical passages": (self.lexical.count, stated.passages),
            "sentence vectors": (sentences.count if sentences else 0, stated.sentences),
            "dimensions": (self.vectors.dimension, stated.dimension),
            "encoder dimensions": (self.encoder.settings.dimension, stated.dimension),
        }
        if sentences:
            counts["sentences"] = (self.store.sentences, stated.sentences)
        for what, (found, expected) in counts.items():
            if found != expected:
                raise IndexMismatchError(
                    f"{folder} holds {found} {what}, not {expected}", hint=_REBUILD
                )
        if self.encoder.settings.sha256 != stated.embedder_sha256:
            raise IndexMismatchError(
                f"the question encoder in {folder} is not the model of its vectors", hint=_REBUILD
            )


def find_current(index: Path) -> Path:
    """The folder of the generation in use. Raises IndexAbsentError or IndexDamagedError."""
    try:
        generation = (index / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise IndexAbsentError(f"no index in {index}", hint="run `assistant index` first") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{index / CURRENT} can't be read", hint=_REBUILD) from error
    folder = index / generation
    if not generation.isdecimal() or not folder.is_dir():
        raise IndexDamagedError(
            f"{index / CURRENT} names {generation[:80]!r}, which is no generation", hint=_REBUILD
        )
    return folder


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation. Raises IndexDamagedError or IndexMismatchError."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise IndexDamagedError(f"{folder / MANIFEST} can't be read", hint=_REBUILD) from error
    except ValidationError as error:
        raise IndexDamagedError(f"{folder / MANIFEST} is no manifest", hint=_REBUILD) from error
    if manifest.format != FORMAT:
        raise IndexMismatchError(
            f"{folder} has format {manifest.format}, this version reads {FORMAT}", hint=_REBUILD
        )
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its SHA-256 in the manifest. Raises IndexDamagedError."""
    for name, stated in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise IndexDamagedError(f"{folder / MANIFEST} names {name!r}", hint=_REBUILD)
        try:
            found = hash_file(path)
        except OSError as error:
            raise IndexDamagedError(f"{path} can't be read", hint=_REBUILD) from error
        if found != stated:
            raise IndexDamagedError(f"{path} is not what was published", hint=_REBUILD)
    held = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock" and path.name != MANIFEST
    }
    for name in sorted(held - manifest.files.keys()):
        raise IndexDamagedError(f"{folder / name} was not published", hint=_REBUILD)


def publish(
    index: Path, write: Callable[[Path], None], describe: Callable[..., Manifest]
) -> Manifest:
    """Write a generation aside, check it, and put it in use by one atomic rename.

    `write` fills a folder; `describe(generation=, files=)` gives its manifest. Until the last step
    whoever opens the index sees what was there before. Raises IndexBusyError where another process
    is building the same index, IndexWriteError where the system refuses to write.
    """
    building = index / _BUILDING
    try:
        index.mkdir(parents=True, exist_ok=True)
        with FileLock(index / LOCK, timeout=0):
            shutil.rmtree(building, ignore_errors=True)  # left by a build that was interrupted
            try:
                building.mkdir()
                write(building)
                files = {
                    path.relative_to(building).as_posix(): hash_file(path)
                    for path in sorted(building.rglob("*"))
                    if path.is_file()
                }
                last = max(_list_generations(index), default="0")
                generation = f"{int(last) + 1:06d}"
                manifest = describe(generation=generation, files=files)
                (building / MANIFEST).write_text(
                    manifest.model_dump_json(indent=1), encoding="utf-8"
                )
                _sync(*building.rglob("*"), building)
                building.rename(index / generation)
                pointer = index / f"{CURRENT}.new"
                pointer.write_text(f"{generation}\n", encoding="utf-8")
                _sync(pointer, index)
                pointer.replace(index / CURRENT)
                _sync(index)
                for old in sorted(_list_generations(index))[:-KEPT]:
                    shutil.rmtree(index / old, ignore_errors=True)
                return manifest
            finally:  # while the lock is held: another's work is not swept away
                shutil.rmtree(building, ignore_errors=True)
    except Timeout:
        raise IndexBusyError(
            f"another process is building {index}", hint="wait for it to end"
        ) from None
    except OSError as error:
        raise IndexWriteError(
            f"{index} can't be written ({error.strerror or error})",
            hint="free some space or mend its permissions; what is in use is sound",
        ) from error


def _list_generations(index: Path) -> list[str]:
    return [path.name for path in index.iterdir() if path.is_dir() and path.name.isdigit()]


def _sync(*paths: Path) -> None:
    """Make files and the names in folders outlast a power cut, where the system can."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise  # but some systems can't sync a folder
        finally:
            os.close(descriptor)
