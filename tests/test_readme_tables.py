"""The tables of figures in README and guide are written from reports."""

from pathlib import Path

import pytest

from assistant.evaluate.report import make_report, read_columns
from assistant.evaluate.rows import Scored
from tests.benchmarks.readme import (
    ARTICLE,
    CARD,
    DEV,
    GUIDE,
    MEASURED,
    READER,
    README,
    Place,
    make_article_table,
    make_tables,
    put_table,
    read_table,
)
from tests.rows import HEADER, columns, row


def good(id_: str, value: float | None = None, *, ambiguous: bool = False) -> Scored:
    return row(
        id_, value, ambiguous=ambiguous, abstained=False, right=True, right_and_cited=True,
        good=True, f1_forced=0.5,
    )  # fmt: skip


def write_report(runs: Path, name: str, *, ambiguous: bool = False) -> None:
    (runs / name).mkdir()
    rows = [
        good("a", 0.9),
        row("b", 0.1, answerable=False, abstained=False, good=False),
        good("c", 0.9, ambiguous=ambiguous),
    ]
    if name == "article":
        splits = ("tune", "held", "held")
        rows = [
            one.model_copy(update={"split": split}) for one, split in zip(rows, splits, strict=True)
        ]
    found = make_report(HEADER, columns(*rows))
    (runs / name / "report.json").write_text(found.model_dump_json(), encoding="utf-8")


def test_a_table_has_a_column_for_each_run_that_is_there(tmp_path: Path) -> None:
    write_report(tmp_path, "articles-open", ambiguous=True)
    write_report(tmp_path, "voices-alone")
    write_report(tmp_path, "reader-squad-1.1")
    tables = dict(make_tables(tmp_path))
    read = Place(CARD, "## The reader alone")
    assert set(tables) == {Place(GUIDE, DEV), Place(GUIDE, READER), read}
    lines = tables[Place(GUIDE, DEV)].splitlines()
    assert lines[:3] == [
        "|  | `articles`, one index (2 questions) | `voices`, each document alone (3 questions) |",
        "|---|---|---|",
        "| answerable: right and cited | 1.00 [1.00, 1.00] | 1.00 [1.00, 1.00] |",
    ]
    assert lines[-1] == (
        "| counted separately, because other documents may answer: right and cited "
        "| 1.00 [1.00, 1.00] (1 questions) |  |"
    )
    assert tables[read] == tables[Place(GUIDE, READER)]
    assert tables[read].splitlines() == [
        "|  | SQuAD 1.1 (3 questions) |",
        "|---|---|",
        "| AUROC, answerable or not | 1.00 [0.50, 1.00] |",
        "| F1, always answering | 0.50 [0.50, 0.50] |",
    ]


def test_the_readme_s_table_has_the_article_and_the_runs_in_one_index(tmp_path: Path) -> None:
    write_report(tmp_path, "article")
    write_report(tmp_path, "voices-alone")
    write_report(tmp_path, "voices-open")
    head, _, *rows = dict(make_tables(tmp_path))[Place(README, MEASURED)].splitlines()
    assert head == (
        "|  | article, `tune` (1 questions) | article, `held` (2 questions) "
        "| `voices`, one index (3 questions) |"
    )
    assert rows[0].startswith("| answerable: right and cited | 1.00 [1.00, 1.00] |")


def test_the_article_s_table_has_a_column_for_each_split() -> None:
    rows = [good("a"), good("b")]
    for split, one in zip(("tune", "held"), (0, 1), strict=True):
        rows[one] = rows[one].model_copy(update={"split": split})
    found = make_report(HEADER, read_columns(rows))
    assert (
        make_article_table(found).splitlines()[0]
        == "|  | tune (1 questions) | held (1 questions) |"
    )


def test_a_table_replaces_the_first_one_below_its_heading() -> None:
    page = "# A\n\n| old |\n\n## B\n\nWords.\n\n| old |\n|---|\n\n| other |\n"
    written = "# A\n\n| old |\n\n## B\n\nWords.\n\n| new |\n\n| other |\n"
    assert put_table(page, "## B", "| new |") == written


@pytest.mark.parametrize("page", ["# A\n\n## B\n\n| other |\n", "# B\n\n| other |\n"])
def test_a_table_without_a_place_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match=r"no table below '# A'|'# A' is not in list"):
        put_table(page, "# A", "| new |")


def cells(place: Place) -> dict[tuple[str, str], str]:
    """The figures of a table by their column's and row's names."""
    head, _, *rows = (
        [cell.strip() for cell in line.split("|")] for line in read_table(place).splitlines()
    )
    return {(head[at], one[1]): one[at] for one in rows for at in range(2, len(head) - 1)}


def test_the_pages_state_the_same_figures() -> None:
    assert cells(Place(CARD, "## The reader alone")) == cells(Place(GUIDE, READER))
    article = {
        (name.replace("tune", "article, `tune`").replace("held", "article, `held`"), words): value
        for (name, words), value in cells(Place(GUIDE, ARTICLE)).items()
    }
    known = cells(Place(GUIDE, DEV)) | article
    short = cells(Place(README, MEASURED))
    assert short == {key: known[key] for key in short}
