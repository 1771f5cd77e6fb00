"""The figures of rows worked by hand."""

import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from assistant.evaluate.judge import Verdicts
from assistant.evaluate.measures import FIGURES
from assistant.evaluate.report import make_report
from tests.rows import HEADER, columns, row


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


def test_without_a_candidate_a_question_counts_for_auroc_only() -> None:
    report = make_report(HEADER, columns(
        row("right", 0.9, abstained=False, good=True, candidate_right=True),
        row("nothing near", 0.1, answerable=False, abstained=True, good=True),
    ))  # fmt: skip
    figures = report.all.figures
    assert (figures["auroc"].value, figures["auroc"].n) == (1.0, 2)
    assert (figures["calibration_error"].value, figures["calibration_error"].n) == (0.1, 1)


def test_one_question_alone_has_figures_without_a_guess() -> None:
    report = make_report(HEADER, columns(row("one", 0.9, good=True, f1=1, candidate_right=True)))
    assert report.all.figures["f1"] == (1.0, 1.0, 1.0, 1)
    assert report.all.figures["risk_coverage_area"] == (0.0, 0.0, 0.0, 1)
    assert report.all.figures["auroc"].value is None
    nothing = make_report(HEADER, columns())
    assert nothing.all.figures["f1"].value is None
    assert (nothing.bins, nothing.risk) == ([], [])


def test_every_measure_has_words_of_its_own() -> None:
    words = [measure.words for measure in FIGURES.values()]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("name", Verdicts.model_fields)
def test_every_verdict_is_in_a_figure(name: str) -> None:
    verdicts = Verdicts.model_validate({name: 1})
    only = row("q", 0.5).model_copy(update={"verdicts": verdicts})
    report = make_report(HEADER, columns(only))
    found = {one for one, figure in report.all.figures.items() if figure.value is not None}
    assert found & ({*FIGURES} - {"auroc"}), f"add {name} to assistant/evaluate/measures.py"
