"""MCP at /mcp of a real server: access as for all other addresses."""

import ast
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from fastapi.testclient import TestClient
from mcp import Client
from mcp.shared.exceptions import MCPError
from starlette.requests import ClientDisconnect
from starlette.types import Message

from assistant.api.access import LARGEST_BODY
from assistant.api.limits.workers import Workers
from assistant.api.mcp.endpoint import McpEndpoint
from assistant.api.reloading import CurrentAssistant
from assistant.cli import main
from assistant.pages.app import create_app
from assistant.records import Document
from assistant.settings import Settings
from tests.answers import ANSWERED, EVERY, UNSURE, CannedAssistant
from tests.browser.visiting import served
from tests.conftest import LOCAL, Maker
from tests.mcp_clients import TOKEN, read_error, read_result, talk_http
from tests.structure import PACKAGE, list_imports, list_sources

BEARER = {"Authorization": f"Bearer {TOKEN}"}
PLAIN = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def serve(**options: object) -> AbstractContextManager[str]:
    canned = CannedAssistant(EVERY)
    return served(create_app(canned, settings=Settings(**options)))  # type: ignore[arg-type]


def post(url: str, **request: Any) -> httpx2.Response:
    return httpx2.post(url, timeout=60, **request)


@pytest.fixture(scope="module")
def open_server() -> Iterator[str]:
    with serve(allowed_hosts="docs.example") as address:
        yield address


@pytest.fixture(scope="module")
def closed_server() -> Iterator[str]:
    with serve(token=TOKEN) as address:
        yield address


async def ask(client: Client, question: str = ANSWERED.question) -> object:
    result = await client.call_tool("ask", {"question": question})
    return read_result(result)


@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_the_answer_is_the_one_of_the_api(open_server: str, mode: str) -> None:
    body = talk_http(open_server, ask, mode=mode)
    asked = {"question": ANSWERED.question}
    assert body == post(f"{open_server}/api/v1/query", json=asked).json()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_errors_resources_and_an_abstention_pass(open_server: str, mode: str) -> None:
    async def use(client: Client) -> None:
        error = read_error(await client.call_tool("ask", {"question": "x", "top_k": "many"}))
        assert error.startswith("top_k: ")
        body = read_result(await client.call_tool("ask", {"question": UNSURE.question}))
        assert body["status"] == "abstained"
        assert (await client.list_resources()).resources == []
        (text,) = (
            await client.read_resource("assistant://documents/shop%2Fquark%201.txt")
        ).contents
        assert text.text.startswith("# Prices\n\nQuark")  # type: ignore[union-attr]
        with pytest.raises(MCPError, match="no document 'x'"):
            await client.read_resource("assistant://documents/x")

    talk_http(open_server, use, mode=mode)


def test_many_clients_ask_at_once(open_server: str) -> None:
    questions = [answer.question for answer in EVERY] * 3

    async def use(client: Client) -> list[object]:
        found: list[object] = [None] * len(questions)

        async def ask_one(at: int) -> None:
            body = read_result(await client.call_tool("ask", {"question": questions[at]}))
            found[at] = body["question"]

        async with anyio.create_task_group() as tasks:
            for at in range(len(questions)):
                tasks.start_soon(ask_one, at)
        return found

    assert talk_http(open_server, use) == questions


def test_the_token_is_asked_for(closed_server: str) -> None:
    body = talk_http(closed_server, ask, **BEARER)
    assert body["question"] == ANSWERED.question  # type: ignore[index]
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}x"}):
        refused = post(f"{closed_server}/mcp", json=LISTING, headers={**PLAIN, **headers})
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "no_token")
        with pytest.raises(BaseExceptionGroup):  # of the SDK's tasks, with what it makes of a 401
            talk_http(closed_server, ask, **headers)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Host": "evil.example"}, 421, "unknown_host"),
        ({"Origin": "https://evil.example"}, 403, "foreign_site"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "foreign_site"),
        ({"Content-Type": "text/plain"}, 400, None),
    ],
)
def test_requests_of_other_sites_are_refused(
    open_server: str, headers: dict[str, str], status: int, code: str | None
) -> None:
    response = post(f"{open_server}/mcp", json=LISTING, headers={**PLAIN, **headers})
    assert response.status_code == status
    if code is not None:
        assert response.json()["error"]["code"] == code


@pytest.mark.parametrize("host", ["docs.example", "docs.example:8443", "localhost:1"])
def test_an_allowed_host_is_served(open_server: str, host: str) -> None:
    body = talk_http(open_server, ask, Host=host, Origin=f"https://{host}")
    assert body["question"] == ANSWERED.question  # type: ignore[index]


def test_a_long_request_is_refused_however_it_is_sent(open_server: str) -> None:
    body = b" " * (LARGEST_BODY + 1)
    whole = post(f"{open_server}/mcp", content=body, headers=PLAIN)
    parts = post(f"{open_server}/mcp", content=iter([body[:9], body[9:]]), headers=PLAIN)
    for response in (whole, parts):
        assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_a_client_that_disconnects_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    endpoint = McpEndpoint(CurrentAssistant(Settings()), Workers(Settings()))
    parts: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []
    headers = [(name.lower().encode(), value.encode()) for name, value in PLAIN.items()]
    scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": headers}

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def call() -> None:
        async with endpoint.run():
            with pytest.raises(ClientDisconnect):
                await endpoint(scope, receive, send)

    anyio.run(call)
    assert (sent, caplog.records) == ([], [])


def test_only_post_is_served_and_without_a_redirect(open_server: str) -> None:
    for method in ("GET", "DELETE"):
        response = httpx2.request(method, f"{open_server}/mcp", headers=PLAIN, timeout=60)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    response = post(f"{open_server}/mcp", json=LISTING, headers=PLAIN)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert "mcp-session-id" not in response.headers
    assert response.headers["X-Request-ID"]


def test_an_app_may_be_made_and_started_again(make: Maker) -> None:
    assistant = make.assistant(Document("a.txt", "A", "One two three."))
    for app in [create_app(assistant), create_app(assistant)]:
        for _ in range(2):
            with TestClient(app, base_url=LOCAL) as client:
                response = client.post("/mcp", json=LISTING, headers=PLAIN)
                assert len(response.json()["result"]["tools"]) == 5


def test_a_missing_index_is_an_error_of_the_tool(tmp_path: Path) -> None:
    with served(create_app(settings=Settings(indexes=tmp_path))) as address:

        async def use(client: Client) -> str:
            return read_error(await client.call_tool("search", {"query": "x"}))

        assert talk_http(address, use).endswith("run `assistant index` first")


def test_the_sdk_is_imported_only_when_the_server_starts() -> None:
    """The app and the commands work without it."""
    optional = ("mcp", "assistant.api.mcp.server")
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in list_sources()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in list_imports(node).values()
        if any(f"{name}.".startswith(f"{one}.") for one in optional)
        and isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert importing == {"api/mcp/server.py"}


def test_without_the_sdk_the_error_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    message = "the optional part mcp is not installed"
    hint = "run `pip install 'mcp>=2.3'` in the environment of the assistant, and start it again"
    canned = CannedAssistant(EVERY)
    with TestClient(create_app(canned), base_url=LOCAL) as client:  # type: ignore[arg-type]
        response = client.post("/mcp", json=LISTING, headers=PLAIN)
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (501, "extra_absent")
        assert (error["message"], error["hint"]) == (message, hint)
        assert client.get("/api/v1/documents").status_code == 200
    assert main(["mcp"]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"assistant: {message}: {hint}\n")
