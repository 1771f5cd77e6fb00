"""Servers that are stopped: a question is the number of seconds that its answer takes.

Run as a program, this is `assistant serve` with such answers.
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from typing import Any
from unittest.mock import MagicMock, patch

from assistant.api.limits.stopping import Stopping
from assistant.api.query import QueryBody
from assistant.api.schema import AnswerBody
from assistant.api.server import Server
from assistant.cli import main
from assistant.cli.serving import listen
from assistant.deadline import check_deadline
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.conftest import ROOT

ERRORS = "errors.txt"
SECONDS = 60.0  # the longest that a test waits for anything


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[tuple[Popen[str], int]]:
    """The process and its port. What it writes to standard error is in the folder."""
    environment = {f"ASSISTANT_{name.upper()}": value for name, value in settings.items()}
    environment |= {"PYTHONPATH": str(ROOT), "ASSISTANT_INDEXES": str(folder), "PATH": "/bin"}
    command = [sys.executable, "-m", "tests.stopping"]
    # Not a pipe: a server that writes much would wait for a reader.
    with (
        (folder / ERRORS).open("w") as errors,
        Popen(
            command, cwd=folder, env=environment, stdout=PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("serving http://127.0.0.1:"), line
            yield process, int(line.split()[1].rpartition(":")[2])
        finally:
            process.kill()


@contextmanager
def serving_here(**settings: Any) -> Iterator[tuple[Callable[[], None], Callable[[], bool], int]]:
    """A server in a thread: what stops it as a signal does, whether it runs, and its port."""
    chosen, stopping = Settings(port=0, **settings), Stopping()
    with answering_slowly(), listen(chosen) as listening:
        app = create_app(settings=chosen, stopping=stopping)
        server = Server(app, settings=chosen, stopping=stopping)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        port: int = listening.getsockname()[1]

        def stop() -> None:
            server.handle_exit(signal.SIGTERM, None)

        def has_ended() -> bool:
            thread.join(SECONDS)
            return not thread.is_alive() and not server.force_exit

        try:
            yield stop, has_ended, port
        finally:
            stop()
            stop()
            thread.join(SECONDS)


@contextmanager
def answering_slowly() -> Iterator[None]:
    with (
        patch("assistant.api.reloading.CurrentAssistant.__call__", MagicMock()),
        patch("assistant.api.explanation.ask", wait_slowly),
    ):
        yield


def wait_slowly(_current: object, query: QueryBody, *_: object) -> AnswerBody:
    end = time.monotonic() + float(query.question)
    check_deadline()
    while time.monotonic() < end:
        time.sleep(0.005)
        check_deadline()
    example = files("assistant.api").joinpath("example_answer.json").read_bytes()
    body: dict[str, Any] = json.loads(example)
    return AnswerBody.model_validate({**body, "question": query.question})


if __name__ == "__main__":
    with answering_slowly():
        raise SystemExit(main(["serve", "--port", "0"]))
