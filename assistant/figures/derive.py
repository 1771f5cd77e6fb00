"""Values that follow from figures: the earlier level, a difference, a ratio; with their formula.

A result is rounded to as many significant digits as its least precise input has, four at least,
and a share or a change to one digit behind the point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise

from assistant.figures import Figure
from assistant.figures.numbers import plain
from assistant.figures.render import render_number
from assistant.terms import find_terms

LEAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that no document states, how it was computed, and from which figures."""

    value: Decimal
    unit: str
    formula: str
    inputs: tuple[Figure, ...]


def derive(figures: Sequence[Figure]) -> list[Derived]:
    """What follows from the figures of one document, in order of place: first the earlier levels,
    then differences and ratios of the same metric and unit.

    Ranges, bounds and approximate figures give nothing: a formula would say more than is known.
    """
    exact = [figure for figure in figures if figure.relation == "exactly"]
    levels = [derived for level, change in pairwise(exact) if (derived := _earlier(level, change))]
    compared = [
        derived
        for first, second in combinations(exact, 2)
        if _is_comparable(first, second)
        for derived in compare(first, second)
    ]
    return levels + compared


def compare(first: Figure, second: Figure) -> list[Derived]:
    """The difference and the ratio of two figures of one unit, the greater one first."""
    low, high = sorted((first, second), key=lambda figure: figure.value)
    inputs, values = (high, low), (render_number(high.value), render_number(low.value))
    difference = plain(high.value - low.value)
    unit = "percentage point" if high.unit == "%" else high.unit
    derived = [Derived(difference, unit, f"{values[0]} − {values[1]}", inputs)]
    if low.value > 0:
        ratio = _round(high.value / low.value, inputs)
        derived.append(Derived(ratio, "times", f"{values[0]} / {values[1]}", inputs))
    return derived


def _earlier(level: Figure, change: Figure) -> Derived | None:
    """The level before a change: of "1.487 million, an increase of 82.3%" it is 815,688."""
    fits = level.sentence == change.sentence and level.metric == change.metric != ""
    if not fits or level.change or not change.change or level.unit == "%":
        return None
    sign = 1 if change.change == "up" else -1
    share = change.value / 100 if change.unit == "%" else None
    if share is None or 1 + sign * share <= 0:
        return None
    word = "+" if sign > 0 else "−"
    formula = f"{render_number(level.value)} / (1 {word} {render_number(change.value)}%)"
    value = _round(level.value / (1 + sign * share), (level, change))
    return Derived(value, level.unit, formula, (level, change))


def _is_comparable(first: Figure, second: Figure) -> bool:
    """Whether two levels measure the same at different times or of different players."""
    if first.unit != second.unit or first.change or second.change or first.value == second.value:
        return False
    same = set(find_terms(first.metric)) == set(find_terms(second.metric)) != set()
    return same and (first.owner, first.period) != (second.owner, second.period)


def _round(value: Decimal, inputs: Sequence[Figure]) -> Decimal:
    digits = min(len(plain(figure.value).as_tuple().digits) for figure in inputs)
    places = max(LEAST_DIGITS, digits) - 1 - value.adjusted()
    return plain(value.quantize(Decimal(1).scaleb(-places)))
