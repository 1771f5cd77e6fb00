"""Examines an index for everything that can be wrong with it."""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.embed.model import hash_file
from assistant.errors import AssistantError, IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.integrity import (
    CURRENT,
    IntactGeneration,
    check_generation,
    list_generations,
    read_pointer,
)
from assistant.index.manifest import MANIFEST, REPAIR, Manifest
from assistant.index.writing import hash_text
from assistant.split import Splitter

SAMPLE = 16  # passages embedded again
LEAST_COSINE = 0.999  # between the stored vector and a new one: bf16 against fp32
_SPACE_NEEDED = 1.2  # relative to the generation in use, to build the next one


class Finding(NamedTuple):
    """A result, and what to do about it; a note is no problem of the index."""

    ok: bool
    text: str
    remedy: str = ""
    is_note: bool = False


def examine(index: Path) -> Iterator[Finding]:
    """Examine an index folder; every file of every generation is hashed, without stamps."""
    current, checksum = "", ""
    try:
        current, checksum = read_pointer(index)
    except (IndexAbsentError, IndexDamagedError) as error:
        yield Finding(False, error.message, error.hint)
        if isinstance(error, IndexAbsentError):
            return
    for name in reversed(list_generations(index)):
        folder, in_use = index / name, name == current
        try:
            manifest = check_generation(folder, accept_stamp=False)
        except AssistantError as error:
            yield _report_unusable(folder, error, in_use=in_use)
            continue
        state = "in use" if in_use else "kept"
        yield Finding(
            True, f"generation {name} ({state}): {len(manifest.files)} files as published"
        )
        if in_use:
            intact = hash_file(folder / MANIFEST) == checksum
            yield _judge(intact, f"{index / CURRENT} was {'not ' if intact else ''}changed")
            yield from _examine_opened(folder, manifest)
    yield from _examine_disk(index, index / current)


def _report_unusable(folder: Path, error: AssistantError, *, in_use: bool) -> Finding:
    if in_use:
        return Finding(False, f"generation {folder.name}: {error.message}", error.hint)
    if isinstance(error, IndexMismatchError):
        return Finding(
            True,
            f"generation {folder.name} (kept): {error.message}; it is useless",
            f"remove {folder}, or later builds will",
            is_note=True,
        )
    remedy = f"{error.hint}, or remove {folder}"
    return Finding(False, f"generation {folder.name}: {error.message}", remedy)


def _examine_opened(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    try:
        generation = Generation.of(IntactGeneration(folder, manifest))
    except AssistantError as error:
        yield Finding(False, error.message, error.hint)
        return
    with closing(generation):
        if fault := generation.catalog.find_faults():
            yield Finding(False, fault, REPAIR)
            return
        documents = "1 document" if manifest.documents == 1 else f"{manifest.documents:,} documents"
        passages = "1 passage" if manifest.passages == 1 else f"{manifest.passages:,} passages"
        text = f"{documents}, {passages}, a vector for each"
        yield Finding(True, text)
        yield from _list_unread(generation.catalog)
        yield embed_again(generation)


def _list_unread(catalog: Catalog) -> Iterator[Finding]:
    """What was not read of the corpus."""
    for document_id, notices in catalog.notices.items():
        for notice in notices:
            yield Finding(True, f"{document_id}: {notice}", is_note=True)
    for file in catalog.skipped:
        yield Finding(True, f"skipped: {file}", is_note=True)


def embed_again(generation: Generation) -> Finding:
    """Compare some vectors and text hashes with new ones; the sample is the same on every run."""
    encoder, catalog = generation.encoder, generation.catalog
    splitter = Splitter(encoder.count_pieces, encoder.max_pieces)
    dice = random.Random(generation.manifest.generation)
    numbers = sorted(dice.sample(range(catalog.passages), min(SAMPLE, catalog.passages)))
    texts = [splitter.embedded_text(catalog.passage(number)) for number in numbers]
    pairs = zip(numbers, texts, strict=True)
    different = sum(catalog.text_hash(number) != hash_text(text) for number, text in pairs)
    vectors = encoder.embed(texts)
    lowest = min(
        float(generation.vectors.cosines(vector[None], np.array([number]))[0])
        for number, vector in zip(numbers, vectors, strict=True)
    )
    passages = "1 passage" if len(numbers) == 1 else f"{len(numbers)} passages"
    return _judge(
        lowest >= LEAST_COSINE and not different,
        f"{passages} embedded again: lowest cosine {lowest:.4f}, {different} with another text",
    )


def _examine_disk(index: Path, folder: Path) -> Iterator[Finding]:
    writable = os.access(index, os.W_OK | os.X_OK)
    can = "can" if writable else "can't"
    yield _judge(writable, f"{index} {can} be written", f"give this user write access to {index}")
    used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    free = shutil.disk_usage(index).free
    text = f"{free / 1e9:.1f} GB free, the next generation needs about {used / 1e9:.1f}"
    yield _judge(free >= _SPACE_NEEDED * used, text, "free some space; asking works without")


def _judge(ok: bool, text: str, remedy: str = REPAIR) -> Finding:
    return Finding(ok, text, "" if ok else remedy)
