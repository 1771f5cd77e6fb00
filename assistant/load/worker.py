"""One long-lived process that reads HTML, PDF and Office files, and is killed at its limits.

It reads hostile files, so its replies (lines of JSON) are not trusted either: they are checked
field by field, and offsets have to be inside their text.
"""

import json
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from assistant.errors import LoadError, find_reason
from assistant.load import limits
from assistant.load.process import OUT_OF_MEMORY, Deadline, start_program, stop_program
from assistant.records import Document, read_json, write_json

MORE_TIME = b"more time\n"  # instead of a reply: a page is recognised first
Loaded = list[Document | LoadError]


class ReplyError(Exception):
    """The worker's line is not a valid reply."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    message: str
    hint: str


class Worker:
    """Loads files in another process, started for the first file and again after a failure.

    `seconds` is the limit for one file; for each page that is recognised, with the program
    `tesseract`, it starts anew. `memory_bytes` is the limit for the address space (if the system
    can limit it), `reply_bytes` for a reply. Use it in a `with`, which ends the process.
    """

    def __init__(
        self,
        *,
        seconds: float = limits.SECONDS,
        memory_bytes: int = limits.MEMORY_BYTES,
        reply_bytes: int = limits.REPLY_BYTES,
        tesseract: str | None = None,
    ) -> None:
        self.seconds, self.memory_bytes, self.reply_bytes = seconds, memory_bytes, reply_bytes
        self.tesseract = tesseract
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop(patience_seconds=0)

    def load(self, path: Path, name: str) -> Loaded:
        """The documents of a file, or why it was refused; never raises for a file's content.

        A file that fails in a worker that has read others is tried once more in a fresh one, so
        that the result does not depend on them; one that took too long is not.
        """
        was_used = self._process is not None
        process = self._process or self._start()
        deadline = Deadline(process)
        deadline.set(self.seconds)
        try:
            return self._request(process, path, name, deadline)
        except (ReplyError, OSError) as error:
            timed_out, failure = deadline.is_over, str(error)
        finally:
            deadline.cancel()
        status = self._stop()
        if was_used and not timed_out:
            return self.load(path, name)
        if timed_out:
            reason = f"took longer than {self.seconds:g} seconds to read"
        elif status in (OUT_OF_MEMORY, -signal.SIGKILL):
            reason = f"took more than {self.memory_bytes // limits.MIB} MiB to read"
        elif status is not None:
            reason = f"crashed the program that reads it (status {status})"
        else:
            reason = f"gave too much, or nothing that can be read ({failure[:100]})"
        return [LoadError(f"{name} {reason}", hint="leave it out, or save it again as text")]

    def _request(
        self, process: "subprocess.Popen[bytes]", path: Path, name: str, deadline: Deadline
    ) -> Loaded:
        if process.stdin is None or process.stdout is None:
            raise ValueError("the worker has no pipes")
        process.stdin.write(json.dumps([str(path), name]).encode() + b"\n")
        process.stdin.flush()
        reply = read_line(process.stdout, self.reply_bytes)
        for _ in range(limits.RECOGNISED_PAGES):
            if reply != MORE_TIME:
                break
            deadline.set(self.seconds + limits.PAGE_SECONDS)
            reply = read_line(process.stdout, self.reply_bytes)
        items = decode_reply(reply)
        if any(isinstance(item, Document) and item.id != name for item in items):
            raise ReplyError("another document")
        return items

    def _start(self) -> "subprocess.Popen[bytes]":
        self._process = start_program(
            "assistant.load.child", str(self.memory_bytes), str(self.seconds), self.tesseract or ""
        )
        return self._process

    def _stop(self, patience_seconds: float = 1.0) -> int | None:
        """End the process; its exit status, or None if it had to be killed."""
        process, self._process = self._process, None
        if process is None:
            return None
        return stop_program(process, patience_seconds=patience_seconds)


def read_line(stream: IO[bytes], most_bytes: int) -> bytes:
    """The next line. Raises ReplyError at the end, and for a line that is cut off or too long."""
    line = stream.readline(most_bytes)
    if not line.endswith(b"\n"):
        raise ReplyError("too long, or cut off" if line else "no reply")
    return line


def encode_reply(items: Iterable[Document | LoadError]) -> bytes:
    """Documents and refusals as JSON. Raises ValueError for half of a surrogate pair."""
    return write_json(
        [_Refusal(i.message, i.hint) if isinstance(i, LoadError) else i for i in items]
    ).encode()


def decode_reply(body: bytes) -> Loaded:
    """Documents and refusals from JSON. Raises ReplyError for anything else."""
    try:
        items = read_json(list[Document | _Refusal], body, strict=True)
        for item in items:
            if isinstance(item, Document):
                _check_offsets(item)
    except ValueError as error:
        raise ReplyError(find_reason(error)) from None
    return [LoadError(i.message, hint=i.hint) if isinstance(i, _Refusal) else i for i in items]


def _check_offsets(document: Document) -> None:
    """Raise ValueError for offsets outside the text, and for copies: only an index knows those."""
    length, pages = len(document.text), document.page_starts
    spans = [*document.boilerplate, *document.recognised]
    spans += [(heading.start, heading.end) for heading in document.headings]
    spans += [(place.start, place.end) for place in document.places]
    spans += [(row.start, row.end) for row in document.rows]
    if any(not 0 <= start < end <= length for start, end in spans):
        raise ValueError("offsets outside the text")
    for row in document.rows:
        if any(not row.start <= start <= end <= row.end for start, end in row.cells):
            raise ValueError("cells outside their row")
    if list(pages) != sorted(pages) or any(not 0 <= page <= length for page in pages):
        raise ValueError("pages outside the text")
    if document.copies:
        raise ValueError("copies of a document that is not in an index yet")
