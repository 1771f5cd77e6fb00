"""The generation in use on the local disk is loaded into the store that the settings name."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assistant.build.steps import show_steps
from assistant.errors import IndexAbsentError
from assistant.index.integrity import find_intact
from assistant.index.manifest import Manifest
from assistant.index.milvus import open_milvus
from assistant.index.publish import locking
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What became of a store. `manifest` describes the generation in use there, None for none;
    `is_loaded` if it was loaded now. `dropped` are the collections that were left over.
    """

    store: str
    manifest: Manifest | None
    is_loaded: bool
    dropped: tuple[str, ...] = ()


def update_store(settings: Settings, *, progress: bool = False) -> StoreReport | None:
    """Load the generation in use on the local disk into the store, unless it is there; withdraw the
    index where there is none. None if the settings name no store. No other process builds the index
    meanwhile, so an older generation is never loaded over a newer one.

    Raises IndexBusyError, IndexWriteError, StoreError, ExtraAbsentError, and IndexDamagedError.
    """
    if settings.store is None:
        return None
    index: Path = settings.indexes / settings.index
    with locking(index), closing(open_milvus(settings)) as store:
        try:
            intact = find_intact(index)
        except IndexAbsentError:
            return StoreReport(settings.store, None, store.withdraw())
        dropped = tuple(dropped.name for dropped in store.sweep())
        manifest = store.find_loaded(intact.folder)
        if manifest is not None:
            return StoreReport(settings.store, manifest, False, dropped)
        with show_steps(index, is_shown=progress) as steps:
            total = store.count_steps(intact.folder, intact.manifest)
            with steps.count("storing", total) as advance:
                manifest = store.publish(intact.folder, intact.manifest, advance=advance)
        return StoreReport(settings.store, manifest, True, dropped)
