"""Builds an index with Ray and kills itself: at a written shard, or when the index is written.

Also what ends a worker of Ray.
"""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import build as package
from assistant.build import embedding
from assistant.build.distributed import results, shards
from assistant.build.distributed.building import build_with_ray
from assistant.build.distributed.reading import ReadingJob, read_files
from assistant.build.distributed.shards import Shards

if TYPE_CHECKING:
    import pyarrow

# How many texts are embedded without Ray, by where the process dies.
SMALL = {"files": 500, "vectors": 0, "writing": 500}
KILLER = b"killer.txt"


def read_or_die(table: "pyarrow.Table", job: ReadingJob) -> "pyarrow.Table":
    """A worker that dies when it is to read one of the files."""
    if KILLER in table["name"].to_pylist():
        os._exit(1)
    return read_files(table, job)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(corpus: str, index: str, address: str, point: str) -> None:
    """`point` is a kind of shard, after two of which the process dies, or `writing`."""
    shards.SHARD_SECONDS, results.MOST_BATCHES, embedding.SMALL = 0, 1, SMALL[point]
    write, written = Shards.write, 0

    def count(self: Shards, kind: str, table: "pyarrow.Table") -> None:
        nonlocal written
        write(self, kind, table)
        written += kind == point
        if written == 2:
            die()

    Shards.write = count  # type: ignore[method-assign]
    if point == "writing":
        setattr(package, "write_generation", die)  # noqa: B010 - mypy
    build_with_ray(corpus, Path(index), address=address or None, embedder="packaged")


if __name__ == "__main__":
    main(*sys.argv[1:])
