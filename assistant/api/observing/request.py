"""What is known about the request that is being answered, in whatever thread that happens.

Without a request, as on the command line, nothing is observed.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import time_ns
from typing import Protocol

from assistant.errors import AssistantError
from assistant.records import Answer

FAULT = "fault"  # the code of an error that is a bug
REQUEST_ID = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Asked:
    """A question: its answer, or the code of the error in place of one.

    `began` is in nanoseconds since 1970.
    """

    question: str
    began: int
    answer: Answer | None = None
    error: str = ""

    @property
    def outcome(self) -> str:
        """`answered`, `not_sure`, `absent`, or the code of the error."""
        if self.answer is None:
            return self.error
        if self.answer.status == "answered":
            return self.answer.status
        return "absent" if self.answer.best_guess is None else "not_sure"

    @property
    def kind(self) -> str:
        return self.answer.kind if self.answer is not None else "none"

    @property
    def seconds(self) -> Mapping[str, float]:
        """How long each step took."""
        times = self.answer.timing_ms if self.answer is not None else {}
        return {step: milliseconds / 1000 for step, milliseconds in times.items()}


class Observer(Protocol):
    """Takes what happens during requests, from any thread. `interface` is that of the request."""

    def add_question(self, asked: Asked, interface: str) -> None: ...

    def add_error(self, code: str, status: int) -> None: ...

    def add_wait(self, seconds: float) -> None: ...


@dataclass(slots=True)
class Observed:
    """A request: `asked` is its last question, `error` the code of its last error."""

    id: str
    interface: str
    observers: tuple[Observer, ...]
    asked: Asked | None = None
    error: str = ""

    @property
    def outcome(self) -> str:
        return self.error or (self.asked.outcome if self.asked is not None else "")


# Never reset: each request is answered in a task of its own, and so the handler of unexpected
# errors, which runs after all middleware, still finds it.
_CURRENT: ContextVar[Observed | None] = ContextVar("observed", default=None)


def observe(observed: Observed) -> None:
    """Make this the request that is being answered, here and in threads that begin here."""
    _CURRENT.set(observed)


def find_observed() -> Observed | None:
    return _CURRENT.get()


def find_request_id() -> str:
    """The id of the request that is being answered; "" without one."""
    observed = _CURRENT.get()
    return "" if observed is None else observed.id


def choose_request_id(given: str) -> str:
    """The id that a request brings if it is short and plain, else a new one.

    >>> choose_request_id("check-17")
    'check-17'
    """
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def note_error(code: str, status: int) -> None:
    """Count an error that a client gets; one inside a response that has begun has its status."""
    observed = _CURRENT.get()
    if observed is not None:
        observed.error = code
        for observer in observed.observers:
            observer.add_error(code, status)


def note_wait(seconds: float) -> None:
    """Count how long work has waited for a free thread."""
    observed = _CURRENT.get()
    for observer in observed.observers if observed is not None else ():
        observer.add_wait(seconds)


@contextmanager
def note_question(question: str) -> Iterator[Asked]:
    """Count a question that is asked meanwhile; its answer is put into what this yields."""
    asked = Asked(question, time_ns())
    try:
        yield asked
    except Exception as error:
        asked.error = error.code if isinstance(error, AssistantError) else FAULT
        raise
    finally:
        observed = _CURRENT.get()
        if observed is not None:
            observed.asked = asked
            for observer in observed.observers:
                observer.add_question(asked, observed.interface)
