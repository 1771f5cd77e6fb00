"""The manifest of a generation: its origin, and the SHA-256 of its files."""

import hashlib
import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import IndexDamagedError, IndexMismatchError, check_shortage
from assistant.records import Tried

FORMAT = 9
MANIFEST, CHECKSUM = "manifest.json", "manifest.sha256"
REPAIR = "run `assistant index --rebuild`, with its --index and --corpus"
UPGRADE = "run `assistant index` to rebuild it, with its --index and --corpus"


class Manifest(BaseModel):
    """Describes a generation; checked before any other file of it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    generation: str = ""
    assistant: str = Field(description="version that built it")
    inputs: str = Field(description="SHA-256 of all that a build depends on")
    loading: str = Field(description="SHA-256 of what decides the documents of a file")
    embedding: str = Field(description="SHA-256 of what decides the vector of a text")
    splitting: str = Field(description="SHA-256 of what decides the passages of a document")
    finding: str = Field(description="SHA-256 of what decides its mentions and figures")
    reading: str | None = Field(None, description="SHA-256 of its reader")
    embedder: str
    embedder_sha256: str
    dimension: int
    target_pieces: int
    documents: int
    passages: int
    suggestions: int = Field(0, description="questions to suggest, found while building")
    tried: Tried | None = Field(None, description="the reader they were tried with")
    untried: int = Field(0, description="passages of updates since one was tried for them")
    search: str = Field(description="how the nearest vectors are found")
    reader: str | None = Field(None, description="reader exported into it; None: packaged")
    files: dict[str, str] = Field({}, description="SHA-256 of every other file")

    def list_digests(self, *names: str) -> tuple[str, ...]:
        """The SHA-256 of some files, or of all in some folders; () before they are published."""
        return tuple(
            digest
            for name, digest in sorted(self.files.items())
            if name in names or name.partition("/")[0] in names
        )


def has_manifest(folder: Path) -> bool:
    """Whether the folder of a generation is still there, as far as it can be seen."""
    return os.access(folder / MANIFEST, os.F_OK)


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest and its SHA-256, which is returned."""
    content = manifest.model_dump_json(indent=1).encode()
    checksum = hashlib.sha256(content).hexdigest()
    (folder / MANIFEST).write_bytes(content)
    (folder / CHECKSUM).write_text(f"{checksum}\n", encoding="ascii")
    return checksum


def read_manifest(folder: Path) -> Manifest:
    """Raises IndexDamagedError, IndexMismatchError or ShortageError."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        check_shortage(error)
        raise IndexDamagedError(f"{path} can't be read", hint=REPAIR) from error
    try:
        checksum = (folder / CHECKSUM).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        check_shortage(error)
        checksum = None  # another format may have none
    if checksum is not None and f"{hashlib.sha256(content).hexdigest()}\n" != checksum:
        raise IndexDamagedError(f"{path} was changed", hint=REPAIR)
    _check_format(folder, content)
    if checksum is None:
        raise IndexDamagedError(f"{folder / CHECKSUM} can't be read", hint=REPAIR)
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise IndexDamagedError(f"{path} is not a manifest", hint=REPAIR) from error
    if manifest.generation != folder.name:
        raise IndexDamagedError(
            f"{path} is of generation {manifest.generation[:80]!r}", hint=REPAIR
        )
    return manifest


def _check_format(folder: Path, content: bytes) -> None:
    """Refuse another format by its number: the rest of its manifest is unknown."""
    try:
        found = json.loads(content)["format"]
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamagedError(f"{folder / MANIFEST} is not a manifest", hint=REPAIR) from error
    if found != FORMAT:
        raise IndexMismatchError(
            f"{folder} has format {found}, this version reads {FORMAT}", hint=UPGRADE
        )
