"""Files become Documents: one loader per format, none of them changes a character."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CorpusError, LoadError
from assistant.load.checks import check_id, refuse_nul
from assistant.load.html import load_html
from assistant.load.jsonl import load_jsonl
from assistant.load.markdown import load_markdown
from assistant.load.text import load_text
from assistant.records import Document

# A loader takes the file's content and its path inside the corpus. It yields Documents, and
# LoadErrors for what it could not read: one bad line costs itself and nothing else.
Loader = Callable[[str, str], Iterable[Document | LoadError]]

LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".html": load_html,
    ".htm": load_html,
    ".jsonl": load_jsonl,
}


# Files that are about a corpus, not of it: a note, and sample questions, one a line.
NOTES = "readme.md"
QUESTIONS = "questions.txt"
MOST_QUESTIONS = 8


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the corpus folder that is in no index, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder held: documents in order of id, what was refused, and a fingerprint.

    `fingerprint` is the SHA-256 over the names and bytes of the files read; `questions` are
    samples to show who does not know what to ask.
    """

    documents: tuple[Document, ...]
    refused: tuple[Refusal, ...]
    fingerprint: str
    questions: tuple[str, ...] = ()


def find_files(folder: Path) -> list[tuple[str, Path]]:
    """The files of a corpus folder that have a loader, as (path inside it, path), sorted.

    Hidden files, README.md files and the folder's questions.txt are left out, and so are links
    that lead out of the folder. Raises CorpusError where there is no such folder.
    """
    if not folder.is_dir():
        raise CorpusError(
            f"no corpus folder {folder}",
            hint="create it and put documents in, or name another with --corpus",
        )
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        about = path.name.casefold() == NOTES or inside.as_posix() == QUESTIONS
        if hidden or about or not path.is_file():
            continue
        if path.suffix.lower() in LOADERS and _is_inside(path, folder):
            found.append((inside.as_posix(), path))
    return sorted(found)


def fingerprint_files(folder: Path) -> str:
    """SHA-256 over the names and bytes of a corpus folder's files: equal means unchanged."""
    whole = hashlib.sha256()
    files = find_files(folder)
    if _has_questions(folder):
        files.append((QUESTIONS, folder / QUESTIONS))
    for name, path in files:
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            digest = "unreadable"
        whole.update(f"{digest}  {name}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()


def load_corpus(folder: Path) -> Corpus:
    """Read every document of a corpus folder.

    Raises CorpusError where no document could be read at all.
    """
    # Before reading: what changes meanwhile is then read again by the next build.
    fingerprint = fingerprint_files(folder)
    documents: dict[str, Document] = {}
    refused: list[Refusal] = []
    for name, path in find_files(folder):
        for item in load_file(path, name):
            shown = name.encode(errors="backslashreplace").decode()
            if isinstance(item, LoadError):
                refused.append(Refusal(shown, str(item)))
            elif item.id in documents:
                refused.append(Refusal(shown, f"document id {item.id!r} occurs twice"))
            else:
                documents[item.id] = item
    if not documents:
        kinds = ", ".join(sorted(LOADERS))
        reasons = "".join(f"; {refusal.path}: {refusal.reason}" for refusal in refused[:3])
        raise CorpusError(
            f"no document in {folder}{reasons}", hint=f"put in files that end in {kinds}"
        )
    found = tuple(documents.values())
    lines: list[str] = []
    if _has_questions(folder):
        try:
            lines = decode((folder / QUESTIONS).read_bytes(), QUESTIONS).splitlines()
        except (OSError, LoadError) as error:
            refused.append(Refusal(QUESTIONS, str(error)))
    written = [line.strip() for line in lines if line.strip()]
    questions = tuple(written or _suggest_questions(found))
    return Corpus(found, tuple(refused), fingerprint, questions[:MOST_QUESTIONS])


def _has_questions(folder: Path) -> bool:
    path = folder / QUESTIONS
    return path.is_file() and _is_inside(path, folder)


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder where its links lead."""
    return path.resolve().is_relative_to(folder.resolve())


def _suggest_questions(documents: Iterable[Document]) -> Iterable[str]:
    """Questions for a corpus that brings none: what is said under its headings and titles."""
    for document in documents:
        for words in [heading.text for heading in document.headings[1:3]] or [document.title]:
            yield f"What is said about {words.rstrip('.?! ')}?"


def load_file(path: Path, name: str) -> Iterable[Document | LoadError]:
    """The documents of one file, and a LoadError for each thing in it that can't be read."""
    try:
        check_id(name)
        content = decode(path.read_bytes(), name)
        refuse_nul(content, name)
    except OSError as error:
        return [LoadError(f"{name} can't be read", hint=error.strerror or str(error))]
    except LoadError as error:
        return [error]
    return LOADERS[path.suffix.lower()](content, name)


def decode(content: bytes, name: str) -> str:
    """Bytes as text: UTF-8, or UTF-16 where a byte order mark says so. Raises LoadError."""
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoadError(
            f"{name} is not UTF-8 (byte {error.start})", hint="save it as UTF-8"
        ) from None
