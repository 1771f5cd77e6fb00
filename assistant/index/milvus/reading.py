"""SQLite reads a file that is in Milvus, page by page, through a file system of its own."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import apsw

from assistant.errors import IndexDamagedError
from assistant.index.manifest import REPAIR
from assistant.index.milvus.files import StoredFiles

_ROWS = 1000  # fetched at a time
_CACHED_KB = 4 * 1024  # pages that SQLite keeps; there are the cached blocks as well


class _OpenFile:
    """What SQLite asks of an open file (https://www.sqlite.org/c3ref/io_methods.html)."""

    def __init__(self, files: StoredFiles, name: str) -> None:
        self._files, self._name = files, name

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return self._files.read(self._name, offset, amount)

    def xFileSize(self) -> int:  # noqa: N802
        return self._files.size(self._name)

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_IMMUTABLE

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xLock(self, _level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        pass

    def xClose(self) -> None:  # noqa: N802
        pass


class FileSystem(apsw.VFS):
    """The files of a generation in Milvus, as SQLite opens them."""

    def __init__(self, files: StoredFiles) -> None:
        self.name = f"milvus-{uuid4().hex}"
        self._files = files
        super().__init__(self.name, base="")

    def xOpen(self, name: Any, _flags: list[int]) -> Any:  # noqa: N802
        return _OpenFile(self._files, name.filename().rpartition("/")[2])

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xAccess(self, _name: str, _flags: int) -> bool:  # noqa: N802
        return False


class StoredConnection:
    """Runs statements of SQLite on a file in Milvus. Threads share it."""

    def __init__(self, system: FileSystem, name: str) -> None:
        self._system = system  # kept as long as the connection is open
        self._name = name
        self._lock = threading.RLock()
        uri = f"file:/{name}?mode=ro&immutable=1"
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        self._connection = apsw.Connection(uri, flags=flags, vfs=system.name)
        # A temporary file would be looked for in Milvus.
        self.executescript(f"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{_CACHED_KB};")

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> "StoredRows":
        with self._lock, _Checked(self._name):
            cursor = self._connection.cursor()
            cursor.execute(statement, tuple(values))
        return StoredRows(cursor, self._lock, self._name)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        with self._lock, _Checked(self._name):
            for _ in self._connection.cursor().executemany(statement, rows):
                pass

    def executescript(self, statements: str, /) -> None:
        with self._lock, _Checked(self._name):
            for _ in self._connection.cursor().execute(statements):
                pass

    def commit(self) -> None:
        """Each statement is a transaction of its own."""

    def close(self) -> None:
        with self._lock:
            self._connection.close(True)


class StoredRows:
    """The rows that a statement finds, fetched in pieces."""

    def __init__(self, cursor: apsw.Cursor, lock: threading.RLock, name: str) -> None:
        self._cursor, self._lock, self._name = cursor, lock, name

    def __iter__(self) -> Iterator[Any]:
        while rows := self._fetch(_ROWS):
            yield from rows

    def fetchone(self) -> Any:
        rows = self._fetch(1)
        return rows[0] if rows else None

    def fetchall(self) -> list[Any]:
        with self._lock, _Checked(self._name):
            return list(self._cursor)

    def _fetch(self, most: int) -> list[Any]:
        rows: list[Any] = []
        with self._lock, _Checked(self._name):
            while len(rows) < most and (row := self._cursor.fetchone()) is not None:
                rows.append(row)
        return rows


class _Checked:
    """Raises IndexDamagedError for what SQLite says of a damaged file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, apsw.CorruptError | apsw.NotADBError):
            raise IndexDamagedError(f"{self._name} is damaged ({error})", hint=REPAIR) from error
