"""Figures and independent implementations: SQuAD's rules written again, scipy, scikit-learn."""

import re
import string
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, f1_score, precision_score, recall_score, roc_auc_score

from assistant.evaluate.calibration import (
    auroc,
    calibration_error,
    find_risk,
    risk_coverage_area,
    trace_risk,
)
from assistant.evaluate.compare import compare, compare_runs, correct
from assistant.evaluate.estimates import estimate, mean, ratio
from assistant.evaluate.gate import check_gate, parse_gate
from assistant.evaluate.judging import Verdicts, rank
from assistant.evaluate.measures import exact_match, token_f1
from assistant.evaluate.questions import Asked, hash_gold
from assistant.evaluate.report import MEASURES, Columns, make_report, read_columns
from assistant.evaluate.rows import Header, QuestionsBody, Scored
from assistant.records import Document

HEADER = Header(
    questions=QuestionsBody(name="q", sha256="", asked_of="given", questions=0),
    documents=0, index=None, reader=None, threshold=0.5, passages_read=1, seed=0, versions={},
)  # fmt: skip
WORDS = "the a an Quark quark's 9 yuan, yuan. U.S. don't ice-cream The Theatre 1,999 $5 — x".split()


def squad_words(text: str) -> list[str]:
    """Published rules: lower case, then no punctuation, then no articles, then split."""
    kept = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(?:a|an|the)\b", " ", kept).split()


def squad_score(answer: str, golds: list[str]) -> tuple[int, float]:
    """EM and F1 by SQuAD 2.0: the best over gold answers; of no answer only none is right."""
    exact, best = 0, 0.0
    for gold in [g for g in golds if squad_words(g)] or [""]:
        said, wanted = squad_words(answer), squad_words(gold)
        exact = max(exact, int(said == wanted))
        if not said or not wanted:
            best = max(best, float(said == wanted))
            continue
        left, shared = list(wanted), 0
        for word in said:
            if word in left:
                left.remove(word)
                shared += 1
        precision, recall = shared / len(said), shared / len(wanted)
        best = max(best, 2 * precision * recall / (precision + recall) if shared else 0.0)
    return exact, best


def test_exact_match_and_f1_are_squad_s() -> None:
    random = np.random.default_rng(3)

    def draw(most: int) -> str:
        return " ".join(random.choice(WORDS, random.integers(1, most)))

    kinds: Counter[int] = Counter()
    for _ in range(3000):
        golds = [
            gold for gold in (draw(5) for _ in range(random.integers(0, 4))) if squad_words(gold)
        ]
        answer = "" if random.random() < 0.2 else draw(6)
        if random.random() < 0.2 and golds:
            answer = f"The {golds[0].upper()}!"
        exact, f1 = squad_score(answer, golds)
        assert exact_match(answer or None, golds) == exact, (answer, golds)
        assert token_f1(answer or None, golds) == pytest.approx(f1), (answer, golds)
        kinds[exact] += 1
    assert min(kinds.values()) > 300


def row(
    id_: str,
    value: float | None = None,
    *,
    answerable: bool = True,
    ambiguous: bool = False,
    reason: str | None = None,
    **verdicts: object,
) -> Scored:
    return Scored(
        id=id_, question=id_, kind="k", split=None, answerable=answerable, answers=(),
        gold=id_, value=value, verdicts=Verdicts.model_validate(verdicts), milliseconds=1.0,
        ambiguous=ambiguous, reason=reason,
    )  # fmt: skip


def columns(*rows: Scored) -> Columns:
    return read_columns(rows, calibrated=True)


def test_an_unanswered_an_unanswerable_and_a_wrong_question_worked_by_hand() -> None:
    report = make_report(HEADER, columns(
        row("right", 0.9, abstained=False, right=True, right_and_cited=True, good=True,
            shown=True, exact_match=1, f1=1, candidate_right=True),
        row("unanswered", 0.2, abstained=True, right=False, right_and_cited=False, good=False,
            shown=True, exact_match=0, f1=0, candidate_right=True),
        row("unanswerable", 0.1, answerable=False, reason="r", abstained=True, good=True,
            exact_match=1, f1=1, candidate_right=False),
        row("wrong", 0.8, abstained=False, right=True, right_and_cited=False, good=False,
            shown=False, exact_match=0, f1=0.4, candidate_right=False),
        row("trapped", 0.7, answerable=False, reason="s", abstained=False, good=False,
            exact_match=0, f1=0, candidate_right=False),
        row("of many", 0.1, ambiguous=True, abstained=False, right=True, right_and_cited=True,
            good=True, exact_match=1, f1=1, candidate_right=True),
    ))  # fmt: skip
    values = {name: figure.value for name, figure in report.all.figures.items()}
    assert {name: value for name, value in values.items() if value is not None} == {
        "good": 0.4,
        "right_and_cited": 0.3333,
        "right": 0.6667,
        "shown": 0.6667,
        "answered": 0.6,
        "right_of_answered": 0.3333,
        "exact_match": 0.4,
        "f1": 0.48,
        "f1_answerable": 0.4667,
        "f1_unanswerable": 0.5,
        "abstention_precision": 0.5,
        "abstention_recall": 0.5,
        "abstention_f1": 0.5,
        "wrongly_refused": 0.3333,
        "auroc": 0.8333,
        "calibration_error": round((0.1 + 0.8 + 0.7 + 0.8 + 0.1) / 5, 4),
        # An answer of confidence p alone in its bin is off by 2 p (1 - p) on average.
        "calibration_excess": pytest.approx(
            0.5 - 2 * (0.09 + 0.16 + 0.21 + 0.16 + 0.09) / 5, abs=0.02
        ),
        "risk_coverage_area": round((0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5, 4),
    }
    assert (report.all.questions, list(report.by_reason)) == (5, ["r", "s"])
    assert report.by_reason["s"].figures["abstention_recall"].value == 0.0
    assert report.ambiguous is not None
    assert report.ambiguous.questions == 1
    assert report.ambiguous.figures["right_and_cited"].value == 1.0
    truth, refused = [0, 0, 1, 0, 1], [0, 1, 1, 0, 0]
    assert values["abstention_precision"] == precision_score(truth, refused)
    assert values["abstention_recall"] == recall_score(truth, refused)
    assert values["abstention_f1"] == f1_score(truth, refused)


def test_what_has_no_candidate_ranks_but_is_not_calibrated() -> None:
    report = make_report(HEADER, columns(
        row("right", 0.9, abstained=False, good=True, candidate_right=True),
        row("nothing near", 0.1, answerable=False, abstained=True, good=True),
    ))  # fmt: skip
    figures = report.all.figures
    assert (figures["auroc"].value, figures["auroc"].n) == (1.0, 2)
    assert (figures["calibration_error"].value, figures["calibration_error"].n) == (0.1, 1)


def test_comparisons_leave_out_what_other_documents_may_answer() -> None:
    before = [row("a", 0.5, good=False), row("b", 0.5, good=False, ambiguous=True)]
    after = [row("a", 0.5, good=True), row("b", 0.5, good=True, ambiguous=True)]
    (only,) = (
        one
        for one in compare(*(columns(*rows).split_ambiguous()[0] for rows in (before, after)))
        if one.name == "good"
    )
    assert (only.before, only.after, only.won) == (0.0, 1.0, 1)


def test_one_question_alone_has_figures_without_a_guess() -> None:
    report = make_report(HEADER, columns(row("one", 0.9, good=True, f1=1, candidate_right=True)))
    assert report.all.figures["f1"] == (1.0, 1.0, 1.0, 1)
    assert report.all.figures["risk_coverage_area"] == (0.0, 0.0, 0.0, 1)
    assert report.all.figures["auroc"].value is None
    nothing = make_report(HEADER, columns())
    assert nothing.all.figures["f1"].value is None
    assert (nothing.bins, nothing.risk) == ([], [])


def test_ratios_have_the_interval_of_scipy_s_paired_bootstrap() -> None:
    random = np.random.default_rng(0)
    bottoms = random.integers(0, 2, 300).astype(float)
    tops = bottoms * random.integers(0, 2, 300)
    other = stats.bootstrap(
        (tops, bottoms), lambda t, b, axis: t.sum(axis) / b.sum(axis), paired=True,
        n_resamples=5000, method="percentile", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    figure = ratio(list(tops), list(bottoms))
    assert figure.low == pytest.approx(other.low, abs=0.012)
    assert figure.high == pytest.approx(other.high, abs=0.012)


def test_percentiles_of_times_have_scipy_s_interval() -> None:
    times = np.random.default_rng(0).gamma(3, 20, 400)
    figure = estimate(400, lambda places: float(np.percentile(times[places], 95)))
    other = stats.bootstrap(
        (times,), lambda t, axis: np.percentile(t, 95, axis=axis), n_resamples=3000,
        method="percentile", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert figure.value == round(float(np.percentile(times, 95)), 4)
    assert figure.low == pytest.approx(other.low, rel=0.03)
    assert figure.high == pytest.approx(other.high, rel=0.03)


def test_blocks_draw_what_one_draw_would(monkeypatch: pytest.MonkeyPatch) -> None:
    values = list(np.random.default_rng(0).random(50))
    whole = mean(values)
    monkeypatch.setattr("assistant.evaluate.estimates._AT_ONCE", 170)
    assert mean(values) == whole


def test_areas_and_calibration_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    sure = random.random(600)
    right = (random.random(600) < sure**2).astype(float)
    assert auroc(list(sure), list(right)).value == round(roc_auc_score(right, sure), 4)
    shares, means = calibration_curve(right, sure, n_bins=15, strategy="quantile")
    assert calibration_error(list(sure), list(right)).value == pytest.approx(
        np.abs(shares - means).mean(), abs=2e-3
    )
    order = np.argsort(-sure)
    risk = np.cumsum(1 - right[order]) / np.arange(1, 601)
    # A staircase: the area that scikit-learn finds under it is the mean of its steps.
    coverage = np.repeat(np.arange(601) / 600, 2)[1:-1]
    assert risk_coverage_area(list(sure), list(right)).value == round(
        auc(coverage, np.repeat(risk, 2)), 4
    )


def test_ties_are_in_an_order_of_chance() -> None:
    values, right = np.array([0.9, 0.5, 0.5, 0.5]), np.array([1.0, 1.0, 0.0, 0.0])
    orders = [[0, 1, 2, 3], [0, 2, 1, 3], [0, 2, 3, 1]]  # equally often each
    expected = np.mean([
        np.mean(np.cumsum(1 - right[order]) / np.arange(1, 5)) for order in orders
    ])  # fmt: skip
    assert find_risk(values, right) == pytest.approx(expected)
    assert find_risk(values, right[[0, 2, 3, 1]]) == pytest.approx(expected)
    assert trace_risk(list(values), list(right))[9].risk == round(2 / 3 / 2, 4)


def test_ranks_worked_by_hand() -> None:
    found = [f"d{n}" for n in range(1, 13)]
    log = np.log2
    relevant = {"d2": 2, "d4": 1, "d11": 1, "gone": 1}
    gains, ideal = 2 / log(3) + 1 / log(5), 2 + 1 / log(3) + 1 / log(4) + 1 / log(5)
    assert rank(relevant, found, deep=True) == {
        "ndcg_10": round(gains / ideal, 4),
        "recall_10": 0.5,
        "recall_100": 0.75,
        "reciprocal_rank_10": 0.5,
    }
    assert set(rank({"gone": 1}, found).values()) == {0.0}
    assert set(rank({"d1": 1}, []).values()) == {0.0}


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
    found = {one.name: one for one in compare(columns(*before), columns(*after))}
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
    assert correct([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert correct([0.9, 0.8]) == [1.0, 1.0]
    assert correct([]) == []


def test_a_refusal_that_is_wrong_costs_precision_although_its_top_is_0() -> None:
    trap = row("t", answerable=False, abstained=True)
    before = columns(trap, row("q", abstained=False))
    after = columns(trap, row("q", abstained=True))
    found = {one.name: one for one in compare(before, after)}["abstention_precision"]
    assert (found.before, found.after, found.won, found.lost) == (1.0, 0.5, 0, 1)


def test_identical_runs_raise_no_alarm_with_any_seed() -> None:
    rows = draw_run(np.random.default_rng(1), 150, 0.7)
    for seed in range(20):
        for one in compare(columns(*rows), columns(*rows), seed=seed):
            assert (one.verdict, one.words) == ("no difference", "the same on all 150 questions")


def test_chance_alone_raises_no_more_alarms_than_allowed() -> None:
    alarms = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        before, after = (columns(*draw_run(random, 80, 0.7, valued=False)) for _ in range(2))
        alarms += any(one.verdict != "no difference" for one in compare(before, after, seed=seed))
    assert alarms <= 3  # 5 % of twenty, and what chance adds to it


def test_a_difference_of_the_size_told_is_seen() -> None:
    random = np.random.default_rng(2)
    before = draw_run(random, 400, 0.6)
    (alike,) = [
        one for one in compare(columns(*before), columns(*draw_run(random, 400, 0.6)))
        if one.name == "f1"
    ]  # fmt: skip
    assert alike.verdict == "no difference"
    assert "no difference that 400 questions could show; the smallest" in alike.words
    seen = 0
    for _ in range(10):
        first = columns(*draw_run(random, 400, 0.6, valued=False))
        second = columns(*draw_run(random, 400, 0.6 + alike.smallest, valued=False))
        seen += next(o for o in compare(first, second) if o.name == "f1").verdict == "better"
    assert seen >= 6


def gate_of(
    text: str, *rows: Scored, before: tuple[Scored, ...] = (), only_before: int = 0,
    gone: list[str] | None = None,
) -> list[str]:  # fmt: skip
    from assistant.evaluate.compare import Comparison

    report = make_report(HEADER, columns(*rows))
    comparison = None
    if before:
        differences = compare(columns(*before), columns(*rows))
        comparison = Comparison(
            baseline=HEADER, questions=len(rows), only_before=only_before, only_after=0, won=[],
            lost=[], gone=gone or [], differences=differences,
        )  # fmt: skip
    conditions = parse_gate(text, with_baseline=comparison is not None)
    return [one.reason for one in check_gate(conditions, report, comparison)]


def test_a_gate_fails_with_its_reasons() -> None:
    good, bad = (tuple(row(str(n), f1=f1, good=True) for n in range(40)) for f1 in (1.0, 0.5))
    assert gate_of("f1>=0.80, good>0.9", *good) == ["", ""]
    assert gate_of("f1 >= 0.80,f1<=0.5", *bad) == [
        "f1 is 0.5, not >= 0.8 (95 % [0.5, 0.5], 40 questions)", "",
    ]  # fmt: skip
    assert gate_of("item_recall>=0", *good) == [
        "item_recall is unknown: no question of the run has it"
    ]
    assert gate_of("f1_drop<=0.01,worse<=0", *good, before=good) == ["", ""]
    drop, worse = gate_of("f1_drop<=0.01,worse<=0", *bad, before=good)
    assert drop.startswith("f1_drop is 0.5, not <= 0.01 (1 before, 0.5 now; worse by 0.500")
    assert worse == "worse is 2, not <= 0 (f1, f1_answerable)"
    assert gate_of("f1_drop<=0.01", *good, before=bad) == [""]  # better is no drop


def test_of_figures_where_lower_is_better_a_rise_is_the_drop() -> None:
    calm = tuple(row(str(n), abstained=False) for n in range(20))
    shy = tuple(row(str(n), abstained=n < 5) for n in range(20))
    (reason,) = gate_of("wrongly_refused_drop<=0.1", *shy, before=calm)
    assert reason.startswith("wrongly_refused_drop is 0.25, not <= 0.1")
    assert gate_of("wrongly_refused_drop<=0.1", *calm, before=shy) == [""]


def test_every_measure_has_words_of_its_own() -> None:
    words = [measure.words for measure in MEASURES.values()]
    assert len(set(words)) == len(words)


def test_a_gate_that_compares_fails_where_questions_or_figures_are_gone() -> None:
    rows = (row("a", abstained=False, good=True), row("b", abstained=False, good=True))
    unknown = "worse is unknown: "
    assert gate_of("worse<=0", *rows, before=rows) == [""]
    assert gate_of("worse<=0,good_drop<=0", *rows, before=rows, only_before=59) == [
        f"{unknown}59 questions of the baseline were not asked",
        "good_drop is unknown: 59 questions of the baseline were not asked",
    ]
    assert gate_of("worse<=0", *rows, before=rows, gone=["f1"]) == [
        f"{unknown}the baseline has f1, this run has not"
    ]


def test_figures_that_are_gone_are_named(tmp_path: Path) -> None:
    header = HEADER.model_dump_json()
    old, new = (
        row("a", abstained=False, good=True, f1=1.0),
        row("a", abstained=False, good=True),
    )
    for name, body in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        lines = f"{header}\n{body.model_dump_json()}\n"
        (tmp_path / name / "rows.jsonl").write_text(lines)
    assert compare_runs(tmp_path / "old", tmp_path / "new").gone == ["f1", "f1_answerable"]
    assert compare_runs(tmp_path / "new", tmp_path / "old").gone == []


def test_other_gold_of_any_sort_is_another_question() -> None:
    asked = Asked("a", "What?", ("x",), items=(("x",),))
    assert hash_gold(asked) == hash_gold(replace(asked))
    for other in (replace(asked, items=(("y",),)), replace(asked, answers=("y",)),
                  replace(asked, document=Document("d", "D", "x"))):  # fmt: skip
        assert hash_gold(other) != hash_gold(asked)
    given = replace(asked, document=Document("d", "D", "x"))
    assert hash_gold(given) != hash_gold(replace(asked, document=Document("d", "D", "y")))
