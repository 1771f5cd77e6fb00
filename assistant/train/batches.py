"""Encoded examples become batches: the same ones for the same seed, wherever reading begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from assistant.train.pieces import UNKNOWN, Encoded, Ids, Row, Special

BLOCK = 512  # questions that are made into batches, sorted by length, together
PREFIX_DROP = 0.3  # of passages: many are read without a title
WORD_DROP = 0.05  # of a question's pieces, masked
OTHERS, OTHERS_UNANSWERED = 3, 4  # passages without evidence that are shown at a time

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages of about the same length: (n, pieces) each, where nothing else is said.

    `start` and `end` mark the gold spans' first and last pieces, `begin` and `inside` the items'.
    `sentence` numbers the sentences of the whole batch, -1 outside of passages; `evidence`
    (sentences,) says which help to answer. `group` (n,) numbers the question of each row and
    `spanned` (questions,) says whether a span can answer it. `kind` and `verdict` (n,) are
    UNKNOWN where they are not known.
    """

    ids: Integers
    segments: Integers
    mask: Integers
    passage: Flags
    start: Flags
    end: Flags
    begin: Flags
    inside: Flags
    sentence: Integers
    evidence: Flags
    group: Integers
    spanned: Flags
    kind: Integers
    verdict: Integers


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a batch: all its pieces, where prefix and text start, and its labels."""

    ids: Ids
    prefix_start: int
    text_start: int
    row: Row
    kind: int
    verdict: int


_Group = tuple[list[_Line], bool]  # the rows of a question, and whether a span can answer it


class Batches:
    """Blocks of batches by number: an endless stream that can be entered anywhere."""

    def __init__(
        self, examples: Sequence[Encoded], special: Special, *, pieces: int, seed: int
    ) -> None:
        """`pieces` is how many a batch has at most, padding counted."""
        self._examples = examples
        self._special = special
        self._pieces = pieces
        self._seed = seed
        self._order = lru_cache(maxsize=2)(self._shuffle)
        self._ends: list[int] = []  # of each pass so far, in questions

    def make_block(self, block: int) -> tuple[int, list[Batch]]:
        """How many questions a block holds, and its batches."""
        random = np.random.default_rng([self._seed, 1, block])
        groups = [self._make_group(self._examples[n], random) for n in self._select(block)]
        return len(groups), [_stack(some, self._special) for some in self._cut(groups, random)]

    def _select(self, block: int) -> list[int]:
        """The numbers of a block's examples; a block may reach over into the next passes."""
        first, last = block * BLOCK, (block + 1) * BLOCK
        found: list[int] = []
        number = 0
        while len(found) < BLOCK:
            if number == len(self._ends):
                before = self._ends[-1] if self._ends else 0
                self._ends.append(before + len(self._order(number)))
            begin = self._ends[number - 1] if number else 0
            if self._ends[number] > first:
                order = self._order(number)
                found += order[max(first - begin, 0) : last - begin].tolist()
            number += 1
        return found

    def _shuffle(self, number: int) -> Integers:
        """One pass over all examples, each as often as its weight says."""
        random = np.random.default_rng([self._seed, 0, number])
        weights = np.array([example.weight for example in self._examples])
        times = np.floor(weights + random.random(len(weights))).astype(np.int64)
        order = np.repeat(np.arange(len(weights)), times)
        random.shuffle(order)
        return order

    def _make_group(self, example: Encoded, random: np.random.Generator) -> _Group:
        masked = random.random(len(example.question)) < WORD_DROP
        question = np.where(masked, self._special.mask, example.question)
        gold = [row for row in example.rows if row.evidence]
        others = [row for row in example.rows if not row.evidence]
        count = OTHERS if gold else OTHERS_UNANSWERED
        chosen = [others[n] for n in sorted(random.permutation(len(others))[:count])]
        lines = [self._make_line(question, row, example, random) for row in [*gold, *chosen]]
        return lines, example.spanned

    def _make_line(
        self, question: NDArray[np.integer], row: Row, example: Encoded, random: np.random.Generator
    ) -> _Line:
        first, separator = [self._special.first], [self._special.separator]
        prefix = row.pieces.prefix[: 0 if random.random() < PREFIX_DROP else None]
        ids = np.concatenate([first, question, separator, prefix, row.pieces.text, separator])
        start = 2 + len(question)
        verdict = example.verdict if row.evidence else UNKNOWN
        return _Line(ids.astype(np.int32), start, start + len(prefix), row, example.kind, verdict)

    def _cut(self, groups: list[_Group], random: np.random.Generator) -> list[list[_Group]]:
        """Groups of about the same length into batches; the batches shuffled."""
        ordered = sorted(groups, key=_longest)
        batches: list[list[_Group]] = [[]]
        rows = 0
        for group in ordered:
            if batches[-1] and (rows + len(group[0])) * _longest(group) > self._pieces:
                batches.append([])
                rows = 0
            batches[-1].append(group)
            rows += len(group[0])
        return [batches[n] for n in random.permutation(len(batches))]


def _longest(group: _Group) -> int:
    return max(len(line.ids) for line in group[0])


def _stack(groups: Sequence[_Group], special: Special) -> Batch:
    lines = [(number, line) for number, (some, _) in enumerate(groups) for line in some]
    shape = (len(lines), max(len(line.ids) for _, line in lines))
    counts = [int(line.row.pieces.sentence.max(initial=-1)) + 1 for _, line in lines]
    begins = [0, *accumulate(counts)]
    batch = _make_empty(shape, sentences=begins[-1], groups=len(groups), padding=special.padding)
    for row, (number, line) in enumerate(lines):
        length, end = len(line.ids), line.text_start + len(line.row.pieces.text)
        batch.ids[row, :length] = line.ids
        batch.segments[row, line.prefix_start : length] = 1
        batch.mask[row, :length] = 1
        batch.passage[row, line.text_start : end] = True
        batch.sentence[row, line.text_start : end] = begins[row] + line.row.pieces.sentence
        batch.evidence[[begins[row] + n for n in line.row.evidence]] = True
        spans = line.row.spans + line.text_start
        batch.start[row, spans[:, 0]] = True
        batch.end[row, spans[:, 1]] = True
        for start, last in line.row.items + line.text_start:
            batch.begin[row, start] = True
            batch.inside[row, start : last + 1] = True
        batch.group[row], batch.kind[row], batch.verdict[row] = number, line.kind, line.verdict
    batch.spanned[:] = [spanned for _, spanned in groups]
    return batch


def _make_empty(shape: tuple[int, int], *, sentences: int, groups: int, padding: int) -> Batch:
    rows = shape[0]
    return Batch(
        ids=np.full(shape, padding, dtype=np.int64),
        segments=np.zeros(shape, dtype=np.int64),
        mask=np.zeros(shape, dtype=np.int64),
        passage=np.zeros(shape, dtype=np.bool_),
        start=np.zeros(shape, dtype=np.bool_),
        end=np.zeros(shape, dtype=np.bool_),
        begin=np.zeros(shape, dtype=np.bool_),
        inside=np.zeros(shape, dtype=np.bool_),
        sentence=np.full(shape, -1, dtype=np.int64),
        evidence=np.zeros(sentences, dtype=np.bool_),
        group=np.zeros(rows, dtype=np.int64),
        spanned=np.zeros(groups, dtype=np.bool_),
        kind=np.full(rows, UNKNOWN, dtype=np.int64),
        verdict=np.full(rows, UNKNOWN, dtype=np.int64),
    )
