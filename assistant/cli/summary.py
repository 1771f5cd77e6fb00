"""The figures of an evaluation that fit on a screen; its report has them all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.evaluate.compare import Comparison, Difference
    from assistant.evaluate.followups import FollowupFigures
    from assistant.evaluate.report import Group, Report

MOST_LINES = 30
MOST_DIFFERENCES = 5
MOST_IDS = 10
COLUMNS = (
    "right_and_cited", "abstention_recall", "right_of_answered", "shown", "cited", "f1_forced",
    "auroc", "risk_coverage_area", "ndcg_10",
)  # fmt: skip


def write_summary(report: "Report", comparison: "Comparison | None", out: Path | None) -> list[str]:
    """At most MOST_LINES lines, the last with the path of the report in `out`."""
    from assistant.evaluate.rows import PAGE

    head = [*_list_figures(report), *_list_followups(report.followups)]
    times = ", ".join(
        f"{name} {figure.value} ms" for name, figure in report.all.milliseconds.items()
    )
    tail = [*_list_differences(comparison), "", f"time of a question: {times}"]
    where = "--out FOLDER keeps them" if out is None else f"{out / PAGE}"
    tail.append(f"all figures and questions: {where}")
    return [*head, *_list_groups(report, MOST_LINES - len(head) - len(tail)), *tail]


def _list_figures(report: "Report") -> Iterator[str]:
    asked, header = report.run.questions, report.run
    left_out = f", {asked.left_out} left out" if asked.left_out else ""
    threshold = "" if header.threshold is None else f", threshold {header.threshold}"
    yield f"{asked.questions} questions{left_out}, {header.documents} documents{threshold}"
    for name in COLUMNS:
        figure = report.all.figures[name]
        if figure.value is not None:
            interval = f"[{figure.low:.3f}, {figure.high:.3f}]"
            yield f"  {_format_name(name):24} {figure.value:.3f}  {interval}  n={figure.n}"


def _list_followups(found: "FollowupFigures | None") -> Iterator[str]:
    if found is None:
        return
    yield "follow-ups, asked after the question before and in full:"
    for title, after, in_full in (
        (f"right and cited, of {found.followups}", found.right_and_cited,
         found.right_and_cited_in_full),
        (f"refused, of {found.unanswerable} unanswerable", found.refused, found.refused_in_full),
    ):  # fmt: skip
        if after is not None and in_full is not None:
            yield f"  {title:32} {after:.3f}  {in_full:.3f}"
    if found.ratio is not None:
        yield f"  {'ratio of right and cited':32} {found.ratio:.3f}"
    if found.same_answer is not None:
        title = f"changes of topic, {found.changes}"
        yield f"  {title:32} {found.same_answer:.3f}  have the answer of the question alone"


def _list_groups(report: "Report", most: int) -> Iterator[str]:
    """A line for each group with the most important figures, `most` lines in all."""
    groups: dict[str, Group] = {
        **{f"split {name}": group for name, group in report.by_split.items()},
        **{f"kind {name}": group for name, group in report.by_kind.items()},
        **{f"reason {name}": group for name, group in report.by_reason.items()},
    }
    if report.ambiguous is not None:  # other documents may answer these questions
        groups = {"counted separately": report.ambiguous, **groups}
    if not groups:
        return
    columns = [
        name
        for name in COLUMNS
        if any(group.figures[name].value is not None for group in groups.values())
    ]
    yield ""
    yield f"{'':24} {'n':>5}  {'  '.join(map(_format_name, columns))}"
    yield from _shorten(list(_list_rows(groups, columns)), most - 2)


def _list_rows(groups: "Mapping[str, Group]", columns: Sequence[str]) -> Iterator[str]:
    for title, group in groups.items():
        values = [(name, group.figures[name].value) for name in columns]
        cells = (f"{'' if v is None else f'{v:.3f}':>{len(name)}}" for name, v in values)
        yield f"{title:24} {group.questions:5}  {'  '.join(cells)}"


def _list_differences(comparison: "Comparison | None") -> Iterator[str]:
    if comparison is None:
        return
    yield ""
    yield (
        f"compared with the baseline, {comparison.questions} questions: "
        f"{len(comparison.won)} won, {len(comparison.lost)} lost"
    )
    if comparison.only_before or comparison.only_after:
        yield (
            f"  not compared: {comparison.only_before} asked only before, "
            f"{comparison.only_after} only now"
        )
    # Those that have changed come first.
    found = sorted(comparison.differences, key=lambda one: one.p_corrected)
    yield from _shorten([_describe(one) for one in found], MOST_DIFFERENCES)
    for name, ids in (("won", comparison.won), ("lost", comparison.lost)):
        if ids:
            more = len(ids) - MOST_IDS
            yield f"  {name}: {', '.join(ids[:MOST_IDS])}{f' and {more} more' if more > 0 else ''}"


def _describe(difference: "Difference") -> str:
    values = f"{difference.before:.3f} to {difference.after:.3f}"
    return f"  {_format_name(difference.name):24} {values}  {difference.words}"


def _shorten(lines: Sequence[str], most: int) -> Iterable[str]:
    """The first lines, `most` in all, the last of which says how many there are more."""
    if len(lines) <= most:
        return lines
    shown = max(0, most - 1)
    return [*lines[:shown], f"  and {len(lines) - shown} more"]


def _format_name(name: str) -> str:
    return name.replace("_", " ")
