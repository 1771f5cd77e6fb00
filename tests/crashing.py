"""Builds an index with the fake models, in children that kill themselves at a given call.

A line on the input is a folder, the number of the call to die at, and the text to index; the
answer is how the child that built ended, and how many calls it made.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from assistant.build import build_from
from assistant.load import Corpus
from assistant.records import Document
from tests.conftest import FakeModel, FakeOnnx

PACKAGE = str(Path("assistant", "build")), str(Path("assistant", "index"))


def make_documents(text: str) -> tuple[Document, ...]:
    """Some documents of which only the first depends on the text."""
    same = [
        Document(f"{n}.txt", f"{n}", f"Meta sold {n} lenses. Nobody else did.") for n in range(4)
    ]
    return (Document("a.txt", "A", f"{text} Xiaomi sells glasses."), *same)


def build(folder: Path, text: str) -> None:
    corpus = Corpus(make_documents(text), (), text)
    build_from(corpus, folder, embedder="fake")


def count_calls(die_at: int, seen: list[int]) -> Callable[[FrameType, str, object], None]:
    """Counts what is called by and inside building and the index, into C as well."""

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call", "c_return") and any(
            part in frame.f_code.co_filename for part in PACKAGE
        ):
            seen[0] += 1
            if seen[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    return profile


def main() -> None:
    for name, fake in {"open_embedder": FakeModel, "OnnxEmbedder": FakeOnnx}.items():
        setattr(sys.modules["assistant.build.embedding"], name, fake)
    sys.modules["assistant.index.generation"].OnnxEmbedder = FakeOnnx  # type: ignore[attr-defined]
    for line in sys.stdin:
        folder, die_at, text = line.rstrip("\n").split("\t")
        # A child each: no thread runs yet in this process, and importing takes a second.
        child = os.fork()
        if child == 0:
            seen = [0]
            count = count_calls(int(die_at), seen)
            threading.setprofile(count)  # of the threads that a build starts
            sys.setprofile(count)
            build(Path(folder), text)
            sys.setprofile(None)
            Path(f"{folder}.calls").write_text(str(seen[0]))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        calls = Path(f"{folder}.calls")
        print(os.waitstatus_to_exitcode(status), calls.read_text() if calls.exists() else 0)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
