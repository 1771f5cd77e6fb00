"""How many requests a client address may send: counted in memory, never stored."""

import math
import threading
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Scope

from assistant.api.limits.addresses import name_network, read_address
from assistant.errors import RateLimitError
from assistant.settings import OFF

MOST_CLIENTS = 10_000  # remembered at a time
# What asks by GET. Of other methods, all requests count: they ask, write or give feedback.
ASKING = frozenset({"/api/v1/query", "/answers/chart.svg"})


class RateLimit:
    """A limit such as `120/minute`, by a sliding window."""

    def __init__(self, limit: str) -> None:
        self._limit = parse(limit)
        self._lock = threading.Lock()
        self._forget()

    def count(self, address: str) -> int:
        """Count a request: 0, or in how many seconds it may be sent if that is too many."""
        client = name_network(address)
        with self._lock:
            if len(self._storage.expirations) >= MOST_CLIENTS:
                self._forget()  # counting does not stop a client with so many addresses
            if self._limiter.hit(self._limit, client):
                return 0
            reset = self._limiter.get_window_stats(self._limit, client).reset_time
        return max(1, math.ceil(reset - time.time()))

    def _forget(self) -> None:
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)


class RequestRate:
    """The limit of a server for all that makes it work."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._rate = None if setting == OFF else RateLimit(setting)

    def check(self, scope: Scope) -> None:
        """Count a request. Raises RateLimitError."""
        client = scope.get("client") or ("",)
        address = read_address(client[0])  # None for one of this machine, on a Unix socket
        if self._rate is None or address is None or address.is_loopback or not _is_counted(scope):
            return
        seconds = self._rate.count(client[0])
        if seconds:
            raise RateLimitError(self._setting, seconds)


def _is_counted(scope: Scope) -> bool:
    if scope["method"] not in ("GET", "HEAD"):
        return True
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path in ASKING or (path in ("", "/") and bool(scope["query_string"]))
