"""The SDK's client, for tests that are plain functions."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from assistant.answer import Assistant
from assistant.api.limits.workers import Workers
from assistant.api.mcp.server import create_server
from assistant.api.reloading import CurrentAssistant
from assistant.settings import Settings

T = TypeVar("T")
TOKEN = "a-token-of-24-characters"


def talk(assistant: object, use: Callable[[Client], Awaitable[T]], *, mode: str = "auto") -> T:
    """What a client gets from a server for an assistant, or for what returns or raises one."""
    current = assistant if callable(assistant) else lambda: cast(Assistant, assistant)
    server = create_server(cast(CurrentAssistant, current), Workers(Settings()))

    async def run() -> T:
        async with Client(server, mode=mode) as client:
            return await use(client)

    return anyio.run(run)


def call(assistant: object, tool: str, /, **arguments: object) -> CallToolResult:
    async def use(client: Client) -> CallToolResult:
        return await client.call_tool(tool, arguments)

    return talk(assistant, use)


def talk_http(
    address: str,
    use: Callable[[Client], Awaitable[T]],
    *,
    mode: str = "auto",
    **headers: str,
) -> T:
    """What a client gets from `/mcp` of a server."""

    async def run() -> T:
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                return await use(client)

    return anyio.run(run)


def read_texts(result: CallToolResult) -> list[str]:
    return [content.text for content in result.content if isinstance(content, TextContent)]


def read_error(result: CallToolResult) -> str:
    """The text of an error."""
    assert result.is_error
    assert result.structured_content is None
    (text,) = read_texts(result)
    return text


def read_result(result: CallToolResult) -> Any:
    """The structured output, which the client has checked against the schema of the tool."""
    assert not result.is_error, read_texts(result)
    return result.structured_content
