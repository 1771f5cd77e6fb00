"""Values that follow from figures: the earlier level, a difference, a ratio; with their formula.

A result is rounded to as many significant digits as its least precise input has, four at least.
Bounds, ranges and approximate figures give nothing: a formula would say more than is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from assistant.figures import Figure
from assistant.figures.numbers import plain
from assistant.figures.render import render_number, render_unit
from assistant.terms import find_terms

LEAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that no document states, how it was computed, and from which figures."""

    value: Decimal
    unit: str
    terms: str
    inputs: tuple[Figure, Figure]
    exact: bool

    @property
    def formula(self) -> str:
        """The whole equation: "815,700 ≈ 1,487,000 / (1 + 82.3%)"."""
        return f"{render_number(self.value)} {'=' if self.exact else '≈'} {self.terms}"

    @property
    def words(self) -> str:
        """The value with its unit."""
        number = render_number(self.value)
        return render_unit(number, self.unit, one=number == "1")


def derive_earlier(figures: Sequence[Figure]) -> list[Derived]:
    """The levels before changes that the figures of one document state, in order of place.

    Of "1.487 million units, an increase of 82.3%" that is 815,700 units.
    """
    certain = [figure for figure in figures if figure.relation == "exactly"]
    return [derived for one, two in pairwise(certain) if (derived := _earlier(one, two))]


def compare(first: Figure, second: Figure) -> list[Derived]:
    """The difference and the ratio of two levels of one metric and unit; [] for other figures."""
    if not _is_comparable(first, second):
        return []
    low, high = sorted((first, second), key=lambda figure: figure.value)
    greater, lesser = render_number(high.value), render_number(low.value)
    unit = "percentage point" if high.unit == "%" else high.unit
    difference = plain(high.value - low.value)
    derived = [Derived(difference, unit, f"{greater} − {lesser}", (high, low), exact=True)]
    if low.value > 0:
        ratio = high.value / low.value
        derived.append(_round(ratio, "times", f"{greater} / {lesser}", (high, low)))
    return derived


def _earlier(level: Figure, change: Figure) -> Derived | None:
    fits = level.sentence == change.sentence and level.metric == change.metric != ""
    if not fits or level.change or not change.change or level.unit == "%" or change.unit != "%":
        return None
    sign, share = (1, "+") if change.change == "up" else (-1, "−")
    divisor = 1 + sign * change.value / 100
    if divisor <= 0:
        return None
    terms = f"{render_number(level.value)} / (1 {share} {render_number(change.value)}%)"
    return _round(level.value / divisor, level.unit, terms, (level, change))


def _is_comparable(first: Figure, second: Figure) -> bool:
    """Whether two levels measure the same at different times or of different players."""
    if first.change or second.change or first.value == second.value:
        return False
    if {first.relation, second.relation} != {"exactly"}:
        return False
    if (first.unit, first.status) != (second.unit, second.status):
        return False
    same = set(find_terms(first.metric)) == set(find_terms(second.metric)) != set()
    return same and (first.owner, first.period) != (second.owner, second.period)


def _round(value: Decimal, unit: str, terms: str, inputs: tuple[Figure, Figure]) -> Derived:
    digits = min(len(plain(figure.value).as_tuple().digits) for figure in inputs)
    places = max(LEAST_DIGITS, digits) - 1 - value.adjusted()
    rounded = plain(value.quantize(Decimal(1).scaleb(-places)))
    return Derived(rounded, unit, terms, inputs, exact=rounded == value)
