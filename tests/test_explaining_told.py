"""Where it is told how an answer was found: the page, the JSON, the command line, the report."""

import html
import json
import re
import shlex
from pathlib import Path

import pytest
from assistant.read.sentence import SentenceReader
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.cli import main
from assistant.evaluate.header import Options, describe
from assistant.evaluate.page import write_command, write_page
from assistant.evaluate.plan import plan_assistant
from assistant.evaluate.questions import Asked
from assistant.evaluate.rows import read_rows
from assistant.evaluate.running import run
from assistant.schema import AnswerBody
from assistant.schema.explaining import ExplainedBody
from assistant.schema.telling import OUTCOMES, tell_explanation, tell_passage
from assistant.serve.app import create_app
from assistant.settings import Settings
from tests.conftest import LOCAL, Maker
from tests.explaining import COST, FAR, SHOP, STORE, explain, only_step, without_times
from tests.test_schema import LOGIT_OF_31, LOGIT_OF_83, PLAIN, assistant_of
from tests.test_serve import strip_tags


def test_the_page_the_json_and_the_command_line_tell_the_same(
    make: Maker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"9 yuan": LOGIT_OF_83, "4 yuan": LOGIT_OF_31, "box": -2.0, "A chain": 0.1}
    assistant = assistant_of(make, words, SHOP, STORE, FAR, weighing=PLAIN)
    with TestClient(create_app(assistant), base_url=LOCAL) as client:
        asked = {"question": COST, "include": ["explain"]}
        posted = client.post("/api/v1/query", json=asked).json()
        got = client.get("/api/v1/query", params=asked).json()
        page = client.get("/", params={"question": COST, "explain": "1"}).text
        plain = client.get("/", params={"question": COST}).text
    monkeypatch.setattr(Assistant, "open", lambda **_: assistant)
    assert main(["ask", "--explain", COST]) == 0
    printed = capsys.readouterr().out
    assert main(["ask", "--explain", "--json", COST]) == 0
    dumped = json.loads(capsys.readouterr().out)
    for body in (posted, got, dumped):
        body.pop("timing_ms")
    assert posted == got == dumped
    body = explain(assistant)
    assert posted["explanation"] == json.loads(body.explanation.model_dump_json())
    told = tell_explanation(body.explanation)
    assert printed.endswith(f"{told}\n")
    shown = html.unescape(strip_tags(page[page.index('id="explanation"') :]))
    for line in filter(None, map(str.strip, told.splitlines())):
        assert line in shown or line == "Passages found"
    assert OUTCOMES["alternative"] in shown
    assert tell_passage(only_step(body).passages[2]) in shown
    assert 'id="explanation"' not in plain
    assert "explain=1#explanation" in plain
    assert "include=explain" in page


@pytest.mark.parametrize("question", [COST, "-- 'What' costs \"9 yuan\"; $HOME `x`?"])
def test_the_report_s_command_asks_the_same_again(
    make: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    generation = make.generation(SHOP, STORE)
    assistant = Assistant.of(
        generation, SentenceReader(generation), Settings(threshold=0.41, passages_read=1)
    )
    asked = [Asked("1", question, ("9 yuan",))]
    header = describe(tmp_path / "q.jsonl", asked, "index", Options())
    report = run(plan_assistant(assistant, asked, header), tmp_path)
    write_page(tmp_path, report, None)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    (command,) = re.findall(r'<code class="command">(.*?)</code>', page)
    assert html.unescape(command) == write_command(question, report.run)
    program, *arguments = shlex.split(html.unescape(command))
    place = arguments.index("--")
    arguments[place:place] = ["--json", f"--indexes={generation.folder.parent.parent}"]
    assert (program, main(arguments)) == ("assistant", 0)
    body = ExplainedBody.model_validate_json(capsys.readouterr().out)
    (row,) = read_rows(tmp_path)
    assert row.response is not None
    again = {**without_times(body), "passages": None}  # the run gives more of them
    assert again == {**without_times(row.response), "passages": None}
    assert body.explanation.threshold == 0.41
    assert [found.read for found in only_step(body).passages].count(True) == 1
    given = report.run.questions.model_copy(update={"asked_of": "given"})
    assert write_command(question, report.run.model_copy(update={"questions": given})) == ""


def test_what_is_not_asked_for_is_not_in_the_json(make: Maker) -> None:
    assistant = assistant_of(make, {"9 yuan": 1.0}, SHOP)
    with TestClient(create_app(assistant), base_url=LOCAL) as client:
        body = client.post("/api/v1/query", json={"question": COST}).json()
        refused = client.post("/api/v1/query", json={"question": COST, "include": ["all"]})
    assert set(body) == set(AnswerBody.model_fields)
    assert refused.status_code == 422
