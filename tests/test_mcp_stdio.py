"""MCP on standard input and output of the real command."""

import json
import shlex
import shutil
import signal
import subprocess
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


@pytest.mark.parametrize(("is_open", "status"), [(True, 130), (False, 141)])
def test_interrupted_or_without_a_reader_it_ends_as_other_commands(
    tmp_path: Path, *, is_open: bool, status: int
) -> None:
    command = [sys.executable, "-m", "assistant.cli", "mcp", "--indexes", str(tmp_path)]
    ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            if not is_open:
                process.stdout.close()
            process.stdin.write(ping)
            process.stdin.flush()
            if is_open:
                assert json.loads(process.stdout.readline())["id"] == 1
                process.send_signal(signal.SIGINT)
                assert process.wait(timeout=60) == status  # its input is still open
            process.stdin.close()
            assert process.stderr.read() == b""
            assert process.wait() == status
        finally:
            process.kill()
