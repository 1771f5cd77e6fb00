"""Figures chosen by player, metric, time and unit."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import NamedTuple

from assistant.errors import FilterError
from assistant.figures import Figure
from assistant.index.catalog import Catalog
from assistant.players import find_owned
from assistant.text import find_terms

LONGEST_VALUE = 200  # characters of a filter
_NAMED = 20  # units listed in an error
# The greatest length in days of each kind of period; a quarter is not compared with a year.
_LENGTHS = (3, 8, 32, 93, 185, 367)


class DocumentFigure(NamedTuple):
    """A figure with the id of its document."""

    document_id: str
    figure: Figure

    @property
    def day(self) -> date | None:
        """The middle of its period."""
        period = self.figure.period
        return period.start + (period.end - period.start) // 2 if period else None

    @property
    def length(self) -> int | None:
        """The kind of its period by length, in days: 93 for quarters, 367 for years."""
        period = self.figure.period
        if period is None:
            return None
        days = (period.end - period.start).days + 1
        return next(
            (longest for longest in _LENGTHS if days <= longest), 366 * round(days / 365.25)
        )

    @property
    def is_firm(self) -> bool:
        """Whether its value is stated: neither expected or claimed, nor a bound or range."""
        figure = self.figure
        return figure.status == "stated" and figure.relation in ("exactly", "about")


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions for figures; None and "" match all.

    `player` is an id, `metric` words that all occur in a figure's metric; its period must overlap
    the days from `since` to `until`.
    """

    player: str | None = None
    metric: str = ""
    since: date | None = None
    until: date | None = None
    unit: str | None = None


def read_filter(
    catalog: Catalog, *, player: str = "", metric: str = "", since: str = "", until: str = "",
    unit: str = "",
) -> Filter:  # fmt: skip
    """A filter from strings; "" is unset. Raises FilterError."""
    for name, value in {"player": player, "metric": metric, "unit": unit}.items():
        if len(value) > LONGEST_VALUE:
            raise FilterError(
                f"{name}: {value[:20]!r}… has {len(value):,} characters",
                hint=f"write at most {LONGEST_VALUE}",
            )
    if player and all(player != known.id for known in catalog.players):
        raise FilterError(f"player: no player {player!r}", hint="use an id from /api/v1/players")
    if metric.strip() and not find_terms(metric):
        raise FilterError(f"metric: {metric!r} has no words", hint="write what is measured")
    first, last = _read_day("from", since), _read_day("to", until)
    if first and last and first > last:
        raise FilterError(f"from: {first} is after to: {last}", hint="swap them")
    chosen = _read_unit(list_units(catalog.figures), unit) if unit else None
    return Filter(player or None, metric.strip(), first, last, chosen)


def choose_figures(catalog: Catalog, conditions: Filter) -> list[DocumentFigure]:
    """The figures of documents that match a filter, in text order."""
    return match_figures(catalog, starmap(DocumentFigure, catalog.figures), conditions)


def match_figures(
    catalog: Catalog, figures: Iterable[DocumentFigure], conditions: Filter
) -> list[DocumentFigure]:
    """Those of some figures that match a filter. A company includes what it owns."""
    owned = find_owned(catalog.players, conditions.player) if conditions.player else None
    terms = set(find_terms(conditions.metric))
    return [
        chosen
        for chosen in figures
        if (owned is None or chosen.figure.owner in owned)
        and (conditions.unit is None or chosen.figure.unit == conditions.unit)
        and _is_within(chosen.figure, conditions.since, conditions.until)
        and (not terms or terms <= set(find_terms(chosen.figure.metric)))
    ]


def list_units(figures: Iterable[tuple[str, Figure]]) -> list[str]:
    """The units of figures, the commonest first."""
    counts = Counter(figure.unit for _, figure in figures if figure.unit)
    return sorted(counts, key=lambda unit: (-counts[unit], unit))


def _is_within(figure: Figure, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return True
    period = figure.period
    return (
        period is not None
        and (since is None or period.end >= since)
        and (until is None or period.start <= until)
    )


def _read_day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FilterError(
            f"{name}: {text[:40]!r} is not a date", hint="write it like 2025-12-31"
        ) from None


def _read_unit(units: list[str], unit: str) -> str:
    if unit in units:
        return unit
    for known in units:
        if known.casefold() == unit.casefold():
            return known
    listed = ", ".join(units[:_NAMED])
    raise FilterError(
        f"unit: no figure has the unit {unit!r}",
        hint=f"use one of {listed}" if listed else "leave it out: there are no figures",
    )
