"""The file of feedback: a line of JSON each, appended whole or not at all."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import FeedbackAbsentError, FeedbackWriteError
from assistant.feedback.record import Feedback
from assistant.records import read_json, write_json

FILE = "feedback.jsonl"
LOCK = ".lock"
LOCK_SECONDS = 10.0
MOST_BYTES = 100_000_000  # of the file
_BLOCK = 1 << 16


def is_writable(folder: Path) -> bool:
    """Whether feedback can be stored in a folder, which need not exist yet."""
    path = folder / FILE
    found = next((p for p in (path, *path.parents) if os.path.lexists(p)), Path())
    if found == path:
        return path.is_file() and os.access(path, os.R_OK | os.W_OK)
    return found.is_dir() and os.access(found, os.W_OK | os.X_OK)


def append_feedback(folder: Path, feedback: Feedback, *, most_bytes: int = MOST_BYTES) -> None:
    """Add a line, which is on disk when this returns.

    A line that a crash cut short is removed first. Raises FeedbackWriteError; the file is then as
    it was.
    """
    line = write_json(feedback).encode() + b"\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=LOCK_SECONDS):  # for threads and processes
            file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                _append(file, line, most_bytes)
            finally:
                os.close(file)
            _sync_folder(folder)
    except Timeout:
        raise FeedbackWriteError(
            f"{folder} was locked for {LOCK_SECONDS:g} seconds", hint="try again"
        ) from None
    except OSError as error:
        raise FeedbackWriteError(
            f"feedback can't be stored ({error.strerror or error})",
            hint="make room on the disk, or set ASSISTANT_FEEDBACK to a folder that can be written",
        ) from None


def _append(file: int, line: bytes, most_bytes: int) -> None:
    size = _repair_end(file)
    if size + len(line) > most_bytes:
        raise OSError(errno.EFBIG, f"{FILE} has {size:,} of {most_bytes:,} bytes")
    try:
        left = memoryview(line)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def _repair_end(file: int) -> int:
    """End the last line where it is whole, else remove it; the size of the file afterwards."""
    size = os.fstat(file).st_size
    rest = b""
    start = size
    while start and b"\n" not in rest:
        length = min(_BLOCK, start)
        start -= length
        os.lseek(file, start, os.SEEK_SET)
        rest = os.read(file, length) + rest
    rest = rest.rpartition(b"\n")[2]
    if not rest:
        return size
    if _read_line(rest) is None:
        os.ftruncate(file, size - len(rest))
        return size - len(rest)
    os.write(file, b"\n")
    return size + 1


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read_feedback(path: Path) -> Iterator[Feedback | None]:
    """The lines of a file, or of the file in a folder; None for a damaged one.

    Raises FeedbackAbsentError if it can't be read.
    """
    file = path / FILE if path.is_dir() else path
    try:
        with file.open("rb") as lines:
            for line in lines:
                if line.strip():
                    yield _read_line(line)
    except OSError as error:
        raise FeedbackAbsentError(
            f"there is no feedback in {file} ({error.strerror or error})",
            hint="give the file or its folder",
        ) from None


def _read_line(line: bytes) -> Feedback | None:
    try:
        return read_json(Feedback, line)
    except ValueError:
        return None
