"""Encoded examples become batches, reproducible from any block on."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.train.pieces import UNKNOWN, Encoded, Ids, Row, Special

BLOCK = 512  # questions sorted by length and batched together
PREFIX_DROP = 0.3  # share of passages without title: many documents have none
WORD_DROP = 0.05  # share of a question's pieces that are masked
OTHERS, OTHERS_UNANSWERED = 3, 4  # passages without evidence, if others have some and if not


class Batch(NamedTuple):
    """Passages of about the same length, (n, pieces) unless stated otherwise.

    `start` and `end` mark the first and last pieces of gold spans, `begin` and `inside` items.
    `sentence` numbers the sentences of the whole batch, -1 outside of passages; `evidence`
    (sentences,) marks those that help to answer. `group` (n,) is the question of each row;
    `spanned` (questions,) is whether a span can answer it. `kind` and `verdict` (n,) may be
    UNKNOWN.
    """

    ids: torch.Tensor
    segments: torch.Tensor
    mask: torch.Tensor
    passage: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor
    begin: torch.Tensor
    inside: torch.Tensor
    sentence: torch.Tensor
    evidence: torch.Tensor
    group: torch.Tensor
    spanned: torch.Tensor
    kind: torch.Tensor
    verdict: torch.Tensor

    def to(self, device: str) -> "Batch":
        return Batch(*(tensor.to(device) for tensor in self))


class _EncodedRow(NamedTuple):
    """A row of a batch: its pieces, where prefix and text start, and its labels."""

    ids: Ids
    prefix_start: int
    text_start: int
    row: Row
    kind: int
    verdict: int


_Group = tuple[list[_EncodedRow], bool]  # the rows of a question, and whether a span can answer it


class Batches:
    """An endless sequence of numbered blocks of batches."""

    def __init__(
        self, examples: Sequence[Encoded], special: Special, *, pieces: int, seed: int
    ) -> None:
        """`pieces` is the most in a batch, with padding."""
        self._examples = examples
        self._special = special
        self._pieces = pieces
        self._seed = seed
        self._order = cache(self._shuffle)

    def make_block(self, block: int) -> tuple[int, list[Batch]]:
        """The number of questions in a block, and its batches."""
        random = np.random.default_rng([self._seed, 1, block])
        groups = [self._encode_group(self._examples[n], random) for n in self._select(block)]
        return len(groups), [_stack(batch, self._special) for batch in self._cut(groups, random)]

    def _select(self, block: int) -> list[int]:
        """The numbers of a block's examples; a block may extend into the next passes."""
        first, last = block * BLOCK, (block + 1) * BLOCK
        found: list[int] = []
        number = begin = 0
        while len(found) < BLOCK:
            order = self._order(number)
            found += order[max(first - begin, 0) : last - begin].tolist()
            begin += len(order)
            number += 1
        return found

    def _shuffle(self, number: int) -> NDArray[np.int64]:
        """The order of a pass over all examples, each repeated according to its weight."""
        random = np.random.default_rng([self._seed, 0, number])
        weights = np.array([example.weight for example in self._examples])
        times = np.floor(weights + random.random(len(weights))).astype(np.int64)
        order = np.repeat(np.arange(len(weights)), times)
        random.shuffle(order)
        return order

    def _encode_group(self, example: Encoded, random: np.random.Generator) -> _Group:
        masked = random.random(len(example.question)) < WORD_DROP
        question = np.where(masked, self._special.mask, example.question)
        gold = [row for row in example.rows if row.evidence]
        others = [row for row in example.rows if not row.evidence]
        count = OTHERS if gold else OTHERS_UNANSWERED
        chosen = [others[n] for n in sorted(random.permutation(len(others))[:count])]
        lines = [self._encode_row(question, row, example, random) for row in [*gold, *chosen]]
        return lines, example.spanned

    def _encode_row(
        self, question: NDArray[np.integer], row: Row, example: Encoded, random: np.random.Generator
    ) -> _EncodedRow:
        first, separator = [self._special.first], [self._special.separator]
        prefix = row.prefix[: 0 if random.random() < PREFIX_DROP else None]
        ids = np.concatenate([first, question, separator, prefix, row.text, separator])
        start = 2 + len(question)
        verdict = example.verdict if row.evidence else UNKNOWN
        return _EncodedRow(
            ids.astype(np.int32), start, start + len(prefix), row, example.kind, verdict
        )

    def _cut(self, groups: list[_Group], random: np.random.Generator) -> list[list[_Group]]:
        """Batches of groups of about the same length, shuffled."""
        batches: list[list[_Group]] = [[]]
        rows = 0
        for group in sorted(groups, key=_find_length):
            if batches[-1] and (rows + len(group[0])) * _find_length(group) > self._pieces:
                batches.append([])
                rows = 0
            batches[-1].append(group)
            rows += len(group[0])
        return [batches[n] for n in random.permutation(len(batches))]


def _find_length(group: _Group) -> int:
    return max(len(line.ids) for line in group[0])


def _stack(groups: Sequence[_Group], special: Special) -> Batch:
    lines = [(number, line) for number, (rows, _) in enumerate(groups) for line in rows]
    shape = (len(lines), max(len(line.ids) for _, line in lines))
    counts = [int(line.row.sentence.max(initial=-1)) + 1 for _, line in lines]
    begins = [0, *accumulate(counts)]
    ids = np.full(shape, special.padding)
    segments, mask = np.zeros((2, *shape), dtype=np.int64)
    passage, start, end, begin, inside = np.zeros((5, *shape), dtype=np.bool_)
    sentence = np.full(shape, -1)
    evidence = np.zeros(begins[-1], dtype=np.bool_)
    for n, (_, line) in enumerate(lines):
        length, text_end = len(line.ids), line.text_start + len(line.row.text)
        ids[n, :length] = line.ids
        segments[n, line.prefix_start : length] = 1
        mask[n, :length] = 1
        passage[n, line.text_start : text_end] = True
        sentence[n, line.text_start : text_end] = begins[n] + line.row.sentence
        evidence[[begins[n] + number for number in line.row.evidence]] = True
        spans = line.row.spans + line.text_start
        start[n, spans[:, 0]] = True
        end[n, spans[:, 1]] = True
        for first, last in line.row.items + line.text_start:
            begin[n, first] = True
            inside[n, first : last + 1] = True
    group = np.array([number for number, _ in lines])
    spanned = np.array([spanned for _, spanned in groups])
    kind, verdict = np.array([(line.kind, line.verdict) for _, line in lines]).T.copy()
    arrays = (
        ids, segments, mask, passage, start, end, begin, inside, sentence, evidence, group, spanned,
        kind, verdict,
    )  # fmt: skip
    return Batch(*map(torch.from_numpy, arrays))
