"""Memory, files and disk stay within bounds, however long a server runs and whatever is short."""

import errno
import json
import os
import resource
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.api.reloading import CurrentAssistant
from assistant.build import build_index
from assistant.embed import sharing
from assistant.errors import ShortageError, find_shortage
from assistant.index.generation import Generation
from assistant.index.integrity import read_pointer
from assistant.index.manifest import CHECKSUM, MANIFEST, read_manifest
from assistant.index.publish import building, publish
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.changing import client_of, make_site
from tests.conftest import LOCAL, ROOT
from tests.generations import FIRST, SECOND, build

SWAPS = 6
FILES = Path("/proc/self/fd")
EVENTS = {"Accept": "text/event-stream"}
QUERY = "/api/v1/query"
QUESTION = "What does the ferry cost?"
COMMAND = (sys.executable, "-m", "assistant.cli")

needs_proc = pytest.mark.skipif(not FILES.is_dir(), reason="the system does not list open files")


@pytest.fixture
def fakes(fake_models: None, terms_reader: None) -> None:
    del fake_models, terms_reader


# Swaps


@pytest.mark.usefixtures("fakes")
def test_generations_with_the_same_model_share_it_until_the_last_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests may have generations with this model open.
    monkeypatch.setattr(sharing, "_OPEN", weakref.WeakValueDictionary())
    build(tmp_path, FIRST)
    first = Generation.open(tmp_path)
    build(tmp_path, SECOND)
    second = Generation.open(tmp_path)
    assert first.folder != second.folder
    assert first.encoder is second.encoder
    encoder = weakref.ref(first.encoder)
    del first
    assert encoder() is second.encoder
    del second
    assert encoder() is None


def use_everything(client: TestClient) -> None:
    """Send requests of every kind that reads the index."""
    line = json.dumps({"question": QUESTION})
    chat = {"model": "assistant", "messages": [{"role": "user", "content": QUESTION}]}
    call = {"name": "ask", "arguments": {"question": QUESTION}}
    mcp = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    responses = [
        client.post(QUERY, json={"question": QUESTION}),
        client.post(QUERY, json={"question": QUESTION, "documents": ["ferry.txt"]}),
        client.post(QUERY, json={"question": QUESTION, "include": ["explain"]}),
        client.get(QUERY, params={"question": QUESTION}, headers=EVENTS),
        client.post("/api/v1/batch", content=line),
        client.post("/v1/chat/completions", json=chat),
        client.post("/mcp", json=mcp, headers={"Accept": "application/json, text/event-stream"}),
        *(client.get(path) for path in (
            "/", f"/?question={QUESTION}", "/documents", "/documents/ferry.txt", "/players",
            "/trends", "/api/v1/health", "/api/v1/players", "/api/v1/figures", "/api/v1/corpus")),
    ]  # fmt: skip
    assert [response.status_code for response in responses] == [200] * len(responses)


@needs_proc
@pytest.mark.usefixtures("fakes")
def test_a_server_keeps_nothing_of_the_generations_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[weakref.ref[Generation]] = []
    real = Generation.open

    def remember(index: Path) -> Generation:
        generation = real(index)
        opened.append(weakref.ref(generation))
        return generation

    monkeypatch.setattr("assistant.answer.Generation.open", remember)
    app = make_site(tmp_path, monkeypatch)
    files = []
    with client_of(app) as client:
        for price in range(SWAPS):
            (tmp_path / "corpus" / "ferry.txt").write_text(f"The ferry costs {price} euros.")
            build_index(tmp_path / "corpus", tmp_path / "indexes" / "default", embedder="fake")
            use_everything(client)
            files.append(sum(1 for _ in FILES.iterdir()))
        alive = [generation() is not None for generation in opened]
    assert alive == [*[False] * (SWAPS - 1), True]
    assert len(set(files[1:])) == 1, files


def publish_copy(index: Path) -> None:
    """Publish the generation in use again."""
    with building(index) as folder:
        source = index / read_pointer(index).generation
        ignored = shutil.ignore_patterns(MANIFEST, CHECKSUM, "*.lock")
        shutil.copytree(source, folder, ignore=ignored, dirs_exist_ok=True)
        publish(folder, read_manifest(source))


@pytest.mark.long
@needs_proc
def test_128_swaps_take_no_more_memory_than_the_first_few(article_index: Path) -> None:
    """In a process of its own, with the real models."""
    indexes = article_index.parent.parent / "swapped"
    shutil.copytree(article_index, indexes / "default")
    child = subprocess.run(
        [sys.executable, "-m", "tests.test_trust_pressure", str(indexes)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    shutil.rmtree(indexes)
    few, many = map(int, child.stdout.split())
    assert many < 1.1 * few, child.stdout


def swap(indexes: Path) -> None:
    """Print the resident memory in KB after 4 and after 128 swaps."""
    current = CurrentAssistant(Settings(indexes=indexes))
    for number in range(1, 129):
        publish_copy(indexes / "default")
        current().ask("How much do the Quark AI glasses cost?")
        if number in (4, 128):
            lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
            print(next(line.split()[1] for line in lines if line.startswith("Rss:")))


# Shortages


class FailedAllocationError(Exception):
    """As onnxruntime words it."""


def make_sqlite_error() -> Exception:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect("file:/nowhere/x?mode=ro", uri=True)
    return caught.value


SHORT = {
    "memory": MemoryError(),
    "no memory": OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
    "model": FailedAllocationError("Failed to allocate memory for requested buffer of size 9"),
    "c++": RuntimeError("std::bad_alloc"),
    "files": OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
    "lexical": ValueError("An IO error occurred: 'Too many open files (os error 24)'"),
    "records": make_sqlite_error(),
    "threads": RuntimeError("can't start new thread"),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_shortage_is_known_by_what_libraries_say(name: str) -> None:
    found = find_shortage(SHORT[name])
    assert found is not None
    is_memory = name in ("memory", "no memory", "model", "c++")
    expected = "there is not enough memory" if is_memory else "too many files and connections"
    if name == "threads":
        expected = "no more threads can be started"
    assert found.message.startswith(expected)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOENT, "No such file"), ValueError("memory"), KeyError("x")]
)
def test_other_errors_are_no_shortage(error: Exception) -> None:
    assert find_shortage(error) is None


@pytest.mark.usefixtures("fakes")
def test_a_question_without_memory_is_refused_and_the_next_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_site(tmp_path, monkeypatch)
    client = TestClient(app, base_url=LOCAL, raise_server_exceptions=False)
    line = json.dumps({"question": QUESTION})

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    def run_short(*_: object) -> None:
        raise ShortageError("there are too few files")

    with monkeypatch.context() as patch:
        patch.setattr(Assistant, "explain", fail)
        for refused in (
            client.post(QUERY, json={"question": QUESTION}),
            client.get(QUERY, params={"question": QUESTION}, headers=EVENTS),
        ):
            assert refused.status_code == 503
            error = refused.json()["error"]
            assert (error["code"], error["message"]) == ("shortage", "there is not enough memory")
            assert error["request_id"] == refused.headers["X-Request-ID"]
        page = client.get("/", params={"question": QUESTION})
        assert page.status_code == 503
        assert "there is not enough memory" in page.text
        with monkeypatch.context() as asking:
            asking.setattr("assistant.pages.asking.ask_current", run_short)
            page = client.get("/", params={"question": QUESTION})
            assert page.status_code == 503
            assert "there are too few files" in page.text
        (body,) = client.post("/api/v1/batch", content=line).text.splitlines()
        assert json.loads(body)["error"]["message"] == "line 1: there is not enough memory"
    assert client.post(QUERY, json={"question": QUESTION}).json()["status"] == "answered"


def test_where_no_thread_can_be_started_requests_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    client = TestClient(create_app(), base_url=LOCAL, raise_server_exceptions=False)
    with monkeypatch.context() as patch:
        patch.setattr("anyio.to_thread.run_sync", fail)
        refused = client.get("/v1/models/assistant")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "shortage")
    assert client.get("/v1/models/assistant").status_code == 200


@pytest.mark.usefixtures("fakes")
def test_without_open_files_an_index_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, FIRST)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    for call in ("read_bytes", "read_text"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, call, fail)
            with pytest.raises(ShortageError):
                Generation.open(tmp_path)
    assert Generation.open(tmp_path).warning is None


@contextmanager
def serve_with_few_files(index: Path, most: int) -> Iterator[str]:
    """The address of a server that may have so many files open."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    arguments = ("serve", "--port", "0", "--indexes", str(index.parent), "--index", index.name)
    server = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        preexec_fn=limit, cwd=ROOT,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        yield server.stdout.readline().split()[1]
    finally:
        server.terminate()
        server.communicate()


def test_connections_do_not_take_the_files_that_answers_need(article_index: Path) -> None:
    def answer(client: httpx2.Client, query: dict[str, object]) -> str:
        """The status of the answer, as soon as the server takes the connection."""
        end = time.monotonic() + 60
        while True:
            body = client.post(QUERY, json=query).json()
            if "error" not in body:
                return str(body["status"])
            assert body["error"]["code"] == "too_many_connections"
            assert time.monotonic() < end
            time.sleep(0.1)

    most, waiting = 48, list[socket.socket]()
    asked: dict[str, object] = {"question": "How much do the Quark AI glasses cost?"}
    within = {**asked, "documents": ["ai-glasses-hundred-mirror-battle.txt"]}
    with serve_with_few_files(article_index, most) as address:
        parts = urlsplit(address)
        with httpx2.Client(base_url=address, timeout=60) as client, ExitStack() as idle:
            assert client.post(QUERY, json=asked).json()["status"] == "answered"
            for _ in range(most):
                connection = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
                idle.enter_context(connection)
                waiting.append(connection)
            # Half of the files are for connections: the others are refused, and closed.
            end = time.monotonic() + 60
            while len(waiting) > most // 2:
                assert time.monotonic() < end
                for connection in select.select(waiting, [], [], 1.0)[0]:
                    with suppress(ConnectionError):
                        if connection.recv(4096):
                            continue
                    waiting.remove(connection)
            assert answer(client, within) == "answered"
        with httpx2.Client(base_url=address, timeout=60) as client:
            assert client.post(QUERY, json=within).json()["status"] == "answered"
            assert client.get("/api/v1/health").json()["warning"] is None


if __name__ == "__main__":
    swap(Path(sys.argv[1]))
