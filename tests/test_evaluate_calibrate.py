"""Features of answers become probabilities: fitted by group, measured on other documents."""

import json
import math
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant.answer.confidence import GROUP_NAMES, ROW, VERDICT, estimate
from assistant.cli import main
from assistant.evaluate import calibrate as module
from assistant.evaluate.calibrate import THRESHOLD, Observation, calibrate_reader, describe, fit
from assistant.read.span import SETTINGS, ReaderSettings, read_settings_file, write_settings
from assistant.records import Calibration
from tests.evaluating import PointingReader
from tests.handwritten import write_sets


def make_observations(count: int = 400, seed: int = 3) -> list[Observation]:
    """Answers that are right as often as the logistic function of `x` says, ten to a document."""
    random = Random(seed)
    made = []
    for number in range(count):
        x = random.uniform(-3, 3)
        likely = 1 / (1 + math.exp(-2 * x))
        made.append(
            Observation(
                ("articles", "voices")[number % 2],
                f"d{number // 10}",
                number % 4 != 0,
                sorted(GROUP_NAMES)[number % len(GROUP_NAMES)],
                {"x": x, "noise": random.random()},
                random.random() < likely,
                abs(x),
                random.random() < likely,
            )
        )
    return made


def test_a_fitted_calibration_gives_back_the_probabilities_that_made_the_answers() -> None:
    found = fit(make_observations(20_000))
    for group in GROUP_NAMES:
        for x in (-2.0, 0.0, 2.0):
            likely = estimate({"x": x, "noise": 0.5}, group, found.calibration)
            assert likely == pytest.approx(1 / (1 + math.exp(-2 * x)), abs=0.05)
    assert set(found.calibration.weights) == {*GROUP_NAMES, VERDICT}


def test_each_confidence_is_of_a_model_that_did_not_see_its_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observations = make_observations()
    seen: list[set[str]] = []
    fit_group = module._fit_group

    def spy(chosen: list[Observation]) -> dict[str, float]:
        seen.append({one.event for one in chosen})
        return fit_group(chosen)

    monkeypatch.setattr(module, "_fit_group", spy)
    found = fit(observations)
    groups = sorted(GROUP_NAMES)
    folds = [seen[n : n + module.FOLDS] for n in range(0, len(groups) * module.FOLDS, module.FOLDS)]
    for group, fitted in zip(groups, folds, strict=True):
        events = {one.event for one in observations if one.group == group}
        left_out = [events - fold for fold in fitted]
        assert all(left_out)
        assert set().union(*left_out) == events
        assert sum(map(len, left_out)) == len(events)
    assert found.confidences.min() > 0
    assert found.confidences.max() < 1


def test_a_group_that_is_always_right_has_only_a_bias() -> None:
    always = [
        Observation("articles", f"d{n}", True, group, {"x": float(n)}, True, 1.0, n % 2 == 0)
        for group in GROUP_NAMES
        for n in range(20)
    ]
    weights = fit(always).calibration.weights
    assert weights["span"] == {"bias": 2.0}


def test_the_calibration_is_written_next_to_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(tmp_path, ReaderSettings("mine", "0" * 64, 512, 0.0, None))
    monkeypatch.setattr(module, "SpanReader", lambda _: SimpleNamespace(calibration="another"))
    monkeypatch.setattr(module, "ask_dev_questions", lambda *_given, **_more: make_observations())
    monkeypatch.setattr(module, "ask_table_questions", lambda *_given, **_more: [])
    found = calibrate_reader(tmp_path)
    stored = read_settings_file(tmp_path / SETTINGS)
    assert stored == ReaderSettings("mine", "0" * 64, 512, THRESHOLD, found.calibration)
    assert isinstance(stored.calibration, Calibration)


def test_the_description_counts_what_is_answered() -> None:
    made = make_observations(200)
    found = fit(made)
    line = next(one for one in describe(found).splitlines() if one.startswith("| together |"))
    right = np.array([one.right for one in made])
    can = np.array([one.answerable for one in made])
    given = found.confidences >= THRESHOLD
    cells = [cell.strip() for cell in line.split("|")[2:-2]]
    assert cells == [
        "200",
        f"{right[can].mean():.2f}",
        f"{(right & given)[can].mean():.2f}",
        f"{(~given)[~can].mean():.2f}",
        f"{right[given].mean():.2f}",
    ]


def test_the_risk_falls_to_that_of_all_answers_at_full_coverage() -> None:
    made = make_observations(200)
    line = next(one for one in describe(fit(made)).splitlines() if one.startswith("| all |"))
    risks = [float(cell) for cell in line.split("|")[2:-1]]
    assert risks[-1] == pytest.approx(1 - np.mean([one.right for one in made]), abs=0.005)
    assert risks[0] < risks[-1]


def test_the_command_writes_the_calibration_and_prints_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(tmp_path, ReaderSettings("mine", "0" * 64, 512, 0.0, None))
    monkeypatch.setattr(module, "SpanReader", lambda _: SimpleNamespace(calibration="another"))
    monkeypatch.setattr(module, "ask_dev_questions", lambda *_given, **_more: make_observations())
    monkeypatch.setattr(module, "ask_table_questions", lambda *_given, **_more: [])
    assert main(["calibrate", str(tmp_path)]) == 0
    assert capsys.readouterr().out == describe(fit(make_observations()))
    assert read_settings_file(tmp_path / SETTINGS).threshold == THRESHOLD


@pytest.mark.usefixtures("fake_models")
def test_questions_about_tables_are_asked_of_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACKAGED", "fake")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.csv").write_text("Zone,Adult,Child\nA,2.40,1.20\nB,3.10,1.55\n")
    lines = [
        {"id": "a1-1", "question": "Zone B Child?", "kind": "fact", "answers": ["1.55"],
         "evidence": [{"document_id": "a.csv", "any_of": ["1.55"]}], "answerable": True,
         "split": "tune"},
        {"id": "a1-2", "question": "Zone C Child?", "kind": "not_stated", "answers": [],
         "answerable": False, "split": "tune"},
    ]  # fmt: skip
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    reader: Any = PointingReader({"1.55": 0.9})
    found = list(module.ask_table_questions(reader, tmp_path))
    assert [(one.collection, one.event, one.answerable, one.right) for one in found] == [
        ("tables", "a1", True, True), ("tables", "a1", False, False),
    ]  # fmt: skip
    assert [one.group for one in found] == [ROW, ROW]


@pytest.mark.usefixtures("fake_models")
def test_unambiguous_dev_questions_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACKAGED", "fake")
    monkeypatch.setattr(module, "COLLECTIONS", ("articles",))
    reader: Any = PointingReader({"Abon": 0.9})
    found = list(module.ask_dev_questions(reader, write_sets(tmp_path)))
    assert [(one.event, one.answerable, one.right) for one in found] == [
        ("d1", True, True), ("d2", False, False), ("d1", True, False),
    ]  # fmt: skip
    assert all(one.features for one in found)
