"""Loads a generation of the local disk into Milvus: next to the one in use, which it then replaces
by one call.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep, time
from typing import Any, TypeVar

from assistant.embed.onnx import MODEL, SETTINGS, TOKENIZER
from assistant.errors import AssistantError, IndexBusyError, StoreError
from assistant.index.manifest import Manifest
from assistant.index.milvus.client import INDEXING_SECONDS, LOADING_SECONDS, AbsentError, Client
from assistant.index.milvus.files import StoredFiles, count_parts, list_blocks, write_blocks
from assistant.index.milvus.naming import (
    BLOCKS,
    CHECKSUM,
    MANIFEST,
    SOURCE,
    Names,
    Stored,
    make_owner,
    sweep,
)
from assistant.index.milvus.reading import FileSystem, StoredConnection
from assistant.index.milvus.scoring import Frequencies
from assistant.index.milvus.terms import FIELD as TERMS, FILE, write_terms
from assistant.index.milvus.vectors import FIELD as VECTOR
from assistant.index.rows import Connection, connect_file
from assistant.index.vectors import PassageVectors
from assistant.index.writing import FILE as RECORDS

PASSAGES_AT_ONCE = 1000  # in a request: 2 MB of at most 64
BLOCKS_AT_ONCE = 64
READER = "reader"
_BEAT_SECONDS = 10.0
_FIRST_LOOK, _LONGEST_LOOK = 0.02, 1.0  # seconds between two looks at an index
FLAT_MOST = 200_000  # passages that are compared one by one, on many machines if need be
_LINKS, _BUILD_WIDTH = 32, 200  # HNSW's M and efConstruction
T = TypeVar("T")
Advance = Callable[[int], None]


def count_steps(folder: Path, manifest: Manifest) -> int:
    """How many passages and blocks a load has, without the list of blocks and the terms."""
    sizes = ((folder / name).stat().st_size for name in choose_files(manifest))
    return manifest.passages + sum(count_parts(size) for size in sizes)


def choose_files(manifest: Manifest) -> list[str]:
    """The files of a generation that a store has as they are."""
    chosen = (RECORDS, MODEL, SETTINGS, TOKENIZER)
    return [n for n in sorted(manifest.files) if n in chosen or n.startswith(f"{READER}/")]


def load(names: Names, folder: Path, manifest: Manifest, source: str, advance: Advance) -> Manifest:
    """Load the generation in a folder, and put it in use; its manifest in the store.

    `source` identifies it. Raises IndexBusyError, StoreError.
    """
    for _ in sweep(names):
        pass
    _refuse_another(names, "")
    numbers = [int(s.generation.partition("_")[0]) for s in names.list_all()]
    generation = f"{max(numbers, default=0) + 1:06d}_{secrets.token_hex(4)}"
    stored = Stored(f"{names.alias}_{generation}", generation, {})
    try:
        manifest = _load(names, stored, folder, manifest, source, advance)
    except BaseException:
        _drop_quietly(names, stored)
        raise
    for _ in sweep(names):
        pass
    return manifest


def _load(
    names: Names, stored: Stored, folder: Path, manifest: Manifest, source: str, advance: Advance
) -> Manifest:
    client = names.client
    vectors = PassageVectors(folder)
    search = client.address.search or ("FLAT" if vectors.count <= FLAT_MOST else "HNSW")
    with (
        TemporaryDirectory(prefix="assistant-store-") as temporary,
        closing(connect_file(folder)) as records,
    ):
        frequencies = Frequencies(_read_terms(records))
        paths = {name: folder / name for name in choose_files(manifest)}
        paths[FILE] = write_terms(Path(temporary), frequencies)
        listed = list_blocks(paths)
        manifest = manifest.model_copy(
            update={
                "generation": stored.generation,
                "search": search.lower(),
                "files": {name: manifest.files[name] for name in choose_files(manifest)},
            }
        )
        content = manifest.model_dump_json()
        properties = {
            MANIFEST: content,
            CHECKSUM: hashlib.sha256(content.encode()).hexdigest(),
            SOURCE: source,
            BLOCKS: f"{count_parts(len(listed))} {hashlib.sha256(listed).hexdigest()}",
            "assistant.state": "loading",
            "assistant.owner": make_owner(),
            "assistant.alive": str(time()),
        }
        _create(client, stored, properties, vectors.dimension)
        _refuse_another(names, stored.name)
        with _showing_life(names, stored.name):
            # Not `insert`: a request that is sent again would add its rows twice.
            rows = _list_passages(records, vectors, frequencies)
            for batch in _cut(rows, PASSAGES_AT_ONCE):
                client.call("upsert", stored.name, batch, seconds=LOADING_SECONDS)
                advance(len(batch))
            for batch in _cut(_list_blocks(paths, listed), BLOCKS_AT_ONCE):
                client.call("upsert", stored.files, batch, seconds=LOADING_SECONDS)
                advance(len(batch))
            _make_searchable(client, stored, search)
            _check_counts(client, stored, manifest.passages, _count_blocks(paths, listed))
            _put_in_use(names, stored, folder)
    return manifest


def _put_in_use(names: Names, stored: Stored, folder: Path) -> None:
    """It is `loading` until it is in use: another load drops it if this one was silent too long,
    so that no older generation replaces a newer one.
    """
    before = names.find_in_use()
    if before is not None:
        # Before the switch: if this process dies after it, nothing answers from what is gone.
        is_outdated = _lacks_documents(names, before, folder)
        with suppress(AbsentError):  # dropped by hand
            names.set(before, superseded="0" if is_outdated else str(time()))
    names.switch(stored.name)


def connect_stored(files: StoredFiles, name: str) -> Connection:
    return StoredConnection(FileSystem(files), name)


def open_files(client: Client, stored: Stored) -> StoredFiles:
    """Raises IndexDamagedError, StoreError."""
    count, _, checksum = stored.properties.get(BLOCKS, "").partition(" ")
    return StoredFiles(client, stored.files, int(count or 0), checksum)


def count_rows(client: Client, collection: str) -> int:
    """How many rows a collection has, of all that were inserted before."""
    rows = client.call(
        "query", collection, filter="", output_fields=["count(*)"], consistency_level="Strong"
    )
    return int(rows[0]["count(*)"])


def _refuse_another(names: Names, own: str) -> None:
    """Raises IndexBusyError if another process loads a generation."""
    other = next(
        (s for s in names.list_all() if s.name != own and s.state == "loading" and not s.is_dead()),
        None,
    )
    if other is not None:
        raise IndexBusyError(
            f"another process ({other.owner}) loads the store {names.client.address.shown}",
            hint="wait for it to end",
        )


def _create(client: Client, stored: Stored, properties: dict[str, str], dimension: int) -> None:
    from pymilvus import CollectionSchema, DataType, FieldSchema

    number = FieldSchema("number", DataType.INT64, is_primary=True)
    vector = FieldSchema(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
    terms = FieldSchema(TERMS, DataType.SPARSE_FLOAT_VECTOR)
    key = FieldSchema("id", DataType.INT64, is_primary=True)
    content = FieldSchema("content", DataType.VARCHAR, max_length=65_535)
    # Milvus has no collection without a vector.
    none = FieldSchema("none", DataType.FLOAT_VECTOR, dim=2)
    for name, fields, known in (
        (stored.name, [number, vector, terms], properties),
        (stored.files, [key, content, none], {}),
    ):
        client.call(
            "create_collection",
            name,
            schema=CollectionSchema(fields),
            properties=known,
            consistency_level="Bounded",
            seconds=LOADING_SECONDS,
        )


def _make_searchable(client: Client, stored: Stored, search: str) -> None:
    from pymilvus.milvus_client import IndexParams

    passages, files = IndexParams(), IndexParams()
    parameters: dict[str, Any] = {}
    if search.startswith("HNSW"):
        parameters = {"M": _LINKS, "efConstruction": _BUILD_WIDTH}
    elif search.startswith("IVF") or search == "SCANN":
        parameters = {"nlist": 1024}
    passages.add_index(VECTOR, index_type=search, metric_type="IP", params=parameters)
    passages.add_index(TERMS, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    files.add_index("none", index_type="FLAT", metric_type="IP")
    for name, index in ((stored.name, passages), (stored.files, files)):
        client.call("flush", name, seconds=INDEXING_SECONDS)
        client.call("create_index", name, index, sync=False, seconds=LOADING_SECONDS)
        for parameter in index:
            _wait_for_index(client, name, parameter.field_name)
        client.call("load_collection", name, seconds=INDEXING_SECONDS)


def _wait_for_index(client: Client, collection: str, field: str) -> None:
    """Wait until an index is made, looking more often at first than pymilvus does."""
    pause = _FIRST_LOOK
    while True:
        found = client.call("describe_index", collection, field)
        if found["state"] == "Finished":
            return
        if found["state"] == "Failed":
            raise StoreError(f"Milvus can't index {field} of {collection}", hint="see its log")
        sleep(pause)
        pause = min(2 * pause, _LONGEST_LOOK)


def _check_counts(client: Client, stored: Stored, passages: int, blocks: int) -> None:
    for name, expected in ((stored.name, passages), (stored.files, blocks)):
        found = count_rows(client, name)
        if found != expected:
            raise StoreError(
                f"{name} in {client.address.shown} has {found} rows of {expected}",
                hint="run `assistant index` again",
            )


def _read_terms(records: Connection) -> Iterator[str]:
    for (terms,) in records.execute("SELECT terms FROM passages ORDER BY number"):
        yield terms


def _list_passages(
    records: Connection, vectors: PassageVectors, frequencies: Frequencies
) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_read_terms(records)):
        vector = vectors.rows[number].astype("float32")
        yield {"number": number, VECTOR: vector, TERMS: frequencies.weigh_passage(line)}


def _list_blocks(paths: Mapping[str, Path], listed: bytes) -> Iterator[dict[str, Any]]:
    for block in write_blocks(paths, listed):
        yield {"id": block.id, "content": block.content, "none": [1.0, 0.0]}


def _count_blocks(paths: Mapping[str, Path], listed: bytes) -> int:
    sizes = [len(listed), *(path.stat().st_size for path in paths.values())]
    return sum(count_parts(size) for size in sizes)


def _lacks_documents(names: Names, old: str, folder: Path) -> bool:
    """Whether the generation in a folder lacks a document of one in the store, as far as that can
    be read.
    """
    statement = "SELECT id FROM stored_documents"  # in the index of ids: few blocks
    try:
        files = open_files(names.client, names.describe(old))
        with closing(connect_stored(files, RECORDS)) as records:
            before = {document_id for (document_id,) in records.execute(statement)}
    except AssistantError:
        return True
    with closing(connect_file(folder)) as records:
        return bool(before - {document_id for (document_id,) in records.execute(statement)})


def _drop_quietly(names: Names, stored: Stored) -> None:
    """Drop what a failed load has left, if it is possible; else the next one will."""
    try:
        if names.find_in_use() != stored.name:  # the reply to the switch may have been lost
            names.drop(stored)
    except AssistantError:
        return


@contextmanager
def _showing_life(names: Names, name: str) -> Iterator[None]:
    """Say every few seconds that the load is alive."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(_BEAT_SECONDS):
            try:
                names.set(name, alive=str(time()))
            except (AbsentError, StoreError):
                continue

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _cut(rows: Iterable[T], length: int) -> Iterator[list[T]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, length)):
        yield batch
