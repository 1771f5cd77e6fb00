"""What workers have computed, on disk: Parquet files that a build reads again after a crash.

A shard is named by the SHA-256 of its bytes, and is used only if it has them. Its rows have the key
of what they were computed from. Shards are removed when the generation made of them is published:
the next build takes what has not changed from that.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from assistant.index.publish import SHARDS
from assistant.load.files import UNREADABLE

if TYPE_CHECKING:
    import pyarrow

LISTING = ".listing.json"  # in the folder of an index: the files of a URL
FILES, VECTORS = "files", "vectors"
SHARD_BYTES = 8 * 2**20  # of rows in memory; or what has come in
SHARD_SECONDS = 5.0
_CACHED = 32  # columns of shards


class Shards:
    """The intact shards of an index; `digests` are those of a URL's files by name and stamp.

    Others are removed when it is opened.
    """

    def __init__(self, index: Path) -> None:
        self._folder = index / SHARDS
        self._folder.mkdir(exist_ok=True)
        self._places: dict[bytes, tuple[Path, int]] = {}
        self.digests: dict[tuple[str, str], str] = {}
        self._vectors: list[Path] = []
        self._read = lru_cache(maxsize=_CACHED)(_read_column)
        for path in sorted(self._folder.iterdir()):
            kind, _, digest = path.stem.partition("-")
            if path.suffix != ".parquet" or _hash_file(path) != digest:
                path.unlink(missing_ok=True)
            else:
                self._add(kind, path)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def read(self, key: bytes, column: str) -> bytes:
        """A field of the row of a file."""
        path, row = self._places[key]
        value: bytes = self._read(path, column)[row].as_py()
        return value

    def vectors(self) -> "Iterator[pyarrow.Table]":
        """The tables of vectors: `key` and `vector`."""
        from pyarrow import parquet

        for path in self._vectors:
            yield parquet.read_table(path)

    @contextmanager
    def writing(self, kind: str) -> "Iterator[ShardWriter]":
        """Collects rows, and writes them in shards; also if the block fails."""
        writer = ShardWriter(self, kind)
        try:
            yield writer
        finally:
            writer.flush()

    def write(self, kind: str, table: "pyarrow.Table") -> None:
        """Write a shard, whole or not at all."""
        import pyarrow
        from pyarrow import parquet

        sink = pyarrow.BufferOutputStream()
        parquet.write_table(table, sink, compression="zstd")
        content = sink.getvalue()
        path = self._folder / f"{kind}-{hashlib.sha256(content).hexdigest()}.parquet"
        arriving = path.with_suffix(".new")
        arriving.write_bytes(content)
        arriving.replace(path)
        self._add(kind, path)

    def _add(self, kind: str, path: Path) -> None:
        from pyarrow import parquet

        if kind != FILES:
            self._vectors.append(path)
            return
        table = parquet.read_table(path, columns=["key", "name", "stamp", "digest"])
        for row, fields in enumerate(table.to_pylist()):
            self._places[fields["key"]] = path, row
            if fields["stamp"] and fields["digest"] != UNREADABLE:
                self.digests[os.fsdecode(fields["name"]), fields["stamp"]] = fields["digest"]


class ShardWriter:
    """Collects tables of one kind until they make a shard."""

    def __init__(self, shards: Shards, kind: str) -> None:
        self._shards, self._kind = shards, kind
        self._tables: list[pyarrow.Table] = []
        self._flushed_at = monotonic()

    def add(self, table: "pyarrow.Table") -> None:
        self._tables.append(table)
        is_full = sum(one.nbytes for one in self._tables) >= SHARD_BYTES
        if is_full or monotonic() - self._flushed_at >= SHARD_SECONDS:
            self.flush()

    def flush(self) -> None:
        import pyarrow

        if self._tables:
            tables, self._tables = self._tables, []
            self._shards.write(self._kind, pyarrow.concat_tables(tables))
        self._flushed_at = monotonic()


def make_key(*parts: str) -> bytes:
    """SHA-256 over what a row was computed from."""
    joined = json.dumps(parts).encode()  # escapes what is not ASCII
    return hashlib.sha256(joined).digest()


def read_listing(index: Path, place: str) -> dict[tuple[str, str], str]:
    """SHA-256 of the files of a URL by name and stamp, as a build has found them before."""
    try:
        fields = json.loads((index / LISTING).read_bytes())
        files = fields["files"] if fields["place"] == place else []
        return {(str(name), str(stamp)): str(digest) for name, stamp, digest in files}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def write_listing(
    index: Path, place: str, stamps: Mapping[str, str], digests: Mapping[str, str]
) -> None:
    """Remember the SHA-256 of the files of a URL, as far as that is possible."""
    files = [
        (name, stamp, digests[name])
        for name, stamp in stamps.items()
        if stamp and digests[name] != UNREADABLE  # the right to read it may come later
    ]
    arriving = index / f"{LISTING}.new"
    with suppress(OSError):
        arriving.write_text(json.dumps({"place": place, "files": files}), encoding="ascii")
        arriving.replace(index / LISTING)


def _read_column(path: Path, column: str) -> "pyarrow.ChunkedArray":
    from pyarrow import parquet

    return parquet.read_table(path, columns=[column])[column]


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
