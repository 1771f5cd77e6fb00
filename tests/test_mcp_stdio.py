"""MCP on standard input and output of the real command."""

import json
import shlex
import shutil
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from assistant.answer import Assistant
from assistant.api.rendering import render_answer
from assistant.settings import Settings
from tests.conftest import ARTICLE_ID, ROOT
from tests.mcp_clients import read_error, read_result
from tests.test_mcp_tools import without_times

PRICE = "How much do the Quark AI glasses cost?"


def test_the_command_speaks_only_the_protocol_and_finds_a_new_index(
    article_index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = tmp_path / "printed.jsonl"
    served = [sys.executable, "-m", "assistant.cli", "mcp", "--indexes", str(tmp_path)]
    command = StdioServerParameters(
        command="sh",
        args=["-c", f"{shlex.join(served)} | tee {shlex.quote(str(printed))}"],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )

    async def run() -> tuple[str, object, str]:
        async with Client(command) as client:
            error = read_error(await client.call_tool("ask", {"question": PRICE}))
            shutil.copytree(article_index, tmp_path / "default")
            body = read_result(await client.call_tool("ask", {"question": PRICE}))
            (resource,) = (await client.list_resources()).resources
            (content,) = (await client.read_resource(resource.uri)).contents
            return error, body, content.text  # type: ignore[union-attr]

    error, body, text = anyio.run(run)
    assert error == f"no index in {tmp_path / 'default'}: run `assistant index` first"
    assistant = Assistant.open(article_index, settings=Settings())
    expected = json.loads(render_answer(assistant.ask(PRICE)).model_dump_json())
    assert without_times(body) == without_times(expected)
    assert text == assistant.document(ARTICLE_ID).text
    messages = [json.loads(line) for line in printed.read_text(encoding="utf-8").splitlines()]
    assert {message["jsonrpc"] for message in messages} == {"2.0"}
    assert "Traceback" not in capfd.readouterr().err
