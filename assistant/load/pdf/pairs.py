"""Tables of names and values, several in a row: "Customer | Vestmark | Lift | GL-3"."""

from collections.abc import Sequence
from itertools import pairwise

from assistant.load.header import Cells, find_kind
from assistant.load.pdf.cells import FoundRow

LONGEST_NAME = 60  # characters


def are_pairs(rows: Sequence[FoundRow]) -> bool:
    """Whether the columns of a table are names and values in turn, at least two of each.

    The names are words, all different, and set apart from the values: they are bold or end with a
    colon. Else a number or date in the first row shows that it is no header.
    """
    columns = len(rows[0].cells) if rows else 0
    if columns < 4 or columns % 2 or any(len(row.cells) != columns for row in rows):
        return False
    names = [name for row in rows for name in split_pairs(row.cells)[::2] if name]
    if len(names) < 3 or len(set(names)) < len(names):
        return False
    if any(find_kind(name) != "text" or len(name) > LONGEST_NAME for name in names):
        return False
    values = split_pairs(rows[0].cells)[1::2]
    return all(map(_is_set_apart, rows)) or (
        len(rows) > 1 and any(find_kind(value) not in ("", "text") for value in values)
    )


def split_pairs(cells: Cells) -> Cells:
    """The cells of a row, a value that is repeated over several columns only once.

    >>> split_pairs(["Customer", "Vestmark", "Vestmark", "Vestmark"])
    ['Customer', 'Vestmark', '', '']
    """
    return [*cells[:1], *("" if left == right else right for left, right in pairwise(cells))]


def _is_set_apart(row: FoundRow) -> bool:
    """Whether the names of a row are bold or end with a colon, but no value is or does."""
    cells = split_pairs(row.cells)
    bold = row.bold or [False] * len(cells)
    marked = [
        is_bold or cell.endswith(":") for cell, is_bold in zip(cells, bold, strict=True) if cell
    ]
    places = [place for place, cell in enumerate(cells) if cell]
    return all(mark == (place % 2 == 0) for mark, place in zip(marked, places, strict=True))
