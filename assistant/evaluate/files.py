"""The files of question sets, plain or gzipped: text, JSON Lines and corpora."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError, LoadError
from assistant.load.jsonl import load_jsonl
from assistant.records import Document

CORPUS = "corpus.jsonl"


def find_file(folder: Path, name: str) -> Path | None:
    """A file of a folder, or its gzip."""
    both = (folder / name, folder / f"{name}.gz")
    return next((path for path in both if path.is_file()), None)


def read_text(path: Path) -> str:
    """The text of a file. Raises EvaluationError."""
    return "".join(_read(path))


def _read(path: Path) -> Iterator[str]:
    """A file line by line; a line ends with a newline. Raises EvaluationError."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise EvaluationError(
            f"{path} can't be read ({error})", hint="give another file, or mend it"
        ) from None


def read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of JSON Lines, with the words that name its place. Raises EvaluationError."""
    # Lines end with "\n" alone: JSON may hold other characters that end a line of text.
    for number, line in enumerate(_read(path), start=1):
        if line.strip():
            where = f"{path} line {number}"
            try:
                fields = json.loads(line)
            except ValueError as error:
                raise EvaluationError(f"{where} is not JSON ({error})", hint="mend it") from None
            if not isinstance(fields, dict):
                raise EvaluationError(f"{where} is not an object", hint="mend it")
            yield where, fields


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
