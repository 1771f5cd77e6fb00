"""The reader: one pass of a small model over a question and a passage.

`[CLS] question [SEP] title / heading, passage [SEP]` gives, for each word piece, a score as the
start and as the end of an answer, as the beginning and the inside of an item, and as evidence; the
first piece gives the kind of the question and a verdict. The first piece's scores as start and end
mean "no answer here" (Devlin et al. 2019, section 4.3, https://arxiv.org/abs/1810.04805): they are
subtracted from the others, so that 0 is "as likely as no answer".

Other models (`AutoModelForQuestionAnswering`) have only starts and ends.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import TypeAdapter

from assistant.deadline import check_deadline
from assistant.embed.model import hash_file
from assistant.embed.onnx import open_session, release_rows
from assistant.embed.sharing import open_tokenizer
from assistant.errors import ReaderError, check_shortage
from assistant.read.decode import (
    Scores,
    balance_brackets,
    choose_spans,
    expand_to_words,
    find_best_spans,
    find_items,
    find_piece_sentences,
    mean_by_sentence,
    sigmoid,
)
from assistant.records import QUESTION_KINDS, Calibration, Offsets, Passage, Reading, Span, trim
from assistant.split import heading_prefix

MODEL, TOKENIZER, SETTINGS = "reader.onnx", "tokenizer.json", "reader.json"
HEADS, FIRST_PIECE = "tokens", "cls"  # outputs of our readers
STARTS, ENDS = "start_logits", "end_logits"  # outputs of the others
QUESTION_PIECES = 60
PREFIX_PIECES = 28  # of title and heading
PASSAGE_PIECES = 400  # of one window; passages are shorter, whole documents may be longer
STRIDE = 128  # pieces that two windows of a long passage share
MOST_PIECES = QUESTION_PIECES + PREFIX_PIECES + PASSAGE_PIECES + 3
LONGEST_SPAN = 40  # pieces
SPANS = 5  # kept of a passage
SCORE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """Stored next to a reader as JSON. `max_pieces` counts special pieces too."""

    name: str
    sha256: str
    max_pieces: int
    threshold: float
    calibration: Calibration | None


_STORED = TypeAdapter(ReaderSettings)


def read_settings_file(path: Path) -> ReaderSettings:
    """Raises OSError, ValueError."""
    return _STORED.validate_json(path.read_bytes())


def write_settings(folder: Path, settings: ReaderSettings) -> None:
    """Write a reader's settings into its folder."""
    (folder / SETTINGS).write_bytes(_STORED.dump_json(settings, indent=1) + b"\n")


class Window(NamedTuple):
    """The logits of some consecutive pieces of a passage.

    `offsets` (n) are characters of the passage's text. `scores` (n, 5): start and end less those
    of "no answer", begin and inside of an item, evidence; (n, 2) for other models. `first` (11):
    kinds of questions, no, yes; None for other models.
    """

    offsets: Sequence[Offsets]
    scores: Scores
    first: Scores | None


class SpanReader:
    """Reads with an ONNX model. Threads may share it."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Open the reader in a folder, to read `threads` passages at a time (0: one per core).

        Raises ReaderError, ShortageError.
        """
        try:
            self.settings = read_settings_file(folder / SETTINGS)
            found = hash_file(folder / MODEL)
            if found != self.settings.sha256:
                raise ValueError(f"{MODEL} has SHA-256 {found}, not {self.settings.sha256}")
            self._tokenizer = open_tokenizer(folder / TOKENIZER)
            self._session = open_session(folder / MODEL)
        except Exception as error:  # onnxruntime and tokenizers raise anything for a bad file
            check_shortage(error)
            raise ReaderError(
                f"the reader in {folder} can't be opened ({error})",
                hint="run `assistant index --rebuild`, or install the assistant again",
            ) from error
        self.name = self.settings.name
        self.threshold = self.settings.threshold
        self.calibration = self.settings.calibration
        # One thread per passage is faster than two threads on each: 92 ms against 107 for ten
        # passages of 150 pieces on two cores.
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._has_heads = HEADS in {output.name for output in self._session.get_outputs()}
        special = self._tokenizer.encode("", "")
        self._special = special.ids, special.type_ids

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage; scores are comparable between passages.

        Raises DeadlineError, AbandonedError, StoppingError.
        """
        # One window at a time: a quantised model scales its numbers by the largest in a batch, so
        # that a window's scores would depend on its neighbours.
        asked = self._encode(question)[0][:QUESTION_PIECES]
        # The longest first: no thread is left with a long one when the others have nothing to do.
        order = sorted(range(len(passages)), key=lambda place: -len(passages[place].text))
        futures = {
            place: self._pool.submit(self._read_one, asked, passages[place]) for place in order
        }
        try:
            return [_wait_for(futures[place]) for place in range(len(passages))]
        finally:
            for future in futures.values():
                future.cancel()
            release_rows(self._session)

    def _read_one(self, asked: Sequence[int], passage: Passage) -> Reading:
        windows = list(self._score(asked, passage))
        spans = tuple(choose_spans(_find_spans(windows, passage), SPANS))
        firsts = [window.first for window in windows if window.first is not None]
        if not firsts:
            return Reading(passage, spans)
        *kinds, no, yes = np.mean(firsts, axis=0)
        items = list(_find_items(windows, passage))
        return Reading(
            passage,
            spans,
            items=tuple(sorted(choose_spans(items, len(items)), key=lambda item: item.start)),
            evidence=tuple(_find_evidence(windows, passage)),
            # A reader that was trained before a kind was added has no score of it.
            kind=dict(zip(QUESTION_KINDS, map(_round, kinds), strict=False)),
            verdict=_round(yes - no),
        )

    def _score(self, asked: Sequence[int], passage: Passage) -> Iterator[Window]:
        """The scores of all windows of a passage, in order; none for one without pieces."""
        prefix = heading_prefix(passage.document, passage.heading) if self._has_heads else ""
        before = self._encode(prefix)[0][:PREFIX_PIECES]
        ids, offsets = self._encode(passage.text)
        room = self.settings.max_pieces - len(asked) - len(before) - len(self._special[0])
        size = min(PASSAGE_PIECES, room)
        opening, *middle, closing = self._special[0]
        question = [opening, *asked, *middle]
        for start in range(0, len(ids), size - STRIDE):
            end = start + size
            scores, first = self._run(question, [*before, *ids[start:end], closing])
            yield Window(offsets[start:end], scores[len(question) + len(before) : -1], first)
            if end >= len(ids):
                return

    def _run(self, question: list[int], text: list[int]) -> tuple[Scores, Scores | None]:
        types = self._special[1]
        values = {
            "input_ids": question + text,
            "attention_mask": [1] * len(question + text),
            "token_type_ids": [types[0]] * len(question) + [types[-1]] * len(text),
        }
        inputs = {n: np.array([v], dtype=np.int64) for n, v in values.items() if n in self._inputs}
        if self._has_heads:
            scores, first = (out[0] for out in self._session.run([HEADS, FIRST_PIECE], inputs))
        else:
            first = None
            starts_and_ends = self._session.run([STARTS, ENDS], inputs)
            scores = np.stack([out[0] for out in starts_and_ends], axis=1)
        scores[:, :2] -= scores[0, :2].copy()
        return scores, first

    def _encode(self, text: str) -> tuple[list[int], list[Offsets]]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets


def _wait_for(reading: Future[Reading]) -> Reading:
    """A reading, if there is still time for it."""
    check_deadline()
    return reading.result()


def _find_spans(windows: Sequence[Window], passage: Passage) -> Iterator[Span]:
    """The best spans of each window, each inside one sentence."""
    for window in windows:
        starts, ends = window.scores[:, 0], window.scores[:, 1]
        sentence_of_piece = find_piece_sentences(window.offsets, _find_offsets(passage))
        best = find_best_spans(
            starts, ends, sentence_of_piece, longest=LONGEST_SPAN, count=4 * SPANS
        )
        yield from _make_spans(passage, window, best)


def _find_items(windows: Sequence[Window], passage: Passage) -> Iterator[Span]:
    """The items of all windows, each with its probability."""
    for window in windows:
        begins, inside = sigmoid(window.scores[:, 2]), sigmoid(window.scores[:, 3])
        yield from _make_spans(passage, window, find_items(begins, inside))


def _find_evidence(windows: Sequence[Window], passage: Passage) -> list[float]:
    """The probability of each sentence: the highest of its windows."""
    sentences = _find_offsets(passage)
    by_window = [
        mean_by_sentence(
            window.scores[:, 4], find_piece_sentences(window.offsets, sentences), len(sentences)
        )
        for window in windows
    ]
    logits = np.array(by_window, dtype=np.float32).max(axis=0)
    return [_round(probability) for probability in sigmoid(logits)]


def _find_offsets(passage: Passage) -> list[Offsets]:
    """The sentences of a passage, in characters of its text."""
    return [(start - passage.start, end - passage.start) for start, end in passage.sentences]


def _make_spans(
    passage: Passage, window: Window, found: Iterable[tuple[int, int, float]]
) -> Iterator[Span]:
    """Spans from (first piece, last piece, score): whole words, brackets in pairs."""
    text = passage.text
    for first, last, score in found:
        start, end = expand_to_words(text, window.offsets[first][0], window.offsets[last][1])
        start, end = trim(text, *balance_brackets(text, start, end))
        if any(character.isalnum() for character in text[start:end]):
            yield Span(passage, passage.start + start, passage.start + end, _round(score))


def _round(score: float) -> float:
    return round(float(score), SCORE_DIGITS)
