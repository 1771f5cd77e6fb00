"""What every command prints: JSON, exit statuses, escapes, and the first line of a build."""

import io
import json
import re
import subprocess
import sys
import unicodedata
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings, strategies as st

from assistant import errors
from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody
from assistant.api.text import render_markdown
from assistant.build.steps import LINE_SECONDS, Steps
from assistant.cli import EXIT_STATUSES, main, make_parser
from assistant.cli.summary import MOST_LINES, write_summary
from assistant.evaluate.report import make_report
from assistant.index.progress import ProgressFile
from assistant.terminal import EscapedStream
from tests.answers import ABSENT, COMPARED
from tests.conftest import ROOT
from tests.rows import HEADER, columns, row

Capture = pytest.CaptureFixture[str]
CLEAR = "\x1b[2J"


def list_commands() -> dict[str, ArgumentParser]:
    (commands,) = (one.choices for one in make_parser()._actions if isinstance(one.choices, dict))
    return commands


def list_errors(parent: type[errors.AssistantError]) -> Iterator[type[errors.AssistantError]]:
    yield parent
    for child in parent.__subclasses__():
        yield from list_errors(child)


def test_every_exit_status_is_described() -> None:
    used = {one.exit_status for one in list_errors(errors.AssistantError)}
    assert used == {1, 2, 4, 5, 6, 71, 75}
    assert used | {0, errors.GATE_FAILED, 70, 130, 141} == set(EXIT_STATUSES)
    shown = make_parser().format_help()
    guide = (ROOT / "web/guide/command-line.md").read_text(encoding="utf-8")
    for status, text in EXIT_STATUSES.items():
        assert f"  {status:3}  {text}\n" in f"{shown}\n"
    assert [int(n) for n in re.findall(r"^\| (\d+) \|", guide, re.MULTILINE)] == list(EXIT_STATUSES)


@pytest.mark.parametrize("name", sorted(list_commands().keys() - {"mcp"}))
def test_every_command_prints_one_json_document_for_an_error(name: str, capsys: Capture) -> None:
    assert main([name, "--json", "--nothing"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["hint"][:13]) == ("bad_usage", "see `assistan")


@pytest.mark.parametrize(
    "arguments", [["ask", "x"], ["players"], ["doctor"], ["evaluate", "--from-feedback", "f"]]
)
def test_a_missing_index_is_reported_with_the_others(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f").write_text("")
    for name in ("notes", "news"):
        (tmp_path / "indexes" / name).mkdir(parents=True)
        (tmp_path / "indexes" / name / "CURRENT").write_text("")
    hint = (
        "run `assistant index --index nope --corpus FOLDER` first, "
        "or give another of indexes with --index: news, notes"
    )
    assert main([*arguments, "--index", "nope", "--json"]) == 4
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {
        "error": {"code": "no_index", "message": "no index in indexes/nope", "hint": hint}
    }
    assert printed.err == f"assistant: no index in indexes/nope: {hint}\n"


def test_a_bug_is_json_as_well(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("assistant.cli.indexing.index_corpus", lambda *_, **__: 1 / 0)
    assert main(["index", "--json"]) == 70
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "fault"


def test_the_report_of_a_build_and_of_the_doctor_are_json(
    tmp_path: Path, fake_models: None, capsys: Capture
) -> None:
    del fake_models
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Xiaomi sells glasses.")
    (corpus / f"b{CLEAR}\nok.zzz").write_text("x")
    place = ["--indexes", str(tmp_path)]
    assert main(["index", "--corpus", str(corpus), *place, "--json"]) == 0
    built = json.loads(capsys.readouterr().out)
    assert (built["built"], built["changes"]["added"], built["passages"]) == (True, 1, 1)
    assert [one["path"] for one in built["skipped"]] == [f"b{CLEAR}\nok.zzz"]
    assert main(["index", "--corpus", str(corpus), *place]) == 0
    assert r"  b\u001b[2J\nok.zzz ends in .zzz" in capsys.readouterr().out
    (corpus / "a.txt").unlink()
    assert main(["index", "--corpus", str(corpus), *place, "--remove-if-empty", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] is True


def test_a_file_is_no_corpus(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "a b.txt"
    file.write_text("x")
    assert main(["index", "--corpus", str(file)]) == 5
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"assistant: the corpus {file} is a file, not a folder: "
        f"give the folder that it is in: --corpus {tmp_path}"
    )


@pytest.mark.parametrize(
    ("command", "value"),
    [
        (["ask", "x"], "-0.1"),
        (["ask", "x"], "1.01"),
        (["serve", "--port", "0"], "7"),
        (["index"], "7"),
    ],
)
def test_a_threshold_that_is_no_confidence_is_refused(
    command: list[str], value: str, article_index: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:  # fmt: skip
    monkeypatch.setenv("ASSISTANT_INDEXES", str(article_index.parent))
    monkeypatch.setenv("ASSISTANT_THRESHOLD", value)
    assert main(command) == 1
    assert re.fullmatch(
        rf"assistant: setting threshold is {value}, and reader [\w-]+ gives confidences: "
        r"give 0 to 1 \(ASSISTANT_THRESHOLD\)",
        capsys.readouterr().err.splitlines()[-1],
    )


def rename(body: AnswerBody, text: str) -> AnswerBody:
    """An answer whose documents have a name, title and words of a text."""
    words = {"document_id": text, "document_title": text}
    cited = [one.model_copy(update={**words, "quote": text}) for one in body.citations]
    passages = [
        one.model_copy(update={**words, "text": text, "marked": []}) for one in body.passages
    ]
    return body.model_copy(update={"citations": cited, "passages": passages})


BODIES = [render_answer(answer) for answer in (COMPARED, ABSENT)]


@settings(max_examples=40)
@given(text=st.text(st.characters(codec="utf-8")), body=st.sampled_from(BODIES))
def test_no_control_reaches_the_terminal_and_json_is_exact(text: str, body: AnswerBody) -> None:
    named = rename(body, text)
    with pytest.MonkeyPatch.context() as patch:
        stub = SimpleNamespace(generation=SimpleNamespace(warning=None))
        patch.setattr("assistant.answer.Assistant.open", lambda **_: stub)
        patch.setattr("assistant.cli.asking.ask_once", lambda *_: named)
        printed = []
        for options in ([], ["--json"]):
            stream = io.StringIO()
            patch.setattr("sys.stdout", stream)
            assert main(["ask", "x", *options]) == 0
            printed.append(stream.getvalue())
    for shown in printed:
        controls = {c for c in shown if unicodedata.category(c) in ("Cc", "Zl", "Zp")}
        assert controls <= {"\n", "\t"}
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown)
    assert json.loads(printed[1]) == named.model_dump(mode="json")


def test_a_title_stays_on_its_line_and_markdown_shows_escapes() -> None:
    body = rename(BODIES[0], f"a\n[1] forged{CLEAR}\u202e")
    markdown = render_markdown(body)
    assert "\x1b" not in markdown
    assert "\u202e" not in markdown
    assert r"forged\\u001b\[2J\\u202e" in markdown


def test_wrong_usage_can_not_control_the_terminal(capsys: Capture) -> None:
    assert main(["ask", f"--x{CLEAR}\nforged"]) == 2
    assert capsys.readouterr().err == (
        "assistant: unrecognized arguments: "
        r"--x\u001b[2J\nforged: see `assistant ask --help`" + "\n"
    )


class Full(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_output_that_can_not_be_written_is_an_error() -> None:
    with pytest.raises(errors.OutputError, match="No space left on device"):
        EscapedStream(Full()).write("x")


def test_what_an_encoding_lacks_is_escaped() -> None:
    raw = io.BytesIO()
    stream = EscapedStream(io.TextIOWrapper(raw, encoding="ascii"))
    stream.write('"é", “x”')
    stream.flush()
    assert raw.getvalue() == rb'"\u00e9", \u201cx\u201d'


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_build_writes_occasional_lines_without_a_terminal(
    tmp_path: Path, capsys: Capture
) -> None:
    clock = Clock()
    steps = Steps(ProgressFile(tmp_path), is_shown=True, clock=clock)
    steps.begin("loading")
    with steps.count("reading", 3000) as advance:
        for seconds in (0, LINE_SECONDS - 0.1, 0.1, 0):
            clock.now += seconds
            advance(500)
    assert capsys.readouterr().err == (
        "Loading the model\nReading the files: 3,000\nReading the files: 1,500 of 3,000\n"
    )
    Steps(ProgressFile(tmp_path), is_shown=False).begin("loading")
    assert capsys.readouterr().err == ""


FIRST_LINE = """
import sys
from assistant.cli import main

class Watched:
    def write(self, text):
        print(repr(text), "numpy" in sys.modules)
        raise SystemExit

    def flush(self): ...

sys.stderr = Watched()
main(["index", "--corpus", "none"])
"""


def test_a_build_shows_its_first_line_before_anything_heavy_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_LINE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "'Reading the folder none' False\n"


@pytest.mark.parametrize("number", [1, 60])
def test_a_summary_has_at_most_30_lines_and_the_path_of_the_report(
    number: int, tmp_path: Path
) -> None:
    rows = [
        row(f"q{n}", 0.5, answerable=False, reason=f"r{n}", abstained=True, good=True)
        for n in range(number)
    ]
    lines = write_summary(make_report(HEADER, columns(*rows)), None, tmp_path)
    assert len(lines) <= MOST_LINES
    assert lines[-1] == f"all figures and questions: {tmp_path / 'report.html'}"
    assert any(line.startswith("  and ") for line in lines) == (number > 1)
