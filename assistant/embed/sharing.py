"""Models and tokenizers that are open: generations with the same model share it, and models with
the same tokenizer share that.

Opened anew with each generation, a model of 90 MB leaves gaps in the memory of a process that its
allocator does not return to the system.
"""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

S = TypeVar("S")
T = TypeVar("T")

_LOCK = threading.RLock()  # a model opens its tokenizer
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


def open_tokenizer(path: Path) -> "Tokenizer":
    """The tokenizer in a file, without padding and truncation: nobody may turn them on.

    A vocabulary of 30,000 word pieces takes 8 MB. Raises OSError, and whatever tokenizers raises.
    """
    content = path.read_bytes()
    return share(_read_tokenizer, content, (hashlib.sha256(content).hexdigest(),))


def _read_tokenizer(content: bytes) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
