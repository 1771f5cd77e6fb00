"""An index is rebuilt in the background, one build at a time, with every change in one of them."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.api import rebuilding as module
from assistant.api.rebuilding import BuildState, Rebuilding, take_snapshot
from assistant.errors import IndexBusyError, ShortageError
from assistant.settings import Settings

Program = Callable[[str], None]


@pytest.fixture
def rebuilding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rebuilding]:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.05)
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=tmp_path / "corpus", write_token="a-token-to-write-with")
    rebuilding = Rebuilding(settings, tmp_path / "indexes" / "default")
    yield rebuilding
    rebuilding.stop()
    assert not any(thread.is_alive() for thread in rebuilding._threads)


def run_instead(monkeypatch: pytest.MonkeyPatch, *programs: str) -> list[int]:
    """Run programs instead of builds, the last one again and again; counts them."""
    started: list[int] = []

    def start(_: Rebuilding) -> "subprocess.Popen[str]":
        program = programs[min(len(started), len(programs) - 1)]
        started.append(len(started))
        return subprocess.Popen(
            ["/bin/sh", "-c", program],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    monkeypatch.setattr(Rebuilding, "_start_build", start)
    return started


def wait_until(is_so: Callable[[], bool]) -> None:
    waiting, end = threading.Event(), time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        waiting.wait(0.01)


def test_requests_during_a_build_are_followed_by_one_more(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    started = run_instead(monkeypatch, f"until [ -e {gate} ]; do sleep 0.01; done")
    assert rebuilding.state == BuildState("ready", 0, 0)
    assert rebuilding.request() == 1
    wait_until(lambda: rebuilding.state.state == "building")
    assert [rebuilding.request() for _ in range(3)] == [2, 3, 4]
    assert rebuilding.state.finished == 0
    gate.touch()
    wait_until(lambda: not rebuilding.state.is_running)
    assert rebuilding.state == BuildState("ready", 4, 4)
    assert started == [0, 1]


def test_a_build_that_fails_says_why_until_one_succeeds(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_instead(monkeypatch, "echo 'assistant: a reason: a hint' >&2; exit 1", "exit 0")
    rebuilding.request()
    wait_until(lambda: not rebuilding.state.is_running)
    assert rebuilding.state == BuildState("failed", 1, 1, "a reason: a hint")
    rebuilding.request()
    wait_until(lambda: rebuilding.state.finished == 2)
    assert rebuilding.state == BuildState("ready", 2, 2)


def test_a_build_that_can_not_be_started_is_said_and_tried_again(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Rebuilding) -> "subprocess.Popen[str]":
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(Rebuilding, "_start_build", fail)
    rebuilding.request()
    wait_until(lambda: not rebuilding.state.is_running)
    reason = "no process can be started (Cannot allocate memory)"
    assert rebuilding.state == BuildState("failed", 1, 1, reason)
    run_instead(monkeypatch, "exit 0")
    rebuilding.request()
    wait_until(lambda: not rebuilding.state.is_running)
    assert rebuilding.state == BuildState("ready", 2, 2)


def test_a_build_waits_for_one_of_another_process(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = run_instead(monkeypatch, *[f"exit {IndexBusyError.exit_status}"] * 2, "exit 0")
    rebuilding.request()
    wait_until(lambda: not rebuilding.state.is_running)
    assert (rebuilding.state.state, started) == ("ready", [0, 1, 2])


def test_stopping_ends_a_build(rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch) -> None:
    started = run_instead(monkeypatch, "exec sleep 600")
    rebuilding.request()
    wait_until(lambda: rebuilding._process is not None)
    process = rebuilding._process
    rebuilding.stop()
    assert process is not None
    assert process.returncode == -15
    rebuilding.request()
    assert started == [0], "it was started again"


def test_the_process_gets_the_settings_and_no_secret(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_TOKEN", "a-token-to-read-with")
    monkeypatch.setenv("ASSISTANT_WRITE_TOKEN", "a-token-to-write-with")
    with_secrets = rebuilding._settings.model_copy(update={"secrets": tmp_path})
    monkeypatch.setattr(rebuilding, "_settings", with_secrets)
    monkeypatch.setattr(sys, "executable", "/usr/bin/env")  # `env -P -m` is wrong usage: it ends
    given: dict[str, str] = {}
    real = subprocess.Popen

    def start(command: list[str], *, env: dict[str, str], **more: int) -> "subprocess.Popen[bytes]":
        given.update(env)
        assert command[1:] == ["-P", "-m", "assistant.cli", "index", "--remove-if-empty"]
        return real(["/bin/true"], **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start)
    rebuilding._start_build().communicate()
    assert given["ASSISTANT_CORPUS"] == str(tmp_path / "corpus")
    assert given["ASSISTANT_INDEXES"] == str(tmp_path / "indexes")
    assert not [value for value in given.values() if "a-token" in value]
    assert "ASSISTANT_SECRETS" not in given


def test_files_that_are_dropped_are_built_when_they_are_stable(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = run_instead(monkeypatch, "exit 0")
    corpus = tmp_path / "corpus"
    rebuilding.watch()
    (corpus / "a.txt").touch()
    wait_until(lambda: rebuilding.state.finished == 1)
    (corpus / ".hidden.txt").write_text("no document")
    (corpus / "~$a.docx").write_text("no document")
    (corpus / "players.toml").touch()
    wait_until(lambda: rebuilding.state.finished == 2)
    (corpus / "a.txt").unlink()
    (corpus / "players.toml").unlink()
    (corpus / "b.txt").write_text("two")
    wait_until(lambda: rebuilding._seen == take_snapshot(corpus))
    wait_until(lambda: len(started) == rebuilding.state.finished >= 3)


def test_watching_goes_on_when_no_file_can_be_opened(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run_short(_: Path) -> None:
        raise ShortageError("too many files are open")

    run_instead(monkeypatch, "exit 0")
    monkeypatch.setattr("assistant.index.integrity.read_pointer", run_short)
    index = tmp_path / "indexes" / "default"
    index.mkdir(parents=True)
    (index / "CURRENT").touch()
    rebuilding.watch()
    wait_until(lambda: rebuilding.state.finished == 1)


def test_a_snapshot_notices_every_change_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    before = take_snapshot(tmp_path)
    assert take_snapshot(tmp_path) == before
    path.write_text("two")
    os.utime(path, ns=(0, 0))
    after = take_snapshot(tmp_path)
    assert after != before
    other = tmp_path / ".new"
    other.write_text("two")
    os.utime(other, ns=(0, 0))
    other.replace(path)
    assert take_snapshot(tmp_path) != after
    assert take_snapshot(tmp_path / "none") is None
