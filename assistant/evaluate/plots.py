"""A report's plots as SVG, drawn by matplotlib: distinguished by marks and lines, not by colour."""

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.evaluate.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INKS = {"light": ("#1a211f", "#ffffff"), "dark": ("#e6ebe8", "#1b2122")}
_MOST_KINDS = 16
_LONGEST = 22  # characters of a label


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot with what it shows in words; both drawings are SVG."""

    title: str
    words: str
    light: str
    dark: str


def draw_plots(report: Report, times: Sequence[float]) -> list[Plot]:
    """The plots that a report has something for; `times` are its questions' in milliseconds."""
    plots = []
    if report.risk:
        threshold = report.run.threshold
        plots.append(
            _draw(
                "Risk by coverage",
                "Of what is answered, how much is wrong, as more is answered.",
                lambda axes, ink: _draw_risk(axes, ink, report, threshold),
            )
        )
    if report.bins:
        plots.append(
            _draw(
                "Reliability",
                "How often answers of similar confidence were right; dashed: as promised.",
                lambda axes, ink: _draw_bins(axes, ink, report),
            )
        )
    if times:
        plots.append(
            _draw(
                "Times",
                "How many questions took how long.",
                lambda axes, ink: _draw_times(axes, ink, times),
            )
        )
    if len(report.by_kind) > 1:
        plots.append(
            _draw(
                "By kind",
                "Right and cited, or rightly refused; nDCG where only retrieval was asked. Bars: "
                "95 % intervals.",
                lambda axes, ink: _draw_kinds(axes, ink, report),
            )
        )
    return plots


def _draw_risk(axes: "Axes", ink: str, report: Report, threshold: float | None) -> None:
    coverage, risk = [p.coverage for p in report.risk], [p.risk for p in report.risk]
    axes.plot(coverage, risk, "-o", color=ink, ms=4)
    answered = [p for p in report.risk if threshold is not None and p.threshold >= threshold]
    if answered:
        last = answered[-1]
        axes.plot([last.coverage], [last.risk], "D", color=ink, ms=9, mfc="none", mew=1.6)
        axes.axvline(last.coverage, ls=":", color=ink, lw=1)
        left = last.coverage > 0.6
        axes.annotate(
            f"threshold {threshold:.2f}", (last.coverage, 0), (-5 if left else 5, 5),
            textcoords="offset points", ha="right" if left else "left",
        )  # fmt: skip
    axes.set(xlabel="answered", ylabel="of it wrong", xlim=(0, 1.03), ylim=(0, None))


def _draw_bins(axes: "Axes", ink: str, report: Report) -> None:
    axes.plot([0, 1], [0, 1], "--", color=ink, lw=1)
    sure, right = [b.confidence for b in report.bins], [b.right for b in report.bins]
    axes.plot(sure, right, "o", color=ink, ms=6)
    axes.set(xlabel="confidence", ylabel="right", xlim=(0, 1.03), ylim=(0, 1.03))


def _draw_times(axes: "Axes", ink: str, times: Sequence[float]) -> None:
    axes.hist(times, bins=30, histtype="stepfilled", color=ink, alpha=0.55, ec=ink)
    axes.set(xlabel="milliseconds", ylabel="questions", xlim=(0, None))


def _draw_kinds(axes: "Axes", ink: str, report: Report) -> None:
    retrieval = report.run.questions.asked_of == "retrieval"
    name = "ndcg_10" if retrieval else "good"
    largest = sorted(report.by_kind.items(), key=lambda item: -item[1].questions)[:_MOST_KINDS]
    for place, (_, group) in enumerate(largest):
        figure = group.figures[name]
        if figure.value is not None:
            axes.plot([figure.low or 0, figure.high or 0], [place, place], "-|", color=ink, ms=9)
            axes.plot([figure.value], [place], "o", color=ink)
    labels = [
        f"{kind[:_LONGEST]}{'…' if len(kind) > _LONGEST else ''} ({group.questions})"
        for kind, group in largest
    ]
    axes.set_yticks(range(len(largest)), labels=labels)
    axes.invert_yaxis()
    axes.set(xlabel=name, xlim=(-0.03, 1.03))
    axes.margins(y=0.08)


def _draw(title: str, words: str, fill: Callable[["Axes", str], None]) -> Plot:
    light, dark = (_render(fill, *_INKS[name]) for name in ("light", "dark"))
    return Plot(title, words, light, dark)


def _render(fill: Callable[["Axes", str], None], ink: str, paper: str) -> str:
    import matplotlib as mpl  # slow to import, and only a report needs it
    from matplotlib.figure import Figure as Drawing

    with (
        mpl.rc_context(
            {
                "text.color": ink,
                "axes.labelcolor": ink,
                "xtick.color": ink,
                "ytick.color": ink,
                "axes.edgecolor": ink,
                "svg.fonttype": "none",
                "svg.hashsalt": "report",
                "font.family": "sans-serif",
                "font.size": 10,
                "axes.facecolor": paper,
                "figure.facecolor": paper,
                "text.parse_math": False,
            }
        ),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        drawing = Drawing(figsize=(4.6, 3.1), layout="constrained")
        axes = drawing.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        fill(axes, ink)
        written = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        drawing.savefig(written, format="svg", metadata=nothing)
        return written.getvalue()
