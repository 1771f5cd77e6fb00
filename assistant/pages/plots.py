"""The shapes of a small chart of a series, for inline SVG whose points are links.

All charts begin at zero, so the slopes of several can be compared.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.overview.choose import DocumentFigure

WIDTH, HEIGHT = 320, 96
_SIDE, _TOP, _BOTTOM = 14, 14, 82  # where the points may be
_FARTHEST = 22.0  # from a point: how large it is for a finger


class Dot(NamedTuple):
    """A point; `reach` is the radius of what can be touched, `firm` False draws it hollow."""

    x: float
    y: float
    reach: float
    firm: bool


class Segment(NamedTuple):
    """A line between two points, dashed if one of them is not firm."""

    start: Dot
    end: Dot

    @property
    def firm(self) -> bool:
        return self.start.firm and self.end.firm


class Plot(NamedTuple):
    """`zero` is the height of the line of the value 0."""

    dots: tuple[Dot, ...]
    segments: tuple[Segment, ...]
    zero: float


def plot_points(points: Sequence[DocumentFigure]) -> Plot:
    """The shapes of at least two figures of different days, in order of time."""
    days = [point.day.toordinal() for point in points if point.day is not None]
    values = [float(point.figure.value) for point in points]
    low, high = min(0.0, *values), max(0.0, *values)
    height = (high - low) or 1.0
    across = [_SIDE + (day - days[0]) / (days[-1] - days[0]) * (WIDTH - 2 * _SIDE) for day in days]
    reach = min([_FARTHEST, *((b - a) / 2 for a, b in pairwise(across))])
    dots = tuple(
        Dot(
            round(x, 1),
            round(_BOTTOM - (value - low) / height * (_BOTTOM - _TOP), 1),
            round(max(reach, 3.0), 1),
            point.is_firm,
        )
        for x, value, point in zip(across, values, points, strict=True)
    )
    zero = round(_BOTTOM + low / height * (_BOTTOM - _TOP), 1)
    return Plot(dots, tuple(Segment(*pair) for pair in pairwise(dots)), zero)


def measure_bars(points: Sequence[DocumentFigure]) -> list[float]:
    """The length of a bar for each figure, 100 for the greatest; 0 for negative values."""
    values = [max(0.0, float(point.figure.value)) for point in points]
    most = max(values) or 1.0
    return [round(100 * value / most, 1) for value in values]
