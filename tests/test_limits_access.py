"""Limits of clients, trusted proxies, and heads of requests that contradict themselves."""

import json
from collections.abc import Callable
from html import escape

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from assistant.api.limits import rates
from assistant.api.limits.proxies import FORWARDED
from assistant.api.limits.rates import RateLimit
from assistant.errors import SettingError
from assistant.pages.app import create_app
from assistant.settings import Settings, read_settings
from tests.answers import ANSWERED, assistant_of
from tests.conftest import LOCAL, Clock

QUERY = {"question": ANSWERED.question}
API = "/api/v1/query"
CHAT = {"model": "assistant", "messages": [{"role": "user", "content": ANSWERED.question}]}
FAR = "203.0.113.5"
MakeClient = Callable[..., TestClient]


@pytest.fixture
def make_client() -> MakeClient:
    def make(host: str = FAR, **given: object) -> TestClient:
        settings = Settings(**{"rate_limit": "2/minute", **given})  # type: ignore[arg-type]
        app = create_app(assistant_of(ANSWERED), settings=settings)

        @app.get("/who")
        async def get_who(request: Request) -> list[str | None]:
            client = request.client.host if request.client else None
            return [client, str(request.base_url), request.headers["host"]]

        return TestClient(app, base_url=LOCAL, client=(host, 1234), follow_redirects=False)

    return make


@pytest.fixture(scope="module")
def plain_client() -> TestClient:
    return TestClient(create_app(assistant_of(ANSWERED)), base_url=LOCAL)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("rate_limit", "0/minute", "give a number per second, minute, hour or day (5/second)"),
        ("rate_limit", "5/second;9/hour", "give a number per second, minute, hour or day"),
        ("rate_limit", "", "give a number per second, minute, hour or day"),
        ("trusted_proxies", "10.0.0.1, proxy", "proxy is neither an address nor a network like"),
        ("trusted_proxies", "10.0.0.1/8", "10.0.0.1/8 is neither an address nor a network like"),
    ],
)
def test_bad_limits_and_proxies_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name.upper()}", value)
    with pytest.raises(SettingError) as caught:
        read_settings()
    assert caught.value.message == f"setting {name.replace('_', '-')} is {value!r}"
    assert caught.value.hint.startswith(hint)


def test_an_address_may_send_so_many_requests_in_a_window(clock: Clock) -> None:
    rate = RateLimit("3/minute")
    assert [rate.count(FAR) for _ in range(4)] == [0, 0, 0, 54]
    assert rate.count("203.0.113.6") == 0
    clock.now += 53.5
    assert rate.count(FAR) == 1
    clock.now += 1  # into the next window, where those of the last one count less and less
    assert [rate.count(FAR) for _ in range(2)] == [0, 20]


@pytest.mark.usefixtures("clock")
def test_a_network_of_ipv6_is_one_client() -> None:
    rate = RateLimit("1/minute")
    assert rate.count("2001:db8::1") == 0
    assert rate.count("2001:db8::ffff%eth0") == 54
    assert rate.count("2001:db8:0:1::1") == 0
    assert rate.count("192.0.2.1") == 0
    assert rate.count("::ffff:192.0.2.1") == 54


@pytest.mark.usefixtures("clock")
def test_no_more_addresses_are_remembered_than_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "MOST_CLIENTS", 100)
    rate = RateLimit("1/minute")
    for number in range(1000):
        rate.count(f"2001:db8:0:{number:x}::1")
        assert len(rate._storage.expirations) <= 100
        assert len(rate._storage.storage) <= 200  # the window before is looked up too


@pytest.mark.usefixtures("clock")
def test_too_many_requests_are_refused_in_the_form_of_each_interface(
    make_client: MakeClient,
) -> None:
    client = make_client()
    assert client.post(API, json=QUERY).status_code == 200
    assert client.get("/", params=QUERY).status_code == 200
    refused = client.get(API, params=QUERY)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (429, "too_many_requests")
    assert (
        error["hint"] == "send it again in 54 seconds; the limit is 2/minute (ASSISTANT_RATE_LIMIT)"
    )
    page = client.get("/zh", params=QUERY)
    assert "too many requests from this address" in page.text
    again = escape(page.request.url.raw_path.decode())
    assert f'<a href="{again}">重试</a>' in page.text
    chat = client.post("/v1/chat/completions", json=CHAT)
    assert chat.json()["error"]["type"] == "rate_limit_error"
    for response in (
        refused,
        page,
        chat,
        client.get("/answers/chart.svg", params=QUERY),
        client.post("/feedback", content=b"-" * 1_000_000),  # before its body is read
        client.put("/api/v1/documents/a.txt", content=b"a"),
        client.post("/mcp", json={}),
    ):
        assert (response.status_code, response.headers["Retry-After"]) == (429, "54")
    for path in ("/", "/static/style.css", "/openapi.json", "/guide", "/who"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("host", "given", "headers"),
    [
        ("127.0.0.1", {}, {}),
        ("127.8.8.8", {}, {}),
        ("::1", {}, {}),
        ("::ffff:127.0.0.1", {}, {}),
        (FAR, {"rate_limit": "off"}, {}),
        ("127.0.0.1", {"trusted_proxies": "127.0.0.1"}, {}),
        ("127.0.0.1", {"trusted_proxies": "127.0.0.1"}, {"X-Forwarded-For": "::1"}),
    ],
)
def test_clients_on_the_same_machine_are_not_counted(
    make_client: MakeClient, host: str, given: dict[str, str], headers: dict[str, str]
) -> None:
    client = make_client(host, **given)
    for _ in range(5):
        assert client.get(API, params=QUERY, headers=headers).status_code == 200


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("peer", "sent"),
    [
        ("127.0.0.1", FAR),
        ("127.0.0.1", f"127.0.0.1, {FAR}"),  # the client wrote the first
        ("127.0.0.1", f"127.0.0.1, {FAR}, 127.0.0.1"),
        ("10.0.0.2", "127.0.0.1"),  # no address of another machine
        ("10.0.0.2", "127.0.0.1, 10.1.2.3"),
    ],
)
def test_clients_of_a_proxy_are_counted_one_by_one(
    make_client: MakeClient, peer: str, sent: str
) -> None:
    client = make_client(peer, trusted_proxies="127.0.0.1, 10.0.0.0/8")

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return client.get(API, params=QUERY, headers=headers).status_code

    assert [ask(sent) for _ in range(3)] == [200, 200, 429]
    assert ask("203.0.113.99") == 200


@pytest.mark.parametrize(
    ("peer", "sent", "client"),
    [
        ("10.0.0.2", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.2", ["203.0.113.5:4711"], "203.0.113.5"),
        ("10.0.0.2", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("::ffff:10.0.0.2", ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        ("10.0.0.2", ["198.51.100.1", "203.0.113.5, 10.0.0.3"], "203.0.113.5"),
        ("10.0.0.2", ["<script>, 203.0.113.5"], "203.0.113.5"),
        ("10.0.0.2", ["10.0.0.9"], "10.0.0.9"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy(
    make_client: MakeClient, peer: str, sent: list[str], client: str
) -> None:
    headers = [("X-Forwarded-For", value) for value in sent]
    got = make_client(peer, trusted_proxies="10.0.0.0/8").get("/who", headers=headers)
    assert got.json() == [client, f"{LOCAL}/", "127.0.0.1:8000"]


def test_addresses_are_those_that_the_proxy_was_asked_by(make_client: MakeClient) -> None:
    client = make_client(
        "10.0.0.2", trusted_proxies="10.0.0.2", allowed_hosts=("answers.example.org",)
    )
    headers = {
        "X-Forwarded-For": FAR,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "answers.example.org",
        "X-Real-IP": "127.0.0.1",  # counts for nothing
    }
    origin = "https://answers.example.org"
    assert client.get("/who", headers=headers).json() == [FAR, f"{origin}/", origin[8:]]
    chat = client.post("/v1/chat/completions", json=CHAT, headers=headers)
    assert f"({origin}/documents/" in chat.json()["choices"][0]["message"]["content"]
    assert LOCAL not in chat.text


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"X-Forwarded-For": "proxy"}, 400, "X-Forwarded-For has 'proxy'"),
        ({"X-Forwarded-For": f"{FAR}, "}, 200, ""),
        ({"X-Real-IP": FAR}, 400, "the proxy sends X-Real-IP, but not X-Forwarded-For"),
        ({"Forwarded": f"for={FAR}"}, 400, "the proxy sends Forwarded, but not X-Forwarded-For"),
        ({"X-Forwarded-For": FAR, "X-Forwarded-Proto": "ftp"}, 400, "X-Forwarded-Proto is 'ftp'"),
        (
            {"X-Forwarded-For": FAR, "X-Forwarded-Host": "evil.example"},
            421,
            "this server does not answer to the host 'evil.example'",
        ),
        (
            {"X-Forwarded-For": FAR, "X-Forwarded-Host": "127.0.0.1", "Host": "evil.example"},
            421,
            "this server does not answer to the host 'evil.example'",
        ),
    ],
)
def test_a_proxy_may_not_send_what_can_not_be_used(
    make_client: MakeClient, headers: dict[str, str], status: int, message: str
) -> None:
    response = make_client("10.0.0.2", trusted_proxies="10.0.0.2").get(API, headers=headers)
    if status == 200:
        status = 422  # the question is missing
    else:
        assert response.json()["error"]["message"] == message
    assert response.status_code == status


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.3", FAR])
def test_nobody_else_says_who_the_client_is(make_client: MakeClient, peer: str) -> None:
    client = make_client(peer, trusted_proxies="10.0.0.2")
    for name in FORWARDED:
        response = client.get(API, params=QUERY, headers={name: "127.0.0.1"})
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (400, "bad_forwarded")
        assert error["message"] == f"the header {name} from {peer} is not trusted"
        assert "ASSISTANT_TRUSTED_PROXIES" in error["hint"]
    page = client.get("/", headers={FORWARDED[-1]: "for=127.0.0.1"})
    assert page.status_code == 400
    assert "<h1>A proxy is not trusted</h1>" in page.text


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ([("Authorization", "a"), ("Authorization", "b")], "Authorization is sent twice"),
        ([("X-Write-Token", "a"), ("x-write-token", "a")], "X-Write-Token is sent twice"),
        ([("Content-Type", "a/b"), ("Content-Type", "a/b")], "Content-Type is sent twice"),
        ([("Authorization", "Bearer \xff")], "Authorization has bytes outside ASCII"),
        (
            [("Content-Length", "0"), ("Transfer-Encoding", "chunked")],
            "the length of the body is given by both",
        ),
    ],
)
def test_headers_that_contradict_each_other_are_refused(
    plain_client: TestClient, headers: list[tuple[str, str]], message: str
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    response = plain_client.get("/api/v1/players", headers=raw)
    assert response.status_code == 400
    assert message in response.json()["error"]["message"]


@pytest.mark.parametrize("escaped", ["%FF", "%00", "%C0%AE", "%ED%A0%80"])
def test_an_address_that_is_no_text_is_refused(plain_client: TestClient, escaped: str) -> None:
    for path in ("/api/v1/documents/", "/static/", "/v1/models/", "/api/v1/query?question="):
        response = plain_client.get(path + escaped)
        assert response.status_code == 400
        assert json.loads(response.text)["error"]["code"] == "bad_request"
    assert plain_client.get(f"/documents/{escaped}").status_code == 400


def test_a_part_of_a_file_is_the_whole(plain_client: TestClient) -> None:
    whole = plain_client.get("/static/style.css")
    for part in ("bytes=0-1", "bytes=5-2,99999999-", "lines=a-b"):
        response = plain_client.get("/static/style.css", headers={"Range": part})
        assert (response.status_code, response.content) == (200, whole.content)
