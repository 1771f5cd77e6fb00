"""Lines of JSON between the builder and its worker process.

The worker reads hostile files, so its replies are not trusted either: they are checked field by
field, and offsets have to be inside their text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from assistant.errors import LoadError, find_reason
from assistant.records import Document, read_json, write_json

Loaded = list[Document | LoadError]


class FrameError(Exception):
    """The line is not a reply."""


def read_line(stream: IO[bytes], most: int) -> bytes:
    """The next line. Raises FrameError at the end, and for one cut off or above `most` bytes."""
    line = stream.readline(most)
    if not line.endswith(b"\n"):
        raise FrameError("too long, or cut off" if line else "no reply")
    return line


@dataclass(frozen=True, slots=True)
class _Refused:
    message: str
    hint: str


def encode_loaded(items: Iterable[Document | LoadError]) -> bytes:
    """Documents and refusals as JSON. Raises ValueError for half of a surrogate pair."""
    loaded = [
        _Refused(item.message, item.hint) if isinstance(item, LoadError) else item for item in items
    ]
    return write_json(loaded).encode()


def decode_loaded(body: bytes) -> Loaded:
    """Documents and refusals from JSON. Raises FrameError for anything else."""
    try:
        items = read_json(list[Document | _Refused], body, strict=True)
        for item in items:
            if isinstance(item, Document):
                _check(item)
    except ValueError as error:
        raise FrameError(find_reason(error)) from None
    return [
        LoadError(item.message, hint=item.hint) if isinstance(item, _Refused) else item
        for item in items
    ]


def _check(document: Document) -> None:
    """Raise ValueError for offsets outside the text, and for copies: only an index knows those."""
    length, pages = len(document.text), document.page_starts
    spans = [*document.boilerplate, *((one.start, one.end) for one in document.headings)]
    if any(not 0 <= start < end <= length for start, end in spans):
        raise ValueError("offsets outside the text")
    if list(pages) != sorted(pages) or any(not 0 <= page <= length for page in pages):
        raise ValueError("pages outside the text")
    if document.copies:
        raise ValueError("copies of a document that is not in an index yet")
