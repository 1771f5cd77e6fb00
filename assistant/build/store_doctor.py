"""Examines the store of an index for everything that can be wrong with it, and removes what dead
loads have left.
"""

import random
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from assistant.build.doctor import Finding, embed_again, examine
from assistant.errors import AssistantError
from assistant.index.generation import Generation
from assistant.index.integrity import read_pointer
from assistant.index.manifest import REPAIR
from assistant.index.milvus import open_milvus
from assistant.index.milvus.files import count_parts
from assistant.index.milvus.loading import count_rows
from assistant.index.milvus.naming import Stored
from assistant.index.milvus.store import MilvusStore
from assistant.index.milvus.vectors import MilvusVectors
from assistant.settings import Settings

SAMPLE = 64  # blocks of files, and passages, that are looked at


def examine_with_store(settings: Settings) -> Iterator[Finding]:
    """Examine the local index, if there is one, and the store."""
    index = settings.indexes / settings.index
    try:
        read_pointer(index)
    except AssistantError as error:
        yield Finding(True, f"{error.message}: servers need none", is_note=True)
    else:
        yield from examine(index)
    store = open_milvus(settings)
    try:
        yield from _examine(store)
    except AssistantError as error:
        yield Finding(False, error.message, error.hint)
    finally:
        store.close()


def _examine(store: MilvusStore) -> Iterator[Finding]:
    name = store.names.find_in_use()
    if name is None:
        yield Finding(
            False, f"{store.address.shown} has no index", "run `assistant index` with its --store"
        )
    else:
        yield Finding(True, f"{store.address.shown} answers; {name} is in use")
        yield from _examine_stored(store, store.names.describe(name))
    for dropped in store.sweep():
        yield Finding(True, f"{dropped.name} was dropped: {dropped.reason}", is_note=True)
    for stored in store.names.list_all():
        if stored.name != name:
            yield _describe(stored)


def _describe(stored: Stored) -> Finding:
    if stored.state == "ready":
        return Finding(True, f"{stored.name}: kept for the grace period", is_note=True)
    seconds = max(0.0, time.time() - stored.alive)
    text = f"{stored.name}: loaded by {stored.owner}, which was alive {seconds:.0f} s ago"
    return Finding(True, text, "if that process has ended, try again in two minutes", is_note=True)


def _examine_stored(store: MilvusStore, stored: Stored) -> Iterator[Finding]:
    manifest = store.read_manifest(stored)
    yield Finding(True, f"the manifest of {stored.name} is as it was written")
    files = store.open_files(stored)
    found = count_rows(store.client, stored.files)
    listed = files.list_blocks + sum(count_parts(file.size) for file in files.files.values())
    yield _judge(found == listed, f"{stored.files} has {found:,} blocks of {listed:,}")
    blocks = [(n, at) for n, file in files.files.items() for at in range(count_parts(file.size))]
    sample = random.Random(stored.name).sample(blocks, min(SAMPLE, len(blocks)))
    for file, place in sorted(sample):
        files.check(file, place)
    yield Finding(True, f"{len(sample):,} blocks of files are as they were written")
    with closing(store.open()) as generation:
        documents, passages = f"{manifest.documents:,}", f"{manifest.passages:,}"
        yield Finding(True, f"documents: {documents}, passages: {passages}, a vector for each")
        yield _search(generation, stored.name)
        yield embed_again(generation)


def _search(generation: Generation, name: str) -> Finding:
    """Whether the vectors of some passages find themselves."""
    assert isinstance(generation.vectors, MilvusVectors)
    count = generation.catalog.passages
    numbers = random.Random(name).sample(range(count), min(SAMPLE, count))
    missed = 0
    for number in numbers:
        vector = generation.vectors.fetch(np.array([number]))
        best = generation.vectors.search(vector, 1)
        nearest = generation.vectors.cosines(vector, np.array([number, int(best[0])]))
        missed += bool(nearest[0] > nearest[1] + 1e-6)
    return _judge(not missed, f"{len(numbers)} vectors searched for, {missed} not found")


def _judge(ok: bool, text: str) -> Finding:
    return Finding(ok, text, "" if ok else REPAIR)
