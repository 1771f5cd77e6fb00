"""The README's table of the article's questions: python -m tests.benchmarks.readme RUN

Writes the figures of a run's report between the README's markers (`make evaluate`).
"""

import sys
from pathlib import Path

from assistant.evaluate.estimates import Figure
from assistant.evaluate.report import Report

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- make evaluate: begin -->", "<!-- make evaluate: end -->"
LINES = {
    "right": "answered rightly with all its evidence cited, or rightly refused",
    "right_and_cited": "answerable: right, and all its evidence cited",
    "f1_answerable": "word overlap with the gold answer (F1)",
    "item_recall": "items of lists that were given",
    "item_precision": "of the items given, right",
    "cells_right": "cells of tables, right and cited",
    "abstention_recall": "unanswerable questions refused",
    "abstention_precision": "of the refused, unanswerable",
    "wrongly_refused": "answerable questions refused",
    "evidence_in_passages": "evidence in the ten best passages",
    "evidence_in_citations": "evidence in the citations",
    "citation_precision": "citations needed, and about it",
    "citation_validity": "citations that verify",
    "ndcg_10": "gold passages found, nDCG@10",
    "calibration_error": "confidence off by, on average",
    "risk_coverage_area": "area under risk by coverage",
}


def make_table(report: Report) -> str:
    """The table in Markdown: a column for each split."""
    groups = [report.by_split[name] for name in ("tune", "held")]
    head = " | ".join(
        f"{name} ({group.questions} questions)"
        for name, group in zip(("tune", "held"), groups, strict=True)
    )
    lines = [f"| | {head} |", "|---|---|---|"]
    for name, words in LINES.items():
        cells = " | ".join(_show(group.figures[name]) for group in groups)
        lines.append(f"| {words} | {cells} |")
    return "\n".join(lines)


def read_table() -> str:
    """The table that stands in the README."""
    return README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def main() -> None:
    report = Report.model_validate_json((Path(sys.argv[1]) / "report.json").read_bytes())
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    behind = rest.partition(END)[2]
    table = f"{before}{BEGIN}\n{make_table(report)}\n{END}{behind}"
    README.write_text(table, encoding="utf-8")


def _show(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


if __name__ == "__main__":
    main()
