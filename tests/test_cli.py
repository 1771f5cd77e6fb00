import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from assistant.answer import Assistant
from assistant.build import build_index
from assistant.cli import main
from assistant.cli.serving import listen
from assistant.index.publish import building
from assistant.settings import Settings
from tests.conftest import ARTICLE_ID, CORPUS, QUESTIONS, ROOT

QUARK = "How much do the Quark AI glasses cost?"


@pytest.fixture
def indexes(article_index: Path) -> str:
    return str(article_index.parent)


@pytest.mark.usefixtures("terms_reader")
def test_ask_prints_the_answer_with_its_citation(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", QUARK, "--indexes", indexes]) == 0
    printed = capsys.readouterr().out
    assert "is priced at 2,999 yuan, basically equal to the cost. [1]\n" in printed
    assert f"    {ARTICLE_ID}, characters 12066-12183\n" in printed
    assert printed.endswith("Read 10 of 40 passages in 1 document.\n")


def test_ask_says_that_it_is_not_in_the_documents(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "Who won the 2022 World Cup?", "--indexes", indexes]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        "Not in the documents\n\nThe documents do not mention World Cup.\n\n"
        "Closest passages:\n\n(1) "
    )
    assert "\n\n(3) " in printed


def test_ask_prints_json_as_the_api_gives_it(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", QUARK, "--json", "--top-k", "2", "--indexes", indexes]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["status"], len(body["passages"])) == ("answered", 2)


@pytest.mark.parametrize(
    ("arguments", "message", "status"),
    [
        (
            ["ask", QUARK, "--indexes", "none"],
            "no index in none/default: run `assistant index` first",
            4,
        ),
        (["ask", ""], "the question is empty: write one", 1),
        (["ask", QUARK, "--top-k", "51"], "top_k is 51: give 1 to 50", 1),
        (["ask", QUARK, "--threshold", "x"], "setting threshold is 'x': give a number", 1),
        (["index", "--corpus", "none"], "no corpus folder none: create it", 5),
        (
            ["serve", "--host", "0.0.0.0"],
            "host 0.0.0.0 can be reached by others and no token is set",
            1,
        ),
        (["evaluate", "none.jsonl"], "none.jsonl can't be read (No such file or directory)", 1),
        ([], "the following arguments are required: COMMAND: see `assistant --help`", 2),
        (["fly"], "argument COMMAND: invalid choice: 'fly' (choose from 'index'", 2),
        (["ask", "?", "?"], "unrecognized arguments: ?: see `assistant ask --help`", 2),
        (["index", "--keep", "0"], "argument --keep: '0' is not a number from", 2),
        (["ask", "--as-of", "x", "?"], "argument --as-of: 'x' is not a date", 2),
    ],
)
def test_a_mistake_is_reported_in_one_line(
    indexes: str,
    arguments: list[str],
    message: str,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if arguments[:1] == ["ask"] and "--indexes" not in arguments:
        arguments = [*arguments, "--indexes", indexes]
    assert main(arguments) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    if arguments[:1] == ["index"] and status != 2:
        assert lines.pop(0) == "Reading the folder none"
    assert len(lines) == 1
    assert lines[0].startswith(f"assistant: {message}")


@pytest.mark.parametrize(
    "command", ["", "index", "doctor", "ask", "players", "serve", "evaluate", "train", "calibrate"]
)
def test_help_shows_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command.split(), "--help"])
    assert caught.value.code == 0
    assert f"examples:\n  assistant {command or 'index'}" in capsys.readouterr().out


def test_a_port_in_use_is_reported_in_one_line(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--indexes", indexes]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(
        f"assistant: host 127.0.0.1, port {port} can't be served on (Address already in use"
    )
    assert captured.err.endswith(": give another with --port or --host\n")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "fails"),
    [
        ("qa.example.org", socket.gaierror(-2, "Name or service not known")),
        ("192.0.2.7", None),  # an address that no machine has
        ("qa..example.org", None),
    ],
)
def test_a_host_that_is_not_this_machine_is_reported_in_one_line(
    indexes: str,
    host: str,
    fails: OSError | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def look_up(*_: object, **__: object) -> None:
        assert fails is not None
        raise fails

    monkeypatch.setenv("ASSISTANT_TOKEN", "t" * 16)
    if fails:
        monkeypatch.setattr("socket.getaddrinfo", look_up)
    assert main(["serve", "--host", host, "--port", "8123", "--indexes", indexes]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"assistant: host {host}, port 8123 can't be served on (")
    assert captured.err.count("\n") == 1


def test_a_report_that_can_not_be_written_is_reported_before_asking(
    indexes: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Assistant, "ask", lambda *_, **__: 1 / 0)
    out = tmp_path / "report.json"
    out.write_text("kept")
    assert main(["evaluate", str(QUESTIONS), "--out", str(out), "--indexes", indexes]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"assistant: {out} can't be written (File exists): give another folder with --out\n"
    )
    assert out.read_text() == "kept"


@pytest.mark.usefixtures("fake_models")
def test_index_builds_once_and_says_what_it_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Xiaomi sells glasses. Meta sells others.")
    (corpus / "b.txt").write_bytes(b"\xff")
    arguments = ["index", "--corpus", str(corpus), "--indexes", str(tmp_path), "--index", "notes"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert f"{tmp_path}/notes: built, generation 000001, 1 document, 1 passage," in captured.out
    assert captured.out.startswith(
        "added              1\nchanged            0\nunchanged          0\nremoved            0\n"
        "partly read        0\nskipped            1\n"
        "  b.txt is not UTF-8 (byte 0): save it as UTF-8\n"
    )
    assert captured.err.startswith(f"Reading the folder {corpus}\nReading the files: 2\n")
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "unchanged          1\nremoved            0\n" in printed
    assert "partly read        0\nskipped            1\n  b.txt is not" in printed
    assert "up to date, generation 000001" in printed
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passages"] == 1


def test_a_bug_exits_with_70_and_is_logged(
    indexes: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.answer.finder.retrieve", lambda *_, **__: 1 / 0)
    assert main(["ask", QUARK, "--indexes", indexes]) == 70
    assert "ZeroDivisionError" in caplog.text


OFFLINE = """
import sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind"):
        raise SystemExit(f"{event} {arguments[1:]}")

sys.addaudithook(watch)
from pathlib import Path
from assistant.answer import Assistant
from assistant.build import build_index
from assistant.pages.app import create_app

index = Path(sys.argv[2])
assert build_index(Path(sys.argv[1]), index, embedder="packaged", rebuild=True).built
assistant = Assistant.open(index)
assert assistant.ask("How much do the Quark AI glasses cost?").text
create_app(assistant)
print("no connection")
"""


def test_building_asking_and_starting_open_no_connection(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(CORPUS), str(tmp_path / "index")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "no connection", done.stderr


ASK = """
import sys
from assistant.cli import main

assert main(["ask", *sys.argv[1:]]) == 0
heavy = {"PIL", "lxml", "matplotlib", "pypdfium2", "torch"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def test_asking_imports_nothing_that_only_other_commands_need(indexes: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK, QUARK, "--indexes", indexes],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip() == "[]"


ASK_ALL = """
import sys
from pathlib import Path
from assistant.answer import Assistant
from assistant.api.rendering import render_answer

assistant = Assistant.open(Path(sys.argv[1]))
for question in sys.argv[2:]:
    print(render_answer(assistant.ask(question)).model_dump_json(exclude={"timing_ms"}))
"""


def test_every_process_gives_the_same_bytes(article_index: Path) -> None:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[:: len(lines) // 6]][:6]
    assert len(questions) == 6
    printed = [
        subprocess.run(
            [sys.executable, "-c", ASK_ALL, str(article_index), *questions],
            cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True, check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]  # fmt: skip
    assert printed[0] == printed[1]
    assert printed[0].count(b"\n") == 6


def test_the_listening_socket_names_its_protocol() -> None:
    """Else asyncio leaves Nagle's delay on, and every answer takes 40 ms more."""
    with listen(Settings(port=0)) as listening:
        assert listening.proto == socket.IPPROTO_TCP
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_reader_of_the_output_may_leave_early(indexes: str) -> None:
    command = [sys.executable, "-m", "assistant.cli", "ask", QUARK, "--indexes", indexes, "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_players_are_listed_by_how_often_they_are_mentioned(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["players", "--indexes", indexes]) == 0
    lines = capsys.readouterr().out.splitlines()
    counts = [int(line.split()[0]) for line in lines]
    assert counts == sorted(counts, reverse=True)
    assert lines[0].endswith("  Xiaomi (company)")
    assert main(["players", "--json", "--indexes", indexes]) == 0
    players = {player["id"]: player for player in json.loads(capsys.readouterr().out)}
    assert players["xiaomi"]["mentions"] == counts[0]
    assert (players["song-gang"]["mentions"], players["song-gang"]["owner"]) == (1, "alibaba")
    assert len(players) == len(lines)


def test_players_are_suggested_ready_to_paste(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("A title\n\nThe new Rokid sells. We saw Rokid there.\n")
    assert main(["players", "--suggest", "--corpus", str(tmp_path)]) == 0
    written = capsys.readouterr().out
    assert '[[players]]\nid = "rokid"\nname = "Rokid"\nkind = "company"\n' in written
    assert main(["players", "--suggest", "--json", "--corpus", str(tmp_path)]) == 0
    (suggestion,) = json.loads(capsys.readouterr().out)
    assert (suggestion["name"], suggestion["count"]) == ("Rokid", 2)


def test_an_empty_corpus_is_an_error_unless_its_index_is_to_be_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fake_models: None
) -> None:
    del fake_models
    corpus, index = tmp_path / "corpus", tmp_path / "indexes" / "default"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The ferry costs 12 euros.")
    build_index(corpus, index, embedder="fake")
    (corpus / "a.txt").unlink()
    place = ["index", "--corpus", str(corpus), "--indexes", str(tmp_path / "indexes")]
    assert main(place) == 5
    assert "no document in" in capsys.readouterr().err
    assert (index / "CURRENT").exists()
    with building(index):
        assert main([*place, "--remove-if-empty"]) == 75
    assert main([*place, "--remove-if-empty"]) == 0
    assert "removed, the corpus has no document" in capsys.readouterr().out
    assert not (index / "CURRENT").exists()
    assert not (index / "000001").exists()


def test_a_served_folder_is_watched(article_index: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS, corpus)
    shutil.copytree(article_index, tmp_path / "indexes" / "default")
    (corpus / "ferry.txt").write_text("The ferry to Sorrel costs 12 euros.")
    settings = {"ASSISTANT_CORPUS": str(corpus), "ASSISTANT_INDEXES": str(tmp_path / "indexes")}
    serve = [sys.executable, "-m", "assistant.cli", "serve", "--watch", "--port", "0"]
    with subprocess.Popen(
        serve, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            address = process.stdout.readline().split()[1]
            for line in process.stderr:
                if "INFO assistant: rebuilt: " in line:
                    break
            assert "built, generation 000002, 2 documents" in line
            with urlopen(f"{address}/api/v1/documents/ferry.txt") as response:
                assert response.status == 200
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130
        finally:
            process.kill()
