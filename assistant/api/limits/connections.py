"""How many connections a server may have open, by how many files its process may."""

from dataclasses import dataclass
from typing import Self

MOST = 10_000  # each has buffers of its own
BACKLOG = 2048
USUAL_FILES = 1024  # where the system does not say


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """`most` connections are served at a time; `backlog` more may be accepted at once, and are
    refused. Together they are at most 3/4 of the files that may be open: the rest is for the index.
    """

    most: int
    backlog: int

    @classmethod
    def find(cls) -> Self:
        files = raise_file_limit()
        return cls(min(MOST, files // 2), min(BACKLOG, files // 4))


def raise_file_limit() -> int:
    """How many files this process may have open, raised as far as the system lets it.

    The usual limit is low for programs that call `select`, which this one does not.
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return USUAL_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS allows less than the limit that it gives
        return soft
    return wanted
