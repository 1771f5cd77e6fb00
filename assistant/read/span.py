"""The reader of spans: a trained model scores where in a passage an answer starts and ends.

One pass of a question with a passage scores each word piece as a start and as an end. What the
passage's first piece scores stands for "no answer here" (Devlin et al. 2019, section 4.3,
https://arxiv.org/abs/1810.04805): every score counts from it, so that 0 is "as likely as none".
"""

import json
import os
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.embed.encoder import open_session
from assistant.embed.model import hash_file
from assistant.errors import ReaderError
from assistant.read import pick
from assistant.records import Calibration, Offsets, Passage, Reading, Span, trim

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL, TOKENIZER, SETTINGS = "reader.onnx", "tokenizer.json", "reader.json"
MOST_PIECES = 384  # of question and passage: longer windows cost more, and passages are shorter
QUESTION_PIECES = 64  # of a question that are read
STRIDE = 128  # pieces that two windows of a long passage share
LONGEST_SPAN = 40  # pieces
SPANS = 3  # kept of a passage
SCORE_DIGITS = 4

Scores = NDArray[np.float32]


class ReaderSettings(NamedTuple):
    """What a reader is: written beside it as JSON. `max_pieces` counts special ones too."""

    name: str
    sha256: str
    max_pieces: int
    threshold: float
    calibration: Calibration | None


class SpanReader:
    """Answers with the words that a model for extractive question answering points at."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Open the reader in a folder; it reads `threads` passages at a time, 0: one a core.

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
        # Passages side by side are faster than two threads on each: 92 ms against 107 for ten of
        # 150 pieces on two cores.
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)
        self._inputs = {given.name for given in self._session.get_inputs()}
        prepare(self._tokenizer, self.settings.max_pieces)

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
        asked = cut_question(self._tokenizer, question)
        return list(self._pool.map(lambda passage: self._read(asked, passage), passages))

    def _read(self, question: str, passage: Passage) -> Reading:
        spans = list(pick(sorted(self._score(question, passage), key=_order), SPANS))
        return Reading(passage, tuple(spans))

    def _score(self, question: str, passage: Passage) -> Iterator[Span]:
        """The best spans of each window, in the document's offsets."""
        text = passage.text
        first = self._tokenizer.encode(question, text)
        for window in (first, *first.overflowing):
            pieces = [n for n, part in enumerate(window.sequence_ids) if part == 1]
            if not pieces:
                continue
            starts, ends = self._run(window)
            begin, stop = pieces[0], pieces[-1] + 1
            margins = (starts[begin:stop] - starts[0], ends[begin:stop] - ends[0])
            offsets = window.offsets[begin:stop]
            for left, right, score in find_best(*margins, longest=LONGEST_SPAN, count=4 * SPANS):
                start, end = widen(text, offsets[left][0], offsets[right][1])
                start, end = trim(text, start, end)
                if start < end:
                    shift = passage.start
                    yield Span(passage, shift + start, shift + end, round(score, SCORE_DIGITS))

    def _run(self, window: Any) -> tuple[Scores, Scores]:
        """The scores of each piece of a window, as a start and as an end."""
        given = {
            "input_ids": window.ids,
            "attention_mask": window.attention_mask,
            "token_type_ids": window.type_ids,
        }
        fed = {n: np.array([v], dtype=np.int64) for n, v in given.items() if n in self._inputs}
        starts, ends = self._session.run(["start_logits", "end_logits"], fed)
        return starts[0], ends[0]


def prepare(tokenizer: "Tokenizer", max_pieces: int) -> None:
    """Set a tokenizer to cut passages, never questions, into windows that overlap."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_pieces, stride=STRIDE, strategy="only_second")


def cut_question(tokenizer: "Tokenizer", question: str) -> str:
    """A question without what is beyond its first pieces."""
    # As the second of a pair, for that one alone may be cut.
    offsets = tokenizer.encode("", question, add_special_tokens=False).offsets
    return question[: offsets[:QUESTION_PIECES][-1][1]] if offsets else question


def find_best(
    starts: Scores, ends: Scores, *, longest: int, count: int
) -> list[tuple[int, int, float]]:
    """The best (first piece, last piece, score) of one passage, best first.

    The score is the sum of both; a span has at most `longest` pieces. Ties go by place.
    """
    size = len(starts)
    width = min(longest, size)
    padded = np.concatenate([ends, np.full(width - 1, -np.inf, dtype=ends.dtype)])
    both = starts[:, None] + np.lib.stride_tricks.sliding_window_view(padded, width)
    flat = both.ravel()
    best = np.argsort(-flat, kind="stable")[:count]
    return [
        (int(place) // width, int(place) // width + int(place) % width, float(flat[place]))
        for place in best
        if np.isfinite(flat[place])
    ]


def widen(text: str, start: int, end: int) -> Offsets:
    """A stretch of text without cut words or numbers at its ends.

    >>> text = "It weighs 40.5 grams"
    >>> text[slice(*widen(text, 13, 17))]
    '40.5 grams'
    """
    while start > 0 and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    return start, end


def _joined(text: str, place: int) -> bool:
    """Whether the characters before and after a place are of one word or number."""
    before, after = text[place - 1], text[place]
    if _is_mark(after) and not before.isspace():
        return True
    if _is_mark(before) and after.isalnum():
        return not _is_ideograph(after)
    if before.isalnum() and after.isalnum():
        return not (_is_ideograph(before) or _is_ideograph(after))
    if after in ".,":
        return before.isdigit() and text[place + 1 : place + 2].isdigit()
    return before in ".," and after.isdigit() and text[place - 2 : place - 1].isdigit()


def _is_mark(character: str) -> bool:
    """Whether a character is written on the one before it: an accent, a vowel sign."""
    return unicodedata.category(character).startswith("M")


def _is_ideograph(character: str) -> bool:
    return "぀" <= character <= "鿿"


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


def _order(span: Span) -> tuple[float, int, int]:
    return -span.score, span.start, span.end
