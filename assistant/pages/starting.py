"""What a newcomer is shown: the corpus folder, the command that indexes it, how far that is, and
what was read.
"""

import shlex
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from assistant.api.adding import Corpus
from assistant.api.rebuilding import BuildState
from assistant.api.writing import FORM_FILES
from assistant.errors import CorpusError
from assistant.index.catalog import Catalog
from assistant.index.progress import read_progress
from assistant.load.files import list_files
from assistant.load.formats import BINARY_LOADERS, TEXT_LOADERS
from assistant.load.limits import MIB
from assistant.records import Skipped
from assistant.settings import Settings

PROGRAM = "assistant"
COMMAND_SETTINGS = ("corpus", "indexes", "index", "embedder", "reader")
SHOWN_FILES = 5
SHOWN_REASONS = 8
FolderState = Literal["missing", "file", "unreadable", "empty", "unsupported", "ready"]


class CorpusFolder(NamedTuple):
    """The corpus folder of the settings: how many files of each format ("PDF") it has, the most
    first, and the files that are not documents.
    """

    path: str
    state: FolderState
    formats: tuple[tuple[str, int], ...] = ()
    others: tuple[Skipped, ...] = ()
    reason: str = ""

    @property
    def files(self) -> int:
        return sum(count for _, count in self.formats)


def describe_start(corpus: Corpus, *, code: str) -> dict[str, object]:
    """What the page without a usable index shows; `code` is that of the error."""
    settings = corpus.settings
    return {
        "folder": look_at(settings.corpus),
        "command": write_command(settings, rebuild=code == "damaged_index"),
        "other_command": write_command(settings.model_copy(update={"corpus": Path("FOLDER")})),
        "endings": sorted([*TEXT_LOADERS, *BINARY_LOADERS]),
        "shown_files": SHOWN_FILES,
        **describe_adding(corpus),
    }


def describe_progress(index: Path) -> dict[str, object]:
    return {"progress": read_progress(index), "clock": _write_time}


def _write_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%H:%M")


class WhatWasRead(NamedTuple):
    """How many documents were read completely, partly, or have the text of another, and how many
    files were not read. `lines` are the first reasons, and `more` how many are left out.
    """

    read: int
    partly: int
    copies: int
    skipped: int
    lines: tuple[str, ...]
    more: int

    @property
    def is_partial(self) -> bool:
        return bool(self.partly or self.copies or self.skipped)


def count_read(catalog: Catalog) -> WhatWasRead:
    skipped = [file for file in catalog.skipped if not file.is_readme]
    partly, copies = len(catalog.unread), catalog.count_copies()
    lines = [
        f"{document_id}: {notice}"
        for document_id, notices in catalog.notices.items()
        for notice in notices
        if notice.is_unread
    ]
    lines += map(str, skipped)
    shown, more = tuple(lines[:SHOWN_REASONS]), max(0, len(lines) - SHOWN_REASONS)
    read = max(0, catalog.documents - partly - copies)
    return WhatWasRead(read, partly, copies, len(skipped), shown, more)


@dataclass(frozen=True, slots=True)
class Adding:
    """What the pages show about adding documents; `is_on` if there is a write token."""

    is_on: bool
    is_watching: bool
    folder: str
    command: str
    endings: tuple[str, ...]
    largest_mib: int
    most_files: int
    build: BuildState

    @property
    def largest_bytes(self) -> int:
        return self.largest_mib * MIB


def describe_adding(corpus: Corpus) -> dict[str, object]:
    """What the templates that show the form need."""
    settings = corpus.settings
    return {
        "adding": Adding(
            settings.write_token is not None,
            settings.watch,
            str(settings.corpus.absolute()),
            write_command(settings),
            tuple(sorted([*TEXT_LOADERS, *BINARY_LOADERS])),
            settings.largest_file,
            FORM_FILES,
            corpus.rebuilding.state,
        ),
        "working_folder": Path.cwd(),
        **describe_progress(corpus.current.index),
    }


def look_at(corpus: Path) -> CorpusFolder:
    path = str(corpus.absolute())
    if corpus.is_file():
        return CorpusFolder(path, "file")
    if not corpus.is_dir():
        return CorpusFolder(path, "missing")
    try:
        names, others = list_files(corpus)
    except CorpusError as error:
        return CorpusFolder(path, "unreadable", reason=str(error))
    others = [file for file in others if not file.is_readme]
    counts = Counter(Path(name).suffix.removeprefix(".").upper() for name in names)
    formats = tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    state: FolderState = "ready" if names else "unsupported" if others else "empty"
    return CorpusFolder(path, state, formats, tuple(others))


def name_program() -> str:
    """The program as a person can type it: by its path if it runs, but is not on the PATH."""
    is_found = shutil.which(PROGRAM) is not None or Path(sys.argv[0]).stem != PROGRAM
    return PROGRAM if is_found else sys.argv[0]


def write_command(settings: Settings, *, rebuild: bool = False) -> str:
    """The command that indexes the corpus, with an option for each setting that is not the default.

    >>> write_command(Settings(corpus=Path("my notes"), indexes=Path("indexes"), index="notes"))
    "assistant index --corpus 'my notes' --index notes"
    """
    words = [name_program(), "index"]
    for name in COMMAND_SETTINGS:
        value, default = getattr(settings, name), Settings.model_fields[name].default
        if value != default:
            words += [f"--{name}", str(value)]
    words += ["--ocr"] * settings.ocr + ["--rebuild"] * rebuild
    return shlex.join(words)
