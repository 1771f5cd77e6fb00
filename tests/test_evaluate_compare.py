"""Two runs compared: scipy gives the same, and chance raises no alarm."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from assistant.evaluate.compare import Difference, compare_columns, compare_runs, correct_p_values
from assistant.evaluate.rows import ROWS, Scored
from tests.rows import HEADER, columns, row


def compare_rows(
    before: Sequence[Scored], after: Sequence[Scored], *, seed: int = 0
) -> list[Difference]:
    return compare_columns(columns(*before), columns(*after), calibrated=True, seed=seed)


def write_run(folder: Path, *rows: Scored) -> Path:
    folder.mkdir()
    lines = (HEADER, *rows)
    (folder / ROWS).write_text("".join(f"{line.model_dump_json()}\n" for line in lines))
    return folder


def test_comparisons_leave_out_what_other_documents_may_answer(tmp_path: Path) -> None:
    before = [row("a", 0.5, good=False), row("b", 0.5, good=False, ambiguous=True)]
    after = [row("a", 0.5, good=True), row("b", 0.5, good=True, ambiguous=True)]
    runs = write_run(tmp_path / "old", *before), write_run(tmp_path / "new", *after)
    comparison = compare_runs(*runs)
    (only,) = (one for one in comparison.differences if one.name == "good")
    assert (only.before, only.after, only.won) == (0.0, 1.0, 1)
    assert (comparison.questions, comparison.won, comparison.lost) == (2, ["a"], [])


def draw_run(
    random: np.random.Generator, n: int, share: float, *, valued: bool = True
) -> list[Scored]:
    return [
        row(
            str(k),
            float(random.random()) if valued else None,
            abstained=False,
            good=bool(random.random() < share),
            f1=float(random.random() < share),
            candidate_right=bool(random.random() < share),
        )
        for k in range(n)
    ]


def test_the_paired_test_is_scipy_s_permutation_test() -> None:
    random = np.random.default_rng(4)
    before, after = draw_run(random, 120, 0.6), draw_run(random, 120, 0.73)
    found = {one.name: one for one in compare_rows(before, after)}
    scores = [np.array([one.verdicts.f1 for one in rows]) for rows in (after, before)]
    other = stats.permutation_test(
        scores, lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples",
        n_resamples=10_000, rng=np.random.default_rng(0),
    )  # fmt: skip
    assert found["f1"].difference == pytest.approx(other.statistic, abs=1e-4)
    assert found["f1"].p == pytest.approx(other.pvalue, abs=0.015)
    drawn = stats.bootstrap(
        (scores[0] - scores[1],), np.mean, method="percentile", n_resamples=5000,
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    assert found["f1"].low == pytest.approx(drawn.low, abs=0.02)
    assert found["f1"].high == pytest.approx(drawn.high, abs=0.02)
    assert found["f1"].won == int((scores[0] > scores[1]).sum())
    assert found["f1"].lost == int((scores[0] < scores[1]).sum())
    assert found["f1"].won + found["f1"].lost + found["f1"].unchanged == 120


def test_holm_s_correction_worked_by_hand() -> None:
    assert correct_p_values([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert correct_p_values([0.9, 0.8]) == [1.0, 1.0]
    assert correct_p_values([]) == []


def test_a_refusal_that_is_wrong_costs_precision_although_its_top_is_0() -> None:
    trap = row("t", answerable=False, abstained=True)
    before = columns(trap, row("q", abstained=False))
    after = columns(trap, row("q", abstained=True))
    found = {one.name: one for one in compare_columns(before, after, calibrated=True)}[
        "abstention_precision"
    ]
    assert (found.before, found.after, found.won, found.lost) == (1.0, 0.5, 0, 1)


def test_identical_runs_raise_no_alarm_with_any_seed() -> None:
    rows = draw_run(np.random.default_rng(1), 150, 0.7)
    for seed in range(20):
        for one in compare_rows(rows, rows, seed=seed):
            assert (one.verdict, one.words) == ("no difference", "the same on all 150 questions")


def test_chance_alone_raises_no_more_alarms_than_allowed() -> None:
    alarms = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        before, after = (columns(*draw_run(random, 80, 0.7, valued=False)) for _ in range(2))
        alarms += any(
            one.verdict != "no difference"
            for one in compare_columns(before, after, calibrated=True, seed=seed)
        )
    assert alarms <= 3  # 5 % of twenty, and what chance adds to it


def test_a_difference_of_the_size_stated_is_seen() -> None:
    random = np.random.default_rng(2)
    before = draw_run(random, 400, 0.6)
    found = compare_rows(before, draw_run(random, 400, 0.6))
    (same,) = [one for one in found if one.name == "f1"]
    assert same.verdict == "no difference"
    assert "no difference that 400 questions could show; the smallest" in same.words
    seen = 0
    for _ in range(10):
        first = columns(*draw_run(random, 400, 0.6, valued=False))
        second = columns(*draw_run(random, 400, 0.6 + same.smallest, valued=False))
        seen += (
            next(
                o for o in compare_columns(first, second, calibrated=True) if o.name == "f1"
            ).verdict
            == "better"
        )
    assert seen >= 6


def test_figures_that_are_gone_are_named(tmp_path: Path) -> None:
    old = write_run(tmp_path / "old", row("a", abstained=False, good=True, f1=1.0))
    new = write_run(tmp_path / "new", row("a", abstained=False, good=True))
    assert compare_runs(old, new).gone == ["f1", "f1_answerable"]
    assert compare_runs(new, old).gone == []
