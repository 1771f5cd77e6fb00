"""Whether a question follows up the one before it, or stands by itself.

The packaged reader reads `[CLS] question [SEP] question before [SEP]`, and a logistic model
(`followup.json`, fitted by `assistant train-followups`) of the hidden states of one of its layers
gives the probability that the question stands by itself. Whatever reader an index has, the packaged
one reads here: its weights come with the package, and the model fits no other.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.embed.model import hash_file
from assistant.embed.onnx import open_session, release_rows
from assistant.embed.sharing import open_tokenizer
from assistant.errors import ReaderError, check_shortage
from assistant.read import PACKAGED_FOLDER
from assistant.read.span import MODEL, QUESTION_PIECES, TOKENIZER
from assistant.records import read_json

WEIGHTS = "followup.json"
DIGITS = 4  # probabilities are rounded before they decide
_HINT = "install the assistant again, or run `assistant train-followups`"

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FollowupWeights:
    """Stored as JSON next to the reader that it was fitted on.

    `layer` is the hidden state that is used. A question with at least `least_alone` stands by
    itself.
    """

    reader_sha256: str
    layer: str
    least_alone: float
    bias: float
    weights: tuple[float, ...]


class PairEncoder:
    """Reads a pair of questions with the packaged reader. Threads may share it."""

    def __init__(self, layer: str, folder: Path = PACKAGED_FOLDER) -> None:
        """Raises ReaderError."""
        try:
            self._tokenizer = open_tokenizer(folder / TOKENIZER)
            self._session = open_session(folder / MODEL, appended=name_output(layer))
        except Exception as error:  # onnxruntime and tokenizers raise anything for a bad file
            check_shortage(error)
            raise ReaderError(
                f"the reader in {folder} can't be opened ({error})", hint=_HINT
            ) from error
        self._special: list[int] = self._tokenizer.encode("", "").ids
        self._layer = layer

    def encode(self, question: str, before: str) -> Rows:
        """The first piece's state, and the means of those of the two questions: (3 x width,)."""
        asked, other = (
            self._tokenizer.encode(text, add_special_tokens=False).ids[:QUESTION_PIECES]
            for text in (question, before)
        )
        opening, middle, closing = self._special
        ids = [opening, *asked, middle, *other, closing]
        start = len(asked) + 2
        values = {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "token_type_ids": [0] * start + [1] * (len(ids) - start),
        }
        inputs = {name: np.array([value], dtype=np.int64) for name, value in values.items()}
        (hidden,) = self._session.run([self._layer], inputs)
        release_rows(self._session)
        rows: Rows = hidden[0]
        # The question has a word, so it has pieces; so has the one before.
        means = [part.mean(axis=0) for part in (rows[1 : start - 1], rows[start:-1])]
        return np.concatenate([rows[0], *means])


class FollowupModel:
    """Tells a follow-up from a change of topic. Threads may share it."""

    def __init__(self, folder: Path = PACKAGED_FOLDER) -> None:
        """Raises ReaderError."""
        try:
            self.settings = read_json(FollowupWeights, (folder / WEIGHTS).read_bytes())
        except (OSError, ValueError) as error:
            raise ReaderError(f"{folder / WEIGHTS} can't be read ({error})", hint=_HINT) from error
        if hash_file(folder / MODEL) != self.settings.reader_sha256:
            raise ReaderError(f"{folder / WEIGHTS} is for another reader", hint=_HINT)
        self._encoder = PairEncoder(self.settings.layer, folder)
        self._weights = np.array(self.settings.weights)

    def estimate_alone(self, question: str, before: str) -> float:
        """The probability that a question stands by itself, 0 to 1."""
        features = self._encoder.encode(question, before).astype(np.float64)
        logit = float(features @ self._weights) + self.settings.bias
        return round(float(1 / (1 + np.exp(-np.clip(logit, -30, 30)))), DIGITS)


@cache
def open_followup_model() -> FollowupModel:
    """The packaged model, opened when the first follow-up is asked. Raises ReaderError."""
    return FollowupModel()


def name_output(tensor: str) -> bytes:
    """What turns an inner tensor of an ONNX model into an output when appended to its bytes.

    Two Protocol Buffers messages one after the other are read as one that has the repeated fields
    of both (https://protobuf.dev/programming-guides/encoding/#last-one-wins), so the second only
    needs the graph (7) with an output (12) that has a name (1) and a type (2) of float tensors.
    The file, its hash and the reader's own outputs stay as they are.
    """
    float_tensor = _write_field(1, b"\x08\x01")
    output = _write_field(1, tensor.encode()) + _write_field(2, float_tensor)
    return _write_field(7, _write_field(12, output))


def _write_field(number: int, content: bytes) -> bytes:
    """A field of a Protocol Buffers message with its length."""
    size, written = len(content), bytearray()
    while size >= 0x80:
        written.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | 2, *written, size]) + content
