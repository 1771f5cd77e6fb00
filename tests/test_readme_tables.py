"""The README's tables of figures are written from reports."""

from pathlib import Path

import pytest

from assistant.evaluate.report import make_report, read_columns
from assistant.evaluate.rows import Scored
from tests.benchmarks.readme import make_dev_tables, make_table, put_between
from tests.rows import HEADER, columns, row


def good(id_: str, value: float | None = None, *, ambiguous: bool = False) -> Scored:
    return row(
        id_, value, ambiguous=ambiguous, abstained=False, right=True, right_and_cited=True,
        good=True, f1_forced=0.5,
    )  # fmt: skip


def write_report(runs: Path, name: str, *, ambiguous: bool = False) -> None:
    (runs / name).mkdir()
    found = make_report(
        HEADER,
        columns(
            good("a", 0.9),
            row("b", 0.1, answerable=False, abstained=False, good=False),
            good("c", 0.9, ambiguous=ambiguous),
        ),
    )
    (runs / name / "report.json").write_text(found.model_dump_json(), encoding="utf-8")


def test_dev_s_tables_have_a_column_for_each_run_that_is_there(tmp_path: Path) -> None:
    write_report(tmp_path, "articles-open", ambiguous=True)
    write_report(tmp_path, "voices-alone")
    write_report(tmp_path, "reader-squad-1.1")
    asked, read = make_dev_tables(tmp_path).split("\n\n")
    lines = asked.splitlines()
    assert lines[:3] == [
        "|  | `articles`, one index (2 questions) | `voices`, each document alone (3 questions) |",
        "|---|---|---|",
        "| answerable: right and cited | 1.00 [1.00, 1.00] | 1.00 [1.00, 1.00] |",
    ]
    assert lines[-1] == (
        "| counted apart, for other documents may answer: right and cited "
        "| 1.00 [1.00, 1.00] (1 questions) |  |"
    )
    assert read.splitlines() == [
        "|  | SQuAD 1.1 (3 questions) |",
        "|---|---|",
        "| AUROC, answerable or not | 1.00 [0.50, 1.00] |",
        "| F1, always answering | 0.50 [0.50, 0.50] |",
    ]


def test_the_article_s_table_has_a_column_for_each_split() -> None:
    rows = [good("a"), good("b")]
    for split, one in zip(("tune", "held"), (0, 1), strict=True):
        rows[one] = rows[one].model_copy(update={"split": split})
    found = make_report(HEADER, read_columns(rows))
    assert make_table(found).splitlines()[0] == "|  | tune (1 questions) | held (1 questions) |"


@pytest.mark.parametrize(
    ("text", "written"),
    [("a <b> old <e> c", "a <b>\nnew\n<e> c"), ("no markers", "no markers")],
)
def test_a_table_replaces_what_stands_between_its_markers(text: str, written: str) -> None:
    assert put_between(text, ("<b>", "<e>"), "new") == written
