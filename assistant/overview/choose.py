"""Figures chosen by player, metric, time and unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from assistant.errors import FilterError
from assistant.figures import Figure
from assistant.index.store import Store
from assistant.players import find_owned
from assistant.text import find_terms

LONGEST_VALUE = 200  # characters of a filter
_NAMED = 20  # units that an error names


class Located(NamedTuple):
    """A figure and the id of its document."""

    document_id: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Filter:
    """Which figures are wanted; what is None or "" leaves all.

    `player` is an id, `metric` words that all stand in a figure's metric, `since` and `until` days
    that its period touches.
    """

    player: str | None = None
    metric: str = ""
    since: date | None = None
    until: date | None = None
    unit: str | None = None


def read_filter(
    store: Store, *, player: str = "", metric: str = "", since: str = "", until: str = "",
    unit: str = "",
) -> Filter:  # fmt: skip
    """A filter from what a person wrote; "" is unset. Raises FilterError."""
    _check_length(player=player, metric=metric, unit=unit)
    known = {known.id for known in store.players}
    if player and player not in known:
        raise FilterError(f"player: no player {player!r}", hint="take an id of /api/v1/players")
    if metric.strip() and not find_terms(metric):
        raise FilterError(f"metric: {metric!r} holds no word", hint="write what is measured")
    first, last = _read_day("from", since), _read_day("to", until)
    if first and last and first > last:
        raise FilterError(f"from: {first} is after to: {last}", hint="exchange the two")
    chosen = _read_unit(store.figures, unit) if unit else None
    return Filter(player or None, metric.strip(), first, last, chosen)


def choose_figures(store: Store, wanted: Filter) -> list[Located]:
    """The figures that fit a filter, in order of place. A company includes what it owns."""
    owned = find_owned(store.players, wanted.player) if wanted.player else None
    terms = set(find_terms(wanted.metric))
    return [
        Located(document_id, figure)
        for document_id, figure in store.figures
        if (owned is None or figure.owner in owned)
        and (wanted.unit is None or figure.unit == wanted.unit)
        and _is_within(figure, wanted.since, wanted.until)
        and (not terms or terms <= set(find_terms(figure.metric)))
    ]


def list_units(figures: Iterable[tuple[str, Figure]]) -> list[str]:
    """The units of figures, the commonest first."""
    counts: dict[str, int] = {}
    for _, figure in figures:
        counts[figure.unit] = counts.get(figure.unit, 0) + 1
    return sorted((unit for unit in counts if unit), key=lambda unit: (-counts[unit], unit))


def _is_within(figure: Figure, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return True
    period = figure.period
    return (
        period is not None
        and (since is None or period.end >= since)
        and (until is None or period.start <= until)
    )


def _check_length(**values: str) -> None:
    for name, value in values.items():
        if len(value) > LONGEST_VALUE:
            raise FilterError(
                f"{name}: {value[:20]!r}… has {len(value):,} characters",
                hint=f"write at most {LONGEST_VALUE}",
            )


def _read_day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FilterError(
            f"{name}: {text[:40]!r} is no day", hint="write it like 2025-12-31"
        ) from None


def _read_unit(figures: Sequence[tuple[str, Figure]], unit: str) -> str:
    units = list_units(figures)
    found = next((known for known in units if known == unit), None) or next(
        (known for known in units if known.casefold() == unit.casefold()), None
    )
    if found is None:
        some = ", ".join(units[:_NAMED])
        raise FilterError(
            f"unit: no figure is in {unit!r}",
            hint=f"take one of {some}" if some else "leave it out: there are no figures",
        )
    return found
