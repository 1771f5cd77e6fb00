"""Reads rows of the records of a generation."""

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import IndexAbsentError, check_shortage
from assistant.index.writing import FILE, make_uri

_MAPPED_BYTES = 2**40  # the whole file: only pages that are read take memory


class Cursor(Protocol):
    """The rows that a statement finds."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """Runs statements of SQLite; threads may share it."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Cursor: ...

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object: ...

    def executescript(self, statements: str, /) -> object: ...

    def commit(self) -> None: ...

    def close(self) -> None: ...


Connect = Callable[[], Connection]  # opens the records of a generation


def connect_file(folder: Path) -> Connection:
    """Open the records in the folder of a generation. Raises IndexAbsentError, ShortageError."""
    try:
        # sqlite3.threadsafety is 3 (serialized), so threads may share a connection that reads.
        connection = sqlite3.connect(make_uri(folder), uri=True, check_same_thread=False)
    except sqlite3.OperationalError as error:
        if (folder / FILE).exists():
            check_shortage(error)
            raise
        raise IndexAbsentError(f"{folder} was removed", hint="open it again") from None
    connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
    return connection


class Rows:
    """A connection that reads the records of a generation. Threads may share it."""

    def __init__(self, connect: Connect) -> None:
        self._connection = connect()
        # Closed with the last answer that still reads from it.
        self._close = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        self._close()

    def _rows(self, statement: str, *values: str | int | bytes) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def _rows_of(
        self, table: str, columns: str, where: str, *values: str | int
    ) -> list[tuple[Any, ...]]:
        """The rows of a table joined with their documents, in order."""
        return self._rows(
            f"SELECT {columns} FROM {table} JOIN documents ON document = documents.number"
            f" WHERE {where} ORDER BY document, {table}.number",
            *values,
        )

    def _row(self, statement: str, *values: str | int) -> tuple[Any, ...]:
        return read_row(self._connection, statement, *values)

    def _count(self, table: str) -> int:
        # Rows are numbered from 0 without gaps; counting a million would take a second.
        last = self._rows(f"SELECT number FROM {table} ORDER BY number DESC LIMIT 1")
        return int(last[0][0]) + 1 if last else 0


def read_row(connection: Connection, statement: str, *values: str | int) -> tuple[Any, ...]:
    """The one row that a statement finds. Raises LookupError."""
    row: tuple[Any, ...] | None = connection.execute(statement, values).fetchone()
    if row is None:
        raise LookupError(f"no row for {statement!r} with {values}")
    return row
