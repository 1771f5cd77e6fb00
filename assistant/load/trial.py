"""A file is read on trial, in a process of its own with limits, before it is added to a corpus.

As a program: reads the file named by its arguments, and prints what became of it as a line of JSON.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import LoadError, UploadError
from assistant.load import load_file
from assistant.load.limits import MEMORY_BYTES, PAGE_SECONDS, RECOGNISED_PAGES, SECONDS
from assistant.load.process import Deadline, limit_process, start_program, stop_program
from assistant.load.recogniser import find_program
from assistant.load.worker import ReplyError, Worker, read_line
from assistant.records import Notice, read_json, write_json

MOST_NOTICES = 50
_REPLY_BYTES = 2**20
_START_SECONDS = 20.0  # to start two processes on a busy machine


@dataclass(frozen=True, slots=True)
class Trial:
    """How many documents a file has, what was not read of them, and why parts were refused.

    The first of each; `message` and `hint` are of the first refusal.
    """

    documents: int
    notices: tuple[Notice, ...] = ()
    refused: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""


def try_file(path: Path, name: str, *, ocr: bool = False) -> Trial:
    """Read a file under the name it will have. Raises UploadError if nothing of it can be read."""
    tesseract = find_program() if ocr else None
    seconds = SECONDS + _START_SECONDS + (RECOGNISED_PAGES * PAGE_SECONDS if tesseract else 0)
    process = start_program("assistant.load.trial", str(path), name, tesseract or "")
    deadline = Deadline(process)
    deadline.set(seconds)
    try:
        if process.stdout is None:
            raise ValueError("the process has no pipes")
        trial = read_json(Trial, read_line(process.stdout, _REPLY_BYTES), strict=True)
    except (ReplyError, ValueError, OSError):
        took = f"more than {seconds:g} seconds" if deadline.is_over else "too much memory"
        raise UploadError(f"{name} took {took} to read", hint="split it, or leave it out") from None
    finally:
        deadline.cancel()
        stop_program(process, patience_seconds=0)
    if not trial.documents:
        raise UploadError(trial.message or f"{name} has no text", hint=trial.hint)
    return trial


def main(path: str, name: str, tesseract: str) -> None:
    limit_process(MEMORY_BYTES)
    print(write_json(_read(Path(path), name, tesseract or None)), flush=True)


def _read(path: Path, name: str, tesseract: str | None) -> Trial:
    documents, notices, refusals = 0, list[Notice](), list[LoadError]()
    with Worker(tesseract=tesseract) as worker:
        for item in load_file(path, name, worker):
            if isinstance(item, LoadError):
                refusals.append(item)
            else:
                documents += 1
                notices += item.notices
    first = refusals[0] if refusals else LoadError("")
    refused = tuple(str(each)[:500] for each in refusals[:MOST_NOTICES])
    shown = tuple(notices[:MOST_NOTICES])
    return Trial(documents, shown, refused, first.message[:1000], first.hint[:1000])


if __name__ == "__main__":
    main(*sys.argv[1:])
