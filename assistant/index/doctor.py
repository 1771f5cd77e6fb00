"""The index examined: all that can be wrong with it, each with what to do about it."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.embed.model import hash_file
from assistant.embed.onnx import OnnxEmbedder
from assistant.errors import AssistantError, IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index import hashes
from assistant.index.generation import Generation
from assistant.index.integrity import (
    CURRENT,
    SoundGeneration,
    check_generation,
    list_generations,
    read_pointer,
)
from assistant.index.manifest import MANIFEST, REPAIR, Manifest
from assistant.split import Splitter

SAMPLE = 16  # passages embedded again
LEAST_COSINE = 0.999  # of a vector with what its text is embedded to: bf16 against fp32
_SPACE_NEEDED = 1.2  # of the generation in use, to build the next one beside it


class Finding(NamedTuple):
    """Something that was looked at; `remedy` is what to do about it.

    One that is sound and has a remedy is a note: nothing is wrong, but something is of no use.
    """

    sound: bool
    text: str
    remedy: str = ""


def examine(index: Path) -> list[Finding]:
    """Examine an index folder. Every file of every generation is hashed, whatever stamps say."""
    return list(_examine(index))


def _examine(index: Path) -> Iterator[Finding]:
    try:
        current, checksum = read_pointer(index)
    except IndexAbsentError as error:
        yield Finding(False, error.message, error.hint)
        return
    except IndexDamagedError as error:
        current, checksum = "", ""
        yield Finding(False, error.message, error.hint)
    for name in reversed(list_generations(index)):
        folder, used = index / name, name == current
        try:
            manifest = check_generation(folder, accept_stamp=False)
        except IndexMismatchError as error:
            yield _tell_format(folder, error, used=used)
            continue
        except AssistantError as error:
            remedy = error.hint if used else f"{error.hint}, or remove {folder}"
            yield Finding(False, f"generation {name}: {error.message}", remedy)
            continue
        where = "in use" if used else "kept"
        yield Finding(
            True, f"generation {name} ({where}): {len(manifest.files)} files as published"
        )
        if used:
            pointed = hash_file(folder / MANIFEST) == checksum
            text = f"{index / CURRENT} is {'' if pointed else 'not '}what was published"
            yield Finding(pointed, text, "" if pointed else REPAIR)
            yield from _examine_opened(folder, manifest)
    yield from _examine_disk(index, index / current)


def _tell_format(folder: Path, error: IndexMismatchError, *, used: bool) -> Finding:
    if used:
        return Finding(False, f"generation {folder.name}: {error.message}", error.hint)
    return Finding(
        True,
        f"generation {folder.name} (kept): {error.message}; it is of no use",
        f"remove {folder}, or leave that to later builds",
    )


def _examine_opened(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    try:
        generation = Generation.of(SoundGeneration(folder, manifest, None))
        wrong = generation.store.find_faults()
    except AssistantError as error:
        yield Finding(False, error.message, error.hint)
        return
    text = f"{manifest.documents} documents, {manifest.passages} passages, as many vectors"
    yield Finding(not wrong, wrong or text, REPAIR if wrong else "")
    worst, strange, count = _embed_again(generation)
    text = f"{count} passages embedded again: cosine {worst:.4f} at least, {strange} of other texts"
    sound = worst >= LEAST_COSINE and not strange
    yield Finding(sound, text, "" if sound else REPAIR)
    generation.close()


def _embed_again(generation: Generation) -> tuple[float, int, int]:
    """The lowest cosine of some vectors with new ones, how many hashes differ, of how many.

    Drawn by the generation's name, so that the same index gets the same examination.
    """
    twin = OnnxEmbedder(generation.folder)
    splitter = Splitter(twin.count_pieces, twin.max_pieces)
    count = min(SAMPLE, generation.store.passages)
    drawn = random.Random(generation.manifest.generation)
    numbers = sorted(drawn.sample(range(generation.store.passages), count))
    texts = [splitter.embedded_text(generation.store.passage(number)) for number in numbers]
    known = hashes.read_hashes(generation.folder)[numbers]
    strange = int((known != hashes.hash_texts(texts)).any(axis=1).sum())
    kept = generation.vectors.rows[np.array(numbers)].astype(np.float32)
    return float((kept * twin.embed(texts)).sum(axis=1).min()), strange, count


def _examine_disk(index: Path, folder: Path) -> Iterator[Finding]:
    writable = os.access(index, os.W_OK | os.X_OK)
    yield Finding(
        writable,
        f"{index} can{'' if writable else chr(39) + 't'} be written",
        "" if writable else f"give this user the right to write {index}, to index there",
    )
    used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    free = shutil.disk_usage(index).free
    enough = free >= _SPACE_NEEDED * used
    yield Finding(
        enough,
        f"{free / 1e9:.1f} GB free, the next generation needs about {used / 1e9:.1f}",
        "" if enough else "free some space; asking works without",
    )
