"""A part of the passages, as a condition for Milvus."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_MOST_RANGES = 64  # more are written as a list of numbers: a long chain of `or` is slow to read


class Part:
    """Some of the passages: the row of each in the collection, in the order of their numbers."""

    def __init__(self, rows: NDArray[np.int64]) -> None:
        self.rows = rows
        self._order = np.argsort(rows)

    def number(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of the passages that some rows are of."""
        return self._order[np.searchsorted(self.rows, rows, sorter=self._order)]

    @cached_property
    def expression(self) -> str:
        """A condition on `number`; only digits are written into it."""
        rows = np.sort(self.rows)
        breaks = np.flatnonzero(np.diff(rows) != 1)
        firsts = rows[np.concatenate([[0], breaks + 1])]
        lasts = rows[np.concatenate([breaks, [len(rows) - 1]])]
        if len(firsts) > _MOST_RANGES:
            return f"number in [{','.join(map(str, rows.tolist()))}]"
        pairs = zip(firsts.tolist(), lasts.tolist(), strict=True)
        return " or ".join(f"(number >= {first} and number <= {last})" for first, last in pairs)
