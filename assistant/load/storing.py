"""Files are added to a corpus folder, replaced in it and deleted from it, each whole or not at all.

What arrives is written to a hidden folder inside the corpus, which no loader reads, and put in
place with one call of the system. No link is followed.
"""

import errno
import hashlib
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from time import time

from assistant.errors import (
    FileChangedError,
    FileTakenError,
    FileTooLargeError,
    FileUnknownError,
    FileWriteError,
    UploadError,
)
from assistant.load.files import is_inside, list_files
from assistant.load.limits import MIB
from assistant.load.naming import check_free

ARRIVING = ".adding"  # folder in the corpus; hidden, so that no loader reads it
LEFT_SECONDS = 3600.0  # what a server that was killed has left is removed after this time
# Between looking at a file and replacing or deleting it, no other thread changes it.
_LOCK = threading.Lock()


class ArrivingFile:
    """A file that is being received: written piece by piece, and hashed on the way."""

    def __init__(self, path: Path, descriptor: int, most_bytes: int) -> None:
        self.path = path
        self.size = 0
        self._most = most_bytes
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what was written."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Raises FileTooLargeError, and FileWriteError for a full disk."""
        self.size += len(piece)
        if self.size > self._most:
            raise FileTooLargeError(
                f"the file is larger than {self._most // MIB} MiB",
                hint="split it, or raise ASSISTANT_LARGEST_FILE",
            )
        self._hash.update(piece)
        with _failures():
            self._file.write(piece)

    def finish(self) -> None:
        """Make what was written survive a power cut."""
        if self.size == 0:
            raise UploadError("the file is empty", hint="put text in, or leave it out")
        with _failures():
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()


@contextmanager
def receive_file(corpus: Path, name: str, *, most_bytes: int) -> Iterator[ArrivingFile]:
    """A new file for what arrives, removed at the end of the block unless it was put in place.

    `name` has passed `check_name`; the file has its ending. Raises UploadError.
    """
    path = _open_folder(corpus) / f"{secrets.token_hex(16)}{PurePath(name).suffix.lower()}"
    with _failures():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o644)
    arriving = ArrivingFile(path, descriptor, most_bytes)
    try:
        yield arriving
    finally:
        arriving.close()
        with suppress(OSError):
            path.unlink()
        with suppress(OSError):  # others may be arriving
            path.parent.rmdir()


_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def put_in_place(
    corpus: Path, name: str, arriving: ArrivingFile, *, replaces: str | None, most_files: int
) -> None:
    """Give an arrived file its name; `replaces` is the SHA-256 of the file to replace.

    Raises FileTakenError if another has the name and none is to be replaced, FileChangedError if it
    is not the one to be replaced, and UploadError if the folder has `most_files` already.
    """
    target = corpus / name
    with _LOCK, _failures():
        check_place(corpus, name, replaces=replaces, most_files=most_files)
        if replaces is not None:
            arriving.path.replace(target)
        else:
            try:
                _link(arriving.path, target)
            except FileExistsError:  # from elsewhere, since it was checked
                raise _make_taken_error(target) from None
        _sync_folder(corpus)


def check_place(corpus: Path, name: str, *, replaces: str | None, most_files: int) -> None:
    """Raise what `put_in_place` would, before a file is sent."""
    target = corpus / name
    with _failures():
        check_free(name, [path.name for path in corpus.iterdir()] if corpus.is_dir() else ())
        found = _hash_plain_file(target)
    if replaces is not None:
        if found != replaces:
            gone = "is no longer there" if found is None else "has changed"
            raise FileChangedError(f"{name} {gone}", hint="look at it, and decide again")
        return
    if found is not None:
        raise _make_taken_error(target)
    if corpus.is_dir() and len(list_files(corpus)[0]) >= most_files:
        raise UploadError(
            f"the corpus folder has {most_files:,} files",
            hint="delete some, or raise ASSISTANT_MOST_FILES",
        )


def delete_file(corpus: Path, name: str, *, digest: str) -> None:
    """Delete the file that has a SHA-256. `name` is a path that `find_file` gave.

    A link is deleted, not what it leads to. Raises FileChangedError for another file.
    """
    path = corpus / name
    with _LOCK, _failures():
        if hash_file(corpus, name) != digest:
            raise FileChangedError(
                f"{name} has changed since it was shown", hint="look at it, and decide again"
            )
        path.unlink()
        _sync_folder(path.parent)


def find_file(corpus: Path, name: str) -> str:
    """The path of a corpus file with this name, or with a document of this id.

    It is looked up among the files that there are: none is opened by a name from outside. Raises
    FileUnknownError.
    """
    documents, others = list_files(corpus) if corpus.is_dir() else ([], [])
    inside = f"{name}/"
    for path in (*documents, *(other.path for other in others)):
        if inside.startswith(f"{path}/"):  # `a.jsonl/7` is a document of `a.jsonl`
            return path
    raise FileUnknownError(
        f"no file {name[:200]!r} in the corpus", hint="see the list of documents"
    )


def hash_file(corpus: Path, name: str) -> str:
    """SHA-256 of a file that `find_file` gave; of a link out of the corpus, of its address."""
    path = corpus / name
    with _failures():
        if path.is_symlink() and not (is_inside(path, corpus) and path.is_file()):
            return hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_plain_file(path: Path) -> str | None:
    """SHA-256 of what has a name, or None. Raises FileTakenError for a folder or link."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise FileTakenError(
            f"{path.name} is the name of a folder or link of the corpus", hint="rename the file"
        )
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_taken_error(target: Path) -> FileTakenError:
    return FileTakenError(
        f"there is a file {target.name} already",
        hint="replace it (send its SHA-256 as If-Match), or rename the new one",
        digest=_hash_plain_file(target) or "",
    )


def _open_folder(corpus: Path) -> Path:
    """The folder of arriving files, without what was left in it; the corpus is made if needed."""
    folder = corpus / ARRIVING
    with _failures():
        corpus.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir()
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise FileWriteError(f"{folder} is not a folder", hint="remove it")
        for left in folder.iterdir():
            with suppress(OSError):
                if left.lstat().st_mtime < time() - LEFT_SECONDS:
                    left.unlink()
    return folder


def _link(path: Path, target: Path) -> None:
    """Give a file another name, unless it is taken. Raises FileExistsError."""
    try:
        os.link(path, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
            raise
        # A file system without hard links: the name is taken first. After a power cut between the
        # two calls, an empty file is left, which is reported as such.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o644))
        path.replace(target)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some systems can't
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what the system refuses into a FileWriteError."""
    try:
        yield
    except OSError as error:
        raise FileWriteError(
            f"the corpus folder can't be changed ({error.strerror or error})",
            hint="free some space, or see whether it is a folder that the server may change",
        ) from error
