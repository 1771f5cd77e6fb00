"""The article's questions: they are valid, and a run over them gives what the guide states."""

import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.answer import Assistant
from assistant.cli import main
from assistant.evaluate.compare import Comparison
from assistant.evaluate.report import Report
from assistant.questions.index_questions import read_index_questions
from assistant.read import PACKAGED_SHA256
from tests.benchmarks.readme import ARTICLE, GUIDE, Place, make_article_table, read_table
from tests.conftest import QUESTIONS
from tests.evaluating import run_questions

NUMBER = re.compile(r"\d\.\d\d")


def test_the_article_s_questions_are_valid(article_assistant: Assistant, tmp_path: Path) -> None:
    questions = list(read_index_questions(QUESTIONS))
    answerable = [question for question in questions if question.answerable]
    assert len(answerable) >= 200
    assert len(questions) - len(answerable) >= 80
    kinds = {question.kind for question in answerable}
    assert kinds == {
        "fact", "why", "how", "list", "count", "comparison", "trend", "superlative", "two_part",
        "yes_no",
    }  # fmt: skip
    rows, report = run_questions(article_assistant, QUESTIONS, tmp_path)
    assert report.all.figures["citation_validity"].value == 1.0
    # Of retrieval and marking, whatever the reader's weights are.
    tuned = report.by_split["tune"].figures
    assert (tuned["evidence_in_passages"].value or 0) >= 0.95
    assert (tuned["shown"].value or 0) >= 0.75
    assert len(rows) == len(questions)
    judged = {row.kind for row in rows}
    assert judged == {
        "fact", "why", "how", "list", "count", "compare", "trend", "top", "two", "yesno", "none",
    }  # fmt: skip
    assert set(report.by_reason) == {
        "other_player", "other_period", "false_premise", "not_stated", "misspelt",
    }  # fmt: skip


def test_the_article_s_table_in_the_guide_is_what_a_run_gives(
    article_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    where = ["--indexes", str(article_index.parent)]
    assert main(["evaluate", str(QUESTIONS), "--out", str(run), *where]) == 0
    assert "abstention recall" in capsys.readouterr().out
    report = Report.model_validate_json((run / "report.json").read_bytes())
    assert report.all.questions == 400
    assert report.run.index is not None
    assert report.run.index.embedder == "all-MiniLM-L6-v2"
    assert report.run.reader is not None
    assert report.run.reader.sha256 == PACKAGED_SHA256
    for split in report.by_split.values():  # far below what it reaches: an answerer that broke
        assert (split.figures["right_and_cited"].value or 0) >= 0.35
        assert (split.figures["abstention_recall"].value or 0) >= 0.80
        assert (split.figures["shown"].value or 0) >= 0.80
    made, shown = make_article_table(report), read_table(Place(GUIDE, ARTICLE))
    assert NUMBER.sub("", made) == NUMBER.sub("", shown)
    # Other processors round otherwise: an answer or two of 400 may change, not more.
    pairs = zip(NUMBER.findall(made), NUMBER.findall(shown), strict=True)
    assert all(abs(float(one) - float(other)) <= 0.03 for one, other in pairs)


def test_a_threshold_that_was_moved_is_noticed(
    article_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, where = tmp_path / "run", ["--indexes", str(article_index.parent)]
    some = tmp_path / "some.jsonl"
    some.write_text("".join(QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)[:98]))
    assert main(["evaluate", str(some), "--out", str(run), *where]) == 0
    moved = ["--threshold", "0.9", "--baseline", str(run), "--out", str(tmp_path / "moved")]
    junit = tmp_path / "gate.xml"
    gate = [
        "--gate",
        "right_and_cited_drop<=0.01,worse<=0,citation_validity>=1",
        "--junit",
        str(junit),
    ]
    assert main(["evaluate", str(some), *where, *moved, *gate]) == 3
    assert "gate: right_and_cited_drop is 0." in capsys.readouterr().err
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    comparison = Comparison.model_validate_json((tmp_path / "moved/comparison.json").read_bytes())
    verdicts = {one.name: one.verdict for one in comparison.differences}
    assert verdicts["right_and_cited"] == verdicts["wrongly_refused"] == "worse"
    assert verdicts["ndcg_10"] == "no difference"  # what was retrieved is the same
    assert len(comparison.lost) > len(comparison.won)


def test_the_shipped_questions_are_split_by_the_hash_of_their_ids() -> None:
    for question in read_index_questions(QUESTIONS):
        first = hashlib.sha256(question.id.encode()).digest()[0]
        assert question.split == ("held" if first % 2 else "tune"), question.id
