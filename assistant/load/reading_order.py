"""The order in which the boxes of a slide are read: from top to bottom, columns one by one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar


class Box(NamedTuple):
    """A rectangle; `top` grows downwards."""

    left: int
    top: int
    right: int
    bottom: int


Item = TypeVar("Item")
Edges = Callable[[Box], tuple[int, int]]


def sort_boxes(items: Sequence[tuple[Box, Item]]) -> Iterator[Item]:
    """The items in reading order.

    The recursive X-Y cut (Nagy and Seth 1984): boxes are divided at gaps into rows, but rows that
    are closer to each other than their columns are read column by column.
    """
    rows = _divide(items, _find_height)
    if len(rows) < 2:
        columns = _find_columns(items)
        if not columns:
            yield from (item for _, item in sorted(items, key=lambda each: each[0][1::-1]))
        for column in columns:
            yield from sort_boxes(column)
        return
    at = 0
    while at < len(rows):
        parts, end = [rows[at]], at + 1
        while columns := _find_columns([each for row in rows[at : end + 1] for each in row]):
            parts, end = columns, end + 1
            if end >= len(rows):
                break
        for part in parts:
            yield from sort_boxes(part)
        at = end


def _find_height(box: Box) -> tuple[int, int]:
    return box.top, box.bottom


def _find_width(box: Box) -> tuple[int, int]:
    return box.left, box.right


def _find_columns(items: Sequence[tuple[Box, Item]]) -> list[list[tuple[Box, Item]]]:
    """The columns of boxes that are side by side, [] if there is one, or rows are further apart."""
    columns = _divide(items, _find_width)
    heights = [_find_extent(column, _find_height) for column in columns]
    for (top, bottom), (next_top, next_bottom) in pairwise(heights):
        shared = min(bottom, next_bottom) - max(top, next_top)
        if 2 * shared < min(bottom - top, next_bottom - next_top):
            return []
    widest = _find_gap(columns, _find_width)
    is_close = _find_gap(_divide(items, _find_height), _find_height) <= widest
    return columns if len(columns) > 1 and is_close else []


def _find_extent(items: Sequence[tuple[Box, Item]], edges: Edges) -> tuple[int, int]:
    spans = [edges(box) for box, _ in items]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _find_gap(parts: Sequence[Sequence[tuple[Box, Item]]], edges: Edges) -> int:
    """The widest gap between parts, 0 if they touch."""
    extents = [_find_extent(part, edges) for part in parts]
    return max((after[0] - before[1] for before, after in pairwise(extents)), default=0)


def _divide(items: Sequence[tuple[Box, Item]], edges: Edges) -> list[list[tuple[Box, Item]]]:
    """The items between gaps, in order."""
    parts: list[list[tuple[Box, Item]]] = []
    reached = 0
    for box, item in sorted(items, key=lambda each: edges(each[0])):
        first, last = edges(box)
        # Frames around text overlap a little where the words do not.
        if not parts or first + (last - first) // 10 >= reached:
            parts.append([])
            reached = last
        parts[-1].append((box, item))
        reached = max(reached, last)
    return parts
