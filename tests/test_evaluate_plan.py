"""What a run writes of answers made by hand: rows, figures, the settings it asks in."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.cli import main
from assistant.evaluate.header import Options
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.plan import sample_questions
from assistant.evaluate.reader_only import open_reader_without_index
from assistant.questions.sets import read_set
from assistant.records import Answer, Calibration, Passage, Reading, Span
from assistant.settings import Settings
from tests.conftest import Maker, write_tiny_model
from tests.evaluating import (
    PointingReader,
    run_path,
    run_questions,
    run_set,
    write_question_lines,
    write_questions,
    write_squad,
)
from tests.handwritten import write_sets
from tests.judged import DOCUMENT, make_answer

ANSWERS = {
    "What does Quark cost?": make_answer(("1,999 yuan", "Quark glasses cost")),
    "What does Rokid cost?": make_answer(
        guess=("2,499 yuan", "Rokid glasses cost"), marks=(("Rokid glasses cost", 0.8),)
    ),
    "What does Meta cost?": make_answer(),
    "What does Xiaomi cost?": make_answer(("2,499 yuan", "Rokid glasses cost")),
}


def ask(assistant: Assistant, question: str, **_: object) -> Answer:
    del assistant
    return ANSWERS[question]


def make_line(id_: str, who: str, answer: str, quote: str) -> dict[str, object]:
    return {
        "id": id_, "question": f"What does {who} cost?", "kind": "fact" if answer else "not_stated",
        "answers": [answer] if answer else [], "answerable": bool(answer), "split": "held",
        "evidence": [{"document_id": "a.txt", "any_of": [quote]}] if quote else [],
    }  # fmt: skip


def test_a_batch_worked_by_hand(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Assistant, "ask", ask)
    path = write_questions(
        tmp_path / "q",
        make_line("q1", "Quark", "1,999 yuan", "Quark glasses cost"),
        make_line("q2", "Rokid", "2,499 yuan", "Rokid glasses cost"),
        make_line("q3", "Meta", "", ""),
        make_line("q4", "Xiaomi", "", ""),
    )
    rows, report = run_questions(make.assistant(DOCUMENT), path, tmp_path / "run")
    assert [(row.id, row.kind, row.reason, row.value) for row in rows] == [
        ("q1", "fact", None, 0.5), ("q2", "fact", None, 0.5),
        ("q3", "none", "not_stated", 0.5), ("q4", "none", "not_stated", 0.5),
    ]  # fmt: skip
    assert [row.verdicts.good for row in rows] == [True, False, True, False]
    assert [row.verdicts.candidate_right for row in rows] == [True, True, None, False]
    assert [row.answers for row in rows] == [("1,999 yuan",), ("2,499 yuan",), (), ()]
    figures = {
        name: (figure.value, figure.n)
        for name, figure in report.all.figures.items()
        if figure.value is not None
    }
    assert figures == {
        "good": (0.5, 4),
        "right_and_cited": (0.5, 2),
        "abstention_recall": (0.5, 2),
        "right_of_answered": (0.5, 2),
        "shown": (1.0, 2),
        "right": (0.5, 2),
        "cited": (0.5, 2),
        "all_evidence_cited": (0.5, 2),
        "answered": (0.5, 4),
        "exact_match": (0.5, 4),
        "f1": (0.5, 4),
        "f1_answerable": (0.5, 2),
        "f1_unanswerable": (0.5, 2),
        "exact_match_forced": (0.5, 2),
        "f1_forced": (0.5, 2),
        "evidence_in_passages": (1.0, 2),
        "citation_validity": (1.0, 3),
        "abstention_precision": (0.5, 2),
        "abstention_f1": (0.5, 3),
        "wrongly_refused": (0.5, 2),
        "ndcg_10": (1.0, 2),
        "recall_10": (1.0, 2),
        "reciprocal_rank_10": (1.0, 2),
        "auroc": (0.5, 4),
        "risk_coverage_area": (round((1 / 3 + 1 / 3 + 1 / 3) / 3, 4), 3),
    }
    assert (report.by_reason["not_stated"].questions, report.by_kind["none"].questions) == (2, 2)


Asking = tuple[str, int, bool]  # the question; documents indexed; whether its own is


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, fake_models: None) -> list[Asking]:
    """What Assistants are asked; the answers are abstentions. "d1" is fined, "d2" sued."""
    del fake_models
    heard: list[Asking] = []

    def hear(assistant: Assistant, question: str, **_: object) -> Answer:
        manifest = assistant.generation.manifest
        text = assistant.generation.catalog.passage(0).document.text
        heard.append((question, manifest.documents, "Abon" in text))
        return make_answer()

    monkeypatch.setattr(Assistant, "ask", hear)
    monkeypatch.setattr("assistant.evaluate.reader_only.open_model", lambda _: OneSpanReader())
    return heard


class OneSpanReader:
    """Finds the first four characters of each passage, sure by the place of the passage."""

    name, threshold = "one span", 0.5
    calibration: Calibration | None = None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        return [
            Reading(one, (Span(one, one.start, one.start + 4, 1.0 + one.number),))
            for one in passages
        ]


def test_a_set_is_asked_of_one_index_of_all_its_documents(
    tmp_path: Path, asked: list[Asking]
) -> None:
    folder, settings = write_sets(tmp_path), Settings(indexes=tmp_path / "i", embedder="fake")
    options = Options(one_index=True, where=("source=articles",))
    rows, report = run_path(folder, settings, tmp_path / "run", options)
    assert [documents for _, documents, _ in asked] == [2] * 7
    assert report.run.questions.asked_of == "open"
    # Four may be answered by both documents: they are asked, and counted separately.
    assert [row.id for row in rows if row.ambiguous] == ["1", "4", "5", "7"]
    assert (report.run.questions.ambiguous, report.all.questions) == (4, 3)
    assert report.ambiguous is not None
    assert report.ambiguous.questions == 4


def test_a_set_is_asked_of_each_document_alone(tmp_path: Path, asked: list[Asking]) -> None:
    folder, settings = write_sets(tmp_path), Settings(indexes=tmp_path / "i", embedder="fake")
    options = Options(where=("source=articles",))
    rows, report = run_path(folder, settings, tmp_path / "run", options)
    assert [documents for _, documents, _ in asked] == [1] * 7
    # Questions 3 and 4 are about the second document.
    assert [own for _, _, own in asked] == [True, True, False, False, True, True, True]
    assert (report.run.questions.asked_of, report.run.documents) == ("alone", 2)
    assert (report.run.questions.ambiguous, report.all.questions, report.ambiguous) == (0, 7, None)
    assert not any(row.ambiguous for row in rows)
    assert not (tmp_path / "i").exists()


def test_the_reader_alone_reads_all_passages_of_the_document(
    tmp_path: Path, asked: list[Asking]
) -> None:
    folder = write_sets(tmp_path)
    options = Options(reader_only=True, where=("source=articles", "kind=fact", "kind=none"))
    rows, report = run_path(folder, Settings(), tmp_path / "run", options)
    assert asked == []
    assert (report.run.questions.asked_of, report.run.threshold) == ("given", 0.0)
    assert [(row.id, row.candidate, row.value) for row in rows] == [
        ("1", "The ", 1.0), ("2", "The ", 1.0), ("3", "The ", 1.0), ("4", "The ", 1.0),
    ]  # fmt: skip
    assert (report.all.figures["auroc"].value, report.all.figures["f1_forced"].n) == (0.5, 2)
    options = Options(where=("set=paragraphs",))
    rows, report = run_path(folder, Settings(), tmp_path / "run", options)
    assert [(row.id, row.kind) for row in rows] == [("p1", "fact"), ("p2", "none")]
    assert report.run.questions.asked_of == "given"


def test_the_command_prints_the_groups_of_a_set(
    tmp_path: Path,
    asked: list[Asking],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del asked
    monkeypatch.setenv("ASSISTANT_INDEXES", str(tmp_path / "i"))
    monkeypatch.setenv("ASSISTANT_EMBEDDER", "fake")
    where = ["--where", "source=articles", "--where", "split=dev"]
    assert main(["evaluate", str(write_sets(tmp_path)), "--open", *where]) == 0
    printed = capsys.readouterr().out
    assert "7 questions, 2 documents, threshold 0.5" in printed
    lines = [line.split() for line in printed.splitlines()]
    assert [line[2] for line in lines if line[:2] == ["counted", "separately"]] == ["4"]
    assert [line[:3] for line in lines if line[:1] == ["reason"]] == [["reason", "unstated", "1"]]


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    return write_squad(tmp_path / "set.json")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_question_lines(tmp_path / "lines")


@pytest.fixture(scope="session")
def tiny_reader_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    write_tiny_model(folder)
    return folder


def test_an_open_set_is_asked_of_all_its_documents(
    squad: Path, tmp_path: Path, fake_models: None
) -> None:
    del fake_models
    found = read_set(squad)
    generation = index_documents(found.documents, tmp_path / "indexes", embedder="fake")
    again = index_documents(found.documents, tmp_path / "indexes", embedder="fake")
    assert again.manifest == generation.manifest
    reader = PointingReader({"9": 0.9, "5": 0.8})
    assistant = Assistant.of(generation, reader, Settings())
    rows, _ = run_set(assistant, found.questions, tmp_path / "run")
    assert [row.id for row in rows] == ["cost", "weigh", "sold"]
    assert [row.verdicts.recall_10 for row in rows] == [1.0, None, 1.0]
    for row in rows:
        assert row.response is not None
        assert {one.document_id for one in row.response.passages} == {
            "set.json/Quark_glasses/1",
            "set.json/Quark_glasses/2",
        }
    assert all(row.milliseconds for row in rows)


def test_a_sample_keeps_the_order_and_is_the_same_each_time(squad: Path) -> None:
    found = read_set(squad)
    asked = found.questions
    assert sample_questions(asked, None) == sample_questions(asked, 3) == list(asked)
    drawn = sample_questions(found.questions, 2)
    assert drawn == sample_questions(found.questions, 2)
    assert drawn == [one for one in found.questions if one in drawn]
    assert len(drawn) == 2


def test_the_command_reads_a_set_and_writes_rows_and_report(
    squad: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened: list[str] = []

    def open_fake(name: str) -> PointingReader:
        opened.append(name)
        return PointingReader({"9": 0.9})

    monkeypatch.setattr("assistant.evaluate.reader_only.open_model", open_fake)
    out = tmp_path / "out"
    assert main(["evaluate", str(squad), "--out", str(out)]) == 0
    assert opened == ["packaged"]
    printed = capsys.readouterr().out
    assert "3 questions, 2 documents, threshold 0.0" in printed
    header, *rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["cost", "weigh", "sold"]
    written = json.loads((out / "report.json").read_text())
    assert written["run"] == header
    assert (header["questions"]["asked_of"], header["threshold"]) == ("given", 0.0)
    assert header["reader"] == {"name": "pointing", "sha256": None, "calibrated": False}


def test_the_command_asks_a_sample_of_all_documents_at_a_threshold(
    squad: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fake_models: None,
) -> None:
    del fake_models
    find: Callable[..., PointingReader] = lambda *_: PointingReader({"9": 0.9})  # noqa: E731
    monkeypatch.setattr("assistant.evaluate.reader_only.open_model", find)
    monkeypatch.setenv("ASSISTANT_INDEXES", str(tmp_path / "indexes"))
    arguments = ["evaluate", str(squad), "--json", "--sample", "2", "--threshold", "0.95"]
    arguments += ["--reader", "packaged"]
    assert main([*arguments, "--open", "--documents", str(squad)]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["run"]["questions"]["asked_of"] == "open"
    assert written["run"]["threshold"] == 0.95
    assert written["run"]["documents"] == 2  # the same file twice is the same documents
    assert written["all"]["figures"]["f1"][3] == 2
    assert written["all"]["figures"]["wrongly_refused"][0] == 1


def test_a_reader_that_is_not_packaged_reads_given_and_open_sets_of_one_index(
    squad: Path, tmp_path: Path, tiny_reader_model: Path, fake_models: None
) -> None:
    del fake_models
    settings = Settings(indexes=tmp_path / "indexes", reader=str(tiny_reader_model), threshold=-99)
    name, out = str(tiny_reader_model), tmp_path / "run"
    given, report = run_path(squad, settings, out)
    assert report.run.reader is not None
    assert (report.run.reader.name, report.run.questions.left_out) == (name, 0)
    asked, report = run_path(squad, settings, out, Options(one_index=True))
    assert report.run.reader is not None
    assert (report.run.reader.name, report.run.questions.asked_of) == (name, "open")
    assert [row.id for row in given] == [row.id for row in asked] == ["cost", "weigh", "sold"]
    assert all(row.candidate for row in asked)
    with open_reader_without_index(str(tiny_reader_model)) as reader:
        assert reader.name == str(tiny_reader_model)


def test_questions_that_name_no_document_are_counted_where_one_is_given(
    lines: Path, tiny_reader_model: Path, tmp_path: Path
) -> None:
    rows, report = run_path(lines, Settings(reader=str(tiny_reader_model)), tmp_path / "run")
    assert [row.id for row in rows] == ["1"]
    assert report.run.questions.left_out == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sample", "0"], "--sample is 0: give 1 or more"),
        (["--where", "kind=span"], "has no fields to choose by"),
        (["--documents", "more.json"], "more.json would not be read: ask with --open"),
        (["--open", "--reader-only"], "--open and --reader-only exclude each other"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    squad: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(squad), *options]) == 1
    assert message in capsys.readouterr().err
