from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from assistant.load.pptx.order import Box, sort_boxes

TITLE = (Box(0, 0, 90, 9), "title")


def read(*boxes: tuple[Box, str]) -> set[str]:
    """The orders in which boxes are read, given in any order."""
    return {" ".join(sort_boxes(order)) for order in permutations(boxes)}


def test_boxes_are_read_from_top_to_bottom_and_left_to_right() -> None:
    assert read(TITLE, (Box(0, 20, 40, 30), "a"), (Box(50, 21, 90, 30), "b"),
                (Box(0, 60, 90, 70), "c")) == {"title a b c"}  # fmt: skip


def test_columns_are_read_one_by_one_below_their_title() -> None:
    assert read(TITLE, (Box(0, 12, 40, 20), "before"), (Box(0, 21, 40, 60), "text"),
                (Box(50, 12, 90, 20), "after"), (Box(50, 21, 90, 60), "other"),
                (Box(0, 70, 90, 80), "end")) == {"title before text after other end"}  # fmt: skip


def test_rows_that_are_further_apart_than_columns_are_read_one_by_one() -> None:
    assert read((Box(0, 0, 40, 9), "a"), (Box(41, 0, 90, 9), "b"),
                (Box(0, 30, 40, 39), "c"), (Box(41, 30, 90, 39), "d")) == {"a b c d"}  # fmt: skip


def test_a_box_that_is_higher_and_not_beside_the_others_is_first() -> None:
    assert read((Box(50, 0, 90, 9), "right"), (Box(0, 12, 40, 30), "left")) == {"right left"}


def test_boxes_that_overlap_are_read_by_their_tops() -> None:
    assert read((Box(0, 0, 50, 50), "a"), (Box(10, 10, 60, 60), "b")) == {"a b"}
    assert read((Box(0, 0, 0, 0), "a")) == {"a"}
    assert list(sort_boxes([])) == []


sizes = st.integers(-100, 100)


@given(st.lists(st.builds(Box, sizes, sizes, sizes, sizes), max_size=12))
def test_each_box_is_read_once(boxes: list[Box]) -> None:
    assert sorted(sort_boxes([(box, n) for n, box in enumerate(boxes)])) == [*range(len(boxes))]


@pytest.mark.parametrize("count", [3000])
def test_many_boxes_are_no_matter(count: int) -> None:
    stairs = [(Box(n, n, n + 1, n + 1), n) for n in range(count)]
    assert list(sort_boxes(stairs)) == [*range(count)]
