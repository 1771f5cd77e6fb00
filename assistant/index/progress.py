"""What a running build is doing, for other processes to show: a small file in the index folder.

A thread writes the file twice a second as long as the build runs, so an old file is one of a build
that was killed. No failure to write it reaches the build.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time
from typing import Literal, Protocol, TypeVar, get_args

FILE = ".progress"
INTERVAL_SECONDS = 0.5
STALE_SECONDS = 10.0  # without a new file; the build is taken for dead
Step = Literal[
    "opening", "ray", "reading", "loading", "splitting", "figures", "embedding", "writing",
    "questions", "publishing", "storing",
]  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """The step of a build, and how many of its files, documents or passages are done.

    `total` is 0 for a step that is not counted. `started` is the build's begin and `written` the
    time of this state: seconds of the Unix epoch.
    """

    step: Step
    done: int
    total: int
    started: float
    written: float


class Track(Protocol):
    """Goes through items; those that are done are counted and shown."""

    def __call__(self, items: Sequence[T], /) -> Iterator[T]: ...


class ProgressFile:
    """Keeps the file of an index up to date; `begin` and `advance` only note numbers."""

    def __init__(self, index: Path, *, clock: Callable[[], float] = time) -> None:
        self._path = index / FILE
        self._clock = clock
        self._started = clock()
        self._state: tuple[Step, int, int] = ("opening", 0, 0)
        self._ended = threading.Event()

    def begin(self, step: Step, total: int = 0) -> None:
        self._state = step, 0, total

    def advance(self, count: int = 1) -> None:
        step, done, total = self._state
        self._state = step, done + count, total

    def write(self) -> None:
        """Replace the file, if that is possible."""
        state = BuildProgress(*self._state, self._started, self._clock())
        temporary = self._path.with_name(f"{FILE}.new")
        with suppress(OSError):
            temporary.write_text(json.dumps(asdict(state)), encoding="ascii")
            temporary.replace(self._path)
            return
        with suppress(OSError):
            temporary.unlink()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Write the file until the block ends, then remove it."""
        thread = threading.Thread(target=self._write_until_end, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            with suppress(OSError):
                self._path.unlink()

    def _write_until_end(self) -> None:
        while not self._ended.is_set():
            self.write()
            self._ended.wait(INTERVAL_SECONDS)


def read_progress(index: Path, *, clock: Callable[[], float] = time) -> BuildProgress | None:
    """What a build of an index is doing; None if none runs."""
    try:
        fields = json.loads((index / FILE).read_bytes())
        progress = BuildProgress(
            fields["step"],
            int(fields["done"]),
            int(fields["total"]),
            float(fields["started"]),
            float(fields["written"]),
        )
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return None
    is_known = progress.step in get_args(Step)
    return progress if is_known and abs(clock() - progress.written) <= STALE_SECONDS else None
