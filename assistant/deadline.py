"""How long a request may take, and whether its client still waits for the answer.

A server sets the Deadline of a request with `apply`; work that takes long calls `check_deadline`
between its steps, in whatever thread it runs. Without a Deadline, as on the command line, nothing
ends.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Self

from assistant.errors import AbandonedError, DeadlineError


class Deadline:
    """The end of the time for a request, on the clock of `time.monotonic`. Threads share it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = monotonic() + seconds
        self._abandoned = _Abandoned()

    @property
    def left(self) -> float:
        """Seconds until the end, negative after it."""
        return self.ends - monotonic()

    def extend(self, seconds: float) -> None:
        """Allow more time, as for a large body."""
        self.ends += seconds

    def renew(self) -> Self:
        """A deadline as long as this one that begins now; both end when the client has gone."""
        renewed = type(self)(self.seconds)
        renewed._abandoned = self._abandoned
        return renewed

    def abandon(self) -> None:
        """Say that no client waits any more: work ends at its next check."""
        self._abandoned.set()

    def check(self) -> None:
        """Raise AbandonedError or DeadlineError if there is no use in going on."""
        if self._abandoned.is_set:
            raise AbandonedError
        if self.left <= 0:
            raise DeadlineError(self.seconds)

    @contextmanager
    def notify(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call a listener when the client goes meanwhile, or at once if it has gone.

        It is called in the thread that calls `abandon`: of a server, that of its event loop.
        """
        with self._abandoned.notify(listener):
            yield

    @contextmanager
    def apply(self) -> Iterator[None]:
        """Make this the deadline of what runs meanwhile, and of the threads that it starts with a
        copy of its context, as `anyio.to_thread` does.
        """
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


class _Abandoned:
    def __init__(self) -> None:
        self.is_set = False
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def set(self) -> None:
        with self._lock:
            self.is_set = True
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    @contextmanager
    def notify(self, listener: Callable[[], None]) -> Iterator[None]:
        with self._lock:
            self._listeners.append(listener)
            is_set = self.is_set
        if is_set:
            listener()
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def find_deadline() -> Deadline | None:
    """The deadline of the request that is being answered."""
    return _CURRENT.get()


def check_deadline() -> None:
    """Raise AbandonedError or DeadlineError if there is no use in going on."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.check()
