"""Odd requests as bytes to a real server: each gets a valid response, never a fault."""

import json
import logging
import random
from collections.abc import Iterator

import pytest

from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.answers import ANSWERED, assistant_of
from tests.wire import Wired, exchange, read, request, send, wired

CLOSE = "Connection: close"
JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = "Content-Type: multipart/form-data"
API = "/api/v1/query"
ASKED = json.dumps({"question": ANSWERED.question}).encode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    settings = Settings(deadline_seconds=1)
    with wired(create_app(assistant_of(ANSWERED), settings=settings), settings) as port:
        yield port


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a client sends is logged as a warning or an error."""
    caplog.set_level(logging.WARNING)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # as `assistant serve` does
    yield
    assert [record.getMessage() for record in caplog.records] == []


def post(body: bytes, *headers: str, target: str = API) -> bytes:
    lines = headers or (JSON,)
    return request("POST", target, *lines, f"Content-Length: {len(body)}", CLOSE, body=body)


def check(response: Wired, *, is_api: bool = True) -> None:
    assert 200 <= response.status < 500
    assert response.headers["X-Request-ID"]
    if is_api and response.status >= 400:
        error = json.loads(response.body)["error"]
        assert error["code"]
        assert error["message"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request("GET", f"http://127.0.0.1{API}", CLOSE), 400),
        (request("OPTIONS", "*", CLOSE), 400),
        (request("OPTIONS", API, CLOSE), 405),
        (request("CONNECT", "127.0.0.1:443", CLOSE), 400),
        (request("CONNECT", API, CLOSE), 405),
        (request("TRACE", API, CLOSE), 405),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 400),
        (b"GET /openapi.json HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", 200),
        (b"GET /openapi.json HTTP/1.0\r\n\r\n", 421),
        (b"GET /openapi.json HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n", 200),
        (request("GET", "/openapi.json", 'If-None-Match: ,,"\xff", W/', CLOSE), 200),
        (request("GET", "/openapi.json", "X-A: \xff\xfe", "Cookie: =;;\xe4=", CLOSE), 200),
        (request("GET", "/openapi.json", *(f"X-{n}: a" for n in range(3000)), CLOSE), 200),
        (request("GET", "/", "Accept-Language: *;q=nan,zh;q=inf,\xff", CLOSE), 200),
        (request("GET", "/", "Cookie: " + "a=b;" * 10_000, CLOSE), 200),
        (request("GET", API + "?" + "&".join(f"a={n % 10}" for n in range(10_000)), CLOSE), 422),
        (request("GET", f"{API}?question={'%E4%BB%B7' * 2001}", CLOSE), 422),
        (post(ASKED, JSON, "Expect: 100-continue"), 200),
        (post(ASKED, JSON, "Content-Encoding: gzip"), 200),  # it says so, and is not
        (post(b"\x1f\x8b\x08abc", JSON, "Content-Encoding: gzip"), 400),
        (post(b"\xef\xbb\xbf" + ASKED), 200),
        (post(ASKED.decode().encode("utf-16")), 200),
        (post(ASKED, "Content-Type: application/json; charset=klingon"), 200),
        (post(ASKED, "Content-Type: application/json; charset"), 200),
        (post(b'{"question": "\xe4"}'), 400),
        (post(b'{"\\ud800": 1, "question": "a"}'), 422),
        (post(b"[" * 64_000), 400),
        (post(b'{"question":' + b"[" * 30_000 + b"]" * 30_000 + b"}"), 400),
        (post(b'{"question": "a", "top_k": ' + b"9" * 60_000 + b"}"), 400),
        (post(b'{"question": "a", "top_k": NaN}'), 422),
        (post(b'{"question": Infinity}'), 422),
        (post(b'{"question": "?", ' + ASKED[1:]), 200),  # the last of two counts
        (post(b"[]"), 422),
        (post(b""), 422),
        (post(ASKED, MULTIPART, target="/feedback"), 422),
        (post(b"--a\r", MULTIPART + "; boundary=", target="/feedback"), 422),
        (post(b"--b\r\nabc", MULTIPART + "; boundary=a", target="/feedback"), 422),
        (post(b"--a\r\n\r\n\r\n--a-", MULTIPART + "; boundary=a", target="/documents"), 403),
        (post(b"question=%FF&verdict=\xff\0", FORM, target="/feedback"), 422),
    ],
)
def test_odd_requests_have_their_status(port: int, sent: bytes, status: int) -> None:
    response = exchange(port, sent)
    assert response.status == status
    target = sent.split(b" ")[1]
    check(response, is_api=target.startswith((b"/api/", b"/openapi.json")))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"%x;a=b\r\n" % len(ASKED) + ASKED + b"\r\n0\r\nX-Trailer: y\r\n\r\n", 200),
        (b"%x\r\n" % (len(ASKED) + 1) + ASKED + b"\r\n0\r\n\r\n", 400),
        (b"f" * 30 + b"\r\n" + ASKED, 400),
        (b"-1\r\n" + ASKED, 400),
        (b"0\r\n\r\n", 422),
    ],
)
def test_a_body_in_chunks_has_to_be_whole(port: int, body: bytes, status: int) -> None:
    sent = request("POST", API, JSON, "Transfer-Encoding: chunked", CLOSE, body=body)
    response = exchange(port, sent)
    assert response.status == status
    check(response)


def fuzz(port: int, rounds: int) -> None:
    """Mutates whole requests: bytes changed, lost, doubled, cut."""
    chosen = random.Random(19)
    whole = [
        post(ASKED),
        request("GET", f"{API}?question=a&top_k=3", "Accept: text/csv", CLOSE),
        request(
            "POST", API, JSON, "Transfer-Encoding: chunked", CLOSE, body=b"2\r\n{}\r\n0\r\n\r\n"
        ),
        request("GET", "/api/v1/documents/a%20b.txt", 'If-None-Match: "a"', "Cookie: a=b", CLOSE),
        post(ASKED, JSON, "Origin: http://127.0.0.1", "Sec-Fetch-Site: none", target="/mcp"),
    ]
    odd = [b"\0", b"\xff", b"\r\n", b"\n", b"%", b"%00", b":", b" ", b"\t", b'"', b"{", b"9" * 30]
    for _ in range(rounds):
        sent = bytearray(chosen.choice(whole))
        for _ in range(chosen.randint(1, 4)):
            at = chosen.randrange(len(sent))
            end = at + chosen.choice([0, 1, 1, chosen.randrange(20)])
            again = bytes(sent[at:end]) * chosen.choice([0, 0, 2])
            sent[at:end] = again or chosen.choice(odd)
        # What is still missing at the end is never sent.
        received = send(port, bytes(sent), is_all=True)
        if received:  # nothing for a request that is not whole
            check(read(received), is_api=False)
    assert exchange(port, post(ASKED)).status == 200


def test_changed_requests_do_no_harm(port: int) -> None:
    fuzz(port, 300)


@pytest.mark.long
def test_very_many_changed_requests_do_no_harm(port: int) -> None:
    fuzz(port, 20_000)
