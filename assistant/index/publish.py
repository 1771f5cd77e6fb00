"""A generation is written to a new folder, synced, and put in use by one atomic rename."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from filelock import FileLock, Timeout

from assistant.embed.model import hash_file
from assistant.errors import IndexBusyError, IndexWriteError
from assistant.index.integrity import (
    CURRENT,
    describe_file,
    find_in_use,
    leave_stamp,
    list_generations,
    remove_stamp,
)
from assistant.index.manifest import CHECKSUM, MANIFEST, Manifest, write_manifest

LOCK = ".lock"
KEPT = 2  # generations: the one in use and the one before it
SHARDS = ".shards"  # what a build with Ray has computed, until it is published
_BUILDING = ".building"


@contextmanager
def locking(index: Path) -> Iterator[None]:
    """No other process builds this index, or loads it into a store, meanwhile.

    The system releases the lock when its process ends. Raises IndexBusyError, IndexWriteError.
    """
    lock = FileLock(index / LOCK, timeout=0)
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise IndexBusyError(
            f"another process is building {index}", hint="wait for it to end"
        ) from None
    except OSError as error:
        raise _make_write_error(index, error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def building(index: Path) -> Iterator[Path]:
    """An empty folder for a generation, while no other process builds this index.

    Raises IndexBusyError if another process is building, and IndexWriteError; both leave the
    generation in use unchanged.
    """
    folder = index / _BUILDING
    with locking(index):
        try:
            shutil.rmtree(folder, ignore_errors=True)  # left by a build that was interrupted
            folder.mkdir()
            yield folder
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise _make_write_error(index, str(reason)) from error
        except IndexWriteError as error:  # from a library that writes files itself
            raise _make_write_error(index, error.message) from error
        finally:  # before the lock is released: another build may use the folder then
            shutil.rmtree(folder, ignore_errors=True)


class Sealed(NamedTuple):
    """A file that is complete and synced: what a stamp says of it, and its SHA-256."""

    described: str
    sha256: str


def seal(*paths: Path) -> dict[Path, Sealed]:
    """Sync and hash files, and all files in folders, that are not changed any more."""
    sealed: dict[Path, Sealed] = {}
    for path in paths:
        if path.is_dir():
            sealed |= seal(*path.iterdir())
        else:
            sealed[path] = Sealed(describe_file(path), hash_file(path))
        _sync(path)
    return sealed


def publish(
    folder: Path,
    manifest: Manifest,
    sealed: Mapping[Path, Sealed] = MappingProxyType({}),
    *,
    keep: int = KEPT,
    outdated: Collection[str] = (),
) -> Manifest:
    """Put in use the generation in the folder of `building`; its name and files are added, of which
    some may be sealed.

    `keep` generations are kept, including the one in use; of those before it, `outdated` ones are
    removed in any case.
    """
    index = folder.parent
    _remove_unpublished(index)
    generation = f"{int(max(list_generations(index), key=int, default='0')) + 1:06d}"
    files, described = _seal_all(folder, sealed)
    manifest = manifest.model_copy(update={"generation": generation, "files": files})
    checksum = write_manifest(folder, manifest)
    _sync(folder / MANIFEST, folder / CHECKSUM, folder)
    published = index / generation
    folder.rename(published)
    try:
        pointer = index / f"{CURRENT}.new"
        pointer.write_text(f"{generation} {checksum}\n", encoding="ascii")
        _sync(pointer, index)
        pointer.replace(index / CURRENT)
    except BaseException:
        # If interrupted directly after the replacement, the generation is in use.
        in_use = find_in_use(index)
        if in_use is None or in_use.generation != generation:
            shutil.rmtree(published, ignore_errors=True)
        raise
    _sync(index)
    leave_stamp(published, manifest, described)
    # Its name may be that of an unpublished one.
    remove_generations(index, set(outdated) - {generation})
    remove_generations(index, list_generations(index)[: -max(1, keep)])
    remove_shards(index)
    return manifest


def remove_shards(index: Path) -> None:
    """Remove what builds with Ray have left; they have texts of documents."""
    shutil.rmtree(index / SHARDS, ignore_errors=True)


def remove_generations(index: Path, names: Iterable[str]) -> None:
    """Remove generations that are not in use."""
    for name in names:
        shutil.rmtree(index / name, ignore_errors=True)
        remove_stamp(index / name)


def withdraw(index: Path) -> None:
    """Remove all generations: nothing answers from documents that are gone.

    Raises IndexBusyError and IndexWriteError as `building` does.
    """
    with building(index):
        (index / CURRENT).unlink(missing_ok=True)
        _sync(index)
        remove_generations(index, list_generations(index))
        remove_shards(index)


def _remove_unpublished(index: Path) -> None:
    """Remove generations that a killed build finished but did not put in use."""
    if in_use := find_in_use(index):
        newer = (n for n in list_generations(index) if int(n) > int(in_use.generation))
        remove_generations(index, newer)


def _make_write_error(index: Path, reason: str) -> IndexWriteError:
    return IndexWriteError(
        f"{index} can't be written ({reason})",
        hint="free some space or fix its permissions; the index in use is intact",
    )


def _seal_all(folder: Path, sealed: Mapping[Path, Sealed]) -> tuple[dict[str, str], dict[str, str]]:
    """Seal what is left in a folder; of all files, by their paths inside it, the SHA-256, and what
    a stamp says of them.
    """
    paths = sorted(path for path in folder.rglob("*") if path not in sealed)
    with ThreadPoolExecutor() as pool:  # one is hashed while another waits for the disk
        left = pool.map(seal, [path for path in paths if path.is_file()])
        found = dict(sealed) | {path: one for files in left for path, one in files.items()}
    _sync(*(path for path in paths if path.is_dir()))
    names = {path: path.relative_to(folder).as_posix() for path in sorted(found)}
    return (
        {name: found[path].sha256 for path, name in names.items()},
        {name: found[path].described for path, name in names.items()},
    )


def _sync(*paths: Path) -> None:
    """Make files, and the names in folders, survive a power cut if the system can."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise  # but some systems can't sync a folder
        finally:
            os.close(descriptor)
