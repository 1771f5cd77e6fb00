"""A report's plots as SVG, which differ in marks and lines, not in colour."""

import io
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.evaluate.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#1a211f"  # in dark mode the page's style inverts the image
_MOST_KINDS = 16
_LONGEST = 22  # characters of a label


class Plot(NamedTuple):
    title: str
    words: str
    svg: str


def draw_plots(report: Report, times: Sequence[float]) -> list[Plot]:
    """The plots for which a report has values; `times` are in milliseconds."""
    plots = []
    if report.risk:
        words = "The share of wrong answers, as more questions are answered."
        plots.append(Plot("Risk by coverage", words, _render(partial(_draw_risk, report))))
    if report.bins:
        words = "How often answers of similar confidence were right; dashed: perfect calibration."
        plots.append(Plot("Reliability", words, _render(partial(_draw_bins, report))))
    if times:
        words = "How many questions took how long."
        plots.append(Plot("Times", words, _render(partial(_draw_times, times))))
    if len(report.by_kind) > 1:
        words = (
            "Right and cited, or rightly refused; nDCG where only retrieval was asked. Bars: 95 % "
            "intervals."
        )
        plots.append(Plot("By kind", words, _render(partial(_draw_kinds, report))))
    return plots


def _draw_risk(report: Report, axes: "Axes") -> None:
    threshold = report.run.threshold
    axes.plot([p.coverage for p in report.risk], [p.risk for p in report.risk], "-o", ms=4)
    answered = [p for p in report.risk if threshold is not None and p.threshold >= threshold]
    if answered:
        last = answered[-1]
        axes.plot([last.coverage], [last.risk], "D", ms=9, mfc="none", mew=1.6)
        axes.axvline(last.coverage, ls=":", color=INK, lw=1)
        left = last.coverage > 0.6
        axes.annotate(
            f"threshold {threshold:.2f}", (last.coverage, 0), (-5 if left else 5, 5),
            textcoords="offset points", ha="right" if left else "left",
        )  # fmt: skip
    axes.set(xlabel="answered", ylabel="wrong, of these", xlim=(0, 1.03), ylim=(0, None))


def _draw_bins(report: Report, axes: "Axes") -> None:
    axes.plot([0, 1], [0, 1], "--", lw=1)
    axes.plot([b.confidence for b in report.bins], [b.right for b in report.bins], "o", ms=6)
    axes.set(xlabel="confidence", ylabel="right", xlim=(0, 1.03), ylim=(0, 1.03))


def _draw_times(times: Sequence[float], axes: "Axes") -> None:
    axes.hist(times, bins=30, histtype="stepfilled", alpha=0.55, ec=INK)
    axes.set(xlabel="milliseconds", ylabel="questions", xlim=(0, None))


def _draw_kinds(report: Report, axes: "Axes") -> None:
    name = "ndcg_10" if report.run.questions.asked_of == "retrieval" else "good"
    largest = sorted(report.by_kind.items(), key=lambda item: -item[1].questions)[:_MOST_KINDS]
    labels = []
    for place, (kind, group) in enumerate(largest):
        short = f"{kind[:_LONGEST]}{'…' if len(kind) > _LONGEST else ''}"
        labels.append(f"{short} ({group.questions})")
        figure = group.figures[name]
        if figure.value is not None:
            axes.plot([figure.low or 0, figure.high or 0], [place, place], "-|", ms=9)
            axes.plot([figure.value], [place], "o")
    axes.set_yticks(range(len(largest)), labels=labels)
    axes.invert_yaxis()
    axes.set(xlabel=name, xlim=(-0.03, 1.03))
    axes.margins(y=0.08)


def _render(fill: Callable[["Axes"], None]) -> str:
    import matplotlib as mpl  # slow to import, and only a report needs it
    from cycler import cycler
    from matplotlib.figure import Figure as Drawing

    coloured = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor")
    style: Any = {
        **dict.fromkeys(coloured, INK),
        "axes.prop_cycle": cycler(color=[INK]),
        "svg.fonttype": "none",
        "svg.hashsalt": "report",
        "font.family": "sans-serif",
        "font.size": 10,
        "text.parse_math": False,
    }
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        drawing = Drawing(figsize=(4.6, 3.1), layout="constrained")
        axes = drawing.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        fill(axes)
        written = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        drawing.savefig(written, format="svg", metadata=nothing)
        return written.getvalue()
