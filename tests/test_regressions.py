"""The same run again raises no alarm, through the command line; a planted change does."""

import json
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.evaluate.compare import compare_runs
from tests.answers import SHOP, STORE
from tests.benchmarks.regressions import leave_out, raise_threshold
from tests.conftest import Maker
from tests.evaluating import write_questions

RUNS, SEEDS = 3, 20
COSTS = {
    "Quark glasses": "9 yuan",
    "A case": "4 yuan",
    "A cloth": "2 yuan",
    "Lenses": "9 yuan",
    "zebras": None,
}


@pytest.fixture
def arguments(make: Maker, tmp_path: Path, terms_reader: None) -> list[str]:
    del terms_reader
    generation = make.generation(SHOP, STORE)
    asked: list[dict[str, object]] = [
        {
            "id": f"{what} {n}", "kind": "price", "split": "tune", "answerable": cost is not None,
            "question": f"What do {what} cost{'?' * n}",
            "answers": [cost] if cost else [],
        }
        for what, cost in COSTS.items()
        for n in range(1, 9)
    ]  # fmt: skip
    path = write_questions(tmp_path / "questions.jsonl", *asked)
    folder = generation.folder.parent
    return [
        "evaluate", str(path), "--threshold", "0.5",
        "--indexes", str(folder.parent), "--index", folder.name,
    ]  # fmt: skip


def test_the_same_run_again_raises_no_alarm_with_any_seed(
    arguments: list[str], tmp_path: Path
) -> None:
    first = tmp_path / "first"
    assert main([*arguments, "--out", str(first)]) == 0
    for number in range(RUNS):
        again = tmp_path / f"again {number}"
        options = ["--out", str(again), "--baseline", str(first), "--seed", str(number)]
        assert main([*arguments, *options, "--gate", "worse<=0,f1_drop<=0"]) == 0
        written = json.loads((again / "comparison.json").read_text(encoding="utf-8"))
        assert (written["won"], written["lost"]) == ([], [])
        for seed in range(SEEDS):
            for one in compare_runs(first, again, seed=seed).differences:
                assert (one.verdict, one.difference, one.won, one.lost) == (
                    "no difference",
                    0,
                    0,
                    0,
                )


def test_a_threshold_that_moved_is_stopped(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, moved = str(tmp_path / "first"), str(tmp_path / "moved")
    assert main([*arguments, "--out", first]) == 0
    options = ["--threshold", "6", "--out", moved, "--baseline", first]
    assert main([*arguments, *options, "--gate", "worse<=0"]) == 3
    assert "gate: worse is " in capsys.readouterr().err


def test_one_document_in_ten_is_left_out_and_a_threshold_goes_up() -> None:
    documents = [SHOP] * 100
    assert len(leave_out(documents)) == 90
    assert leave_out([SHOP, STORE]) == [SHOP, STORE]
    assert (raise_threshold(0.0), raise_threshold(0.5)) == (0.2, 0.6)
