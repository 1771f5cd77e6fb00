"""Figures that one chart may show together: the same thing, measured in the same way."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.figures import Change, Figure
from assistant.overview.choose import DocumentFigure
from assistant.text import find_terms

KEY_LENGTH = 12  # hexadecimal digits
# The greatest length in days of each kind of period; a quarter is not compared with a year.
_LENGTHS = (3, 8, 32, 93, 185, 367)

# Unit, "up" or "down" or None, terms of the comparison and of the metric, length of the period.
_Group = tuple[str, Change | None, str, tuple[str, ...], int | None]


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one player or from one source, in order of time."""

    owner: str | None
    source: str | None
    points: tuple[DocumentFigure, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures of one metric and unit; `timed` if a series has several times.

    `metric` is the shortest wording in the documents.
    """

    key: str
    metric: str
    unit: str
    change: Change | None
    timed: bool
    series: tuple[Series, ...]

    @property
    def points(self) -> tuple[DocumentFigure, ...]:
        return tuple(point for series in self.series for point in series.points)


def group_figures(chosen: Iterable[DocumentFigure]) -> list[Chart]:
    """Charts, those with most figures first.

    A chart combines figures of the same unit, metric, change and length of period that differ in
    time or player.
    """
    groups: dict[_Group, list[DocumentFigure]] = defaultdict(list)
    for point in chosen:
        group = _find_group(point.figure)
        if group is not None:
            groups[group].append(point)
    charts = (_make_chart(group, points) for group, points in groups.items())
    return sorted(filter(None, charts), key=lambda chart: (-len(chart.points), chart.key))


def _find_group(figure: Figure) -> _Group | None:
    """The group of a figure; None without a metric, or without both owner and period."""
    terms = tuple(sorted(set(find_terms(figure.metric))))
    if not terms or (figure.owner is None and figure.period is None):
        return None
    length = None
    if figure.period is not None:
        days = (figure.period.end - figure.period.start).days + 1
        length = next((longest for longest in _LENGTHS if days <= longest), days)
    against = " ".join(find_terms(figure.compared_with or ""))
    return figure.unit, figure.change, against, terms, length


def _make_chart(group: _Group, points: Sequence[DocumentFigure]) -> Chart | None:
    scopes: dict[tuple[str | None, ...], dict[object, DocumentFigure]] = defaultdict(dict)
    for point in points:
        figure, period = point.figure, point.figure.period
        # Figures without an owner and a source belong together only within a document.
        unnamed = figure.owner is None and figure.source is None
        scope = figure.owner, figure.source, point.document_id if unnamed else None
        days = period and (period.start, period.end)
        statement = figure.value, figure.highest, figure.relation, days
        scopes[scope].setdefault(statement, point)
    owners = {point.figure.owner for point in points} - {None}
    timed = any(len({point.day for point in scoped.values()}) > 1 for scoped in scopes.values())
    if not timed and len(owners) < 2:
        return None
    return Chart(
        key=hashlib.sha256(repr(group).encode()).hexdigest()[:KEY_LENGTH],
        metric=min(
            (point.figure.metric for point in points), key=lambda words: (len(words), words)
        ),
        unit=group[0],
        change=group[1],
        timed=timed,
        series=tuple(
            Series(owner, source, tuple(sorted(scoped.values(), key=lambda p: p.day or date.min)))
            for (owner, source, _), scoped in scopes.items()
        ),
    )
