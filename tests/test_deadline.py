"""A request has an end: of its time, or when its client has gone."""

import threading

import anyio
import pytest
from anyio.to_thread import run_sync

from assistant import deadline as module
from assistant.deadline import Deadline, check_deadline, find_deadline
from assistant.errors import AbandonedError, DeadlineError


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time; a test sets it."""
    time = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: time[0])
    return time


def test_time_ends(clock: list[float]) -> None:
    deadline = Deadline(10.0)
    assert (deadline.ends, deadline.left) == (110.0, 10.0)
    clock[0] = 109.9
    deadline.check()
    deadline.extend(5.0)
    clock[0] = 114.0
    deadline.check()
    clock[0] = 115.0
    with pytest.raises(DeadlineError) as raised:
        deadline.check()
    assert (raised.value.seconds, raised.value.message) == (5, "no answer within 10 s")


def test_a_renewed_deadline_begins_now(clock: list[float]) -> None:
    deadline = Deadline(10.0)
    clock[0] = 150.0
    renewed = deadline.renew()
    assert (renewed.left, deadline.left) == (10.0, -40.0)
    deadline.abandon()
    with pytest.raises(AbandonedError):
        renewed.check()


def test_a_client_that_has_gone_comes_before_the_time(clock: list[float]) -> None:
    deadline = Deadline(10.0)
    deadline.abandon()
    clock[0] = 200.0
    with pytest.raises(AbandonedError):
        deadline.check()


def test_listeners_are_called_once_while_they_listen() -> None:
    deadline, called = Deadline(10.0), list[str]()
    with deadline.notify(lambda: called.append("left")):
        pass
    with deadline.notify(lambda: called.append("first")):
        with deadline.notify(lambda: called.append("second")):
            deadline.abandon()
        assert called == ["first", "second"]
    with deadline.notify(lambda: called.append("late")):
        assert called == ["first", "second", "late"]
    assert deadline._ending._listeners == []


def test_a_listener_that_fails_listens_no_more() -> None:
    deadline = Deadline(10.0)
    with pytest.raises(ZeroDivisionError), deadline.notify(lambda: None):
        raise ZeroDivisionError
    assert deadline._ending._listeners == []


def test_without_a_deadline_nothing_ends() -> None:
    assert find_deadline() is None
    check_deadline()


def test_a_deadline_holds_in_threads_and_tasks_that_begin_meanwhile() -> None:
    deadline = Deadline(10.0)

    async def check() -> None:
        found: list[Deadline | None] = []

        async def note() -> None:
            found.append(await run_sync(find_deadline))

        with deadline.apply():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(note)
            deadline.abandon()
            with pytest.raises(AbandonedError):
                await run_sync(check_deadline)
        await note()
        assert found == [deadline, None]

    anyio.run(check)


def test_threads_see_that_the_client_has_gone() -> None:
    deadline, seen = Deadline(60.0), threading.Event()

    def work() -> None:
        try:
            while True:
                deadline.check()
        except AbandonedError:
            seen.set()

    thread = threading.Thread(target=work)
    thread.start()
    deadline.abandon()
    thread.join(60)
    assert seen.is_set()
