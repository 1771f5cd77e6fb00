import io
import json
from pathlib import Path

import pytest

from assistant.cli import main

PRICE = "How much do the Quark AI glasses cost?"
ROKID = "and what about Rokid?"


@pytest.mark.usefixtures("terms_reader")
def test_lines_of_standard_input_are_a_conversation(
    article_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        PRICE,
        "  when were they announced?",
        ":new",
        "when were they announced?",
        "?",
        "",
        PRICE,
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["ask", "--json", "--indexes", str(article_index.parent)]) == 1
    printed = capsys.readouterr()
    first, second, third, refused = map(json.loads, printed.out.splitlines())
    assert (first["question"], first["carried"]) == (PRICE, None)
    assert second["carried"]["full"] == f"{PRICE} / when were they announced?"
    assert third["carried"] is None
    assert refused["error"]["message"] == "the question '?' has no word"
    assert printed.err.startswith("assistant: the question '?' has no word: ")


@pytest.mark.usefixtures("terms_reader")
def test_the_prompt_says_what_was_carried_over(
    article_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(f"{PRICE}\nwhen were they announced?\n"))
    assert main(["ask", "--indexes", str(article_index.parent)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("> ") == 3
    assert f"Understood with the question before, “{PRICE}”: much, Quark, AI, glasses" in printed


@pytest.mark.usefixtures("terms_reader")
def test_a_question_is_asked_after_others(
    article_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--indexes", str(article_index.parent)]
    before = ["--previous", PRICE, "--previous", ROKID]
    assert main(["ask", *place, *before, "why?", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["carried"]["full"] == "How much do the Rokid AI glasses cost? / why?"
    assert main(["ask", *place, *before * 3, "why?"]) == 1
    assert "6 previous questions are given: give the last 5" in capsys.readouterr().err
