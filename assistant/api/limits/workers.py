"""The threads that find answers, and the bounded queue before them."""

import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import perf_counter
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, current_time
from anyio.to_thread import run_sync

from assistant.answer.writer.client import MOST_AT_ONCE
from assistant.api.observing.request import note_wait
from assistant.deadline import Deadline, find_deadline
from assistant.errors import DeadlineError, OverloadError
from assistant.settings import Settings

SLOTS = 8  # requests at a time that read the index without asking a question
RECENT = 0.1  # weight of the last answer in the average of what one takes
T = TypeVar("T")


class Workers:
    """Runs what asks the index, for all interfaces of a server, in the order of arrival."""

    def __init__(self, settings: Settings) -> None:
        # More where answers wait for a language model, not for a core.
        self.size = settings.answers_at_once + (MOST_AT_ONCE if settings.llm_url is not None else 0)
        self.room = settings.queue
        self._limiter = CapacityLimiter(self.size)
        self._entered = 0  # that run or wait: the limiter counts them only later
        self._slots = CapacityLimiter(SLOTS)
        self._seconds = 0.0  # that an answer takes, on average; 0 before the first

    @property
    def running(self) -> int:
        return self._limiter.statistics().borrowed_tokens

    @property
    def waiting(self) -> int:
        return self._entered - self.running

    async def run(self, work: Callable[[], T], *, is_patient: bool = False) -> T:
        """The result of some work in a thread, as soon as one is free.

        The time of `is_patient` work begins with the work itself, however long it waits. Raises
        OverloadError where the queue is full or too long for the deadline of the request,
        DeadlineError, AbandonedError, StoppingError, and what the work raises.
        """
        deadline = find_deadline()
        if deadline is None:
            return await self._run(work)
        if is_patient:
            return await self._run(lambda: _renew(deadline, work))
        deadline.check()
        self._check_room(deadline.left)
        # Only the wait for a thread can be cancelled: work that runs ends at its own checks.
        with wait_until(deadline):
            return await self._run(work)

    async def hold_slot(self) -> AsyncIterator[None]:
        """A dependency of endpoints that read the index without asking it.

        They run in the threads that serve all endpoints; a few at a time, so that others remain
        for static files and errors. Raises DeadlineError, AbandonedError and StoppingError.
        """
        deadline, borrower = find_deadline(), object()
        with wait_until(deadline) if deadline is not None else nullcontext():
            await self._slots.acquire_on_behalf_of(borrower)
        try:
            yield
        finally:
            self._slots.release_on_behalf_of(borrower)

    async def _run(self, work: Callable[[], T]) -> T:
        came = perf_counter()

        def measure() -> T:
            began = perf_counter()
            note_wait(began - came)
            try:
                return work()
            finally:
                took = perf_counter() - began
                self._seconds += (took - self._seconds) * (RECENT if self._seconds else 1.0)

        self._entered += 1
        try:
            return await run_sync(measure, limiter=self._limiter)
        finally:
            self._entered -= 1

    def _check_room(self, left: float) -> None:
        """Raise OverloadError rather than let a request wait for what it can't get.

        A few may always wait: after one slow answer, the estimate says little.
        """
        if self._entered < self.size + min(self.size, self.room):
            return
        if self.waiting >= self.room or self._estimate() + self._seconds > left:
            raise OverloadError(max(1, math.ceil(self._estimate())))

    def _estimate(self) -> float:
        """Seconds until a request that comes now is begun."""
        return (self.waiting + 1) * self._seconds / self.size


@contextmanager
def wait_until(deadline: Deadline) -> Iterator[None]:
    """Cancel what a task waits for when its deadline ends.

    Raises DeadlineError, AbandonedError and StoppingError.
    """
    with CancelScope(deadline=current_time() + deadline.left) as scope:
        with deadline.notify(scope.cancel):
            yield
    if scope.cancelled_caught:
        deadline.check()
        raise DeadlineError(deadline.seconds)  # the loop's clock was a moment ahead


def _renew(deadline: Deadline, work: Callable[[], T]) -> T:
    with deadline.renew().apply():
        return work()
