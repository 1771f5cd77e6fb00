"""One long-lived process that reads HTML, PDF and Office files, and is killed at its limits.

A new process is started, never forked: the builder may hold threads and gigabytes. It inherits no
secrets from the environment, and answers in JSON.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Self

from assistant.errors import LoadError
from assistant.load import limits
from assistant.load.frames import FrameError, Loaded, decode_loaded, read_line
from assistant.records import Document

OUT_OF_MEMORY = 77  # the exit status of a worker that says so
# The variables that a process needs to start; tokens and keys are not among them.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL")


class Worker:
    """Loads files in another process, which is started with the first and again after a failure.

    `seconds` are for one file, `memory_bytes` the process's address space (where the system limits
    it), `reply_bytes` the most it may answer. Use it in a `with`, which ends the process.
    """

    def __init__(
        self,
        *,
        seconds: float = limits.SECONDS,
        memory_bytes: int = limits.MEMORY_BYTES,
        reply_bytes: int = limits.REPLY_BYTES,
    ) -> None:
        self.seconds, self.memory_bytes, self.reply_bytes = seconds, memory_bytes, reply_bytes
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop(patience_seconds=0)

    def load(self, path: Path, name: str) -> Loaded:
        """The documents of a file, or why it was refused. Never raises for what a file holds.

        A file that fails in a worker that has read others is tried once more in a fresh one, so
        that what it gives does not depend on them; one that took too long is not.
        """
        was_used = self._process is not None
        process = self._process or self._start()
        timer = Timer(self.seconds, process.kill)
        timer.start()
        try:
            return self._ask(process, path, name)
        except (FrameError, OSError) as error:
            timed_out, failure = timer.finished.is_set(), str(error)
        finally:
            timer.cancel()
        status = self._stop()
        if was_used and not timed_out:
            return self.load(path, name)
        reason = self._explain(status, failure)
        if timed_out:
            reason = f"took longer than {self.seconds:g} seconds to read"
        return [LoadError(f"{name} {reason}", hint="leave it out, or save it again as text")]

    def _ask(self, process: "subprocess.Popen[bytes]", path: Path, name: str) -> Loaded:
        if process.stdin is None or process.stdout is None:
            raise ValueError("the worker has no pipes")
        process.stdin.write(json.dumps([str(path), name]).encode() + b"\n")
        process.stdin.flush()
        found = decode_loaded(read_line(process.stdout, self.reply_bytes))
        if any(isinstance(item, Document) and item.id != name for item in found):
            raise FrameError("another document")
        return found

    def _start(self) -> "subprocess.Popen[bytes]":
        package = str(Path(__file__).parent.parent.parent)
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        # -P: no module is taken from the folder that the command happens to be run in.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.load.child",
             str(self.memory_bytes), str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": os.pathsep.join([package, *filter(None, sys.path)])},
        )  # fmt: skip
        return self._process

    def _explain(self, status: int | None, error: str) -> str:
        """Why there was no reply, from the exit status of the process; None: it was running."""
        if status in (OUT_OF_MEMORY, -signal.SIGKILL):
            return f"took more than {self.memory_bytes // limits.MIB} MiB to read"
        if status is not None:
            return f"broke the program that reads it (status {status})"
        return f"gave more than it may, or nothing that can be read ({error[:100]})"

    def _stop(self, patience_seconds: float = 1.0) -> int | None:
        """End the process; its own exit status, or None where it had to be killed."""
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            status: int | None = process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            status = None
            process.kill()
        process.communicate()  # closes the pipes
        return status
