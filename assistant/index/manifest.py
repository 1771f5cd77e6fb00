"""The manifest of a generation: what it is, and the SHA-256 of every file of it."""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import IndexDamagedError, IndexMismatchError

FORMAT = 4
MANIFEST, CHECKSUM = "manifest.json", "manifest.sha256"
REPAIR = "run `assistant index --rebuild`"
UPGRADE = "run `assistant index` to rebuild it"

Search = Literal["exact", "hnsw"]


class Manifest(BaseModel):
    """What a generation is. Read and checked before any other file of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    generation: str
    assistant: str = Field(description="version that wrote it")
    inputs: str = Field(description="SHA-256 of all that a build depends on")
    embedding: str = Field(description="SHA-256 of what decides the vector of a text")
    splitting: str = Field(description="SHA-256 of what decides the passages of a document")
    finding: str = Field(description="SHA-256 of what decides its mentions and figures")
    embedder: str
    embedder_sha256: str
    dimension: int
    target_pieces: int
    documents: int
    passages: int
    search: Search = Field(description="how the nearest vectors are found")
    reader: str | None = Field(None, description="reader exported into it; None for those packaged")
    reading: str | None = Field(None, description="SHA-256 of what that reader is made of")
    files: dict[str, str] = Field(description="SHA-256 of every other file")


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest and its SHA-256 beside it; the SHA-256 is returned."""
    content = manifest.model_dump_json(indent=1).encode()
    checksum = hashlib.sha256(content).hexdigest()
    (folder / MANIFEST).write_bytes(content)
    (folder / CHECKSUM).write_text(f"{checksum}\n", encoding="ascii")
    return checksum


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation. Raises IndexDamagedError or IndexMismatchError."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IndexDamagedError(f"{path} can't be read", hint=REPAIR) from error
    try:
        stated = (folder / CHECKSUM).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        stated = None  # another format may have none
    if stated is not None and f"{hashlib.sha256(content).hexdigest()}\n" != stated:
        raise IndexDamagedError(f"{path} is not what was published", hint=REPAIR)
    _check_format(folder, content)
    if stated is None:
        raise IndexDamagedError(f"{folder / CHECKSUM} can't be read", hint=REPAIR)
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise IndexDamagedError(f"{path} is no manifest", hint=REPAIR) from error
    if manifest.generation != folder.name:
        raise IndexDamagedError(
            f"{path} is of generation {manifest.generation[:80]!r}", hint=REPAIR
        )
    return manifest


def _check_format(folder: Path, content: bytes) -> None:
    """Refuse another format by its number alone: what else its manifest holds is not known."""
    try:
        fields = json.loads(content)
        found = fields["format"]
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamagedError(f"{folder / MANIFEST} is no manifest", hint=REPAIR) from error
    if found != FORMAT:
        raise IndexMismatchError(
            f"{folder} has format {found}, this version reads {FORMAT}", hint=UPGRADE
        )
