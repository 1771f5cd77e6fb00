"""The worker process: reads requests from its input, parses files, writes what it found.

It is started as `python -m assistant.load.child`, by `assistant.load.worker` alone.
"""

import json
import os
import signal
import sys
from pathlib import Path

from assistant.errors import LoadError, find_reason
from assistant.load.checks import refuse_long, refuse_nul
from assistant.load.files import read_content
from assistant.load.formats import WORKER_LOADERS
from assistant.load.frames import Loaded, encode_loaded, read_frame, write_frame
from assistant.load.worker import OUT_OF_MEMORY
from assistant.records import Document

LONGEST_REQUEST = 65_536  # bytes
GRACE_SECONDS = 10  # after which a worker whose owner is gone ends itself


def main(memory_bytes: int, seconds: float) -> None:
    """Answer requests until the input ends."""
    _limit(memory_bytes)
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    while (request := read_frame(requests, LONGEST_REQUEST)) is not None:
        path, name = json.loads(request)
        if hasattr(signal, "alarm"):
            signal.alarm(int(seconds) + GRACE_SECONDS)
        try:
            reply = _answer(Path(path), name)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
        if hasattr(signal, "alarm"):
            signal.alarm(0)
        write_frame(replies, reply)


def _answer(path: Path, name: str) -> bytes:
    try:
        return encode_loaded(_load(path, name))
    except ValueError:  # half of a surrogate pair
        refusal = LoadError(f"{name} holds half of a character", hint="save it again")
        return encode_loaded([refusal])


def _load(path: Path, name: str) -> Loaded:
    loader = WORKER_LOADERS[path.suffix.lower()]
    try:
        found = list(loader(read_content(path, name), name))
    except LoadError as error:
        return [error]
    except MemoryError:
        raise
    except Exception as error:  # the edge of a process that reads hostile files with many libraries
        return [
            LoadError(
                f"{name} is damaged or not what its name says ({find_reason(error)[:200]})",
                hint="open it and save it again",
            )
        ]
    return [_check(item, name) for item in found]


def _check(item: Document | LoadError, name: str) -> Document | LoadError:
    if isinstance(item, Document):
        try:
            refuse_nul(item.text, name)
            refuse_long(len(item.text), name)
        except LoadError as error:
            return error
    return item


def _limit(memory_bytes: int) -> None:
    """Take away what reading needs none of; what a system can't limit stays as it is."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):
            continue


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
