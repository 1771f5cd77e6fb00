"""Loads a store with the fake models, in children that kill themselves at a given call of Milvus.

A line on the input is the folder of indexes, the store, the number of the call to die at, and
whether `before` or `after` it; the answer is how the child ended, and how many calls it made.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import pymilvus  # noqa: F401  # a second, which each child would spend
import pytest

from assistant.build.storing import update_store
from assistant.index.milvus.client import Client
from tests.conftest import use_fake_models
from tests.milvus import make_settings


def die_at(call: int, when: str, seen: list[int]) -> None:
    """End this process at a call of Milvus."""
    real: Any = Client._try

    def count(self: Client, *given: Any) -> Any:
        seen[0] += 1
        is_last = seen[0] == call
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(self, *given)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    Client._try = count  # type: ignore[assignment,method-assign]


def main() -> None:
    use_fake_models(pytest.MonkeyPatch())
    result = Path(tempfile.mkdtemp()) / "calls"
    for line in sys.stdin:
        folder, store, call, when = line.rstrip("\n").split("\t")
        result.unlink(missing_ok=True)
        child = os.fork()  # no connection is open in this process
        if child == 0:
            seen = [0]
            die_at(int(call), when, seen)
            update_store(make_settings(Path(folder), store))
            result.write_text(str(seen[0]))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), result.read_text() if result.exists() else 0)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
