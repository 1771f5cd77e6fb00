"""Calls Milvus: each ends within the deadline of its request, is tried again when the server is
away or busy, and fails with a StoreError that names the address.
"""

import logging
import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.deadline import check_deadline, find_deadline
from assistant.errors import IndexAbsentError, StoreError, find_reason
from assistant.index.milvus.address import Address

if TYPE_CHECKING:
    from pymilvus import MilvusClient

SECONDS = 30.0  # a call without a deadline
TRYING_SECONDS = 3.0  # that a server which refuses is tried again
LOADING_SECONDS = 120.0  # a call of a load
INDEXING_SECONDS = 4 * 3600.0
_CONNECT_SECONDS = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_REST_SECONDS = 1.0  # after a failure, in which a call is tried only once
_RECONNECTING = {"grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 1000}
_MARGIN = 0.05  # of the time left, to report the error in
# Milvus's numbers: https://github.com/milvus-io/milvus/blob/master/pkg/util/merr/errors.go
_ABSENT = (100, 1600)  # a collection, an alias
_NOT_LOADED = 101
_PASSING = (1, 2, 4, 8, 103, 500, 501, 502, 503, 504, 901, 902, 903, 904)

_OPENING = threading.Lock()
_OPEN: Counter[str] = Counter()  # connections of this process, by their URI


class AbsentError(IndexAbsentError):
    """Milvus has no such collection or alias: it was dropped while it was asked."""


class Client:
    """A connection to Milvus, made by the first call. Threads share it."""

    def __init__(self, address: Address, token: str | None) -> None:
        self.address = address
        self._token = token
        self._lock = threading.Lock()
        self._connected: MilvusClient | None = None
        self._failed: float | None = None  # when the last call failed; None if it did not
        self._refused: tuple[float, _PassingError] | None = None  # when, and why, no connection

    def call(self, method: str, *values: Any, seconds: float | None = None, **options: Any) -> Any:
        """Call a method of `pymilvus.MilvusClient`.

        `seconds` is how long one try may take; by default what is left of the deadline of the
        request, or `SECONDS`. Raises AbsentError, StoreError.
        """
        ends = time.monotonic() + _find_seconds(seconds)
        trying_ends = min(ends, time.monotonic() + TRYING_SECONDS)
        if self._failed is not None and time.monotonic() < self._failed + _REST_SECONDS:
            trying_ends = 0.0
        pause = _FIRST_PAUSE
        while True:
            check_deadline()
            try:
                result = self._try(method, values, options, max(ends - time.monotonic(), 0.01))
            except _PassingError as error:
                wait = random.uniform(0, pause)  # full jitter: many servers do not ask at once
                pause = min(2 * pause, _LONGEST_PAUSE)
                if time.monotonic() + wait < trying_ends:
                    time.sleep(wait)
                    continue
                self._failed = time.monotonic()
                raise StoreError(
                    f"the store {self.address.shown} does not answer ({error})"
                ) from error
            self._failed = None
            return result

    def close(self) -> None:
        """Close the connection; with the last one to a file of Milvus Lite, the file too: another
        process may open it then.
        """
        with self._lock, _OPENING:
            if self._connected is None:
                return
            self._connected.close()
            self._connected = None
            _OPEN[self.address.uri] -= 1
            if self.address.is_file and not _OPEN[self.address.uri]:
                from milvus_lite.server_manager import server_manager_instance

                server_manager_instance.release_server(self.address.uri)

    def _try(self, method: str, values: Any, options: dict[str, Any], seconds: float) -> Any:
        """Raises _PassingError for what may pass, AbsentError, StoreError."""
        import grpc
        from pymilvus import MilvusException

        try:
            return getattr(self._connect(), method)(*values, timeout=seconds, **options)
        except grpc.RpcError as error:
            if error.code() in _list_passing_codes():
                raise _PassingError(error.details() or error.code().name) from error
            raise self._make_error(error.details() or error.code().name) from error
        except MilvusException as error:
            if error.code in _ABSENT:
                shown = f"{self.address.shown} ({find_reason(Exception(error.message))})"
                raise AbsentError(f"{shown}: it was removed", hint="ask again") from error
            if error.code == _NOT_LOADED and method in ("search", "query"):
                self._try("load_collection", values[:1], {}, seconds)  # it was restarted
                raise _PassingError("the collection is being loaded") from error
            reason = find_reason(Exception(error.message))
            if error.code in _PASSING or error.code in _list_passing_codes():
                raise _PassingError(reason) from error
            raise self._make_error(reason) from error

    def _connect(self) -> "MilvusClient":
        """Raises _PassingError, MilvusException, StoreError."""
        from pymilvus import MilvusException

        began = time.monotonic()
        with self._lock:
            if self._connected is None:
                if self._refused is not None and self._refused[0] > began:
                    raise self._refused[1]  # while this thread waited for another
                try:
                    with _OPENING:
                        self._connected = self._open()
                        _OPEN[self.address.uri] += 1
                except MilvusException as error:
                    reason = find_reason(Exception(error.message))
                    self._refused = time.monotonic(), _PassingError(reason)
                    raise
            return self._connected

    def _open(self) -> "MilvusClient":
        from pymilvus import MilvusClient
        from pymilvus.exceptions import ConnectionConfigException

        # They log what they raise, with its traceback.
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            connected = MilvusClient(
                self.address.uri,
                token=self._token or "",
                db_name=self.address.database,
                timeout=_CONNECT_SECONDS,
                dedicated=True,
                grpc_options=_RECONNECTING,
            )
        except ConnectionConfigException as error:
            if not self.address.is_file:
                raise self._make_error(error.message) from error
            raise StoreError(
                f"the store {self.address.shown} can't be opened",
                hint="its folder must exist, and no other process may have it open: Milvus Lite "
                "is for one process; for more use a Milvus server",
            ) from error
        # Else pymilvus would connect again, each thread after the other, and try the call again
        # for as long as it may take. gRPC connects again by itself.
        connected._get_connection()._on_rpc_error = _fail
        return connected

    def _make_error(self, reason: str) -> StoreError:
        return StoreError(f"the store {self.address.shown} refuses ({reason})")


def _fail(error: Exception) -> NoReturn:
    raise error


class _PassingError(Exception):
    """The server is away or busy."""


def _list_passing_codes() -> tuple[Any, ...]:
    import grpc

    code = grpc.StatusCode
    return code.UNAVAILABLE, code.DEADLINE_EXCEEDED, code.RESOURCE_EXHAUSTED, code.CANCELLED


def _find_seconds(seconds: float | None) -> float:
    deadline = find_deadline()
    if seconds is not None:
        return seconds
    return SECONDS if deadline is None else deadline.left * (1 - _MARGIN)
