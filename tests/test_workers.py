"""Answers are found by a few threads, in the order of arrival, within the time of each request."""

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic

import anyio
import pytest

from assistant.answer.writer.client import MOST_AT_ONCE
from assistant.api.limits import workers as module
from assistant.api.limits.workers import Workers
from assistant.deadline import Deadline, find_deadline
from assistant.errors import AbandonedError, DeadlineError, OverloadError, QuestionError
from assistant.settings import Settings

LONG = 60.0  # seconds: no test takes as long


def make(*, concurrency: int = 1, queue: int = 100, seconds: float = 0.0) -> Workers:
    """Workers for which an answer took some seconds on average."""
    workers = Workers(Settings(concurrency=concurrency, queue=queue))
    workers._seconds = seconds
    return workers


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(LONG):
        while not condition():
            await anyio.sleep(0.001)


def is_waiting(workers: Workers, count: int) -> bool:
    return workers.waiting == count


async def run_within(
    workers: Workers, work: Callable[[], object], seconds: float = LONG, *, is_patient: bool = False
) -> object:
    with Deadline(seconds).apply():
        return await workers.run(work, is_patient=is_patient)


@asynccontextmanager
async def busy(workers: Workers) -> AsyncIterator[threading.Event]:
    """All threads wait meanwhile, or until the event is set."""
    release = threading.Event()
    async with anyio.create_task_group() as tasks:
        for _ in range(workers.size):
            tasks.start_soon(run_within, workers, lambda: release.wait(LONG))
        await until(lambda: workers.running == workers.size)
        try:
            yield release
        finally:
            release.set()


def run(test: Callable[[], Awaitable[None]]) -> None:
    anyio.run(test)


def test_work_begins_in_the_order_of_arrival() -> None:
    async def check() -> None:
        workers, begun = make(), list[int]()
        async with busy(workers) as release, anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(run_within, workers, partial(begun.append, number))
                await until(partial(is_waiting, workers, number + 1))
            assert begun == []
            release.set()
        assert begun == [*range(20)]
        assert (workers.running, workers.waiting) == (0, 0)

    run(check)


def test_no_more_runs_at_a_time_than_there_are_threads() -> None:
    async def check() -> None:
        workers, together = make(concurrency=3), threading.Barrier(3)
        running, most, lock = 0, 0, threading.Lock()

        def work() -> None:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            together.wait(LONG)  # three at a time, or this breaks
            with lock:
                running -= 1
            together.wait(LONG)

        async with anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(run_within, workers, work)
        assert (running, most) == (0, 3)

    run(check)


def test_more_threads_wait_for_a_language_model() -> None:
    settings = Settings(concurrency=2, llm_url="http://127.0.0.1:9/v1", llm_model="m")
    assert Workers(settings).size == 2 + MOST_AT_ONCE


def test_a_full_queue_says_when_there_may_be_room() -> None:
    async def check() -> None:
        workers = make(concurrency=2, queue=3, seconds=1.5)
        async with anyio.create_task_group() as tasks, busy(workers):
            for number in range(3):
                tasks.start_soon(run_within, workers, lambda: None)
                await until(partial(is_waiting, workers, number + 1))
            with pytest.raises(OverloadError) as raised:
                await run_within(workers, lambda: None)
            assert raised.value.seconds == 3  # four answers by two threads, of 1.5 s each
            assert workers.waiting == 3

    run(check)


def test_a_request_that_would_wait_too_long_is_refused() -> None:
    async def check() -> None:
        workers = make(seconds=4.0)
        async with busy(workers), anyio.create_task_group() as tasks:
            # One may wait, whatever answers took.
            tasks.start_soon(run_within, workers, lambda: None, 5.0)
            await until(lambda: workers.waiting == 1)
            with pytest.raises(OverloadError) as raised:
                await run_within(workers, lambda: None, 11.0)  # 8 s until it begins, 4 s to answer
            assert raised.value.seconds == 8
            tasks.start_soon(run_within, workers, lambda: None, 13.0)
            await until(lambda: workers.waiting == 2)
            tasks.cancel_scope.cancel()

    run(check)


def test_the_average_follows_the_last_answers() -> None:
    async def check() -> None:
        workers = make(seconds=1000.0)
        for _ in range(10):
            await run_within(workers, lambda: None)
        assert 348 < workers._seconds < 349  # 1000 * 0.9 ** 10
        workers = make()
        await run_within(workers, lambda: threading.Event().wait(0.01))
        assert workers._seconds >= 0.01

    run(check)


def test_a_request_ends_with_its_time_while_it_waits() -> None:
    async def check() -> None:
        workers, begun = make(), list[int]()
        async with busy(workers):
            with pytest.raises(DeadlineError) as raised:
                await run_within(workers, lambda: begun.append(1), 0.05)
            assert str(raised.value).startswith("no answer within 0.05 s")
            assert workers.waiting == 0
        assert begun == []

    run(check)


def test_a_request_past_its_time_does_not_wait() -> None:
    async def check() -> None:
        workers, begun = make(), list[int]()
        with pytest.raises(DeadlineError):
            await run_within(workers, lambda: begun.append(1), -1.0)
        assert begun == []

    run(check)


def test_patient_work_has_all_its_time_when_it_begins() -> None:
    async def check() -> None:
        workers, left = make(queue=1), list[float]()

        def work() -> None:
            deadline = find_deadline()
            assert deadline is not None
            left.append(deadline.left)

        async def ask() -> None:
            deadline = Deadline(LONG)
            deadline.ends = monotonic() - 1
            with deadline.apply():
                await workers.run(work, is_patient=True)

        async with busy(workers) as release, anyio.create_task_group() as tasks:
            for number in range(3):  # more than there is room for
                tasks.start_soon(ask)
                await until(partial(is_waiting, workers, number + 1))
            release.set()
        assert len(left) == 3
        assert all(0 < seconds <= LONG for seconds in left)

    run(check)


def test_an_error_of_work_leaves_its_thread_free() -> None:
    async def check() -> None:
        workers = make()

        def fail() -> None:
            raise QuestionError("the question is empty", hint="write one")

        for _ in range(3):
            with pytest.raises(QuestionError, match="the question is empty"):
                await run_within(workers, fail)
        assert await run_within(workers, lambda: 7) == 7
        assert workers.running == 0

    run(check)


def test_a_client_that_goes_leaves_the_queue() -> None:
    async def check() -> None:
        workers, begun, deadline = make(), list[int](), Deadline(LONG)
        raised: list[type[BaseException]] = []

        async def ask() -> None:
            with deadline.apply():
                try:
                    await workers.run(lambda: begun.append(1))
                except AbandonedError as error:
                    raised.append(type(error))

        async with busy(workers), anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await until(lambda: workers.waiting == 1)
            deadline.abandon()
            await until(lambda: workers.waiting == 0)
        assert (begun, raised) == ([], [AbandonedError])
        assert deadline._ending._listeners == []

    run(check)


def test_a_cancelled_task_leaves_the_queue() -> None:
    async def check() -> None:
        workers, begun = make(), list[int]()
        async with busy(workers):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(run_within, workers, lambda: begun.append(1))
                await until(lambda: workers.waiting == 1)
                tasks.cancel_scope.cancel()
            assert workers.waiting == 0
        assert (begun, workers.running) == ([], 0)

    run(check)


def test_without_a_deadline_work_waits() -> None:
    async def check() -> None:
        workers, done = make(queue=0), list[int]()
        async with busy(workers) as release, anyio.create_task_group() as tasks:
            tasks.start_soon(workers.run, lambda: done.append(1))
            await until(lambda: workers.waiting == 1)
            release.set()
        assert done == [1]

    run(check)


def test_a_few_requests_at_a_time_read_the_index() -> None:
    async def check() -> None:
        workers = make()
        hold = asynccontextmanager(workers.hold_slot)
        async with hold():
            pass
        async with anyio.create_task_group() as tasks:
            ends = anyio.Event()

            async def keep() -> None:
                async with hold():
                    await ends.wait()

            for _ in range(module.SLOTS):
                tasks.start_soon(keep)
            await until(lambda: workers._slots.borrowed_tokens == module.SLOTS)
            with Deadline(0.05).apply(), pytest.raises(DeadlineError):
                async with hold():
                    raise AssertionError("one slot too many")
            ends.set()
        assert workers._slots.borrowed_tokens == 0

    run(check)
