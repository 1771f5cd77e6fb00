"""Removes the generations in Milvus that nothing will use: of loads that have died, and those that
another has replaced for longer than the grace period.
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assistant.index.milvus.client import AbsentError
from assistant.index.milvus.naming import Names

GRACE_SECONDS = 600.0  # in which a server may go on answering from the generation before


class Dropped(NamedTuple):
    """A collection that was dropped, and why."""

    name: str
    reason: str


def sweep(names: Names, *, clock: Callable[[], float] = time.time) -> Iterator[Dropped]:
    """Drop what is left over. Of the generations that were replaced, only the last is kept, for the
    grace period. Raises StoreError.
    """
    in_use = names.find_in_use()
    others = [stored for stored in names.list_all() if stored.name != in_use]
    replaced = [stored for stored in others if stored.state == "ready"]
    for stored in others:
        if stored.state == "loading":
            if stored.is_dead(clock=clock):
                names.drop(stored)
                yield Dropped(stored.name, "a load that has died")
            continue
        if stored.superseded is None:  # its load, or that of the next, died before it could say so
            names.set(stored.name, superseded=str(clock()))
            continue
        is_due = clock() - stored.superseded > GRACE_SECONDS
        if is_due or stored is not replaced[-1]:
            names.drop(stored)
            yield Dropped(stored.name, "replaced by another generation")
    for name in names.list_orphans():
        names.client.call("drop_collection", name)
        yield Dropped(name, "files without passages")


def supersede(names: Names, name: str, *, is_outdated: bool) -> None:
    """Note that another generation has replaced one; drop it if it has a document that is gone."""
    try:
        if is_outdated:
            names.drop(names.describe(name))
        else:
            names.set(name, superseded=str(time.time()))
    except AbsentError:
        return
