"""The collections of an index in Milvus: their names, their states, the alias of the one in use.

A collection is `loading` until a sweep finds it in use, then `ready`. Its owner says every few
seconds that it is alive; one whose owner is silent, or is a process of this machine that has ended,
is dead.
"""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from assistant.index.milvus.client import AbsentError, Client

State = Literal["loading", "ready"]
SILENT_SECONDS = 120.0  # after which a load is taken for dead
MANIFEST, CHECKSUM, SOURCE = "assistant.manifest", "assistant.manifest_sha256", "assistant.source"
BLOCKS = "assistant.blocks_sha256"
_STATE, _OWNER, _ALIVE = "assistant.state", "assistant.owner", "assistant.alive"
_SUPERSEDED = "assistant.superseded"
FILES = "_files"
GRACE_SECONDS = 600.0  # in which a server may go on answering from the generation before
_GENERATION = r"\d{6,}_[0-9a-f]{8}"


@dataclass(frozen=True, slots=True)
class Stored:
    """A generation in Milvus. Times are in seconds since 1970; `superseded` is None as long as it
    is not known that another replaces it, and 0 if that one lacks a document of it.
    """

    name: str  # of its collection
    generation: str
    properties: dict[str, str]

    @property
    def files(self) -> str:
        return self.name + FILES

    @property
    def state(self) -> State:
        return "ready" if self.properties.get(_STATE) == "ready" else "loading"

    @property
    def owner(self) -> str:
        return self.properties.get(_OWNER, "")

    @property
    def alive(self) -> float:
        return float(self.properties.get(_ALIVE, 0))

    @property
    def superseded(self) -> float | None:
        time = self.properties.get(_SUPERSEDED)
        return None if time is None else float(time)

    def is_dead(self, *, clock: Callable[[], float] = time.time) -> bool:
        """Whether it is a load that has ended before its time."""
        if self.state == "ready":
            return False
        host, _, process = self.owner.rpartition(":")
        if host == socket.gethostname() and not _runs(int(process)):
            return True
        return clock() - self.alive > SILENT_SECONDS


class Names:
    """The generations of one index in Milvus."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.alias = client.address.collection

    def find_in_use(self) -> str | None:
        """The collection in use; None if there is none."""
        try:
            found = self.client.call("describe_alias", self.alias)["collection_name"]
        except AbsentError:
            return None
        return str(found)

    def name_generation(self, name: str) -> str:
        return name.removeprefix(f"{self.alias}_")

    def describe(self, name: str) -> Stored:
        """Raises AbsentError."""
        found: dict[str, Any] = self.client.call("describe_collection", name)
        properties = {key: str(value) for key, value in found.get("properties", {}).items()}
        return Stored(name, self.name_generation(name), properties)

    def list_all(self) -> list[Stored]:
        """All generations, oldest first."""
        pattern = re.compile(f"{re.escape(self.alias)}_{_GENERATION}")
        names = [name for name in self._list() if pattern.fullmatch(name)]
        found = []
        for name in sorted(names, key=self._find_order):
            try:
                found.append(self.describe(name))
            except AbsentError:  # dropped meanwhile
                continue
        return found

    def list_orphans(self) -> list[str]:
        """The collections of files of which there is no generation."""
        names = set(self._list())
        pattern = re.compile(f"({re.escape(self.alias)}_{_GENERATION}){FILES}")
        matches = (pattern.fullmatch(name) for name in sorted(names))
        return [found[0] for found in matches if found and found[1] not in names]

    def set(self, name: str, **properties: str) -> None:
        changed = {f"assistant.{key}": value for key, value in properties.items()}
        self.client.call("alter_collection_properties", name, properties=changed)

    def switch(self, name: str) -> None:
        """Put a generation in use."""
        change = "create_alias" if self.find_in_use() is None else "alter_alias"
        self.client.call(change, name, self.alias)

    def drop(self, stored: Stored) -> None:
        """The passages first: servers look whether they are there."""
        for name in (stored.name, stored.files):
            with suppress(AbsentError):
                self.client.call("drop_collection", name)

    def _list(self) -> list[str]:
        return [str(name) for name in self.client.call("list_collections")]

    def _find_order(self, name: str) -> tuple[int, str]:
        number, _, rest = self.name_generation(name).partition("_")
        return int(number), rest


class Dropped(NamedTuple):
    """A collection that was dropped, and why."""

    name: str
    reason: str


def sweep(names: Names, *, clock: Callable[[], float] = time.time) -> Iterator[Dropped]:
    """Drop what no server will use: what loads that have died left, and the generations that were
    replaced, except the last of them for the grace period. Raises StoreError.
    """
    # Before the alias is read: a process that has ended moves it no more.
    dead = {stored.name for stored in names.list_all() if stored.is_dead(clock=clock)}
    in_use = names.find_in_use()
    others = []
    for stored in names.list_all():
        if stored.name != in_use:
            others.append(stored)
        elif stored.state == "loading":
            names.set(stored.name, state="ready")
    replaced = [stored for stored in others if stored.state == "ready"]
    for stored in others:
        if stored.state == "loading":
            if stored.name in dead:
                names.drop(stored)
                yield Dropped(stored.name, "a load that has died")
            continue
        if stored.superseded is None:  # put in use since, or replaced by hand
            names.set(stored.name, superseded=str(clock()))
            continue
        is_due = clock() - stored.superseded > GRACE_SECONDS
        if is_due or stored is not replaced[-1]:
            names.drop(stored)
            yield Dropped(stored.name, "replaced by another generation")
    for name in names.list_orphans():
        names.client.call("drop_collection", name)
        yield Dropped(name, "files without passages")


def make_owner() -> str:
    """This process, as the owner of a load."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
