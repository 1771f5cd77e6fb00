"""Series: the values of one measure at several times, those that changed most first.

A measure is the same only if everything that is known of it is: owner, source, metric, unit,
direction, what it is compared with, scope and the length of its periods. A series that gives two
values for one time mixes measures, so it is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from assistant.figures import Change
from assistant.index.catalog import Catalog
from assistant.overview.cells import find_table_series
from assistant.overview.choose import DocumentFigure, Filter, match_figures
from assistant.overview.scope import (
    Terms,
    find_metric_terms,
    find_scope,
    list_names,
    read_terms,
)

MOST_POINTS = 300  # of one wording: so many figures are not of one thing
_Group = tuple[object, ...]
_FOUND: WeakKeyDictionary[Catalog, tuple["Series", ...]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one measure in order of time, each time once, at least two.

    `metric` is the shortest wording in the documents.
    """

    metric: str
    unit: str
    change: Change | None
    owner: str | None
    source: str | None
    points: tuple[DocumentFigure, ...]

    @property
    def ends(self) -> tuple[DocumentFigure, DocumentFigure]:
        """The first and the last firm figure; of all figures, if fewer than two are firm."""
        firm = [point for point in self.points if point.is_firm]
        found = firm if len(firm) > 1 else self.points
        return found[0], found[-1]

    @property
    def relative_change(self) -> float | None:
        """(last - first) / |first| of the firm values: 1.5 if 4% became 10%.

        None without two firm values, or if the first is 0.
        """
        first, last = self.ends
        if not (first.is_firm and last.is_firm) or not first.figure.value:
            return None
        return float((last.figure.value - first.figure.value) / abs(first.figure.value))


def choose_series(catalog: Catalog, conditions: Filter) -> list[Series]:
    """The series with at least two points that match a filter, those that changed most first."""
    found = []
    for series in _find_all(catalog):
        points = match_figures(catalog, series.points, conditions)
        if len(points) > 1:
            found.append(replace(series, points=tuple(points)))
    return sorted(found, key=_rank)


def _rank(series: Series) -> tuple[float, int, str]:
    change = series.relative_change
    size = -1.0 if change is None else abs(change)
    return -round(size, 6), -len(series.points), series.metric


def _find_all(catalog: Catalog) -> tuple[Series, ...]:
    """All series of a catalog, found once."""
    if catalog not in _FOUND:
        tables = find_table_series(catalog)
        made = (make_series(points) for points in [*_group_prose(catalog), *tables])
        _FOUND[catalog] = tuple(series for series in made if series is not None)
    return _FOUND[catalog]


def _group_prose(catalog: Catalog) -> Iterator[list[DocumentFigure]]:
    """The figures of sentences by their measure. Those in rows of tables are left to `cells`."""
    names = list_names(catalog.players)
    groups: dict[_Group, list[DocumentFigure]] = defaultdict(list)
    for document_id, figure in catalog.figures:
        point = DocumentFigure(document_id, figure)
        if figure.metric and figure.period is not None:
            groups[find_measure(point, names.get(figure.owner or "", frozenset()))].append(point)
    for points in groups.values():
        if len(points) <= MOST_POINTS and len({point.day for point in points}) > 1:
            yield from split_by_scope(catalog, points, names).values()


def find_measure(point: DocumentFigure, names: Terms) -> _Group:
    """What figures of one measure have in common, without their scope."""
    figure = point.figure
    # Figures without an owner and a source belong together only within a document.
    unnamed = figure.owner is None and figure.source is None
    return (
        figure.owner, figure.source, point.document_id if unnamed else None, figure.unit,
        figure.change, read_terms(figure.compared_with or ""), find_metric_terms(figure, names),
        point.length,
    )  # fmt: skip


def split_by_scope(
    catalog: Catalog, points: Iterable[DocumentFigure], names: dict[str, Terms]
) -> dict[Terms, list[DocumentFigure]]:
    """Figures of sentences by their scope; those in tables are left out."""
    scopes: dict[Terms, list[DocumentFigure]] = defaultdict(list)
    for point in points:
        document, figure = catalog.document(point.document_id), point.figure
        if next(document.find_rows(*figure.sentence), None) is None:
            own = names.get(figure.owner or "", frozenset())
            scopes[find_scope(document.text, figure, own)].append(point)
    return scopes


def make_series(points: Sequence[DocumentFigure]) -> Series | None:
    """The series of figures of one measure; None for a single time, or two values of one."""
    by_time: dict[object, list[DocumentFigure]] = defaultdict(list)
    for point in points:
        by_time[point.day].append(point)
    if len(by_time) < 2:
        return None
    chosen = []
    for group in by_time.values():
        firm = [point for point in group if point.is_firm] or group
        if len({(point.figure.value, point.figure.highest) for point in firm}) > 1:
            return None
        chosen.append(firm[0])
    chosen.sort(key=_find_day)
    first = chosen[0].figure
    return Series(
        metric=find_shortest(point.figure.metric for point in chosen),
        unit=first.unit,
        change=first.change,
        owner=first.owner,
        source=first.source,
        points=tuple(chosen),
    )


def find_shortest(metrics: Iterable[str]) -> str:
    """The shortest wording, the first in the alphabet of several."""
    return min(metrics, key=lambda words: (len(words), words))


def _find_day(point: DocumentFigure) -> int:
    return point.day.toordinal() if point.day else 0
