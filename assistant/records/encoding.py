"""Records as JSON: in an index, and between processes."""

from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

Record = TypeVar("Record")


def write_json(value: object) -> str:
    """Records as JSON. Raises ValueError for half of a surrogate pair, which UTF-8 can't hold."""
    return to_json(value).decode()


def read_json(kind: type[Record], text: str | bytes, *, strict: bool = False) -> Record:
    """Records from JSON; `strict` converts no value. Raises ValueError for anything else."""
    record: Record = _make_adapter(kind).validate_json(text, strict=strict)  # type: ignore[arg-type]
    return record


_make_adapter = cache(TypeAdapter)
