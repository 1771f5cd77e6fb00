"""Series and comparisons as the pages show them: in words, drawn, and as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.api.contents import FigureBody, render_figures
from assistant.api.wording import read_wording
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure
from assistant.overview.comparing import Comparison
from assistant.overview.series import Series
from assistant.pages.plots import Dot, Plot, measure_bars, plot_points
from assistant.words import Words


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """`first` and `last` are the ends of the change, `difference` says how large it is ("" if that
    is unknown); `labels` are the points in words, and `document` is the title of the only document.
    """

    title: str
    figures: Sequence[FigureBody]
    labels: Sequence[str]
    first: FigureBody
    last: FigureBody
    difference: str
    plot: Plot
    document: str

    @property
    def dots(self) -> list[tuple[Dot, FigureBody, str]]:
        return list(zip(self.plot.dots, self.figures, self.labels, strict=True))

    @property
    def is_firm(self) -> bool:
        return all(dot.firm for dot in self.plot.dots)


@dataclass(frozen=True, slots=True)
class ShownComparison:
    title: str
    rows: Sequence[tuple[FigureBody, float, bool]]

    @property
    def figures(self) -> list[FigureBody]:
        return [figure for figure, _, _ in self.rows]


def show_series(catalog: Catalog, series: Series, words: Words) -> ShownSeries:
    bodies = dict(zip(series.points, render_figures(catalog, series.points).figures, strict=True))
    first, last = (bodies[point] for point in series.ends)
    documents = {figure.document_id: figure.document_title for figure in bodies.values()}
    return ShownSeries(
        title=read_wording(words.language).title_chart(series.metric, series.change),
        figures=list(bodies.values()),
        labels=[describe_point(figure, words) for figure in bodies.values()],
        first=first,
        last=last,
        difference=describe_difference(series, words),
        plot=plot_points(series.points),
        document=documents.popitem()[1] if len(documents) == 1 else "",
    )


def show_comparison(catalog: Catalog, comparison: Comparison, words: Words) -> ShownComparison:
    points: Sequence[DocumentFigure] = comparison.points
    figures = render_figures(catalog, points).figures
    bars = measure_bars(points)
    firm = [point.is_firm for point in points]
    title = read_wording(words.language).title_chart(comparison.metric, comparison.change)
    return ShownComparison(title, list(zip(figures, bars, firm, strict=True)))


def describe_point(figure: FigureBody, words: Words) -> str:
    """ "$41 million, 2022"; "2 million units (expected), 2024"."""
    said = " ".join(figure.words.split())
    note = words(f"status.{figure.status}")
    value = words("trends.noted", words=said, note=note) if note else said
    when = figure.period.words if figure.period else ""
    return words("trends.point", words=value, when=when) if when else value


def describe_difference(series: Series, words: Words) -> str:
    """How much the firm values changed: "up 41 %"; for percentages "up 5.8 points"; "" if unknown.

    >>> from assistant.words import read_words
    >>> _write_difference(Decimal("5.8"), True, read_words("en"))
    'up 5.8 points'
    """
    change = series.relative_change
    if change is None:
        return ""
    if series.unit == "%":
        first, last = (point.figure.value for point in series.ends)
        return _write_difference(last - first, True, words)
    return _write_difference(Decimal(str(100 * change)), False, words)


def _write_difference(size: Decimal, points: bool, words: Words) -> str:
    rounded = float(round(size, 0 if abs(size) >= 10 and not points else 1))
    if not rounded:
        return words("trends.same")
    way = "up" if rounded > 0 else "down"
    return words(f"trends.{way}_{'points' if points else 'percent'}", n=abs(rounded))
