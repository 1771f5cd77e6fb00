"""Processes that read hostile files: started without secrets, limited, and killed when late.

A new process is started, never forked: the parent may hold threads and gigabytes.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer

OUT_OF_MEMORY = 77  # exit status
# The variables that a process needs to start; tokens and keys are not among them.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL")


def start_program(module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a module of this package as a program, with pipes for its input and output."""
    package = str(Path(__file__).parent.parent.parent)
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # -P: no module is taken from the current folder.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment | {"PYTHONPATH": os.pathsep.join([package, *filter(None, sys.path)])},
    )


def stop_program(
    process: "subprocess.Popen[bytes]", *, patience_seconds: float = 1.0
) -> int | None:
    """End a process; its exit status, or None if it had to be killed."""
    try:
        status: int | None = process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        status = None
        process.kill()
    process.communicate()  # closes the pipes
    return status


class Deadline:
    """Kills a process unless it is moved or cancelled before."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process, self._timer = process, Timer(0, process.kill)
        self.is_over = False

    def set(self, seconds: float) -> None:
        self.cancel()
        self._timer = Timer(seconds, self._end)
        self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        self._process.kill()


def limit_process(memory_bytes: int) -> None:
    """Limit memory, and forbid writing files and core dumps, where the system can."""
    with suppress(ImportError):  # on Windows
        import resource

        limits = {"RLIMIT_AS": memory_bytes, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
        for name, limit in limits.items():
            with suppress(OSError, ValueError):
                resource.setrlimit(getattr(resource, name), (limit, limit))
