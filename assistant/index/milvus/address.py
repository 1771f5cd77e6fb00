"""What the setting `store` means: a Milvus server, or a file of Milvus Lite."""

import hashlib
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from assistant.errors import SettingError
from assistant.settings import Settings

PORT = 19530
SEARCHES = (
    "FLAT", "HNSW", "HNSW_SQ", "IVF_FLAT", "IVF_SQ8", "DISKANN", "SCANN", "AUTOINDEX"
)  # fmt: skip
_OPTIONS = ("search", "tls", "database")


@dataclass(frozen=True, slots=True)
class Address:
    """`uri` is for pymilvus, `shown` for people; `search` is the type of the index of vectors,
    None for that of the number of passages. `is_file` for Milvus Lite.
    """

    shown: str
    uri: str
    collection: str
    is_file: bool
    search: str | None = None
    database: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Raises SettingError."""
        assert settings.store is not None
        parts = urlsplit(settings.store)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        for name in options.keys() - set(_OPTIONS):
            raise _make_error(settings.store, f"{name} is none of {', '.join(_OPTIONS)}")
        search, tls = options.get("search"), options.get("tls", "false")
        if search is not None and search not in SEARCHES:
            raise _make_error(settings.store, f"search is one of {', '.join(SEARCHES)}")
        if tls not in ("true", "false"):
            raise _make_error(settings.store, "tls is true or false")
        database = options.get("database", "")
        if not parts.netloc:  # a file has no name of a collection: that of the index
            name = settings.index
            if not name.isidentifier():  # `a-b` and `a.b` are two indexes
                digest = hashlib.sha256(name.encode()).hexdigest()[:8]
                name = "_" + re.sub(r"\W", "_", name, flags=re.ASCII) + f"_{digest}"
            return cls(settings.store, parts.path, name, True, search, database)
        scheme = "https" if tls == "true" else "http"
        try:
            port = parts.port
        except ValueError:
            raise _make_error(settings.store, "a port is at most 65535") from None
        host = parts.netloc if port is not None else f"{parts.netloc}:{PORT}"
        collection = parts.path.removeprefix("/")
        return cls(settings.store, f"{scheme}://{host}", collection, False, search, database)


def _make_error(store: str, reason: str) -> SettingError:
    return SettingError(f"setting store is {store!r}", hint=f"{reason} (ASSISTANT_STORE)")
