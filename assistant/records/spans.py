"""Spans of a text: offsets in code points, the end exclusive."""

from bisect import bisect_right
from collections.abc import Sequence

Offsets = tuple[int, int]


def covers(spans: Sequence[Offsets], start: int, end: int) -> bool:
    """Whether a span overlaps one of `spans`, which are in order and do not overlap each other."""
    place = bisect_right(spans, start, key=lambda span: span[0])
    overlaps_previous = place > 0 and start < spans[place - 1][1]
    return overlaps_previous or (place < len(spans) and spans[place][0] < end)


def trim(text: str, start: int, end: int) -> Offsets:
    """A span of text without the space around it."""
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())
