"""Charts are drawn as SVG without scripts or styles, the same bytes each time.

The Content-Security-Policy of our pages forbids styles in images, so matplotlib's become
attributes.
"""

import io
import threading
import warnings
from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

_WIDTH, _ROW, _LINES, _EDGE, _LINE = 4.6, 0.42, 3.0, 0.2, 0.21  # inches
_PIXELS = 96  # of CSS, an inch
_LONGEST_LABEL = 24  # characters
_GAP = 2.0  # pixels between labels: a browser's font may be wider
_FONT = "system-ui, sans-serif"
_MARKERS = "osD^vP"
_DASHES = ("-", "--", "-.", ":")
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_COLOURS = {  # ink, paper and accent of the pages, by `dark`
    False: ("#1a211f", "#ffffff", "#0b5d57"),
    True: ("#e6ebe8", "#1b2122", "#7fcdc2"),
}
# matplotlib's settings and fonts are global.
_LOCK = threading.Lock()


class PlotPoint(NamedTuple):
    """A figure in a chart: `words` are the document's own, `day` its ordinal.

    `firm` is False for expected or claimed figures, which are drawn hollow.
    """

    value: float
    highest: float | None
    words: str
    firm: bool
    day: int | None = None
    when: str = ""


class PlotSeries(NamedTuple):
    """The points of one line or group of bars."""

    label: str
    points: tuple[PlotPoint, ...]


def draw_chart(title: str, series: Sequence[PlotSeries], *, timed: bool, dark: bool) -> str:
    """A chart as SVG: lines over time, or a bar for each point."""
    import matplotlib as mpl  # slow to import, and only charts need it
    from matplotlib.figure import Figure as Drawing

    ink, paper, accent = _COLOURS[dark]
    settings = {
        "svg.fonttype": "none", "svg.hashsalt": "chart", "text.parse_math": False,
        "font.size": 10.5, "text.color": ink, "axes.labelcolor": ink, "xtick.color": ink,
        "ytick.color": ink, "axes.edgecolor": ink, "axes.facecolor": paper,
        "figure.facecolor": paper, "hatch.color": accent, "hatch.linewidth": 0.9,
    }  # fmt: skip
    with _LOCK, mpl.rc_context(settings), warnings.catch_warnings():  # type: ignore[arg-type]
        # The fonts here only measure the text; the browser uses its own.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        size = (_WIDTH, _find_height(series, timed=timed))
        drawing = Drawing(figsize=size, layout="constrained")
        axes = drawing.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        labels = (_draw_lines if timed else _draw_bars)(axes, series, accent, paper)
        _separate(drawing, labels)
        _separate_ticks(drawing, axes)
        return _write(drawing, describe_chart(title, series))


def measure_chart(series: Sequence[PlotSeries], *, timed: bool) -> tuple[int, int]:
    """The width and height of a chart in pixels."""
    return round(_WIDTH * _PIXELS), round(_find_height(series, timed=timed) * _PIXELS)


def _find_height(series: Sequence[PlotSeries], *, timed: bool) -> float:
    if timed:
        return _LINES
    rows = [_label_bar(line.label, point) for line in series for point in line.points]
    return _EDGE + sum(max(_ROW, _LINE * (row.count("\n") + 1.5)) for row in rows)


def _separate(drawing: "Drawing", labels: Sequence["Annotation"]) -> None:
    """Put labels below their points where they would overprint another, or leave them out."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(drawing)
    canvas.draw()  # type: ignore[no-untyped-call]  # lays everything out, for the last time
    drawing.set_layout_engine("none")
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    taken: list[Bbox] = []
    for label in labels:
        for place in (label.get_position(), (0, -10)):
            label.set_position(place)
            label.set_verticalalignment("top" if place[1] < 0 else label.get_verticalalignment())
            box = label.get_window_extent(renderer).padded(_GAP)
            if not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
        else:
            label.set_visible(False)


def _separate_ticks(drawing: "Drawing", axes: "Axes") -> None:
    """Leave out the times that would overprint others: first and last come first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(drawing).get_renderer()  # type: ignore[no-untyped-call]
    ticks = axes.get_xticklabels()
    taken: list[object] = []
    for tick in [*ticks[:1], *ticks[:0:-1]]:
        box = tick.get_window_extent(renderer).padded(_GAP)
        if any(box.overlaps(other) for other in taken):  # type: ignore[arg-type]
            tick.set_visible(False)
        else:
            taken.append(box)


def _label_bar(label: str, point: PlotPoint) -> str:
    return _wrap(f"{label}, {point.when}" if point.when else label, 3)


def _draw_bars(
    axes: "Axes", series: Sequence[PlotSeries], accent: str, paper: str
) -> list["Annotation"]:
    """A bar for each point; returns the labels of their values."""
    labels = []
    points = [(line.label, point) for line in series for point in line.points]
    for row, (_, point) in enumerate(points):
        axes.barh(
            row, point.value, height=0.6, edgecolor=accent, linewidth=1.2,
            color=accent if point.firm else paper, hatch=None if point.firm else "////",
        )  # fmt: skip
        if point.highest is not None:
            axes.plot([point.value, point.highest], [row, row], color=accent, marker="|")
        labels.append(axes.annotate(
            _wrap(point.words, 2), (max(point.highest or point.value, 0), row), (5, 0),
            textcoords="offset points", va="center", annotation_clip=False,
        ))  # fmt: skip
    axes.set_yticks(range(len(points)), labels=[_label_bar(*point) for point in points])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return labels


def _draw_lines(
    axes: "Axes", series: Sequence[PlotSeries], accent: str, paper: str
) -> list["Annotation"]:
    """A line for each series; returns the labels of its points."""
    from matplotlib.lines import Line2D

    handles, labels = [], []
    for number, line in enumerate(series):
        marker, dashes = _MARKERS[number % len(_MARKERS)], _DASHES[number % len(_DASHES)]
        placed = [(point.day, point) for point in line.points if point.day is not None]
        for (day, point), (next_day, next_mark) in pairwise(placed):
            style = dashes if point.firm and next_mark.firm else ":"
            axes.plot([day, next_day], [point.value, next_mark.value], style, color=accent, lw=1.4)
        for day, point in placed:
            axes.plot([day], [point.value], marker, color=accent, ms=8, mew=1.4, zorder=4,
                      mfc=accent if point.firm else paper)  # fmt: skip
            if point.highest is not None:
                axes.plot([day, day], [point.value, point.highest], color=accent, marker="_")
            labels.append(axes.annotate(
                _wrap(point.words, 2), (day, point.highest or point.value), (0, 8),
                textcoords="offset points", ha="center", annotation_clip=False,
                bbox={"facecolor": paper, "edgecolor": "none", "pad": 1},
            ))  # fmt: skip
        handles.append(Line2D([], [], ls=dashes, marker=marker, color=accent, label=line.label))
    times = {m.day: m.when for line in series for m in line.points if m.day is not None}
    axes.set_xticks(list(times), labels=[_wrap(words, 3) for words in times.values()])
    axes.margins(x=0.18, y=0.2)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_yticks([])  # each point has its value
    axes.spines["left"].set_visible(False)
    if len(series) > 1:
        drawing = axes.get_figure()
        assert drawing is not None
        drawing.legend(handles=handles, frameon=False, loc="outside lower left")
    return labels


def describe_chart(title: str, series: Sequence[PlotSeries]) -> str:
    """A chart in words, with its numbers as in the documents."""
    described = (
        f"{line.label}: "
        + ", ".join(f"{m.words}{f' ({m.when})' if m.when else ''}" for m in line.points)
        for line in series
    )
    return f"{title}. {'; '.join(described)}."


def _wrap(text: str, most: int | None = None) -> str:
    """Words on at most `most` lines, short enough for a label."""
    lines = wrap(text, _LONGEST_LABEL)
    return "\n".join(lines[:most]) + ("…" if lines[most:] and most else "")


def _write(drawing: "Drawing", title: str) -> str:
    written = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    drawing.savefig(written, format="svg", metadata=nothing)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(written.getvalue())
    for parent in list(root.iter()):
        for name in ("style", "metadata"):
            for child in parent.findall(f"{{{_SVG}}}{name}"):
                parent.remove(child)
    for element in root.iter():
        for declaration in filter(None, map(str.strip, element.attrib.pop("style", "").split(";"))):
            name, _, value = declaration.partition(": ")
            element.set(name, _FONT if name == "font-family" else value)
    title_element = ElementTree.Element(f"{{{_SVG}}}title")
    title_element.text = title
    root.insert(0, title_element)
    root.set("stroke-linejoin", "round")
    return ElementTree.tostring(root, encoding="unicode")
