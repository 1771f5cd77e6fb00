"""The records of a page: what its reader, its tables and its reading order exchange."""

from collections.abc import Sequence
from typing import NamedTuple

from assistant.load.tables import LoadedTable


class Box(NamedTuple):
    """A rectangle of the page as it is shown, in points from its bottom left corner."""

    left: float
    bottom: float
    right: float
    top: float


class Word(NamedTuple):
    """Letters of a page without a space in between, of one size and direction.

    `box` is upright also where the text is rotated: then x runs along the text. `baseline` is
    their y. `order` counts the words in the order in which they are drawn.
    """

    text: str
    box: Box
    baseline: float
    size: float
    order: int


class PlacedTable(NamedTuple):
    """A table of a page; the words in its box are not read again as text.

    `rows` are the boxes of the rows of its body, in order.
    """

    box: Box
    table: LoadedTable
    rows: Sequence[Box] = ()
