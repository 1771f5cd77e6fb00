"""BM25 as a product: of a weight for each term of a question, and one for each term of a passage.

The formula is that of tantivy, the local term search, with its constants and its lengths of one
byte (https://github.com/quickwit-oss/tantivy/blob/main/src/query/bm25.rs), so scores are the same:

    idf = ln(1 + (N - n + 0.5) / (n + 0.5))
    score = sum over terms of  idf (k1 + 1) * f / (f + k1 (1 - b + b length / average length))
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75
_EXACT = 24  # lengths up to here, and from there 3 bits after the first one


def _list_lengths() -> NDArray[np.int64]:
    """The lengths that one byte stands for, as in Lucene's SmallFloat."""
    lengths = []
    for byte in range(256):
        rest, shift = max(byte - _EXACT, 0) & 7, max(byte - _EXACT, 0) >> 3
        more = rest if shift == 0 else (rest | 8) << (shift - 1)
        lengths.append(byte if byte < _EXACT else _EXACT + more)
    return np.array(lengths, dtype=np.int64)


_LENGTHS = _list_lengths()


class Frequencies:
    """How many passages contain each term, and how many terms there are in all."""

    def __init__(self, lines: Iterable[str]) -> None:
        """`lines` are the terms of all passages."""
        self.passages: Counter[str] = Counter()
        self.count = self.terms = 0
        for line in lines:
            terms = line.split()
            self.count += 1
            self.terms += len(terms)
            self.passages.update(set(terms))
        # From 1: no vector may be empty, so that of a passage without terms has a dimension 0.
        self.numbers = {term: place for place, term in enumerate(sorted(self.passages), start=1)}

    def weigh_passage(self, line: str) -> dict[int, float]:
        """The weight of each term of a passage, by its number."""
        counts = Counter(line.split())
        if not counts:
            return {0: 1.0}
        length = _LENGTHS[np.searchsorted(_LENGTHS, counts.total(), side="right") - 1]
        average = np.float32(self.terms) / np.float32(self.count)
        norm = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * np.float32(length) / average)
        return {
            self.numbers[term]: float(np.float32(f) / (np.float32(f) + norm))
            for term, f in counts.items()
        }


def weigh_term(passages: int, count: int) -> float:
    """The weight of a term in a question, which `passages` of all `count` contain.

    In single precision, as tantivy has it: scores are rounded before they decide.
    """
    half, one = np.float32(0.5), np.float32(1)
    odds = (np.float32(count - passages) + half) / (np.float32(passages) + half)
    return float(np.log(one + odds) * (one + np.float32(K1)))
