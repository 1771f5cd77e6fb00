"""The store in Milvus: opens the generation in use, and publishes another."""

import hashlib
import json
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from assistant.embed.model import hash_file
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.manifest import (
    FORMAT,
    MANIFEST as MANIFEST_FILE,
    REPAIR,
    UPGRADE,
    Manifest,
)
from assistant.index.milvus.address import Address
from assistant.index.milvus.cache import FileCache
from assistant.index.milvus.client import AbsentError, Client
from assistant.index.milvus.files import StoredFiles
from assistant.index.milvus.loading import (
    Advance,
    connect_stored,
    count_rows,
    count_steps,
    load,
    open_files,
)
from assistant.index.milvus.naming import (
    CHECKSUM,
    MANIFEST,
    SOURCE,
    Dropped,
    Names,
    Stored,
    sweep,
)
from assistant.index.milvus.terms import FILE as TERMS, MilvusTerms
from assistant.index.milvus.vectors import MilvusVectors
from assistant.index.writing import FILE as RECORDS
from assistant.settings import Settings

LOOK_SECONDS = 1.0  # between two looks at the alias


class MilvusStore:
    """The generations of an index in Milvus. Threads share it."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingError; nothing is connected yet."""
        self.address = Address.of(settings)
        self.name = settings.index
        self.client = Client(self.address, settings.store_token)
        self.names = Names(self.client)
        self._indexes = settings.indexes
        self._cache: FileCache | None = None
        self._seen: tuple[float, str | None] | None = None  # when, and the generation in use

    def find_in_use(self) -> str | None:
        seen = self._seen
        if seen is not None and time.monotonic() < seen[0] + LOOK_SECONDS:
            return seen[1]
        return self._look()

    def open(self) -> Generation:
        while True:
            generation = self._look()
            if generation is None:
                raise IndexAbsentError(
                    f"no index in {self.address.shown}",
                    hint="run `assistant index` with its --store first",
                )
            try:
                return self._open(self.names.describe(f"{self.names.alias}_{generation}"))
            except (AbsentError, IndexDamagedError):
                if self._look() == generation:
                    raise  # else another was published meanwhile, and this one removed

    def publish(
        self, folder: Path, manifest: Manifest, *, advance: Advance = lambda _: None
    ) -> Manifest:
        """`folder` is that of a published generation of the local disk; `advance` is called with
        how many more passages and blocks were loaded. Raises IndexBusyError, StoreError.
        """
        source = hash_file(folder / MANIFEST_FILE)
        loaded = load(self.names, folder, manifest, source, advance)
        self._seen = None
        return loaded

    def count_steps(self, folder: Path, manifest: Manifest) -> int:
        """How many passages and blocks of files `publish` loads."""
        return count_steps(folder, manifest)

    def find_loaded(self, folder: Path) -> Manifest | None:
        """The manifest in the store of the generation in a folder; None if it is not in use."""
        name = self.names.find_in_use()
        if name is None:
            return None
        stored = self.names.describe(name)
        if stored.properties.get(SOURCE) != hash_file(folder / MANIFEST_FILE):
            return None
        return self.read_manifest(stored)

    def sweep(self) -> list[Dropped]:
        """Drop what is left over."""
        return list(sweep(self.names))

    def withdraw(self) -> bool:
        """Remove all generations: nothing answers from documents that are gone. Whether there was
        one in use.
        """
        in_use = self.names.find_in_use()
        for stored in self.names.list_all():
            if stored.state == "ready":  # first: this process may die before it has dropped all
                self.names.set(stored.name, superseded="0")
        if in_use is not None:
            with suppress(AbsentError):  # the reply to a first try may have been lost
                self.client.call("drop_alias", self.names.alias)
        for stored in self.names.list_all():
            if stored.state == "ready" or stored.is_dead():
                self.names.drop(stored)
        self._seen = None
        return in_use is not None

    def close(self) -> None:
        self.client.close()

    def read_manifest(self, stored: Stored) -> Manifest:
        """The manifest of a generation, checked. Raises IndexDamagedError, IndexMismatchError."""
        shown = f"{self.address.shown}, {stored.name}"
        content = stored.properties.get(MANIFEST, "")
        if hashlib.sha256(content.encode()).hexdigest() != stored.properties.get(CHECKSUM):
            raise IndexDamagedError(f"the manifest in {shown} was changed", hint=REPAIR)
        found = json.loads(content)["format"]
        if found != FORMAT:
            raise IndexMismatchError(
                f"{shown} has format {found}, this version reads {FORMAT}", hint=UPGRADE
            )
        try:
            return Manifest.model_validate_json(content)
        except ValidationError as error:
            raise IndexDamagedError(f"{shown} has no manifest", hint=REPAIR) from error

    def open_files(self, stored: Stored) -> StoredFiles:
        return open_files(self.client, stored)

    def _look(self) -> str | None:
        name = self.names.find_in_use()
        generation = None if name is None else self.names.name_generation(name)
        self._seen = time.monotonic(), generation
        return generation

    def _open(self, stored: Stored) -> Generation:
        manifest = self.read_manifest(stored)
        for name in (stored.name, stored.files):
            self.client.call("load_collection", name)
        found = count_rows(self.client, stored.name)
        if found != manifest.passages:
            raise IndexDamagedError(
                f"{stored.name} has {found} passages, not {manifest.passages}", hint=REPAIR
            )
        files = self.open_files(stored)
        if self._cache is None:
            self._cache = FileCache(self._indexes)
        digests = {name: digest for name, digest in manifest.files.items() if name != RECORDS}
        return Generation(
            self.name,
            self._cache.fetch(files, digests),
            manifest,
            catalog=Catalog(partial(connect_stored, files, RECORDS)),
            vectors=MilvusVectors(self.client, stored.name, manifest.passages, manifest.dimension),
            lexical=MilvusTerms(
                self.client, stored.name, connect_stored(files, TERMS), manifest.passages
            ),
            find_kept=partial(self._is_kept, stored.name),
        )

    def _is_kept(self, name: str) -> bool:
        try:
            # Marked before another replaces it, dropped after it.
            is_outdated = self.names.describe(name).superseded == 0
        except AbsentError:
            is_kept = False
        else:
            is_kept = not is_outdated or self.names.find_in_use() == name
        if not is_kept:
            self._seen = None
        return is_kept
