"""Figures that one chart may show together: the same thing, measured in the same way."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.figures import Figure
from assistant.overview.choose import Located
from assistant.text import find_terms

KEY_LENGTH = 12  # hexadecimal digits
# The longest length in days of what counts as one kind of period.
_LENGTHS = (3, 8, 32, 93, 185, 367)

# What is measured: unit, "up" or "down" or nothing, against what, its terms, how long a period.
_Group = tuple[str, str | None, str, tuple[str, ...], int | None]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure in a chart; `day` is the middle of its period."""

    document_id: str
    figure: Figure
    day: date | None


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one scope, in order of time: of one player, or said by one source."""

    owner: str | None
    source: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures of one metric and unit. `timed`: some scope has several times, so lines show it.

    `metric` are the fewest words in which a document names what is measured.
    """

    key: str
    metric: str
    unit: str
    change: str | None
    timed: bool
    series: tuple[Series, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(point for series in self.series for point in series.points)


def group_figures(chosen: Iterable[Located]) -> list[Chart]:
    """The charts of some figures, those of most figures first.

    Together are figures of the same unit, metric terms, change and length of period, where they
    stand at different times or are of different players.
    """
    groups: dict[_Group, list[Point]] = {}
    for document_id, figure in chosen:
        group = _find_group(figure)
        if group is not None:
            groups.setdefault(group, []).append(Point(document_id, figure, _middle(figure)))
    charts = [_make_chart(group, points) for group, points in groups.items()]
    kept = [chart for chart in charts if chart is not None]
    return sorted(kept, key=lambda chart: (-len(chart.points), chart.key))


def _find_group(figure: Figure) -> _Group | None:
    """What a figure measures; None where nothing says that, or whose and when."""
    terms = tuple(sorted(set(find_terms(figure.metric))))
    if not terms or (figure.owner is None and figure.period is None):
        return None
    against = " ".join(find_terms(figure.compared_with or ""))
    return figure.unit, figure.change, against, terms, _length(figure)


def _make_chart(group: _Group, points: Sequence[Point]) -> Chart | None:
    scopes: dict[tuple[str | None, ...], list[Point]] = {}
    for point in points:
        held = scopes.setdefault(_find_scope(point), [])
        if not any(_says_the_same(point.figure, other.figure) for other in held):
            held.append(point)
    owners = {point.figure.owner for point in points} - {None}
    timed = any(len({point.day for point in held}) > 1 for held in scopes.values())
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
            Series(
                held[0].figure.owner,
                held[0].figure.source,
                tuple(sorted(held, key=lambda point: point.day or date.min)),
            )
            for held in scopes.values()
        ),
    )


def _find_scope(point: Point) -> tuple[str | None, ...]:
    """Whose a figure is and who says so; where it is nobody's and nobody's word, its document."""
    figure = point.figure
    alone = figure.owner is None and figure.source is None
    return figure.owner, figure.source, point.document_id if alone else None


def _says_the_same(first: Figure, second: Figure) -> bool:
    return (first.value, first.highest, first.relation, _days(first)) == (
        second.value,
        second.highest,
        second.relation,
        _days(second),
    )


def _days(figure: Figure) -> tuple[date, date] | None:
    return (figure.period.start, figure.period.end) if figure.period else None


def _length(figure: Figure) -> int | None:
    """Which kind of period a figure is of: a quarter and a year are not to be compared."""
    if figure.period is None:
        return None
    days = (figure.period.end - figure.period.start).days + 1
    return next((longest for longest in _LENGTHS if days <= longest), days)


def _middle(figure: Figure) -> date | None:
    period = figure.period
    return period.start + timedelta((period.end - period.start).days // 2) if period else None
