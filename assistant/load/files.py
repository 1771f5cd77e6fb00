"""The files of a corpus folder: which are documents, and their bytes."""

import os
from pathlib import Path
from typing import NamedTuple

from assistant.errors import CorpusError, LoadError
from assistant.load.limits import FILE_BYTES, MIB

# Files that are about a corpus, not of it: a note, and sample questions, one a line.
NOTES = "readme.md"
QUESTIONS = "questions.txt"


class Found(NamedTuple):
    """A file or link of a corpus folder: its path inside it, its path, whether it is a link."""

    name: str
    path: Path
    is_link: bool


def walk(folder: Path) -> list[Found]:
    """Files and links of a folder and the folders in it, sorted by name.

    Hidden ones, README.md files and the folder's questions.txt are left out. Links to folders are
    given as they are, never followed. Raises CorpusError where there is no such folder.
    """
    if not folder.is_dir():
        raise CorpusError(
            f"no corpus folder {folder}",
            hint="create it and put documents in, or name another with --corpus",
        )
    found: list[Found] = []
    folders = [("", folder)]
    while folders:
        inside, path = folders.pop()
        # What an entry is, the system tells with its name: a question less for each of 100,000.
        try:
            entries = os.scandir(path)
        except OSError as error:
            raise CorpusError(
                f"the folder {path} can't be read ({error.strerror or error})",
                hint="give yourself the right to read it, or move it out of the corpus",
            ) from None
        with entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.casefold() == NOTES:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append((f"{inside}{entry.name}/", Path(entry.path)))
                elif entry.is_symlink() or entry.is_file():
                    name, is_link = f"{inside}{entry.name}", entry.is_symlink()
                    found.append(Found(name, Path(entry.path), is_link))
    return sorted(each for each in found if each.name != QUESTIONS)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder where its links lead."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a ring, which Python 3.13 and later resolve
        return False


def read_content(path: Path, name: str) -> bytes:
    """The bytes of a file. Raises LoadError where it can't be read or is too large."""
    try:
        with path.open("rb") as file:
            is_large = os.fstat(file.fileno()).st_size > FILE_BYTES
            content = b"" if is_large else file.read(FILE_BYTES + 1)
    except OSError as error:
        raise LoadError(f"{name} can't be read", hint=error.strerror or str(error)) from None
    if is_large or len(content) > FILE_BYTES:
        raise LoadError(f"{name} is larger than {FILE_BYTES // MIB} MiB", hint="split it")
    return content
