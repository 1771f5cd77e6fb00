"""Finds the generation in use, and checks the hash of every file before anything reads it.

Publishing, or the first check on another machine, leaves a stamp of the files' sizes, times and
inodes next to the generations. Later checks accept the stamp: hashing takes a second per gigabyte.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from assistant.embed.model import hash_file
from assistant.errors import (
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
    check_shortage,
)
from assistant.index.manifest import CHECKSUM, MANIFEST, REPAIR, Manifest, read_manifest

CURRENT, STAMPS = "CURRENT", ".checked"
DEFAULT = "default"  # the index of commands without --index
_POINTER = re.compile(r"(\d+)(?: ([0-9a-f]{64}))?\n")


class Pointer(NamedTuple):
    """The content of CURRENT: a generation, and the SHA-256 of its manifest."""

    generation: str
    checksum: str


class IntactGeneration(NamedTuple):
    """A generation with all files as published; `warning` if it replaces a damaged one."""

    folder: Path
    manifest: Manifest
    warning: str | None = None


def read_pointer(index: Path) -> Pointer:
    """The content of CURRENT. Raises IndexAbsentError, IndexDamagedError or ShortageError."""
    try:
        content = (index / CURRENT).read_text(encoding="ascii")
    except FileNotFoundError:
        named = "" if index.name == DEFAULT else f" --index {index.name} --corpus FOLDER"
        raise IndexAbsentError(
            f"no index in {index}", hint=f"run `assistant index{named}` first"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        check_shortage(error)
        raise IndexDamagedError(f"{index / CURRENT} can't be read", hint=REPAIR) from error
    written = _POINTER.fullmatch(content)
    generation, checksum = (written[1], written[2] or "") if written else (content, "")
    if not generation.isdecimal() or not (index / generation).is_dir():
        raise IndexDamagedError(
            f"{index / CURRENT} names {generation[:80]!r}, not a generation", hint=REPAIR
        )
    return Pointer(generation, checksum)


def find_in_use(index: Path) -> Pointer | None:
    """The content of CURRENT; None if it is absent or damaged."""
    with suppress(IndexAbsentError, IndexDamagedError):
        return read_pointer(index)
    return None


def list_indexes(indexes: Path) -> list[str]:
    """The names of the indexes in a folder that have a generation in use."""
    try:
        return sorted(path.parent.name for path in indexes.glob(f"*/{CURRENT}"))
    except OSError:
        return []


def list_generations(index: Path) -> list[str]:
    """The generations in an index folder, oldest first. Raises IndexDamagedError or ShortageError
    if it can't be read.
    """
    try:
        folders = [path for path in index.iterdir() if path.is_dir()] if index.is_dir() else []
    except OSError as error:
        check_shortage(error)
        raise IndexDamagedError(
            f"{index} can't be read ({error.strerror})", hint="give yourself the right to read it"
        ) from error
    return sorted((path.name for path in folders if path.name.isdecimal()), key=int)


def find_intact(index: Path) -> IntactGeneration:
    """The generation in use; if it is damaged, the newest intact one before it.

    Raises IndexAbsentError, IndexMismatchError, or IndexDamagedError if none is intact.
    """
    generation: str | None = None
    try:
        generation, checksum = read_pointer(index)
        manifest = check_generation(index / generation)
        if hash_file(index / generation / MANIFEST) != checksum:
            generation = None  # the pointer is damaged: the newest generation is used
            raise IndexDamagedError(f"{index / CURRENT} was changed", hint=REPAIR)
    except IndexDamagedError as damage:
        for name in reversed(list_generations(index)):
            if generation is not None and int(name) >= int(generation):
                continue
            with suppress(IndexDamagedError, IndexMismatchError):
                manifest = check_generation(index / name)
                warning = f"{damage.message}; generation {name} is used instead: {damage.hint}"
                return IntactGeneration(index / name, manifest, warning)
        raise
    return IntactGeneration(index / manifest.generation, manifest)


def check_generation(folder: Path, *, accept_stamp: bool = True) -> Manifest:
    """The manifest of a generation, after a check of all its files.

    Raises IndexDamagedError, IndexMismatchError or ShortageError.
    """
    manifest = read_manifest(folder)
    _check_names(folder, manifest)
    stamp = _make_stamp(folder, manifest)
    if accept_stamp and stamp is not None and stamp == _read_stamp(folder):
        return manifest
    for name, expected in manifest.files.items():
        try:
            found = hash_file(folder / name)
        except OSError as error:
            check_shortage(error)
            raise IndexDamagedError(f"{folder / name} can't be read", hint=REPAIR) from error
        if found != expected:
            raise IndexDamagedError(f"{folder / name} was changed", hint=REPAIR)
    if stamp is not None:
        _write_stamp(folder, stamp)
    return manifest


def remove_stamp(folder: Path) -> None:
    """Forget that a generation was checked."""
    with suppress(OSError):
        _stamp_path(folder).unlink()


def _check_names(folder: Path, manifest: Manifest) -> None:
    """Refuse a manifest that names files outside its folder, and files missing in it."""
    root = folder.resolve()
    for name in manifest.files:
        if not (folder / name).resolve().is_relative_to(root):
            raise IndexDamagedError(f"{folder / MANIFEST} names {name!r}", hint=REPAIR)
    for path in sorted(folder.rglob("*")):
        is_listed = path.relative_to(folder).as_posix() in manifest.files
        is_extra = path.suffix == ".lock" or path.name in (MANIFEST, CHECKSUM)
        if path.is_file() and not is_listed and not is_extra:
            raise IndexDamagedError(f"{path} was not published", hint=REPAIR)


def _stamp_path(folder: Path) -> Path:
    return folder.parent / STAMPS / folder.name


def _make_stamp(folder: Path, manifest: Manifest) -> str | None:
    """Sizes, times and inodes of all files; None if one is missing.

    Made before the files are hashed, so that a change meanwhile gives another stamp.
    """
    try:
        files = [describe_file(folder / name) for name in sorted(manifest.files)]
        return _join_stamp(folder, manifest, files)
    except OSError:
        return None


def describe_file(path: Path) -> str:
    """What a stamp says of a file. It includes the time of the last change of the inode, which no
    program can set back.
    """
    at = path.stat()
    return f"{at.st_size} {at.st_mtime_ns} {at.st_ctime_ns} {at.st_ino}"


def _join_stamp(folder: Path, manifest: Manifest, files: Sequence[str]) -> str:
    named = zip(files, sorted(manifest.files), strict=True)
    lines = [hash_file(folder / MANIFEST), *(f"{file} {name}" for file, name in named)]
    return json.dumps(lines, indent=1)


def leave_stamp(folder: Path, manifest: Manifest, files: Mapping[str, str]) -> None:
    """Leave the stamp of a generation that was just written, if possible; `files` are the results
    of `describe_file` from before they were hashed.
    """
    with suppress(OSError):
        described = [files[name] for name in sorted(manifest.files)]
        _write_stamp(folder, _join_stamp(folder, manifest, described))


def _read_stamp(folder: Path) -> str | None:
    try:
        return _stamp_path(folder).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write_stamp(folder: Path, stamp: str) -> None:
    """Leave a stamp if possible; without one, the next opening hashes again."""
    path = _stamp_path(folder)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        temporary.write_text(stamp, encoding="utf-8")
        temporary.replace(path)
