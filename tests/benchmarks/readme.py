"""The README's tables of figures: python -m tests.benchmarks.readme RUNS

Writes the figures of the reports that `make evaluate` leaves in RUNS between the README's markers:
the article's questions, and below the others the project's own dev questions and the reader alone.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.evaluate.estimates import Figure
from assistant.evaluate.report import Group, Report

README = Path(__file__).parents[2] / "README.md"
ARTICLE = ("<!-- make evaluate: begin -->", "<!-- make evaluate: end -->")
DEV = ("<!-- dev: begin -->", "<!-- dev: end -->")
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
    "calibration_error": "confidence off by, on average",
    "calibration_excess": "the same, less what chance explains",
    "risk_coverage_area": "area under risk by coverage",
}
APART = "counted apart, for other documents may answer: right and cited"
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


def make_table(report: Report) -> str:
    """The table of the article's questions: a column for each split."""
    groups = {name: report.by_split[name] for name in ("tune", "held")}
    return _write_table(groups, ASKED)


def make_dev_tables(runs: Path) -> str:
    """The tables of the project's dev questions and of the reader, of the runs that are there."""
    asked, read = (_read_reports(runs, columns) for columns in (DEV_RUNS, READER_RUNS))
    tables = []
    if asked:
        groups = {heading: report.all for heading, report in asked.items()}
        apart = [_show_apart(report) for report in asked.values()]
        tables.append(f"{_write_table(groups, ASKED)}\n{_join([APART, *apart])}")
    if read:
        tables.append(_write_table({name: one.all for name, one in read.items()}, READ))
    return "\n\n".join(tables)


def read_table() -> str:
    """The article's table as the README has it."""
    begin, end = ARTICLE
    return README.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0].strip()


def put_between(text: str, markers: tuple[str, str], table: str) -> str:
    """A text with what stands between two markers replaced; itself where it has none."""
    begin, end = markers
    before, found, rest = text.partition(begin)
    if not found:
        return text
    return f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"


def main() -> None:
    runs = Path(sys.argv[1])
    text = README.read_text(encoding="utf-8")
    text = put_between(text, ARTICLE, make_table(_read_report(runs / "article")))
    README.write_text(put_between(text, DEV, make_dev_tables(runs)), encoding="utf-8")


def _show_apart(report: Report) -> str:
    """Right and cited of the questions that are in none of the other figures, and how many."""
    group = report.ambiguous
    if group is None:
        return ""
    return f"{_show(group.figures['right_and_cited'])} ({group.questions} questions)"


def _read_reports(runs: Path, columns: Mapping[str, str]) -> dict[str, Report]:
    """The reports of the runs that are there, by heading."""
    return {
        heading: _read_report(runs / name)
        for name, heading in columns.items()
        if (runs / name / "report.json").is_file()
    }


def _read_report(run: Path) -> Report:
    return Report.model_validate_json((run / "report.json").read_bytes())


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
