"""The files of a corpus folder: which are documents, their bytes, their hashes."""

import hashlib
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from assistant.errors import CorpusError, LoadError
from assistant.load.formats import BINARY_LOADERS, PICTURES, SAVE_AS, TEXT_LOADERS
from assistant.load.limits import FILE_BYTES, MIB
from assistant.records import Skipped

QUESTIONS = "questions.txt"  # sample questions, one a line
# Files of a corpus folder that are not documents, and in any folder those that systems leave there.
NO_DOCUMENTS = frozenset({QUESTIONS, "players.toml"})
_LEFTOVERS = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini", re.IGNORECASE)
NOT_READ, UNREADABLE = "not read", "unreadable"  # instead of a hash


def list_files(folder: Path) -> tuple[list[str], list[Skipped]]:
    """The documents of a corpus folder, as paths inside it, and all its other files; sorted.

    Hidden files and folders are left out. Raises CorpusError for no folder.
    """
    if folder.is_file():
        raise CorpusError(
            f"the corpus {folder} is a file, not a folder",
            hint=f"give the folder that it is in: --corpus {shlex.quote(str(folder.parent))}",
        )
    if not folder.is_dir():
        raise CorpusError(
            f"no corpus folder {folder}",
            hint="create it and put documents in, or name another with --corpus",
        )
    documents, others = [], []
    for name, is_link in sorted(_walk(folder)):
        reason = _describe_link(folder / name, folder) if is_link else ""
        if reason is None:
            continue  # its files are found where they are
        reason = reason or describe_format(PurePath(name))
        if reason:
            shown = make_printable(name)
            others.append(Skipped(shown, f"{shown} {reason}"))
        else:
            documents.append(name)
    return documents, others


def _describe_link(path: Path, folder: Path) -> str | None:
    """Why a link is no document; "" if it may be one, None for one to a folder of the corpus."""
    if not is_inside(path, folder):
        return "is a link out of the corpus: copy its target into the corpus"
    if path.is_dir():
        return None
    return "" if path.is_file() else "is a link to nothing: remove it"


def is_leftover(name: str) -> bool:
    """Whether a name is one of those that systems leave in folders, or a hidden one."""
    return _LEFTOVERS.fullmatch(name) is not None


def describe_format(path: PurePath) -> str:
    """Why a file is no document by its name, and what to do about it; "" if it is one."""
    suffix = path.suffix.lower()
    if Skipped(path.name, "").is_readme:
        return "describes its folder: rename it if it is a document"
    if suffix in TEXT_LOADERS or suffix in BINARY_LOADERS:
        return ""
    if suffix in PICTURES:
        return "is a picture: put it into a PDF, and run `assistant index --ocr`"
    if suffix in SAVE_AS:
        return f"has a format that is not supported: save it as {SAVE_AS[suffix]}"
    ending = (
        f"ends in {make_printable(suffix)}, which is not supported" if suffix else "has no ending"
    )
    return f"{ending}: rename it to .txt if it is plain text, or save it as .pdf"


def _walk(folder: Path) -> Iterator[tuple[str, bool]]:
    """Files and links inside a folder, with whether each is a link. No link is followed."""
    folders = [""]
    while folders:
        inside = folders.pop()
        try:
            entries = list(os.scandir(folder / inside))
        except OSError as error:
            raise CorpusError(
                f"the folder {folder / inside} can't be read ({error.strerror or error})",
                hint="give yourself the right to read it, or move it out of the corpus",
            ) from None
        for entry in entries:
            name = f"{inside}{entry.name}"
            if name in NO_DOCUMENTS or is_leftover(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{name}/")
            elif entry.is_symlink() or entry.is_file():
                yield name, entry.is_symlink()


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path is in a folder after its links are followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a cycle of links; Python 3.13 resolves it
        return False


def has_questions(folder: Path) -> bool:
    path = folder / QUESTIONS
    return path.is_file() and is_inside(path, folder)


def make_printable(name: str) -> str:
    """A path with bytes that are not UTF-8 escaped."""
    return name.encode(errors="backslashreplace").decode()


def read_content(path: Path, name: str) -> bytes:
    """The bytes of a file. Raises LoadError if it can't be read or is too large."""
    try:
        with path.open("rb") as file:
            is_large = os.fstat(file.fileno()).st_size > FILE_BYTES
            content = b"" if is_large else file.read(FILE_BYTES + 1)
    except OSError as error:
        raise LoadError(f"{name} can't be read", hint=error.strerror or str(error)) from None
    if is_large or len(content) > FILE_BYTES:
        raise make_large_error(name)
    return content


def make_large_error(name: str) -> LoadError:
    return LoadError(f"{name} is larger than {FILE_BYTES // MIB} MiB", hint="split it")


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 of the bytes of a corpus folder's files, by their paths inside it, in order.

    Files that are not read follow: they are listed when an index is built.
    """
    names, others = list_files(folder)
    if has_questions(folder):
        names.append(QUESTIONS)
    digests = {name: hash_content(folder / name) for name in names}
    return digests | {other.path: NOT_READ for other in others}


def hash_content(path: Path) -> str:
    """SHA-256 of a file's bytes; of one that will be refused, its size or `UNREADABLE`."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > FILE_BYTES:  # it will be refused
                return f"{size}"
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return UNREADABLE


def fingerprint_files(digests: Mapping[str, str]) -> str:
    """SHA-256 over the result of `hash_files`."""
    combined = hashlib.sha256()
    for name, digest in digests.items():
        combined.update(f"{digest}  {name}\n".encode(errors="surrogateescape"))
    return combined.hexdigest()
