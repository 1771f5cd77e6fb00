"""Comparisons: one measure of several players at one time, or without a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.figures import Change
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure
from assistant.overview.scope import list_names
from assistant.overview.series import MOST_POINTS, find_measure, find_shortest, split_by_scope
from assistant.records import Player


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of one measure, one for each player, the greatest value first."""

    metric: str
    unit: str
    change: Change | None
    points: tuple[DocumentFigure, ...]


def find_comparisons(catalog: Catalog, chosen: Iterable[DocumentFigure]) -> list[Comparison]:
    """The comparisons of at least two players, those of most players first.

    A player with two values of the measure is left out, and one that another of them owns.
    """
    names = list_names(catalog.players)
    players = {player.id: player for player in catalog.players}
    groups: dict[object, list[DocumentFigure]] = defaultdict(list)
    for point in chosen:
        figure, period = point.figure, point.figure.period
        if figure.metric and figure.owner is not None:
            _, *measure = find_measure(point, names.get(figure.owner, frozenset()))
            groups[(*measure, period and (period.start, period.end))].append(point)
    found = []
    for group in groups.values():
        if len(group) <= MOST_POINTS and len({point.figure.owner for point in group}) > 1:
            scopes = split_by_scope(catalog, group, names)
            found += [_compare(points, players) for points in scopes.values()]
    kept = [comparison for comparison in found if comparison is not None]
    return sorted(kept, key=lambda one: (-len(one.points), one.metric))


def _compare(points: Sequence[DocumentFigure], players: Mapping[str, Player]) -> Comparison | None:
    by_owner: dict[str | None, dict[object, DocumentFigure]] = defaultdict(dict)
    for point in points:
        figure = point.figure
        by_owner[figure.owner].setdefault((figure.value, figure.highest), point)
    single = {owner: values for owner, values in by_owner.items() if len(values) == 1}
    kept = [
        point
        for owner, values in single.items()
        for point in values.values()
        if not (owner is not None and owner in players and players[owner].owner in single)
    ]
    if len(kept) < 2:
        return None
    kept.sort(key=lambda point: -point.figure.value)
    metric = find_shortest(point.figure.metric for point in kept)
    return Comparison(metric, kept[0].figure.unit, kept[0].figure.change, tuple(kept))
