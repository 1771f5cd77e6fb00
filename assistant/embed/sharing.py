"""Models that are open: generations with the same model share it.

Opened anew with each generation, a model of 90 MB leaves gaps in the memory of a process that its
allocator does not return to the system.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

S = TypeVar("S")
T = TypeVar("T")

_LOCK = threading.Lock()
_OPEN: "WeakValueDictionary[tuple[object, ...], Any]" = WeakValueDictionary()


def share(open_model: Callable[[S], T], source: S, digests: tuple[str, ...]) -> T:
    """`open_model(source)`, or what it returned for the same digests as long as that is in use.

    `digests` are the SHA-256 of the files of a model; () for one that is not shared.
    """
    if not digests:
        return open_model(source)
    with _LOCK:
        key = (open_model, *digests)
        model: T | None = _OPEN.get(key)
        if model is None:
            model = _OPEN[key] = open_model(source)
        return model
