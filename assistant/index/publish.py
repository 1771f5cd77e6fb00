"""A generation is written to a folder of its own, synced, and put in use by one atomic rename."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.embed.model import hash_file
from assistant.errors import IndexAbsentError, IndexBusyError, IndexDamagedError, IndexWriteError
from assistant.index.integrity import CURRENT, list_generations, read_pointer, remove_stamp
from assistant.index.manifest import CHECKSUM, MANIFEST, Manifest, write_manifest

LOCK = ".lock"
KEPT = 2  # generations: the one in use and the one before it
_BUILDING = ".building"


@contextmanager
def building(index: Path) -> Iterator[Path]:
    """An empty folder to write a generation into, while nobody else builds this index.

    The system releases the lock with the process that holds it, however that ends. Raises
    IndexBusyError where another process is building, IndexWriteError where the system refuses to
    write; the generation in use stays as it is.
    """
    folder = index / _BUILDING
    try:
        index.mkdir(parents=True, exist_ok=True)
        with FileLock(index / LOCK, timeout=0):
            try:
                shutil.rmtree(folder, ignore_errors=True)  # left by a build that was interrupted
                folder.mkdir()
                yield folder
            finally:  # while the lock is held: the folder may be another's afterwards
                shutil.rmtree(folder, ignore_errors=True)
    except Timeout:
        raise IndexBusyError(
            f"another process is building {index}", hint="wait for it to end"
        ) from None
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refuse(index, str(reason)) from error
    except IndexWriteError as error:  # from a library that writes files itself
        raise _refuse(index, error.message) from error


def publish(
    folder: Path,
    manifest: Manifest,
    *,
    keep: int = KEPT,
    previous: str | None = None,
) -> Manifest:
    """Put in use what was written into the folder of `building`.

    Its name and files are added to the manifest. `keep` generations are kept, including the one in
    use. Those after `previous`, the newest intact one before, are damaged and removed.
    """
    index = folder.parent
    _drop_unpublished(index)
    generation = f"{int(max(list_generations(index), key=int, default='0')) + 1:06d}"
    manifest = manifest.model_copy(update={"generation": generation, "files": _settle(folder)})
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
        # After an interruption just behind the replacement the generation is in use.
        if not (index / CURRENT).is_file() or read_pointer(index).generation != generation:
            shutil.rmtree(published, ignore_errors=True)
        raise
    _sync(index)
    if previous is not None:
        for name in list_generations(index):
            if int(previous) < int(name) < int(generation):
                _remove(index / name)
    prune(index, keep=keep)
    return manifest


def prune(index: Path, *, keep: int) -> None:
    """Remove generations older than the newest `keep`, never the one in use."""
    generations = list_generations(index)
    for old in generations[: max(0, len(generations) - max(1, keep))]:
        if old != read_pointer(index).generation:
            _remove(index / old)


def _drop_unpublished(index: Path) -> None:
    """Remove generations that a killed build finished but did not put in use."""
    with suppress(IndexAbsentError, IndexDamagedError):  # else nobody knows what was in use
        current = int(read_pointer(index).generation)
        for name in list_generations(index):
            if int(name) > current:
                _remove(index / name)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    remove_stamp(folder)


def _refuse(index: Path, reason: str) -> IndexWriteError:
    return IndexWriteError(
        f"{index} can't be written ({reason})",
        hint="free some space or fix its permissions; the index in use is intact",
    )


def _settle(folder: Path) -> dict[str, str]:
    """Sync everything in a folder; the SHA-256 of its files, by their paths inside it."""

    def settle(path: Path) -> str | None:
        found = hash_file(path) if path.is_file() else None
        _sync(path)
        return found

    paths = sorted(folder.rglob("*"))
    with ThreadPoolExecutor() as pool:  # one is hashed while another waits for the disk
        hashes = zip(paths, pool.map(settle, paths), strict=True)
        return {path.relative_to(folder).as_posix(): each for path, each in hashes if each}


def _sync(*paths: Path) -> None:
    """Make files, and the names in folders, survive a power cut where the system can."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise  # but some systems can't sync a folder
        finally:
            os.close(descriptor)
