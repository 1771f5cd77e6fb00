"""The tables of figures in README and guide: python -m tests.benchmarks.readme RUNS

Writes the figures of the reports that `make evaluate` leaves in RUNS. A table is found by the
heading above it; one whose runs are not there stays as it is.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.evaluate.estimates import Figure
from assistant.evaluate.report import Group, Report

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GUIDE = ROOT / "web" / "guide" / "evaluating.md"
CARD = ROOT / "assistant" / "read" / "packaged" / "MODEL_CARD.md"
ARTICLE, DEV, READER = (
    "### The article",
    "### The development questions",
    "### The reader alone",
)
MEASURED = "## Measured"
ASKED = {
    "right_and_cited": "answerable: right and cited",
    "abstention_recall": "unanswerable: not answered",
    "right_of_answered": "of the answered: right and cited",
    "shown": "answerable: evidence cited, or among the three best sentences marked",
    "right": "answerable: right, cited or not",
    "all_evidence_cited": "answerable: all evidence cited",
    "item_recall": "items of lists and values of comparisons given",
    "item_precision": "of the entries of lists, right",
    "wrongly_refused": "answerable: refused",
    "evidence_in_passages": "evidence in the ten best passages",
    "citation_validity": "citations that verify",
    "calibration_error": "calibration error of the confidence",
    "calibration_excess": "the same, less what chance alone gives",
    "risk_coverage_area": "area under risk by coverage",
}
SHORT = ("right_and_cited", "abstention_recall", "right_of_answered", "shown", "citation_validity")
APART = "counted separately, because other documents may answer: right and cited"
READ = {"auroc": "AUROC, answerable or not", "f1_forced": "F1, always answering"}
# The columns of the tables: a run's folder and its heading.
DEV_RUNS = {
    "articles-open": "`articles`, one index",
    "articles-alone": "`articles`, each document alone",
    "voices-open": "`voices`, one index",
    "voices-alone": "`voices`, each document alone",
}
READER_RUNS = {
    "reader-paragraphs": "paragraphs",
    "reader-articles": "`articles`",
    "reader-voices": "`voices`",
    "reader-pairs": "`voices`, minimal pairs",
    "reader-squad-1.1": "SQuAD 1.1",
    "reader-squad-2.0": "SQuAD 2.0",
}


class Place(NamedTuple):
    """Where a table is: the first one below a heading of a page."""

    page: Path
    heading: str


def make_tables(runs: Path) -> Iterator[tuple[Place, str]]:
    """Every table of which a run is there, with its place."""
    article, dev, read = (
        _read_reports(runs, columns) for columns in ({"article": ""}, DEV_RUNS, READER_RUNS)
    )
    if article:
        yield Place(GUIDE, ARTICLE), make_article_table(article[""])
    if dev:
        yield Place(GUIDE, DEV), make_dev_table(dev)
    if article and dev:
        yield Place(README, MEASURED), make_short_table(article[""], dev)
    if read:
        table = _write_table({name: one.all for name, one in read.items()}, READ)
        yield Place(GUIDE, READER), table
        yield Place(CARD, READER[1:]), table


def make_article_table(report: Report) -> str:
    """A column for each split of the article's questions."""
    return _write_table({name: report.by_split[name] for name in ("tune", "held")}, ASKED)


def make_dev_table(asked: Mapping[str, Report]) -> str:
    """A column for each run of the development questions; ambiguous ones in a line of their own."""
    groups = {heading: report.all for heading, report in asked.items()}
    apart = [_show_apart(report) for report in asked.values()]
    return f"{_write_table(groups, ASKED)}\n{_join([APART, *apart])}"


def make_short_table(article: Report, asked: Mapping[str, Report]) -> str:
    """The README's: the main figures of the article and of the runs in one index."""
    groups = {f"article, `{name}`": article.by_split[name] for name in ("tune", "held")}
    opened = [heading for name, heading in DEV_RUNS.items() if name.endswith("-open")]
    groups |= {heading: asked[heading].all for heading in opened if heading in asked}
    return _write_table(groups, {name: ASKED[name] for name in SHORT})


def read_table(place: Place) -> str:
    """The table at a place, as the page has it."""
    lines = place.page.read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[_find_table(lines, place.heading)])


def put_table(text: str, heading: str, table: str) -> str:
    """A page with the table below a heading replaced. Raises ValueError where there is none."""
    lines = text.splitlines()
    lines[_find_table(lines, heading)] = table.splitlines()
    return "\n".join(lines) + "\n"


def main() -> None:
    for place, table in make_tables(Path(sys.argv[1])):
        text = place.page.read_text(encoding="utf-8")
        place.page.write_text(put_table(text, place.heading, table), encoding="utf-8")


def _find_table(lines: Sequence[str], heading: str) -> slice:
    begin = lines.index(heading) + 1
    while not lines[begin].startswith("|"):
        if lines[begin].startswith("#"):
            raise ValueError(f"no table below {heading!r}")
        begin += 1
    end = begin
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return slice(begin, end)


def _show_apart(report: Report) -> str:
    """Right and cited of the questions that are in none of the other figures, and how many."""
    group = report.ambiguous
    if group is None:
        return ""
    return f"{_show(group.figures['right_and_cited'])} ({group.questions} questions)"


def _read_reports(runs: Path, columns: Mapping[str, str]) -> dict[str, Report]:
    """The reports of the runs that are there, by heading."""
    return {
        heading: Report.model_validate_json((runs / name / "report.json").read_bytes())
        for name, heading in columns.items()
        if (runs / name / "report.json").is_file()
    }


def _write_table(groups: Mapping[str, Group], lines: Mapping[str, str]) -> str:
    """A table in Markdown: a column for each group, a line for each figure that some have."""
    head = [f"{name} ({group.questions:,} questions)" for name, group in groups.items()]
    rows = [_join(["", *head]), "|---" * (len(groups) + 1) + "|"]
    for name, words in lines.items():
        cells = [_show(group.figures[name]) for group in groups.values()]
        if any(cells):
            rows.append(_join([words, *cells]))
    return "\n".join(rows)


def _join(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _show(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


if __name__ == "__main__":
    main()
