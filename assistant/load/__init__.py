"""Files become Documents, with one loader per format."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Generic, TypeVar, cast

from assistant.errors import LoadError, NoDocumentError
from assistant.load.encoding import decode
from assistant.load.files import (
    NOT_READ,
    QUESTIONS,
    fingerprint_files,
    has_questions,
    hash_files,
    list_files,
    make_printable,
    read_content,
)
from assistant.load.formats import BINARY_LOADERS, TEXT_LOADERS, run_loader
from assistant.load.limits import check_id
from assistant.load.recogniser import find_program
from assistant.load.worker import Worker
from assistant.records import Document, Notice, Skipped, StoredDocument
from assistant.scripts import identify_language, is_mainly
from assistant.text.dates import find_issued
from assistant.words import ENGLISH, read_words

__all__ = [
    "NOT_READ", "fingerprint_files", "hash_files", "load_changed", "load_corpus", "load_file",
]  # fmt: skip
MOST_QUESTIONS = 8
SHOWN_REASONS = 8
READ_SCRIPT = "LATIN"  # of the packaged reader

# The documents of a file by its path and SHA-256, from a previous build; None if it is unknown.
FindKnown = Callable[[str, str], Sequence[Document | StoredDocument] | None]
Listed = TypeVar("Listed", bound=Document | StoredDocument, covariant=True)


@dataclass(frozen=True, slots=True)
class Corpus(Generic[Listed]):
    """The content of a folder: documents in order of their files, and the files skipped.

    `fingerprint` is the SHA-256 over the names and bytes of the files; `questions` are those of its
    file of samples; `sources` are the files read completely: path, SHA-256, number of the first
    document, count.
    """

    documents: tuple[Listed, ...]
    skipped: tuple[Skipped, ...]
    fingerprint: str
    questions: tuple[str, ...] = ()
    sources: tuple[tuple[str, str, int, int], ...] = ()


def load_corpus(folder: Path, *, ocr: bool = False) -> Corpus[Document]:
    """Read every document of a corpus folder.

    `ocr` recognises the text of scanned pages, where tesseract is installed.
    Raises CorpusError, NoDocumentError if no document can be read.
    """
    # Hashed before reading: what changes meanwhile is read again by the next build.
    # No file is known, so all documents are read.
    return cast(Corpus[Document], load_changed(folder, hash_files(folder), ocr=ocr))


def load_changed(
    folder: Path,
    digests: Mapping[str, str],
    *,
    find_known: FindKnown | None = None,
    ocr: bool = False,
    progress: Callable[[int], object] = lambda _: None,
) -> Corpus[Document | StoredDocument]:
    """Read a corpus folder, but for the files that `find_known` knows.

    `digests` is the result of `hash_files`; `progress` counts the files. Raises as `load_corpus`.
    """
    documents: dict[str, Document | StoredDocument] = {}
    skipped = list_files(folder)[1]
    sources: list[tuple[str, str, int, int]] = []
    with Worker(tesseract=find_program() if ocr else None) as worker:
        for name, digest in digests.items():
            progress(1)
            if name == QUESTIONS or digest == NOT_READ:
                continue
            first, skipped_before = len(documents), len(skipped)
            known = find_known(name, digest) if find_known else None
            for item in load_file(folder / name, name, worker) if known is None else known:
                if isinstance(item, LoadError):
                    skipped.append(Skipped(make_printable(name), str(item)))
                elif item.id in documents:
                    reason = f"document id {item.id!r} occurs twice: give it another"
                    skipped.append(Skipped(make_printable(name), reason))
                else:
                    documents[item.id] = item
            if len(skipped) == skipped_before:  # else it is tried again by the next build
                sources.append((name, digest, first, len(documents) - first))
    skipped.sort(key=lambda each: each.path)
    if not documents:
        raise _make_empty_error(folder, skipped)
    samples: Iterable[str] = ()
    try:
        samples = _read_questions(folder)
    except LoadError as error:
        skipped.append(Skipped(QUESTIONS, str(error)))
    return Corpus(
        tuple(documents.values()),
        tuple(skipped),
        fingerprint_files(digests),
        tuple(islice(samples, MOST_QUESTIONS)),
        tuple(sources),
    )


def _make_empty_error(folder: Path, skipped: Sequence[Skipped]) -> NoDocumentError:
    endings = ", ".join(sorted([*TEXT_LOADERS, *BINARY_LOADERS]))
    found = "".join(f"; {each}" for each in skipped[:SHOWN_REASONS])
    more = len(skipped) - SHOWN_REASONS
    return NoDocumentError(
        f"no document in {folder}{found}{f'; and {more:,} more files' if more > 0 else ''}",
        hint=f"put in files that end in {endings}",
    )


def _read_questions(folder: Path) -> list[str]:
    if not has_questions(folder):
        return []
    text, _ = decode(read_content(folder / QUESTIONS, QUESTIONS), QUESTIONS)
    return [line.strip() for line in text.splitlines() if line.strip()]


def load_file(path: Path, name: str, worker: Worker) -> Iterator[Document | LoadError]:
    """The documents of one file, and a LoadError for each part of it that can't be read.

    A detected encoding is added to the `extra` of the documents.
    """
    suffix = path.suffix.lower()
    try:
        check_id(name)
        if suffix in BINARY_LOADERS:
            yield from (_complete(item, name) for item in worker.load(path, name))
            return
        content, detected = decode(read_content(path, name), name)
        if not content.strip():
            raise LoadError(f"{name} is empty", hint="remove it or put text in")
        for item in run_loader(TEXT_LOADERS[suffix], content, name):
            if detected and isinstance(item, Document):
                item = replace(item, extra={**item.extra, "encoding": detected})
            yield _complete(item, name)
    except LoadError as error:
        yield error


def _complete(item: Document | LoadError, name: str) -> Document | LoadError:
    """A document with the date in its file's name, if it has no other, and a note if needed."""
    if isinstance(item, Document) and item.published is None and item.id == name:
        issued = find_issued(PurePosixPath(name).stem)
        if issued is not None:
            item = replace(item, published=issued.day, dated=issued.words)
    return _note_language(item)


def _note_language(item: Document | LoadError) -> Document | LoadError:
    """A document, with a notice if it is mainly in a script that the packaged reader can't read."""
    if isinstance(item, LoadError) or is_mainly(READ_SCRIPT, item.text):
        return item
    language = read_words(ENGLISH).name_language(identify_language(item.text))
    message = f"the text is in {language}: its best sentences are shown, but not as sure answers"
    return replace(item, notices=(*item.notices, Notice("language", message)))
