"""Files in Milvus: in blocks, each compressed and written as text, and checked when it is read.

Block 0 and those after it are the list of all blocks: a line of JSON with the files, then 16 bytes
of the SHA-256 of each block of each file. The SHA-256 of that list is a property of the generation.
"""

import base64
import hashlib
import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import IndexDamagedError
from assistant.index.manifest import REPAIR
from assistant.index.milvus.client import Client

BLOCK_BYTES = 32 * 1024  # at most 44 KB as text
CACHED_BLOCKS = 2048  # 64 MB
MOST_AHEAD = 32  # blocks that are read at a time, 1 MB
DIGEST_BYTES = 16
_SHIFT = 32  # an id is the number of a file and that of a block


class Block(NamedTuple):
    """A row of the collection of files."""

    id: int
    content: str


class _File(NamedTuple):
    number: int
    size: int
    first: int  # place of its first digest


def encode(content: bytes) -> str:
    # Base 85 would be a sixteenth smaller, but takes milliseconds for a block.
    return base64.b64encode(zlib.compress(content, 1)).decode("ascii")


def list_blocks(files: Mapping[str, Path]) -> bytes:
    """The list of all blocks of some files, by their names."""
    digests = [digest_of(part) for path in files.values() for part in _read_parts(path)]
    sizes = [[name, path.stat().st_size] for name, path in files.items()]
    return json.dumps({"files": sizes}).encode() + b"\n" + b"".join(digests)


def write_blocks(files: Mapping[str, Path], listed: bytes) -> Iterator[Block]:
    """The rows of some files and of their list."""
    for number, part in enumerate(_cut(listed)):
        yield Block(number, encode(part))
    for file, path in enumerate(files.values(), start=1):
        for number, part in enumerate(_read_parts(path)):
            yield Block(file << _SHIFT | number, encode(part))


def digest_of(part: bytes) -> bytes:
    return hashlib.sha256(part).digest()[:DIGEST_BYTES]


class StoredFiles:
    """The files of a generation in Milvus. Threads share it."""

    def __init__(self, client: Client, collection: str, count: int, checksum: str) -> None:
        """`count` is how many blocks there are, `checksum` the SHA-256 of their list.

        Raises IndexDamagedError, StoreError.
        """
        self._client, self._collection = client, collection
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._last: dict[str, tuple[int, int]] = {}  # the block after the last read, how many
        self.list_blocks = count
        self.files, self._digests = self._read_list(count, checksum)

    def size(self, name: str) -> int:
        return self.files[name].size

    def read(self, name: str, start: int, length: int) -> bytes:
        """A part of a file; shorter at its end. Raises IndexDamagedError, StoreError."""
        end = min(start + length, self.size(name))
        if start >= end:
            return b""
        first, last = start // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        parts = b"".join(self._read_block(name, number) for number in range(first, last + 1))
        return parts[start - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def check(self, name: str, block: int) -> None:
        """Raises IndexDamagedError if a block is not as it was written."""
        self._fetch(name, [block])

    def read_all(self, name: str) -> Iterator[bytes]:
        """The blocks of a file, in order, which are not kept."""
        count = self._count(name)
        for first in range(0, count, MOST_AHEAD):
            yield from self._fetch(name, range(first, min(first + MOST_AHEAD, count)))

    def _read_block(self, name: str, number: int) -> bytes:
        with self._lock:
            found = self._cache.get((name, number))
            if found is not None:
                self._cache.move_to_end((name, number))
                return found
            expected, ahead = self._last.get(name, (-1, 1))
            # A file that is read in order is read further ahead each time.
            ahead = min(2 * ahead, MOST_AHEAD) if number == expected else 1
            numbers = range(number, min(number + ahead, self._count(name)))
            self._last[name] = numbers.stop, ahead
        parts = self._fetch(name, numbers)
        with self._lock:
            for key, part in zip(numbers, parts, strict=True):
                self._cache[name, key] = part
            while len(self._cache) > CACHED_BLOCKS:
                self._cache.popitem(last=False)
        return parts[0]

    def _count(self, name: str) -> int:
        return count_parts(self.size(name))

    def _fetch(self, name: str, numbers: Sequence[int]) -> list[bytes]:
        file = self.files[name]
        parts = self._fetch_rows([file.number << _SHIFT | number for number in numbers])
        for number, part in zip(numbers, parts, strict=True):
            if digest_of(part) != self._digests[file.first + number]:
                raise self._make_error(f"block {number} of {name}")
        return parts

    def _fetch_rows(self, ids: Sequence[int]) -> list[bytes]:
        rows: list[Mapping[str, Any]] = self._client.call(
            "query", self._collection, ids=list(ids), output_fields=["id", "content"]
        )
        by_id = {row["id"]: row["content"] for row in rows}
        try:
            return [zlib.decompress(base64.b64decode(by_id[key], validate=True)) for key in ids]
        except (KeyError, ValueError, zlib.error) as error:
            raise self._make_error("a block") from error

    def _read_list(self, count: int, checksum: str) -> tuple[dict[str, _File], list[bytes]]:
        parts: list[bytes] = []
        for first in range(0, count, MOST_AHEAD):
            parts += self._fetch_rows(range(first, min(first + MOST_AHEAD, count)))
        listed = b"".join(parts)
        if hashlib.sha256(listed).hexdigest() != checksum:
            raise self._make_error("the list of blocks")
        head, _, digests = listed.partition(b"\n")
        files: dict[str, _File] = {}
        place = 0
        for number, (name, size) in enumerate(json.loads(head)["files"], start=1):
            files[name] = _File(number, size, place)
            place += count_parts(size)
        return files, [
            digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)
        ]

    def _make_error(self, what: str) -> IndexDamagedError:
        shown = f"{self._client.address.shown}, {self._collection}"
        return IndexDamagedError(f"{what} in {shown} was changed or is missing", hint=REPAIR)


def count_parts(size: int) -> int:
    """How many blocks so many bytes take."""
    return -(-size // BLOCK_BYTES)


def _read_parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(BLOCK_BYTES):
            yield part


def _cut(content: bytes) -> Iterable[bytes]:
    return (content[at : at + BLOCK_BYTES] for at in range(0, len(content), BLOCK_BYTES))
