"""Connections whose clients are slow, stall, or send what is no HTTP, at a real server."""

import asyncio
import json
import logging
import os
import resource
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from assistant.api.access import HEADERS
from assistant.api.limits import protocol
from assistant.api.limits.connections import ConnectionLimits
from assistant.api.limits.protocol import LARGEST_HEAD, LINGER_BYTES
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.answers import ANSWERED, assistant_of
from tests.conftest import ROOT
from tests.wire import PATIENCE, connect, exchange, read, receive, request, wired

SECONDS = 0.5
SETTINGS = Settings(deadline_seconds=SECONDS)
STYLE = "/static/style.css"
PLAIN = request("GET", STYLE, "Connection: close")
JSON = "Content-Type: application/json"


def make_app() -> FastAPI:
    app = create_app(assistant_of(ANSWERED), settings=SETTINGS)

    @app.get("/large")
    async def get_large() -> Response:
        return Response(b"x" * 12_000_000)

    @app.get("/state")
    async def get_state(request: Request) -> float:
        first_byte: float = request.state.first_byte
        return first_byte

    return app


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with wired(make_app(), SETTINGS) as port:
        yield port


def check_error(received: bytes, status: int, code: str) -> None:
    response = read(received)
    error = json.loads(response.body)["error"]
    assert (response.status, error["code"]) == (status, code)
    assert error["message"]
    assert error["hint"]
    assert response.headers["X-Request-ID"] == error["request_id"]
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert response.headers["Connection"] == "close"


@pytest.mark.parametrize("sent", [b"", b"GE", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b"])
def test_a_head_that_does_not_arrive_in_time_is_refused(port: int, sent: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(sent)
        check_error(receive(connection), 408, "request_timeout")


def test_a_head_may_not_come_a_byte_at_a_time(port: int) -> None:
    """Each byte is in time, the whole is not."""
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        refused = threading.Event()

        def drip() -> None:
            while not refused.wait(0.05):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            first = connection.recv(65536)
        finally:
            refused.set()
            thread.join()
        check_error(first + receive(connection), 408, "request_timeout")


def test_a_second_request_has_its_own_time(port: int) -> None:
    with connect(port) as connection:
        whole = request("GET", STYLE)
        connection.sendall(whole + b"GET / HT")  # what is sent ahead waits for its turn
        received = receive(connection)
    assert received.startswith(b"HTTP/1.1 200 ")
    rest = received[received.index(b"HTTP/1.1 408") :]
    check_error(rest, 408, "request_timeout")


def test_requests_sent_at_once_are_answered_in_order(port: int) -> None:
    paths = [STYLE, "/nowhere", "/openapi.json"]
    with connect(port) as connection:
        sent = [request("GET", path) for path in paths]
        connection.sendall(b"".join([*sent, PLAIN]))
        received = receive(connection)
    parts = received.split(b"HTTP/1.1 ")[1:]
    assert [part[:3] for part in parts] == [b"200", b"404", b"200", b"200"]


def test_the_time_of_a_request_begins_with_its_first_byte(port: int) -> None:
    with connect(port) as connection:
        whole = request("GET", "/state", "Connection: close")
        connection.sendall(whole[:5])
        assert exchange(port, PLAIN).status == 200  # what came before is there too
        before_the_rest = time.monotonic()
        connection.sendall(whole[5:])
        assert float(read(receive(connection)).body) < before_the_rest


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), 400, "bad_request"),
        (b"GET /\xe4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400, "bad_request"),
        (request("GET", "/", "Host: other"), 400, "bad_request"),
        (request("POST", "/", "Content-Length: 1", "Content-Length: 2"), 400, "bad_request"),
        (request("POST", "/", "Content-Length: " + "9" * 5000), 400, "bad_request"),
        (request("POST", "/", "Transfer-Encoding: gzip, chunked"), 400, "bad_request"),
        (request("GET", "/" + "a" * LARGEST_HEAD), 431, "head_too_large"),
        (request("GET", "/", *(f"X-{n}: a" for n in range(9000))), 431, "head_too_large"),
        (
            request("POST", "/api/v1/query", JSON, "Transfer-Encoding: chunked", body=b"zz\r\n"),
            400,
            "bad_request",
        ),
    ],
)
def test_what_is_no_http_is_refused_in_the_form_of_the_api(
    port: int, sent: bytes, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with connect(port) as connection:
        connection.sendall(sent)
        received = receive(connection)
    check_error(received, status, code)
    assert b"bytearray" not in received
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize(
    ("head", "missing", "status"),
    [
        (("POST", "/nowhere"), 1, 404),
        (("POST", "/api/v1/health"), 1, 405),
        (("GET", STYLE), 1, 200),
        (("PUT", "/api/v1/documents/a.txt"), 10_000_000, 403),
        (("POST", "/api/v1/query", JSON), 10_000_000, 413),
        (("POST", "/api/v1/query", JSON), 1, 408),
    ],
)
def test_a_body_that_nobody_reads_does_not_keep_a_connection(
    port: int, head: tuple[str, ...], missing: int, status: int
) -> None:
    """The response comes, and the rest of the body is not waited for."""
    sent = request(*head, f"Content-Length: {100 + missing}", body=b"x" * 100)
    response = exchange(port, sent)
    assert response.status == status
    assert response.headers["connection"] == "close"


def test_a_refused_client_may_send_on_for_a_while(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is closed at once is reset, and the response may be lost."""
    monkeypatch.setattr(protocol, "LINGER_SECONDS", PATIENCE)
    with connect(port) as connection:
        connection.sendall(request("POST", "/nowhere", "Content-Length: 60000"))
        assert receive(connection).startswith(b"HTTP/1.1 404 ")
        for _ in range(3):
            connection.sendall(bytes(1000))
            assert exchange(port, PLAIN).status == 200


def is_cut_off(connection: socket.socket, chunk: bytes, *, most: int, pause: float = 0.0) -> bool:
    """Whether the server closes a connection before it has taken so many bytes."""
    sent = 0
    try:
        while sent < most:
            time.sleep(pause)
            sent += connection.send(chunk)
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_a_client_that_sends_on_and_on_is_cut_off(port: int) -> None:
    """It gets the response while it sends, and its connection ends with a bound."""
    with connect(port) as connection:
        connection.sendall(request("POST", "/nowhere", "Content-Length: 60000"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")
        assert is_cut_off(connection, bytes(65536), most=100 * LINGER_BYTES)


def test_a_client_that_reads_nothing_is_cut_off(port: int) -> None:
    with connect(port) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request("GET", "/large"))
        # A connection that was aborted takes no more, one that stalls takes it.
        assert is_cut_off(connection, b"x", most=20 * PATIENCE, pause=0.05)


def test_a_request_for_another_protocol_is_answered_as_usual(port: int) -> None:
    upgrade = ("Connection: Upgrade, close", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    assert exchange(port, request("GET", STYLE, *upgrade)).status == 200


def test_a_server_that_stops_refuses_what_is_half_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.1)
    settings = Settings(deadline_seconds=PATIENCE)
    half = request("POST", "/api/v1/query", JSON, "Content-Length: 100", body=b"{")
    with socket.socket() as a, socket.socket() as b, socket.socket() as idle:
        with wired(create_app(assistant_of(ANSWERED)), settings) as port:
            for connection in (a, b, idle):
                connection.settimeout(PATIENCE)
                connection.connect(("127.0.0.1", port))
            a.sendall(b"GET /")
            b.sendall(half)
            assert exchange(port, PLAIN).status == 200  # the bytes before have arrived too
        check_error(receive(a), 503, "stopping")
        check_error(receive(b), 503, "stopping")
        assert receive(idle) == b""


def test_a_refused_client_may_have_reset_its_connection() -> None:
    async def refuse() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            client, accepted = connect(listening.getsockname()[1]), listening.accept()[0]
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_connection(asyncio.Protocol, sock=accepted)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()  # the transport has not noticed
            protocol._Transport(transport, lambda: None).linger()
            return transport.is_closing()

    assert asyncio.run(refuse())


def stall(port: int, count: int) -> list[socket.socket]:
    """Clients that send no head, half a head, half a body, or read nothing, in equal numbers."""
    half = request("POST", "/api/v1/query", JSON, "Content-Length: 100", body=b"{")
    kinds = (b"", b"GET / HTTP/1.1\r\nHost: 1", half, request("GET", "/large"))
    stalled = []
    for number in range(count):
        connection = connect(port)
        connection.sendall(kinds[number % 4])
        stalled.append(connection)
    return stalled


def check_stalled(count: int) -> None:
    with wired(make_app(), SETTINGS) as port:
        stalled = stall(port, count)
        try:
            for _ in range(10):
                assert exchange(port, PLAIN).status == 200
            for kind, status in enumerate([b"408", b"408", b"408"]):
                for connection in stalled[kind::4]:
                    assert receive(connection).startswith(b"HTTP/1.1 " + status)
        finally:
            for connection in stalled:
                connection.close()


def test_stalled_clients_do_not_hold_up_others() -> None:
    check_stalled(40)


@pytest.mark.long
def test_very_many_stalled_clients_do_not_hold_up_others() -> None:
    check_stalled(240)


def test_connections_are_bounded_by_the_files_that_may_be_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: changed.append(limits))
    for soft, hard, most, backlog in (
        (1024, 4096, 2048, 1024),
        (1024, resource.RLIM_INFINITY, 10_000, 2048),
        (256, 256, 128, 64),
    ):
        monkeypatch.setattr(resource, "getrlimit", lambda _, given=(soft, hard): given)
        assert ConnectionLimits.find() == ConnectionLimits(most, backlog)
    assert changed == [(4096, 4096), (20_000, resource.RLIM_INFINITY)]


def test_a_limit_of_files_that_can_not_be_raised_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")  # as on macOS

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert ConnectionLimits.find() == ConnectionLimits(128, 64)


def check_refused(port: int, connections: int) -> None:
    for connection in [connect(port) for _ in range(connections)]:
        received = receive(connection)
        check_error(received, 503, "too_many_connections")
        assert read(received).headers["Retry-After"] == "1"
        connection.close()


def test_too_many_connections_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConnectionLimits, "find", lambda: ConnectionLimits(8, 8))
    with wired(make_app(), Settings(), timeout_keep_alive=99) as port:
        taken = [connect(port) for _ in range(8)]
        assert is_answered(taken[-1])
        check_refused(port, 20)
        taken[0].close()
        assert is_answered(taken[-1])  # the end of the other is known by now
        assert exchange(port, PLAIN).status == 200
        for connection in taken:
            connection.close()


@pytest.mark.long
def test_a_flood_of_connections_leaves_enough_files() -> None:
    serve = (
        "import resource, socket, uvicorn;"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256));"
        "from assistant.api.limits.protocol import *;"
        "from tests.test_limits_protocol import *;"
        "listening = socket.create_server(('127.0.0.1', 0));"
        "print(listening.getsockname()[1], flush=True);"
        "limits = ConnectionLimits.find();"
        "http = make_protocol(Settings(deadline_seconds=99));"
        "uvicorn.Server(uvicorn.Config(make_app(), http=http,"
        " timeout_keep_alive=99, backlog=limits.backlog,"
        " log_level='warning')).run(sockets=[listening])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", serve], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            taken = [connect(port) for _ in range(128)]
            assert is_answered(taken[-1])
            check_refused(port, 400)
            for connection in taken[:-1]:
                connection.close()
            assert is_answered(taken[-1])
        finally:
            process.terminate()
        assert process.stderr is not None
        assert process.stderr.read() == ""


def is_answered(connection: socket.socket) -> bool:
    """Whether a request on an open connection is answered."""
    client = HTTPConnection("127.0.0.1")
    client.sock = connection
    client.request("GET", STYLE)
    response = client.getresponse()
    response.read()
    return response.status == 200
