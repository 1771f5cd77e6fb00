"""Folders of BEIR: what a run over one gives, and which are refused."""

import gzip
import json
import math
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluate.report import Report
from assistant.questions.sets import is_beir
from assistant.settings import Settings
from tests.evaluating import run_path


def write_beir(folder: Path, *, zipped: bool) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": "d1", "title": "Cats", "text": "Cats purr when they rest. " * 30},
        {"_id": "d2", "title": "Dogs", "text": "Dogs bark at night."},
        {"_id": "d3", "title": "Birds", "text": "Birds sing at dawn."},
    ]
    queries = [{"_id": "1", "text": "Which animals purr?"}, {"_id": "2", "text": "dogs birds"},
               {"_id": "3", "text": "not judged"}, {"_id": "4", "text": "xyzzy"}]  # fmt: skip
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / name).write_text(text)
    rows_of_qrels = "query-id\tcorpus-id\tscore\n1\td1\t1\n2\td3\t2\n2\td2\t1\n4\tgone\t1\n"
    (folder / "qrels" / "test.tsv").write_text(rows_of_qrels)
    return folder


def run_beir(folder: Path, indexes: Path) -> Report:
    settings = Settings(indexes=indexes, embedder="fake")
    return run_path(folder, settings, indexes.parent / "run")[1]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.usefixtures("fake_models")
def test_a_beir_folder_worked_by_hand(tmp_path: Path, zipped: bool) -> None:
    folder = write_beir(tmp_path / "tiny", zipped=zipped)
    assert is_beir(folder)
    report = run_beir(folder, tmp_path / "indexes")
    assert (report.all.questions, report.run.documents) == (3, 3)
    # The first finds its document first, the second finds d2 before d3, the third finds nothing.
    second = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert report.all.figures["ndcg_10"].value == pytest.approx((1 + second + 0) / 3, abs=1e-4)
    assert report.all.figures["recall_10"].value == pytest.approx(2 / 3, abs=1e-4)
    assert report.all.figures["reciprocal_rank_10"].value == pytest.approx(2 / 3, abs=1e-4)
    assert report.all.figures["ndcg_10"].n == 3


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("qrels/test.tsv", "a\tb\tc\n9\td1\t1\n", "line 2: no question '9'"),
        ("qrels/test.tsv", "a\tb\tc\n1\td1\n", "line 2 is not question, document, score"),
        ("qrels/test.tsv", "a\tb\tc\n", "judges no question"),
        ("queries.jsonl", '{"_id": "1"}\n', "queries.jsonl line 1 has no 'text'"),
        ("corpus.jsonl", "{}\n", "corpus.jsonl line 1 has no text"),
        ("corpus.jsonl", '{"_id": "d", "text": "x"}\n' * 2, "corpus.jsonl: id 'd' occurs twice"),
    ],
)
def test_a_bad_beir_folder_is_refused_by_name(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    folder = write_beir(tmp_path / "tiny", zipped=False)
    (folder / name).write_text(text)
    with pytest.raises(EvaluationError, match=message):
        run_beir(folder, tmp_path / "indexes")


@pytest.mark.usefixtures("fake_models")
def test_beir_questions_may_too_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "tiny", zipped=False)
    lines = (folder / "queries.jsonl").read_text().replace("dogs birds", "dogs\u2028birds")
    (folder / "queries.jsonl").write_text(lines.replace("\n", "\n \n\n"), encoding="utf-8")
    report = run_beir(folder, tmp_path / "indexes")
    assert (report.all.questions, report.all.figures["reciprocal_rank_10"].value) == (3, 0.6667)
