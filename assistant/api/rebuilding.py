"""The index of a server is rebuilt after its documents have changed: in a process of its own, one
at a time, while the generation in use goes on answering.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.errors import AssistantError, CorpusError, IndexBusyError
from assistant.index.integrity import CURRENT
from assistant.load.files import QUESTIONS, list_files
from assistant.players import PLAYERS
from assistant.settings import PREFIX, SECRETS, Settings

LOG = logging.getLogger("assistant")
RETRY_SECONDS = 2.0  # while another process builds the index
LOAD_SECONDS = 30.0  # before a store that could not be loaded is tried again
POLL_SECONDS = 2.0  # between two looks at the corpus folder
_STOP_SECONDS = 5.0
State = Literal["ready", "waiting", "building", "failed"]
Snapshot = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class BuildState:
    """What became of the requests to rebuild, which are numbered from 1.

    `requested` is the last of them, `finished` the last that a build has followed. `problem` says
    why that build failed; the generation in use stays.
    """

    state: State
    requested: int
    finished: int
    problem: str = ""

    @property
    def is_running(self) -> bool:
        return self.state in ("waiting", "building")


class Rebuilding:
    """Rebuilds the index when it is asked to; with `watch`, also when the corpus folder changes."""

    def __init__(self, settings: Settings, index: Path) -> None:
        self._settings = settings.model_copy(
            update={"indexes": index.parent.absolute(), "index": index.name}
        )
        self._index = index
        self._change = threading.Condition()
        self._requested = self._begun = self._finished = 0
        self._is_building = self._is_stopped = False
        self._problem = ""
        self._is_behind = False  # the store lacks what was built
        self._process: subprocess.Popen[str] | None = None
        self._seen: Snapshot | None = None  # the folder as the last build has found it
        self._threads: list[threading.Thread] = []
        self.builds = {"ok": 0, "failed": 0}

    @property
    def state(self) -> BuildState:
        with self._change:
            if self._finished < self._requested:
                state: State = "building" if self._is_building else "waiting"
            else:
                state = "failed" if self._problem else "ready"
            problem = "" if state in ("waiting", "building") else self._problem
            return BuildState(state, self._requested, self._finished, problem)

    def request(self) -> int:
        """Have the index rebuilt; the number of the request."""
        with self._change:
            self._requested += 1
            self._start(self._build_all)
            self._change.notify_all()
            return self._requested

    def watch(self) -> None:
        """Look at the corpus folder from now on."""
        with self._change:
            self._start(self._watch)

    def stop(self) -> None:
        """End the threads, and a build; the generation in use stays as it is."""
        with self._change:
            self._is_stopped = True
            self._change.notify_all()
            process = self._process
        if process is not None:
            process.terminate()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def _start(self, run: Callable[[], None]) -> None:
        name = run.__name__
        if self._is_stopped or any(thread.name == name for thread in self._threads):
            return
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _build_all(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(
                    lambda: self._is_stopped or self._finished < self._requested,
                    timeout=LOAD_SECONDS if self._is_behind else None,
                )
                if self._is_stopped:
                    return
                number = self._begun = self._requested
            try:
                problem = self._build()
            except OSError as error:
                problem = f"no process can be started ({error.strerror or error})"
                LOG.warning("the index could not be rebuilt: %s", problem)
            with self._change:
                self._is_building = False
                self._problem = problem
                self.builds["failed" if problem else "ok"] += 1
                self._finished = number

    def _build(self) -> str:
        """Build the index; why that failed, "" if it did not."""
        while True:
            with self._change:
                if self._is_stopped:
                    return ""
                self._is_building = True
                self._seen = take_snapshot(self._settings.corpus)
                self._process = process = self._start_build()
            output, errors = process.communicate()
            with self._change:
                self._process = None
                if self._is_stopped:
                    return ""
            is_busy = process.returncode == IndexBusyError.exit_status
            if process.returncode == 0:
                self._is_behind = True
                try:
                    self._update_store()
                    self._is_behind = False
                except IndexBusyError:
                    is_busy = True
                except AssistantError as error:
                    LOG.warning("the store could not be loaded: %s", error)
                    return str(error)
            if not is_busy:
                break
            with self._change:
                self._is_building = False
                self._change.wait_for(lambda: self._is_stopped, RETRY_SECONDS)
        if process.returncode == 0:
            # The line that says what was done is the last one.
            LOG.info("rebuilt: %s", output.strip().rpartition("\n")[2])
            return ""
        lines = errors.strip().splitlines() or [f"the build ended with {process.returncode}"]
        problem = lines[-1].removeprefix("assistant: ")
        LOG.warning("the index could not be rebuilt: %s", problem)
        return problem

    def _update_store(self) -> None:
        """Load the store, if there is one; not by the build, which has no token. Also, Milvus Lite
        is for one process.
        """
        if self._settings.store is not None:
            # Imported here: the steps of a build are nothing that a server needs.
            from assistant.build.storing import update_store

            update_store(self._settings)

    def _start_build(self) -> "subprocess.Popen[str]":
        package = str(Path(__file__).parent.parent.parent)
        # Not the tokens: the build reads files of others.
        environment = {k: value for k, value in os.environ.items() if not k.startswith(PREFIX)}
        for name, value in self._settings.model_dump(
            exclude={*SECRETS, "secrets", "store", "allowed_hosts", "trusted_proxies"}
        ).items():
            if value is not None:
                environment[f"{PREFIX}{name.upper()}"] = str(value)
        environment["PYTHONPATH"] = os.pathsep.join([package, *filter(None, sys.path)])
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.cli", "index", "--remove-if-empty"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
        )

    def _watch(self) -> None:
        """Ask for a build when the folder has changed, and is as it was one look before."""
        before: Snapshot | None = None
        while True:
            now = take_snapshot(self._settings.corpus)
            with self._change:
                if self._is_stopped:
                    return
                is_new = now != self._seen and self._begun == self._requested
            if is_new and now == before and (now or os.path.lexists(self._index / CURRENT)):
                LOG.info("the corpus folder has changed")
                self.request()
            before = now
            with self._change:
                self._change.wait_for(lambda: self._is_stopped, POLL_SECONDS)
                if self._is_stopped:
                    return


def take_snapshot(corpus: Path) -> Snapshot | None:
    """The files of a corpus folder with size, time and inode; None if it can't be read."""
    try:
        documents, others = list_files(corpus)
    except CorpusError:
        return None
    names = [*documents, *(other.path for other in others), QUESTIONS, PLAYERS]
    found = []
    for name in names:
        try:
            status = (corpus / name).stat()
        except (OSError, ValueError):  # removed meanwhile, or a link to nothing
            continue
        found.append((name, status.st_size, status.st_mtime_ns, status.st_ino))
    return tuple(found)
