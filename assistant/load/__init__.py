"""Files become Documents: one loader per format, none of them changes a character."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from assistant.errors import CorpusError, LoadError
from assistant.load.checks import check_id, refuse_nul
from assistant.load.encoding import decode
from assistant.load.files import QUESTIONS, is_inside, read_content, walk
from assistant.load.formats import LOADERS, SAVE_AS, WORKER_LOADERS
from assistant.load.limits import FILE_BYTES
from assistant.load.worker import Worker
from assistant.records import Document

MOST_QUESTIONS = 8
_READ = LOADERS.keys() | WORKER_LOADERS.keys()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the corpus folder that is in no index: where, what is wrong, what to do."""

    path: str
    problem: str
    hint: str = ""

    @property
    def reason(self) -> str:
        return f"{self.problem}: {self.hint}" if self.hint else self.problem


class Source(NamedTuple):
    """A file all of which was read: its path inside the corpus and the SHA-256 of its bytes.

    Its `documents` are so many of the corpus, from the one numbered `first`.
    """

    name: str
    digest: str
    first: int
    documents: int


# The documents of a file of that path and SHA-256, as they were loaded before; None: not known.
Known = Callable[[str, str], Sequence[Document] | None]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder held: documents in order of their files, what was refused, a fingerprint.

    `fingerprint` is the SHA-256 over the names and bytes of the files read; `questions` are
    samples to show who does not know what to ask; `sources` are the files of which nothing was
    refused.
    """

    documents: tuple[Document, ...]
    refused: tuple[Refusal, ...]
    fingerprint: str
    questions: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


NOT_READ = "not read"  # instead of a hash


def find_files(folder: Path) -> list[tuple[str, Path]]:
    """The files of a corpus folder that have a loader, as (path inside it, path), sorted.

    Hidden files, README.md files and the folder's questions.txt are left out, and so are links
    that lead out of the folder. Raises CorpusError where there is no such folder.
    """
    return [
        (name, path)
        for name, path, is_link in walk(folder)
        if path.suffix.lower() in _READ
        and (not is_link or (path.is_file() and is_inside(path, folder)))
    ]


def find_others(folder: Path) -> list[Refusal]:
    """What in a corpus folder looks like a document and is none that can be read."""
    others = []
    for name, path, is_link in walk(folder):
        save_as = SAVE_AS.get(path.suffix.lower())
        if is_link and not is_inside(path, folder):
            problem, hint = "is a link out of the corpus", "copy what it leads to into the corpus"
        elif save_as is not None and not is_link:
            problem, hint = "is of a format that is not read", f"save it as {save_as}"
        else:
            continue
        others.append(Refusal(_show(name), f"{_show(name)} {problem}", hint))
    return others


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 of the bytes of a corpus folder's files, by their paths inside it, in order.

    Behind them stands what is there and is no document: it is named when an index is built.
    """
    files = find_files(folder)
    if _has_questions(folder):
        files.append((QUESTIONS, folder / QUESTIONS))
    digests = {name: _hash_file(path) for name, path in files}
    return digests | {other.path: NOT_READ for other in find_others(folder)}


def _hash_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            is_read = size <= FILE_BYTES  # a larger file is refused, whatever it holds
            return hashlib.file_digest(file, "sha256").hexdigest() if is_read else f"{size}"
    except OSError:
        return "unreadable"


def fingerprint_files(digests: Mapping[str, str]) -> str:
    """SHA-256 over what `hash_files` gives: equal means unchanged."""
    whole = hashlib.sha256()
    for name, digest in digests.items():
        whole.update(f"{digest}  {name}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()


def load_corpus(
    folder: Path,
    digests: Mapping[str, str] | None = None,
    *,
    known: Known | None = None,
) -> Corpus:
    """Read every document of a corpus folder; the files that are `known` are not read again.

    `digests` are what `hash_files` gave. Raises CorpusError where no document could be read at all.
    """
    if digests is None:  # before reading: what changes meanwhile is read again by the next build
        digests = hash_files(folder)
    documents: dict[str, Document] = {}
    refused: list[Refusal] = []
    sources: list[Source] = []
    with Worker() as worker:
        for name, digest in digests.items():
            if name == QUESTIONS or digest == NOT_READ:
                continue
            first, refused_before = len(documents), len(refused)
            items = None if known is None else known(name, digest)
            for item in load_file(folder / name, name, worker) if items is None else items:
                if isinstance(item, LoadError):
                    refused.append(Refusal(_show(name), item.message, item.hint))
                elif item.id in documents:
                    problem = f"document id {item.id!r} occurs twice"
                    refused.append(Refusal(_show(name), problem, "give it another"))
                else:
                    documents[item.id] = item
            if len(refused) == refused_before:  # else it is tried again
                sources.append(Source(name, digest, first, len(documents) - first))
    refused = sorted([*refused, *find_others(folder)], key=lambda refusal: refusal.path)
    if not documents:
        kinds = ", ".join(sorted([*LOADERS, *WORKER_LOADERS]))
        reasons = "".join(f"; {refusal.path}: {refusal.reason}" for refusal in refused[:3])
        raise CorpusError(
            f"no document in {folder}{reasons}", hint=f"put in files that end in {kinds}"
        )
    found = tuple(documents.values())
    lines: list[str] = []
    if _has_questions(folder):
        try:
            lines = decode(read_content(folder / QUESTIONS, QUESTIONS), QUESTIONS).text.splitlines()
        except LoadError as error:
            refused.append(Refusal(QUESTIONS, error.message, error.hint))
    written = [line.strip() for line in lines if line.strip()]
    questions = tuple(written or _suggest_questions(found))
    fingerprint = fingerprint_files(digests)
    return Corpus(found, tuple(refused), fingerprint, questions[:MOST_QUESTIONS], tuple(sources))


def _has_questions(folder: Path) -> bool:
    path = folder / QUESTIONS
    return path.is_file() and is_inside(path, folder)


def _show(name: str) -> str:
    """A path that can be printed, whatever bytes it has."""
    return name.encode(errors="backslashreplace").decode()


def _suggest_questions(documents: Iterable[Document]) -> Iterable[str]:
    """Questions for a corpus that brings none: what is said under its headings and titles."""
    for document in documents:
        for words in [heading.text for heading in document.headings[1:3]] or [document.title]:
            yield f"What is said about {words.rstrip('.?! ')}?"


def load_file(path: Path, name: str, worker: Worker) -> Iterable[Document | LoadError]:
    """The documents of one file, and a LoadError for each thing in it that can't be read.

    An encoding that nothing but the bytes told is in the documents' `extra`.
    """
    suffix = path.suffix.lower()
    try:
        check_id(name)
        if suffix in WORKER_LOADERS:
            return worker.load(path, name)
        content, guessed = decode(read_content(path, name), name)
        refuse_nul(content, name)
    except LoadError as error:
        return [error]
    found = LOADERS[suffix](content, name)
    return found if guessed is None else (_tell_encoding(item, guessed) for item in found)


def _tell_encoding(item: Document | LoadError, encoding: str) -> Document | LoadError:
    if isinstance(item, LoadError):
        return item
    return replace(item, extra={**item.extra, "encoding": encoding})
