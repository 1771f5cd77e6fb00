"""Charts are drawn as SVG without scripts or styles, the same bytes each time.

The Content-Security-Policy of our pages forbids styles in images, so matplotlib's become
attributes.
"""

import io
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_COLOURS = {  # ink, paper and accent of the pages, by `dark`
    False: ("#1a211f", "#ffffff", "#0b5d57"),
    True: ("#e6ebe8", "#1b2122", "#7fcdc2"),
}
# One thread for all charts: matplotlib's settings are global, and it opens its fonts again for
# each thread and keeps them open.
_DRAWING = ThreadPoolExecutor(1, "charts")


class PlotPoint(NamedTuple):
    """A value in a chart, named by `label`: `words` are the document's own, `day` its ordinal."""

    label: str
    value: float
    highest: float | None
    words: str
    day: int | None = None


def draw_chart(title: str, points: Sequence[PlotPoint], *, dark: bool) -> str:
    """A chart as SVG: a line over time if all points have a day, else a bar for each."""
    return _DRAWING.submit(_draw_chart, title, points, dark=dark).result()


def _draw_chart(title: str, points: Sequence[PlotPoint], *, dark: bool) -> str:
    import matplotlib as mpl  # slow to import, and only charts need it
    from matplotlib.figure import Figure as Drawing

    ink, paper, accent = _COLOURS[dark]
    settings = {
        "svg.fonttype": "none", "svg.hashsalt": "chart", "text.parse_math": False,
        "font.size": 10.5, "text.color": ink, "axes.labelcolor": ink, "xtick.color": ink,
        "ytick.color": ink, "axes.edgecolor": ink, "axes.facecolor": paper,
        "figure.facecolor": paper,
    }  # fmt: skip
    with mpl.rc_context(settings), warnings.catch_warnings():  # type: ignore[arg-type]
        # The fonts here only measure the text; the browser uses its own.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        drawing = Drawing(figsize=(_WIDTH, _find_height(points)), layout="constrained")
        axes = drawing.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        days = _list_days(points)
        labels = (
            _draw_line(axes, points, days, accent, paper)
            if days
            else _draw_bars(axes, points, accent)
        )
        _separate(drawing, labels)
        _separate_ticks(drawing, axes)
        return _write(drawing, describe_chart(title, points))


def measure_chart(points: Sequence[PlotPoint]) -> tuple[int, int]:
    """The width and height of a chart in pixels."""
    return round(_WIDTH * _PIXELS), round(_find_height(points) * _PIXELS)


def _list_days(points: Sequence[PlotPoint]) -> list[int]:
    """The days of the points; [] unless each has one."""
    days = [point.day for point in points if point.day is not None]
    return days if len(days) == len(points) else []


def _find_height(points: Sequence[PlotPoint]) -> float:
    """The height of a chart in inches."""
    if _list_days(points):
        return _LINES
    rows = [_wrap(point.label, 3).count("\n") for point in points]
    return _EDGE + sum(max(_ROW, _LINE * (breaks + 1.5)) for breaks in rows)


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


def _draw_bars(axes: "Axes", points: Sequence[PlotPoint], accent: str) -> list["Annotation"]:
    """A bar for each point; returns the labels of their values."""
    labels = []
    for row, point in enumerate(points):
        axes.barh(row, point.value, height=0.6, color=accent)
        if point.highest is not None:
            axes.plot([point.value, point.highest], [row, row], color=accent, marker="|")
        labels.append(axes.annotate(
            _wrap(point.words, 2), (max(point.highest or point.value, 0), row), (5, 0),
            textcoords="offset points", va="center", annotation_clip=False,
        ))  # fmt: skip
    axes.set_yticks(range(len(points)), labels=[_wrap(point.label, 3) for point in points])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return labels


def _draw_line(
    axes: "Axes", points: Sequence[PlotPoint], days: Sequence[int], accent: str, paper: str
) -> list["Annotation"]:
    """A line through the points, which are on `days`; returns the labels of their values."""
    axes.plot(days, [point.value for point in points], "-o", color=accent, lw=1.4, ms=8)
    labels = []
    for day, point in zip(days, points, strict=True):
        if point.highest is not None:
            axes.plot([day, day], [point.value, point.highest], color=accent, marker="_")
        labels.append(axes.annotate(
            _wrap(point.words, 2), (day, point.highest or point.value), (0, 8),
            textcoords="offset points", ha="center", annotation_clip=False,
            bbox={"facecolor": paper, "edgecolor": "none", "pad": 1},
        ))  # fmt: skip
    axes.set_xticks(days, labels=[_wrap(point.label, 3) for point in points])
    axes.margins(x=0.18, y=0.2)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_yticks([])  # each point has its value
    axes.spines["left"].set_visible(False)
    return labels


def describe_chart(title: str, points: Sequence[PlotPoint]) -> str:
    """A chart in words, with its values as in the documents."""
    return f"{title}. {'; '.join(f'{point.label}: {point.words}' for point in points)}."


def _wrap(text: str, most: int) -> str:
    """Words on at most `most` lines, short enough for a label."""
    lines = wrap(text, _LONGEST_LABEL)
    return "\n".join(lines[:most]) + ("…" if lines[most:] else "")


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
