"""A gate fails with its reasons."""

from assistant.evaluate.compare import Comparison, compare_columns
from assistant.evaluate.gate import check_gate, parse_gate
from assistant.evaluate.report import make_report
from assistant.evaluate.rows import Scored
from tests.rows import HEADER, columns, row


def gate_of(
    text: str, *rows: Scored, before: tuple[Scored, ...] = (), only_before: int = 0,
    gone: list[str] | None = None,
) -> list[str]:  # fmt: skip
    report = make_report(HEADER, columns(*rows))
    comparison = None
    if before:
        differences = compare_columns(columns(*before), columns(*rows), calibrated=True)
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
