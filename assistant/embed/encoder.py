"""The question encoder of an index: ONNX, so that asking imports neither torch nor its kin."""

import json
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.embed import Vectors
from assistant.errors import IndexDamagedError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL, TOKENIZER, SETTINGS = "encoder.onnx", "tokenizer.json", "encoder.json"
REMEMBERED = 1024  # questions whose vectors are kept


class EncoderSettings(NamedTuple):
    """What a question encoder is: written beside it as JSON.

    `max_pieces` counts special ones too; `prompt` is put in front of a question,
    `passage_prompt` in front of a passage; `scripts` are the Unicode scripts that its vocabulary
    covers, as `find_scripts` names them.
    """

    name: str
    sha256: str
    dimension: int
    max_pieces: int
    prompt: str
    scripts: tuple[str, ...]
    passage_prompt: str = ""


class QuestionEncoder:
    """Embeds questions with the model an index was built with."""

    def __init__(self, folder: Path) -> None:
        """Open the encoder that `export` wrote into a folder."""
        from tokenizers import Tokenizer

        try:
            stored = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            self.settings = EncoderSettings(**{**stored, "scripts": tuple(stored["scripts"])})
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session = open_session(folder / MODEL)
        except Exception as error:  # a foreign file makes onnxruntime and tokenizers raise anything
            raise IndexDamagedError(
                f"the question encoder in {folder} can't be opened ({error})",
                hint="run `assistant index --rebuild`",
            ) from error
        self._tokenizer.enable_truncation(self.settings.max_pieces)
        self._tokenizer.no_padding()
        # Of no method: what remembers must not hold the encoder, or a generation that nobody asks
        # any more would keep its model in memory.
        self._run: Callable[[str], Vectors] = partial(_run, self._tokenizer, self._session)
        self._embed_one = lru_cache(maxsize=REMEMBERED)(self._run)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, d), rows of length 1, in the order of the texts."""
        if not texts:
            return np.empty((0, self.settings.dimension), dtype=np.float32)
        return np.stack([self._embed_one(self.settings.prompt + text) for text in texts])

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], object] = lambda _: None
    ) -> Vectors:
        """As the model embeds passages: float32 (n, d), rows of length 1; none is remembered."""
        vectors = np.empty((len(texts), self.settings.dimension), dtype=np.float32)
        prompted = (self.settings.passage_prompt + text for text in texts)
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            for place, vector in enumerate(threads.map(self._run, prompted)):
                vectors[place] = vector
                progress(1)
        return vectors

    def knows_script_of(self, text: str) -> bool:
        """Whether most letters of a text are of a script that the vocabulary covers."""
        scripts = Counter(find_script(character) for character in text if character.isalpha())
        known = sum(scripts[script] for script in self.settings.scripts)
        return 2 * known >= scripts.total()


def _run(tokenizer: Any, session: "InferenceSession", text: str) -> Vectors:
    encoding = tokenizer.encode(text)
    vector: Vectors = session.run(
        None,
        {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
        },
    )[0][0]
    vector.setflags(write=False)  # it is remembered, so nobody may change it
    return vector


def open_session(path: Path) -> "InferenceSession":
    """A model in ONNX, run on one thread.

    Two are slower for so short a text as a question, and what comes out is then the same whatever
    the number of cores. Texts run side by side instead.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def find_script(character: str) -> str:
    """The script of a letter as its Unicode name begins: "LATIN", "CJK", "HANGUL", ..."""
    return unicodedata.name(character, "UNKNOWN").split()[0].split("-")[0]


def find_scripts(vocabulary: Sequence[str], *, least: int = 1000) -> tuple[str, ...]:
    """The scripts that a vocabulary covers: those of at least so many pieces, and the commonest.

    A vocabulary made for one language holds the single letters of others too: all-MiniLM-L6-v2
    has 27,763 Latin pieces, 488 Chinese and 86 Cyrillic ones.
    """
    counts: Counter[str] = Counter()
    for piece in vocabulary:
        counts.update({find_script(character) for character in piece if character.isalpha()})
    common = counts.most_common()
    return tuple(sorted(name for name, count in common if count >= min(least, common[0][1])))
