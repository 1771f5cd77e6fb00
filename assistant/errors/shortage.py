"""Whether the system is short of something, from what libraries raise then."""

import errno
import os
import sqlite3

from assistant.errors.base import SHORT, AssistantError
from assistant.errors.retry import RetryError


class ShortageError(RetryError):
    code = "shortage"
    exit_status = SHORT

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, seconds=5)


def find_shortage(error: BaseException) -> ShortageError | None:
    """What the system is short of, if that is why something failed; by the error's text, for each
    library has a type of its own for it.
    """
    cause: BaseException | None = error
    while cause is not None:
        # Not by our own errors, which may quote a question.
        text = "" if isinstance(cause, AssistantError) else str(cause).casefold()
        is_closed = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_CANTOPEN
        if is_closed or any(sign in text for sign in _NO_FILES):
            return ShortageError(
                "too many files and connections are open",
                hint="try again; if it happens often, raise the limit (`ulimit -n`)",
            )
        if _NO_THREADS in text:
            return ShortageError(
                "no more threads can be started",
                hint="try again; if it happens often, give the process more memory, or raise the "
                "limit (`ulimit -u`)",
            )
        if isinstance(cause, MemoryError) or any(sign in text for sign in _NO_MEMORY):
            return ShortageError(
                "there is not enough memory",
                hint="try again; if it happens often, give the process more memory",
            )
        cause = cause.__cause__
    return None


def check_shortage(error: BaseException) -> None:
    """Raises ShortageError if the system's shortage of something is why something failed."""
    shortage = find_shortage(error)
    if shortage is not None:
        raise shortage from error


_NO_FILES = tuple(os.strerror(number).casefold() for number in (errno.EMFILE, errno.ENFILE))
_NO_THREADS = "can't start new thread"  # as Python says it
# As the system, onnxruntime and C++ say it.
_NO_MEMORY = (os.strerror(errno.ENOMEM).casefold(), "failed to allocate memory", "bad_alloc",
              "bad allocation")  # fmt: skip
