import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import main
from tests.conftest import ARTICLE_ID, CORPUS, ROOT

QUARK = "How much do the Quark AI glasses cost?"


@pytest.fixture
def indexes(article_index: Path) -> str:
    return str(article_index.parent)


def test_ask_prints_the_answer_with_its_citation(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", QUARK, "--indexes", indexes]) == 0
    printed = capsys.readouterr().out
    assert "is priced at 2,999 yuan, basically equal to the cost. [1]\n" in printed
    assert f"    {ARTICLE_ID}, characters 12066-12183\n" in printed
    assert printed.endswith("Read 10 of 40 passages in 1 document.\n")


def test_ask_says_that_the_documents_do_not_say(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "Who won the 2022 World Cup?", "--indexes", indexes]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("The documents do not say. These passages come closest.\n")
    assert "(3) " in printed


def test_ask_prints_json_as_the_api_gives_it(
    indexes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", QUARK, "--json", "--top-k", "2", "--indexes", indexes]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["status"], len(body["passages"])) == ("answered", 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["ask", QUARK, "--indexes", "none"],
            "no index in none/default: run `assistant index` first",
        ),
        (["ask", ""], "the question is empty: write one"),
        (["ask", QUARK, "--top-k", "51"], "top_k is 51: give 1 to 50"),
        (["ask", QUARK, "--threshold", "x"], "setting threshold is 'x': Input should be"),
        (["index", "--corpus", "none"], "no corpus folder none: create it"),
        (
            ["serve", "--host", "0.0.0.0"],
            "host 0.0.0.0 can be reached by others and no token is set",
        ),
        (["evaluate", "none.jsonl"], "none.jsonl can't be read"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    indexes: str,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if arguments[0] == "ask" and "--indexes" not in arguments:
        arguments = [*arguments, "--indexes", indexes]
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"assistant: {message}")
    assert captured.err.count("\n") == 1


def test_wrong_usage_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["fly"], ["ask"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    assert "usage: assistant" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["index", "ask", "serve", "evaluate"])
def test_help_shows_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert f"examples:\n  assistant {command}" in capsys.readouterr().out


@pytest.mark.usefixtures("fake_models")
def test_index_builds_once_and_says_what_it_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Xiaomi sells glasses. Meta sells others.")
    (corpus / "b.txt").write_bytes(b"\xff")
    arguments = ["index", "--corpus", str(corpus), "--indexes", str(tmp_path), "--index", "notes"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert f"{tmp_path}/notes: built, generation 000001, 1 documents, 1 passages" in captured.out
    assert captured.err == "refused b.txt: b.txt is not UTF-8 (byte 0): save it as UTF-8\n"
    assert main(arguments) == 0
    assert "up to date, generation 000001" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passages"] == 1


def test_a_fault_is_70_and_logged(
    indexes: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.answer.retrieve", lambda *_, **__: 1 / 0)
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
from assistant.serve.app import create_app

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
