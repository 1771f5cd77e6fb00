"""The ONNX copy of a model: embeds questions, and passages of small updates, without torch."""

import ctypes
import mmap
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.embed import Vectors, count_pieces
from assistant.embed.mapping import find_tables, map_file
from assistant.embed.sharing import open_tokenizer
from assistant.errors import IndexDamagedError, check_shortage
from assistant.records import read_json
from assistant.scripts import count_scripts, find_script

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL, TOKENIZER, SETTINGS = "encoder.onnx", "tokenizer.json", "encoder.json"
ENCODER = (MODEL, TOKENIZER, SETTINGS)
CACHED_QUESTIONS = 1024  # questions with a cached vector
WAITING = 1024  # texts of a build that wait for a core


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """Describes a question encoder, in a JSON file next to it.

    `max_pieces` includes special ones; `prompt` precedes a question, `passage_prompt` a passage;
    `scripts` are the result of `find_scripts`.
    """

    name: str
    sha256: str
    dimension: int
    max_pieces: int
    prompt: str
    scripts: tuple[str, ...]
    passage_prompt: str = ""


class OnnxEmbedder:
    """An Embedder that was exported into a folder; embeds questions too."""

    def __init__(self, folder: Path) -> None:
        """Open the files of `export`. Raises IndexDamagedError, ShortageError."""
        try:
            self.settings = read_json(EncoderSettings, (folder / SETTINGS).read_bytes())
            tokenizer = open_tokenizer(folder / TOKENIZER)
            session = open_session(folder / MODEL)
        except Exception as error:  # onnxruntime and tokenizers raise anything for a wrong file
            check_shortage(error)
            raise IndexDamagedError(
                f"the question encoder in {folder} can't be opened ({error})",
                hint="run `assistant index --rebuild`",
            ) from error
        self.name, self.sha256 = self.settings.name, self.settings.sha256
        self.dimension = self.settings.dimension
        self._folder, self._tokenizer = folder, tokenizer
        # Not methods: the cache would keep the model of an unused generation in memory.
        self._run: Callable[[str], Vectors] = partial(
            _run, tokenizer, session, self.settings.max_pieces
        )
        self._embed_one = lru_cache(maxsize=CACHED_QUESTIONS)(self._run)

    @cached_property
    def max_pieces(self) -> int:
        special: int = self._tokenizer.num_special_tokens_to_add(False)
        (prompt,) = self.count_pieces([self.settings.passage_prompt])
        return self.settings.max_pieces - special - prompt

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return count_pieces(self._tokenizer, texts)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions: float32 (n, d), rows of length 1."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self._embed_one(self.settings.prompt + text) for text in texts])

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], object] = lambda _: None
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # One text on each core is as fast as batches, and needs no padding. Some at a time: each
        # that waits takes a kilobyte of memory.
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            for start in range(0, len(texts), WAITING):
                some = texts[start : start + WAITING]
                prompted = (self.settings.passage_prompt + text for text in some)
                for place, vector in enumerate(threads.map(self._run, prompted), start):
                    vectors[place] = vector
                    progress(1)
        return vectors

    def export(self, folder: Path) -> None:
        copy_encoder(self._folder, folder)

    def knows_script_of(self, text: str) -> bool:
        """Whether most letters of a text belong to a script that the vocabulary covers."""
        scripts = count_scripts(text)
        known = sum(scripts[script] for script in self.settings.scripts)
        return 2 * known >= scripts.total()


def copy_encoder(source: Path, folder: Path) -> None:
    """Copy an encoder; with a hard link, a bad block of the disk would damage both copies."""
    for name in ENCODER:
        shutil.copyfile(source / name, folder / name)


def _run(tokenizer: "Tokenizer", session: "InferenceSession", most: int, text: str) -> Vectors:
    """The vector of a text, cut off after `most` word pieces.

    By hand, as tokenizers does it itself: others that share the tokenizer need whole texts.
    """
    encoding = tokenizer.encode(text)
    if len(encoding.ids) > most:
        encoding = tokenizer.encode(text, add_special_tokens=False)
        encoding.truncate(most - tokenizer.num_special_tokens_to_add(False))
        encoding = tokenizer.post_process(encoding)
    vector: Vectors = session.run(
        None,
        {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
        },
    )[0][0]
    release_rows(session)
    vector.setflags(write=False)  # it is cached
    return vector


def open_session(path: Path, *, appended: bytes = b"") -> "InferenceSession":
    """Open a model that runs on one thread: faster for short texts, and always the same vectors.

    `appended` is read as the end of its file. Word vectors stay in the file, which is mapped.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Weights outside the arena of intermediate results, which grows by powers of two.
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    content = map_file(path)
    tables = {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(table)
        for name, table in find_tables(content).items()
    }
    for name, table in tables.items():
        options.add_initializer(name, table)
    source = path.read_bytes() + appended if appended else str(path)
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    session.content, session.tables = content, tables  # it uses them, but does not keep them
    release_rows(session)
    _return_memory()
    return session


def release_rows(session: "InferenceSession") -> None:
    """Let go of the word vectors that a session has used: in time, that would be all of them.

    They stay in the system's cache while there is room, and reading them again takes microseconds.
    """
    with suppress(AttributeError, OSError):  # another system
        session.content.madvise(mmap.MADV_DONTNEED)


def _return_memory() -> None:
    """Give the system back what glibc holds of freed memory: after opening a model of 90 MB, 20."""
    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def find_scripts(vocabulary: Sequence[str], *, least: int = 1000) -> tuple[str, ...]:
    """The scripts of a vocabulary: the most common, and all with at least `least` pieces.

    A vocabulary has some letters of other languages too: all-MiniLM-L6-v2 has 27,763 Latin pieces,
    488 Chinese and 86 Cyrillic ones.
    """
    counts: Counter[str] = Counter()
    for piece in vocabulary:
        counts.update({find_script(character) for character in piece if character.isalpha()})
    common = counts.most_common()
    return tuple(sorted(name for name, count in common if count >= min(least, common[0][1])))
