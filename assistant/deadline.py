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

from assistant.errors import AbandonedError, AssistantError, DeadlineError, StoppingError


class Deadline:
    """The end of the time for a request, on the clock of `time.monotonic`. Threads share it.

    The time began at `began`, or begins now.
    """

    def __init__(self, seconds: float, *, began: float | None = None) -> None:
        self.seconds = seconds
        self.ends = (monotonic() if began is None else began) + seconds
        self._ending = _Ending()

    @property
    def left(self) -> float:
        """Seconds until the end, negative after it."""
        return self.ends - monotonic()

    def extend(self, seconds: float) -> None:
        """Allow more time, as for a large body."""
        self.ends += seconds

    def renew(self) -> Self:
        """A deadline as long as this one that begins now; both end when the client has gone,
        or the server stops.
        """
        renewed = type(self)(self.seconds)
        renewed._ending = self._ending
        return renewed

    def abandon(self) -> None:
        """The client has gone: work ends at its next check."""
        self._ending.end(AbandonedError)

    def stop(self) -> None:
        """The server can wait no longer: work ends at its next check."""
        self._ending.end(StoppingError)

    @property
    def is_stopped(self) -> bool:
        return self._ending.reason is StoppingError

    def check(self) -> None:
        """Raise AbandonedError, StoppingError or DeadlineError if the work should end."""
        if self._ending.reason is not None:
            raise self._ending.reason()
        if self.left <= 0:
            raise DeadlineError(self.seconds)

    @contextmanager
    def notify(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call a listener when the client goes or the server stops meanwhile, in the thread that
        notices it.
        """
        with self._ending.notify(listener):
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


class _Ending:
    def __init__(self) -> None:
        self.reason: Callable[[], AssistantError] | None = None
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def end(self, reason: Callable[[], AssistantError]) -> None:
        with self._lock:
            self.reason = self.reason or reason
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    @contextmanager
    def notify(self, listener: Callable[[], None]) -> Iterator[None]:
        with self._lock:
            self._listeners.append(listener)
            is_over = self.reason is not None
        if is_over:
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
    """Raise AbandonedError, StoppingError or DeadlineError if the work should end."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.check()
