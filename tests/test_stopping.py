"""A server that is stopped answers what it has accepted. In tests/stopping.py, a question is the
number of seconds that its answer takes.
"""

import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.api.limits.stopping import Stopping
from assistant.cli import main
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.conftest import LOCAL
from tests.stopping import ERRORS, SECONDS, serving, serving_here

STOPPING = {
    "code": "stopping",
    "message": "the server is being stopped",
    "hint": "ask again in a while",
}


@contextmanager
def connecting(port: int) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        yield connection
    finally:
        connection.close()


def wait_until_closed(port: int) -> None:
    """Wait until the server takes no connection any more: it has got the signal."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.01)
    raise AssertionError("the socket was not closed")


def wait_for(port: int, metric: str) -> None:
    """Wait until /metrics has a line."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with connecting(port) as connection:
            connection.request("GET", "/metrics")
            if f"\n{metric}\n" in connection.getresponse().read().decode():
                return
        time.sleep(0.01)
    raise AssertionError(f"no {metric}")


class Client(threading.Thread):
    """Asks until the server takes no more connections; on one that is kept, or each on its own."""

    def __init__(self, port: int, *, is_keeping: bool) -> None:
        super().__init__()
        self._port = port
        self._is_keeping = is_keeping
        self.statuses: list[int] = []
        self.lost: list[str] = []

    def run(self) -> None:
        while True:
            with connecting(self._port) as connection:
                try:
                    connection.connect()
                except ConnectionError:
                    return
                self._ask(connection)

    def _ask(self, connection: HTTPConnection) -> None:
        is_open = True
        body, headers = json.dumps({"question": "0.01"}), {"Content-Type": "application/json"}
        while is_open:
            try:
                connection.request("POST", "/api/v1/query", body, headers)
                response = connection.getresponse()
                given = json.loads(response.read())
            except (OSError, HTTPException) as error:
                self.lost.append(repr(error))
                return
            self.statuses.append(response.status)
            is_answered = response.status == 200 and given["question"] == "0.01"
            is_refused = response.status == 503 and "Retry-After" in response.headers
            if not (is_answered or is_refused):
                self.lost.append(f"{response.status} {given}")
            is_open = self._is_keeping and not self._is_closed(connection)

    def _is_closed(self, connection: HTTPConnection) -> bool:
        listening = connection.sock
        return listening is None or bool(select.select([listening], [], [], 0)[0])


def stop_under_load(folder: Path, clients: int) -> None:
    with serving(folder) as (process, port):
        asking = [Client(port, is_keeping=number % 2 == 0) for number in range(clients)]
        for client in asking:
            client.start()
        while not all(client.statuses for client in asking):
            assert all(client.is_alive() for client in asking)
            time.sleep(0.01)
        process.terminate()
        for client in asking:
            client.join(SECONDS)
        assert process.wait(SECONDS) == 0
    assert "ERROR" not in (folder / ERRORS).read_text()
    assert [lost for client in asking for lost in client.lost] == []


def test_sigterm_under_load_loses_no_question(tmp_path: Path) -> None:
    stop_under_load(tmp_path, 6)


@pytest.mark.long
@pytest.mark.parametrize("_time", range(10))
def test_sigterm_under_load_of_many_clients_loses_no_question(tmp_path: Path, _time: int) -> None:
    stop_under_load(tmp_path, 16)


def test_what_is_not_finished_within_the_grace_gets_503() -> None:
    path, lines = "/api/v1/query", b'{"question": "60"}\n{"question": "0"}\n'
    events = {"Accept": "text/event-stream"}
    with (
        serving_here(grace_seconds=0.2, deadline_seconds=300, concurrency=2) as server,
        connecting(server[2]) as running,
        connecting(server[2]) as batch,
        connecting(server[2]) as waiting,
        connecting(server[2]) as stream,
    ):
        stop, has_ended, port = server
        running.request("GET", f"{path}?question=60")
        batch.request("POST", "/api/v1/batch", lines)
        wait_for(port, "assistant_answers_running 2.0")
        waiting.request("GET", f"{path}?question=60")
        stream.request("GET", f"{path}?question=60", headers=events)
        wait_for(port, "assistant_questions_waiting 2.0")
        stop()
        for connection in (running, waiting, stream):
            response = connection.getresponse()
            error = json.loads(response.read())["error"]
            assert error.pop("request_id") == response.headers["X-Request-ID"]
            assert (response.status, error) == (503, STOPPING)
            assert response.headers["Retry-After"] == "5"
            assert response.headers["Connection"] == "close"
        response = batch.getresponse()
        errors = [json.loads(line)["error"] for line in response.read().splitlines()]
        assert [(error["code"], error["message"]) for error in errors] == [
            ("stopping", "line 1: the server is being stopped"),
            ("stopping", "lines from 2: the server is being stopped"),
        ]
        assert has_ended()


def test_incomplete_requests_and_idle_connections_do_not_hold_a_stop() -> None:
    with (
        serving_here(grace_seconds=3600, deadline_seconds=3600) as (stop, has_ended, port),
        connecting(port) as idle,
        socket.create_connection(("127.0.0.1", port), SECONDS) as no_headers,
        socket.create_connection(("127.0.0.1", port), SECONDS) as no_body,
    ):
        idle.request("GET", "/livez")
        assert idle.getresponse().read() == b'{"status":"alive"}'
        start = b"POST /api/v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-"
        no_headers.sendall(start)
        no_body.sendall(start + b"Length: 100\r\nContent-Type: application/json\r\n\r\n{")
        wait_for(port, "assistant_requests_in_progress 2.0")
        stop()
        assert no_headers.recv(12) == b"HTTP/1.1 503"
        assert no_body.recv(12) == b"HTTP/1.1 503"
        assert idle.sock.recv(1) == b""
        assert has_ended()


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    with (
        serving(tmp_path, grace_seconds="3600", deadline_seconds="3600", log="json") as (
            process,
            port,
        ),
        connecting(port) as running,
    ):
        running.request("GET", "/api/v1/query?question=3600")
        wait_for(port, "assistant_answers_running 1.0")
        process.terminate()
        wait_until_closed(port)
        process.terminate()
        assert process.wait(SECONDS) == 128 + signal.SIGTERM
    logged = [json.loads(line) for line in (tmp_path / ERRORS).read_text().splitlines()]
    assert logged[0]["message"].startswith("no index in ")


def test_a_server_that_stops_is_not_ready_and_closes_its_connections() -> None:
    stopping = Stopping()
    app = create_app(settings=Settings(), stopping=stopping)
    with TestClient(app, base_url=LOCAL) as client:
        assert "Connection" not in client.get("/livez").headers
        stopping.begin()
        response = client.get("/readyz")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert response.json()["error"]["code"] == "stopping"
        assert response.headers["Connection"] == "close"
        assert client.get("/livez").status_code == 200


def test_sigterm_ends_a_server_that_is_still_opening_its_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the first process of a container: such a one gets no signal without a handler."""
    before = signal.getsignal(signal.SIGTERM)

    def stop(**_: object) -> None:
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("not ended")

    monkeypatch.delenv("TOKENIZERS_PARALLELISM", raising=False)
    monkeypatch.setattr("assistant.answer.Assistant.open", stop)
    with pytest.raises(SystemExit) as caught:
        main(["serve", "--port", "0"])
    assert caught.value.code == 0
    assert signal.getsignal(signal.SIGTERM) is before
    assert os.environ["TOKENIZERS_PARALLELISM"] == "false"
