"""The reader: one pass of a small model over a question and a passage.

`[CLS] question [SEP] title / heading, passage [SEP]` gives, for each word piece, a score as the
start and as the end of an answer, as the beginning and the inside of an item, and as evidence; the
first piece gives the kind of the question and a verdict. What the first piece scores as start and
end stands for "no answer here" (Devlin et al. 2019, section 4.3, https://arxiv.org/abs/1810.04805):
spans count from it, so that 0 is "as likely as none".

A model of another maker (`AutoModelForQuestionAnswering`) has starts and ends alone.
"""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.embed.model import hash_file
from assistant.embed.onnx import open_session
from assistant.errors import ReaderError
from assistant.read import pick
from assistant.read.decode import (
    Scores,
    balance,
    find_best,
    find_items,
    find_sentence_of,
    mean_by_sentence,
    widen,
)
from assistant.records import (
    QUESTION_KINDS,
    Calibration,
    Offsets,
    Passage,
    QuestionKind,
    Reading,
    Span,
    trim,
)
from assistant.split import heading_prefix

MODEL, TOKENIZER, SETTINGS = "reader.onnx", "tokenizer.json", "reader.json"
HEADS, FIRST_PIECE = "tokens", "cls"  # outputs of our readers
STARTS, ENDS = "start_logits", "end_logits"  # outputs of the others
QUESTION_PIECES = 60
PREFIX_PIECES = 28  # of title and heading
PASSAGE_PIECES = 400  # of one window; passages are shorter, given documents may be longer
STRIDE = 128  # pieces that two windows of a long passage share
MOST_PIECES = QUESTION_PIECES + PREFIX_PIECES + PASSAGE_PIECES + 3
LONGEST_SPAN = 40  # pieces
SPANS = 5  # kept of a passage
SCORE_DIGITS = 4


class ReaderSettings(NamedTuple):
    """What a reader is: stored next to it as JSON. `max_pieces` counts special pieces too."""

    name: str
    sha256: str
    max_pieces: int
    threshold: float
    calibration: Calibration | None


@dataclass(frozen=True, slots=True)
class Window:
    """The scores of some consecutive pieces of a passage.

    `offsets` (n) are characters of the passage's text; `starts` and `ends` (n) count from "no
    answer". `begins`, `inside` (n, probabilities), `evidence` (n, logits) and `first` (11, scores
    of kinds, no, yes) are None for a reader without them.
    """

    offsets: Sequence[Offsets]
    starts: Scores
    ends: Scores
    begins: Scores | None = None
    inside: Scores | None = None
    evidence: Scores | None = None
    first: Scores | None = None


class SpanReader:
    """Reads with an ONNX model. Threads may share it."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Open the reader in a folder; it reads `threads` passages at a time, 0: one per core.

        Raises ReaderError.
        """
        from tokenizers import Tokenizer

        try:
            self.settings = read_settings_file(folder / SETTINGS)
            _check_hash(folder / MODEL, self.settings.sha256)
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session = open_session(folder / MODEL)
        except Exception as error:  # a foreign file makes onnxruntime and tokenizers raise anything
            raise ReaderError(
                f"the reader in {folder} can't be opened ({error})",
                hint="run `assistant index --rebuild`, or install the assistant again",
            ) from error
        # One thread per passage is faster than two threads on each: 92 ms against 107 for ten
        # passages of 150 pieces on two cores.
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._has_heads = HEADS in {output.name for output in self._session.get_outputs()}
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        special = self._tokenizer.encode("", "")
        self._special = special.ids, special.type_ids

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def threshold(self) -> float:
        return self.settings.threshold

    @property
    def calibration(self) -> Calibration | None:
        return self.settings.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage; scores are comparable between passages.

        Each window is read by itself. In a batch a window's scores would depend on its neighbours:
        a quantised model scales its numbers by the largest in the batch.
        """
        asked = self._encode(question)[0][:QUESTION_PIECES]
        return list(self._pool.map(lambda passage: self._read(asked, passage), passages))

    def _read(self, asked: Sequence[int], passage: Passage) -> Reading:
        windows = self._score(asked, passage)
        places = [(a - passage.start, b - passage.start) for a, b in passage.sentences]
        spans = [
            span
            for window in windows
            for span in _find_spans(window, passage, find_sentence_of(window.offsets, places))
        ]
        best = tuple(pick(sorted(spans, key=_rank), SPANS))
        firsts = [window.first for window in windows if window.first is not None]
        if not firsts:
            return Reading(passage, best)
        first = np.mean(firsts, axis=0)
        kinds: dict[QuestionKind, float] = {
            kind: round(float(score), SCORE_DIGITS)
            for kind, score in zip(QUESTION_KINDS, first, strict=False)
        }
        return Reading(
            passage,
            best,
            items=tuple(_find_items(windows, passage)),
            evidence=tuple(_find_evidence(windows, places)),
            kind=kinds,
            verdict=round(float(first[-1] - first[-2]), SCORE_DIGITS),
        )

    def _score(self, asked: Sequence[int], passage: Passage) -> list[Window]:
        """The scores of all windows of a passage, in order; none for one without pieces."""
        prefix = heading_prefix(passage.document, passage.heading) if self._has_heads else ""
        before = self._encode(prefix)[0][:PREFIX_PIECES] if prefix else []
        ids, offsets = self._encode(passage.text)
        room = self.settings.max_pieces - len(asked) - len(before) - len(self._special[0])
        size = min(PASSAGE_PIECES, room)
        windows, start = [], 0
        while start < len(ids):
            end = start + size
            windows.append(self._run(asked, before, ids[start:end], offsets[start:end]))
            if end >= len(ids):
                break
            start = end - STRIDE
        return windows

    def _run(
        self,
        asked: Sequence[int],
        before: Sequence[int],
        ids: Sequence[int],
        offsets: Sequence[Offsets],
    ) -> Window:
        special, types = self._special
        first, middle, last = special[0], special[1:-1], special[-1]
        pieces = [first, *asked, *middle, *before, *ids, last]
        head = 1 + len(asked) + len(middle)
        given = {
            "input_ids": pieces,
            "attention_mask": [1] * len(pieces),
            "token_type_ids": [types[0]] * head + [types[-1]] * (len(pieces) - head),
        }
        fed = {n: np.array([v], dtype=np.int64) for n, v in given.items() if n in self._inputs}
        place = slice(head + len(before), len(pieces) - 1)
        if not self._has_heads:
            starts, ends = (found[0] for found in self._session.run([STARTS, ENDS], fed))
            return Window(offsets, starts[place] - starts[0], ends[place] - ends[0])
        heads, first_piece = self._session.run([HEADS, FIRST_PIECE], fed)
        own = heads[0][place]
        return Window(
            offsets,
            own[:, 0] - heads[0][0, 0],
            own[:, 1] - heads[0][0, 1],
            sigmoid(own[:, 2]),
            sigmoid(own[:, 3]),
            own[:, 4],
            first_piece[0],
        )

    def _encode(self, text: str) -> tuple[list[int], list[Offsets]]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets


def sigmoid(scores: Scores) -> Scores:
    """Logits as probabilities."""
    return (1 / (1 + np.exp(-np.clip(scores, -50, 50)))).astype(np.float32)


def _find_spans(window: Window, passage: Passage, of_piece: Sequence[int]) -> list[Span]:
    """The best spans of a window, in the document's offsets; none crosses a sentence's end."""
    best = find_best(
        window.starts, window.ends, longest=LONGEST_SPAN, count=4 * SPANS, sentences=of_piece
    )
    found = (
        _make_span(passage, window.offsets[left][0], window.offsets[right][1], score)
        for left, right, score in best
    )
    return [span for span in found if span is not None]


def _find_items(windows: Sequence[Window], passage: Passage) -> list[Span]:
    """The items of all windows, in order of place; where two overlap, the likelier."""
    spans: list[Span] = []
    for window in windows:
        assert window.begins is not None
        assert window.inside is not None
        for left, right, likely in find_items(window.begins, window.inside):
            offsets = window.offsets
            span = _make_span(passage, offsets[left][0], offsets[right][1], likely)
            spans += [span] if span is not None else []
    return sorted(pick(sorted(spans, key=_rank), len(spans)), key=lambda span: span.start)


def _find_evidence(windows: Sequence[Window], sentences: Sequence[Offsets]) -> list[float]:
    """The probability of each sentence: the highest of the windows that hold it."""
    by_window = []
    for window in windows:
        assert window.evidence is not None
        of_piece = find_sentence_of(window.offsets, sentences)
        by_window.append(mean_by_sentence(window.evidence, of_piece, len(sentences)))
    logits = np.array(by_window, dtype=np.float32).max(axis=0)
    return [round(float(likely), SCORE_DIGITS) for likely in sigmoid(logits)]


def _make_span(passage: Passage, start: int, end: int, score: float) -> Span | None:
    """A span of whole words with quotation marks and brackets in pairs; None without a word."""
    text = passage.text
    start, end = trim(text, *balance(text, *widen(text, start, end)))
    if not any(character.isalnum() for character in text[start:end]):
        return None
    return Span(passage, passage.start + start, passage.start + end, round(score, SCORE_DIGITS))


def read_settings_file(path: Path) -> ReaderSettings:
    """What a reader's JSON says. Raises OSError, ValueError, TypeError, KeyError."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    calibration = stored["calibration"]
    return ReaderSettings(
        **{**stored, "calibration": None if calibration is None else Calibration(**calibration)}
    )


def _check_hash(path: Path, stated: str) -> None:
    found = hash_file(path)
    if found != stated:
        raise ValueError(f"{path.name} has SHA-256 {found}, not {stated}")


def _rank(span: Span) -> tuple[float, int, int]:
    return -span.score, span.start, span.end
