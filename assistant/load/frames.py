"""Lines of JSON between the builder and its worker process.

The worker reads hostile files, so its replies are not trusted either: they are checked field by
field, and offsets have to be inside their text.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO

from assistant.errors import LoadError
from assistant.records import Document, Heading, Offsets

Loaded = list[Document | LoadError]


class FrameError(Exception):
    """The line is not a reply."""


def read_line(stream: IO[bytes], most: int) -> bytes:
    """The next line. Raises FrameError at the end, and for one cut off or above `most` bytes."""
    line = stream.readline(most)
    if not line.endswith(b"\n"):
        raise FrameError("too long, or cut off" if line else "no reply")
    return line


def encode_loaded(items: Iterable[Document | LoadError]) -> bytes:
    """Documents and refusals as JSON."""
    return json.dumps([_write(item) for item in items], ensure_ascii=False).encode()


def decode_loaded(body: bytes) -> Loaded:
    """Documents and refusals from JSON. Raises FrameError for anything else."""
    try:
        return [_read(item) for item in json.loads(body)]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise FrameError(str(error)) from None


def _write(item: Document | LoadError) -> dict[str, object]:
    if isinstance(item, LoadError):
        return {"message": item.message, "hint": item.hint}
    return {
        "id": item.id,
        "title": item.title,
        "text": item.text,
        "published": item.published and item.published.isoformat(),
        "source": item.source,
        "headings": [(h.start, h.end, h.text, h.level) for h in item.headings],
        "boilerplate": item.boilerplate,
        "page_starts": item.page_starts,
        "extra": dict(item.extra),
    }


def _read(item: dict[str, object]) -> Document | LoadError:
    if "message" in item:
        return LoadError(_text(item["message"]), hint=_text(item["hint"]))
    text = _text(item["text"])
    headings = [Heading(*_offsets(h[:2], text), _text(h[2]), *_whole(h[3:]))
                for h in _list(item["headings"])]  # fmt: skip
    pages = tuple(_whole(_list(item["page_starts"])))
    if list(pages) != sorted(pages) or (pages and not 0 <= pages[0] <= pages[-1] <= len(text)):
        raise ValueError("pages outside the text")
    published, source, extra = item["published"], item["source"], item["extra"]
    if not isinstance(extra, dict):
        raise TypeError("extra")
    return Document(
        id=_text(item["id"]),
        title=_text(item["title"]),
        text=text,
        published=None if published is None else date.fromisoformat(_text(published)),
        source=None if source is None else _text(source),
        headings=tuple(headings),
        boilerplate=tuple(_offsets(span, text) for span in _list(item["boilerplate"])),
        page_starts=pages,
        extra={_text(key): _text(value) for key, value in extra.items()},
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    value.encode()  # half of a surrogate pair is a ValueError
    return value


def _list(value: object) -> list[Sequence[object]]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _whole(values: Sequence[object]) -> list[int]:
    whole = [value for value in values if type(value) is int]
    if len(whole) < len(values):
        raise TypeError(f"{values!r} are not whole numbers")
    return whole


def _offsets(values: Sequence[object], text: str) -> Offsets:
    start, end = _whole(values)
    if not 0 <= start < end <= len(text):
        raise ValueError(f"{start}-{end} is outside the text")
    return start, end
