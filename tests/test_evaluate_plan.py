"""What a run writes of answers made by hand: rows, figures, the settings it asks in."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.cli import main
from assistant.evaluate.header import Options
from assistant.records import Answer, Calibration, Passage, Reading, Span
from assistant.settings import Settings
from tests.conftest import Maker
from tests.evaluating import run_path, run_questions, write_questions
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
        text = assistant.generation.store.passage(0).document.text
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
    options = Options(opened=True, where=("source=articles",))
    rows, report = run_path(folder, settings, tmp_path / "run", options)
    assert [documents for _, documents, _ in asked] == [2] * 7
    assert report.run.questions.asked_of == "open"
    # Four may be answered by both documents: they are asked, and counted apart.
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
    assert "\ncounted apart: 4 questions that other documents may answer\n" in printed
    assert [line.split()[:3] for line in printed.splitlines() if line.startswith("reason")] == [
        ["reason", "unstated", "1"]
    ]
