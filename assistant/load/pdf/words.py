"""The records of a page: what its reader, its tables and its reading order exchange."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.load.tables import LoadedTable


class Box(NamedTuple):
    """A rectangle of the page as it is shown, in points from its bottom left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def turn(self, degrees: int) -> "Box":
        """The rectangle turned around the origin, anticlockwise by 0, 90, 180 or 270 degrees."""
        left, bottom, right, top = self
        match degrees % 360:
            case 90:
                return Box(-top, left, -bottom, right)
            case 180:
                return Box(-right, -top, -left, -bottom)
            case 270:
                return Box(bottom, -right, top, -left)
        return self

    def holds(self, other: "Box") -> bool:
        """Whether the middle of another rectangle is in it."""
        x, y = (other.left + other.right) / 2, (other.bottom + other.top) / 2
        return self.left <= x <= self.right and self.bottom <= y <= self.top


class Word(NamedTuple):
    """Letters of a page without a space in between, of one size and direction.

    Text that runs in another direction than the page has it in `direction`, in degrees
    anticlockwise, and is turned back by it: in its `box` x runs along the text. (Slanted text, in
    a direction that is no multiple of 90, has the box that is around it on the page.) `baseline` is
    the y of the line below its letters. `order` counts words in the order in which
    they are drawn; `is_spaced` if a space is drawn before it.
    """

    text: str
    box: Box
    baseline: float
    size: float
    order: int
    is_spaced: bool = True
    direction: int = 0
    is_recognised: bool = False
    is_bold: bool = False

    @property
    def shown(self) -> Box:
        """Its rectangle on the page as it is shown."""
        return self.box.turn(self.direction)


class PlacedTable(NamedTuple):
    """A table of a page; the words in its box are not read again as text.

    `rows` are the boxes of the rows of its body, in order; `edges` the places of the rules between
    its columns, if there are any.
    """

    box: Box
    table: LoadedTable
    rows: Sequence[Box] = ()
    edges: Sequence[float] = ()
    is_recognised: bool = False


def enclose(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around some."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops))
