"""Files that libraries open by their path: fetched from Milvus once, and kept next to the indexes.

<indexes>/.store/<digest>/   the encoder and the reader of generations that have the same ones
"""

import hashlib
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from assistant.embed.model import hash_file
from assistant.errors import IndexDamagedError
from assistant.index.manifest import REPAIR
from assistant.index.milvus.files import StoredFiles

FOLDER = ".store"
KEPT = 2  # the ones used last
LEFT_SECONDS = 3600.0  # after which files that have not arrived are those of a process that died
_ARRIVING = ".arriving-"


class FileCache:
    """A folder of files; one that ends with the process where the indexes can't be written."""

    def __init__(self, indexes: Path) -> None:
        self._temporary: TemporaryDirectory[str] | None = None
        self._folder = indexes / FOLDER
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_writable = os.access(self._folder, os.W_OK | os.X_OK)
        except OSError:
            is_writable = False
        if not is_writable:
            self._temporary = TemporaryDirectory(prefix="assistant-store-")
            self._folder = Path(self._temporary.name)

    def fetch(self, files: StoredFiles, digests: Mapping[str, str]) -> Path:
        """A folder with some files, given the SHA-256 of each.

        Raises IndexDamagedError, StoreError, OSError.
        """
        lines = "".join(f"{digest} {name}\n" for name, digest in sorted(digests.items()))
        folder = self._folder / hashlib.sha256(lines.encode()).hexdigest()[:32]
        if not all(_is_intact(folder / name, digest) for name, digest in digests.items()):
            arriving = Path(mkdtemp(prefix=_ARRIVING, dir=self._folder))
            try:
                for name, digest in digests.items():
                    self._fetch(files, name, digest, arriving / name)
                shutil.rmtree(folder, ignore_errors=True)
                with suppress(OSError):  # another process was faster
                    arriving.rename(folder)
            finally:
                shutil.rmtree(arriving, ignore_errors=True)
        with suppress(OSError):
            os.utime(folder)
        self._prune()
        return folder

    def _fetch(self, files: StoredFiles, name: str, digest: str, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        for other in self._list():
            if _is_intact(other / name, digest):  # that of another generation
                shutil.copyfile(other / name, to)
                return
        with to.open("wb") as file:
            for part in files.read_all(name):
                file.write(part)
        if hash_file(to) != digest:
            raise IndexDamagedError(f"{name} in the store was changed", hint=REPAIR)

    def _list(self) -> list[Path]:
        """The folders, the one used last first."""
        found = [p for p in self._folder.iterdir() if p.is_dir() and not p.name.startswith(".")]
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)

    def _prune(self) -> None:
        before = time.time() - LEFT_SECONDS
        with suppress(OSError):  # another process removes it as well
            left = [p for p in self._folder.glob(f"{_ARRIVING}*") if p.stat().st_mtime < before]
            for old in [*self._list()[KEPT:], *left]:
                shutil.rmtree(old, ignore_errors=True)


def _is_intact(path: Path, digest: str) -> bool:
    try:
        return hash_file(path) == digest
    except OSError:
        return False
