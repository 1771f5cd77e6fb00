"""The files of a corpus folder: which are documents, and their bytes."""

import os
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import CorpusError, LoadError
from assistant.load.limits import FILE_BYTES, MIB

# Files that are about a corpus, not of it: a note, and sample questions, one a line.
NOTES = "readme.md"
QUESTIONS = "questions.txt"


def walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files and links of a folder and the folders in it, as (path inside it, path), sorted.

    Hidden ones, README.md files and the folder's questions.txt are left out. Links to folders are
    given as they are, never followed. Raises CorpusError where there is no such folder.
    """
    if not folder.is_dir():
        raise CorpusError(
            f"no corpus folder {folder}",
            hint="create it and put documents in, or name another with --corpus",
        )
    found = []
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = Path(above).relative_to(folder)
        links = [name for name in folders if Path(above, name).is_symlink()]
        for name in [*files, *links]:
            if not name.startswith(".") and name.casefold() != NOTES:
                found.append(((inside / name).as_posix(), Path(above, name)))
    return iter(sorted(pair for pair in found if pair[0] != QUESTIONS))


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder where its links lead."""
    return path.resolve().is_relative_to(folder.resolve())


def read_content(path: Path, name: str) -> bytes:
    """The bytes of a file. Raises LoadError where it can't be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise LoadError(f"{name} can't be read", hint=error.strerror or str(error)) from None
    if len(content) > FILE_BYTES:
        raise LoadError(f"{name} is larger than {FILE_BYTES // MIB} MiB", hint="split it")
    return content
