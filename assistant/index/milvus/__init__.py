"""The store of an index in Milvus: any number of servers answer from it, none has files of its own.

<index>                         an alias: the generation in use; one call publishes the next
<index>_<generation>            a collection: number, document, vector and terms of each passage;
                                its properties are the manifest and the state
<index>_<generation>_files      a collection: the other files of the generation in blocks of text,
                                for a field of text holds at most 65,535 bytes

    address      what `milvus://...` means
    client       every call: its deadline, its retries, its errors
    naming       the collections of an index, their states, the alias; drops what is left over
    files        files in blocks: written, read, checked
    reading      SQLite reads the records block by block through a file system of its own
    scoring      BM25 as weights of terms
    terms        the term search
    vectors      the dense search
    loading      a generation of the local disk is loaded
    cache        the files that libraries open by their path
    store        opens and publishes

Weights of BM25 are computed here, not by the BM25 function of Milvus: its statistics are those of a
segment, so scores depend on how rows are stored, and its analyzers do not make our terms. A
generation never changes, so the frequencies of its terms are known when it is loaded.
"""

from typing import TYPE_CHECKING

from assistant.errors import ExtraAbsentError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.index.milvus.store import MilvusStore


def open_milvus(settings: Settings) -> "MilvusStore":
    """The store that the settings name; nothing is connected yet. Raises SettingError,
    ExtraAbsentError.
    """
    from importlib.util import find_spec

    is_lite = settings.store is not None and settings.store.startswith("milvus:///")
    for name in ("pymilvus", "apsw", *(["milvus_lite"] if is_lite else [])):
        if find_spec(name) is None:
            raise ExtraAbsentError("milvus")
    from assistant.index.milvus.store import MilvusStore

    return MilvusStore(settings)
