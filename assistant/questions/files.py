"""The files of question sets, plain or gzipped: JSON Lines, and corpora of documents."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from assistant.errors import EvaluationError, LoadError
from assistant.load.jsonl import load_jsonl
from assistant.records import Document

CORPUS = "corpus.jsonl"


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


Record = TypeVar("Record", bound=_WithId)


def find_file(folder: Path, name: str) -> Path | None:
    """A file of a folder, plain or gzipped."""
    paths = (folder / name, folder / f"{name}.gz")
    return next((path for path in paths if path.is_file()), None)


def read_text(path: Path) -> str:
    """The text of a file. Raises EvaluationError."""
    return "".join(_read(path))


def _read(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        # Only "\n" ends a line: JSON strings may hold other line breaks.
        with opened(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EvaluationError(
            f"{path} can't be read ({reason})", hint="give another file, or fix it"
        ) from None


def read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each line of JSON Lines, and its object. Raises EvaluationError."""
    for number, line in enumerate(_read(path), start=1):
        if line.strip():
            where = f"{path} line {number}"
            try:
                fields = json.loads(line)
            except ValueError as error:
                raise EvaluationError(f"{where} is not JSON ({error})", hint="fix it") from None
            if not isinstance(fields, dict):
                raise EvaluationError(f"{where} is not an object", hint="fix it")
            yield where, fields


def read_records(
    path: Path, adapter: TypeAdapter[Record], *, where: Mapping[str, frozenset[str]] | None = None
) -> Iterator[tuple[str, Record]]:
    """The name and record of each line of JSON Lines that meets the conditions `where`.

    Raises EvaluationError naming line and field, also if an id occurs twice.
    """
    seen = set()
    for place, fields in read_lines(path):
        if any(
            json.dumps(fields.get(name)).strip('"') not in allowed
            for name, allowed in (where or {}).items()
        ):
            continue
        try:
            record = adapter.validate_python(fields)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "line"
            raise EvaluationError(f"{place}, {name}: {first['msg']}", hint="fix it") from None
        if record.id in seen:
            raise EvaluationError(f"{place}, id: {record.id!r} occurs twice", hint="rename one")
        seen.add(record.id)
        yield place, record


def parse_where(where: Sequence[str]) -> dict[str, frozenset[str]]:
    """The values allowed for each field.

    >>> parse_where(("split=dev", "kind=fact", "kind=top"))["kind"] == {"fact", "top"}
    True

    Raises EvaluationError for what is not FIELD=VALUE.
    """
    allowed: dict[str, frozenset[str]] = {}
    for condition in where:
        name, sign, value = condition.partition("=")
        if not name or not sign:
            raise EvaluationError(f"--where {condition!r} is not FIELD=VALUE", hint='"split=dev"')
        allowed[name] = allowed.get(name, frozenset()) | {value}
    return allowed


def read_corpus(path: Path) -> dict[str, Document]:
    """The documents of JSON Lines by their ids. Raises EvaluationError."""
    name = path.name.removesuffix(".gz")
    documents: dict[str, Document] = {}
    for item in load_jsonl(read_text(path), name):
        if isinstance(item, LoadError):
            raise EvaluationError(f"{path}: {item.message}", hint=item.hint)
        id_ = item.id.removeprefix(f"{name}/")
        if id_ in documents:
            raise EvaluationError(f"{path}: id {id_!r} occurs twice", hint="rename one")
        documents[id_] = item
    return documents
