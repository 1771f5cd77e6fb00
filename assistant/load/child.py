"""The program of the worker process, started by `assistant.load.worker`: parses files."""

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

from assistant.errors import LoadError, find_reason
from assistant.load.files import read_content
from assistant.load.formats import BINARY_LOADERS, run_loader
from assistant.load.limits import PAGE_SECONDS
from assistant.load.pdf import load_pdf
from assistant.load.process import OUT_OF_MEMORY, limit_process
from assistant.load.recogniser import Recogniser
from assistant.load.worker import MORE_TIME, Loaded, encode_reply

GRACE_SECONDS = 10  # over the limit of a file; then an abandoned worker ends itself


def main(memory_bytes: int, seconds: float, tesseract: str) -> None:
    """Answer requests until the input ends; `tesseract` is its path, "" to recognise nothing."""
    limit_process(memory_bytes)
    alarm = getattr(signal, "alarm", lambda _: None)  # Windows has none
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is not a reply

    def ask_for_time() -> None:
        alarm(int(seconds + PAGE_SECONDS) + GRACE_SECONDS)
        replies.write(MORE_TIME)
        replies.flush()

    for request in requests:
        path, name = json.loads(request)
        alarm(int(seconds) + GRACE_SECONDS)
        recogniser = Recogniser(tesseract, ask_for_time) if tesseract else None
        try:
            reply = _answer(Path(path), name, recogniser)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # a normal exit would need memory
        alarm(0)
        replies.write(reply + b"\n")
        replies.flush()


def _answer(path: Path, name: str, recogniser: Recogniser | None = None) -> bytes:
    try:
        return encode_reply(_load(path, name, recogniser))
    except ValueError:  # half of a surrogate pair
        refusal = LoadError(f"{name} contains half of a character", hint="save it again")
        return encode_reply([refusal])


def _load(path: Path, name: str, recogniser: Recogniser | None) -> Loaded:
    loader = BINARY_LOADERS[path.suffix.lower()]
    if loader is load_pdf:
        loader = partial(load_pdf, recogniser=recogniser)
    try:
        return list(run_loader(loader, read_content(path, name), name))
    except LoadError as error:
        return [error]
    except MemoryError:
        raise
    except Exception as error:  # hostile files make the libraries raise anything
        problem = (
            f"{name} is damaged, or its name has the wrong ending ({find_reason(error)[:200]})"
        )
        return [LoadError(problem, hint="open it and save it again")]


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
