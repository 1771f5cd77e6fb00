"""Questions and their paragraphs become batches of word pieces: the same ones for the same seed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.evaluate.measures import normalise
from assistant.evaluate.squad import SquadParagraph, SquadQuestion
from assistant.index.lexical import Lexical, write_lexical
from assistant.read.span import MOST_PIECES, cut_question, prepare
from assistant.train.negatives import Names, make_negatives

BATCH_PIECES = 4096  # padding counted
BLOCK = 512  # groups that are made and sorted by length together
RETRIEVED = 8  # best paragraphs among which a negative is looked for
# Of the questions that a rule applies to, so many are made unanswerable (of SQuAD's, 29 % of all)
NEGATIVE_SHARE = 0.5
# ... and of the others, so many stand beside a retrieved paragraph without the answer.
PAIRED_SHARE = 0.3

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A question and a passage as word pieces. `start` and `end` (last) are 0 for no answer."""

    ids: list[int]
    passage_start: int
    passage_end: int
    start: int
    end: int


Group = tuple[Encoded, ...]  # one question's passages, which share one softmax


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages of like length, (n, pieces) each; `group` numbers the question of each."""

    ids: Ids
    segments: Ids
    mask: Ids
    passage: NDArray[np.bool_]
    start: Ids
    end: Ids
    group: Ids


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its paragraph."""

    question: SquadQuestion
    paragraph: SquadParagraph


class Examples:
    """An endless stream of batches made of weighted files of paragraphs."""

    def __init__(
        self,
        files: Sequence[tuple[Sequence[SquadParagraph], float]],
        tokenizer: Tokenizer,
        folder: Path,
        *,
        seed: int,
    ) -> None:
        """`folder` is an empty one for the lexical index of all paragraphs."""
        self._files = files
        self._paragraphs = [paragraph for paragraphs, _ in files for paragraph in paragraphs]
        self._names = Names(self._paragraphs)
        self._tokenizer = tokenizer
        prepare(tokenizer, MOST_PIECES)
        self._seed = seed
        write_lexical(folder, (paragraph.text for paragraph in self._paragraphs))
        self._lexical = Lexical(folder)

    def blocks(self, first: int = 0) -> Iterator[tuple[int, list[Batch]]]:
        """Blocks from the one numbered `first` on: how many questions each holds, its batches."""
        asked = self._ask_endlessly()
        skipped = first * BLOCK
        for number, _ in enumerate(islice(asked, skipped), start=1):
            if number == skipped:
                break
        block = first
        while True:
            random = Random(f"{self._seed} block {block}")
            groups = [self._make_group(one, random) for one in islice(asked, BLOCK)]
            yield len(groups), _cut(groups, random)
            block += 1

    def _ask_endlessly(self) -> Iterator[Asked]:
        """All questions, as often as their file's weight says, shuffled; and so on for ever."""
        epoch = 0
        while True:
            random = Random(f"{self._seed} epoch {epoch}")
            asked = [
                Asked(question, paragraph)
                for paragraphs, weight in self._files
                for paragraph in paragraphs
                for question in paragraph.questions
                for _ in range(int(weight + random.random()))
            ]
            random.shuffle(asked)
            yield from asked
            epoch += 1

    def _make_group(self, asked: Asked, random: Random) -> Group:
        question, paragraph = asked.question, asked.paragraph
        if not question.answers:
            return (self._encode(question.question, paragraph.text),)
        if random.random() < NEGATIVE_SHARE:
            made = make_negatives(question, paragraph, self._names, random)
            if made:
                negative = random.choice(made)
                return (self._encode(negative.question, negative.text),)
        text, start = random.choice(question.answers)
        gold = self._encode(question.question, paragraph.text, (start, start + len(text)))
        other = self._retrieve(asked) if random.random() < PAIRED_SHARE else None
        return (gold, self._encode(question.question, other)) if other is not None else (gold,)

    def _retrieve(self, asked: Asked) -> str | None:
        """Of the best paragraphs without the answer, the one that is nearest in length."""
        answers = [normalise(text) for text in asked.question.texts]
        found = [
            self._paragraphs[number].text
            for number, _ in self._lexical.search(asked.question.question, RETRIEVED)
        ]
        length = len(asked.paragraph.text)
        fit = [
            text
            for text in found
            if text != asked.paragraph.text
            and not any(answer in normalise(text) for answer in answers)
        ]
        return min(fit, key=lambda text: abs(len(text) - length), default=None)

    def _encode(self, question: str, text: str, answer: tuple[int, int] | None = None) -> Encoded:
        """The window of a passage that holds the answer; the first where there is none."""
        question = cut_question(self._tokenizer, question)
        first = self._tokenizer.encode(question, text)
        for window in (first, *first.overflowing):
            places = [n for n, part in enumerate(window.sequence_ids) if part == 1]
            if not places:  # nothing but space
                return Encoded(window.ids, 0, 0, 0, 0)
            begin, end = places[0], places[-1] + 1
            if answer is None:
                return Encoded(window.ids, begin, end, 0, 0)
            inside = [
                n
                for n in places
                if window.offsets[n][0] < answer[1] and answer[0] < window.offsets[n][1]
            ]
            whole = inside and (
                window.offsets[inside[0]][0] <= answer[0]
                and answer[1] <= window.offsets[inside[-1]][1]
            )
            if whole:
                return Encoded(window.ids, begin, end, inside[0], inside[-1])
        # An answer longer than a window, or in a stretch without pieces: of no use, but no lie.
        return self._encode(question, text)


def _cut(groups: list[Group], random: Random) -> list[Batch]:
    """Groups of like length into batches of at most so many pieces; the batches shuffled."""
    ordered = sorted(groups, key=lambda group: max(len(one.ids) for one in group))
    batches: list[list[Group]] = [[]]
    rows = 0
    for group in ordered:
        longest = max(len(one.ids) for one in group)
        if batches[-1] and (rows + len(group)) * longest > BATCH_PIECES:
            batches.append([])
            rows = 0
        batches[-1].append(group)
        rows += len(group)
    random.shuffle(batches)
    return [_stack(batch) for batch in batches]


def _stack(groups: Sequence[Group]) -> Batch:
    flat = [(number, one) for number, group in enumerate(groups) for one in group]
    rows, width = len(flat), max(len(one.ids) for _, one in flat)
    ids, segments, mask = (np.zeros((rows, width), dtype=np.int64) for _ in range(3))
    passage = np.zeros((rows, width), dtype=np.bool_)
    for row, (_, one) in enumerate(flat):
        length = len(one.ids)
        ids[row, :length] = one.ids
        segments[row, one.passage_start : length] = 1
        mask[row, :length] = 1
        passage[row, one.passage_start : one.passage_end] = True
    return Batch(
        ids=ids,
        segments=segments,
        mask=mask,
        passage=passage,
        start=np.array([one.start for _, one in flat], dtype=np.int64),
        end=np.array([one.end for _, one in flat], dtype=np.int64),
        group=np.array([number for number, _ in flat], dtype=np.int64),
    )


def is_held_out(paragraph: SquadParagraph) -> bool:
    """Whether a paragraph's article is one of the 1 in 20 that confidence is fitted on.

    They are never trained on: a reader is too sure of what it has seen.
    """
    return hashlib.sha256(paragraph.title.encode()).digest()[0] < 13
