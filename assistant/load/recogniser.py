"""Text in pictures is recognised by the program tesseract, where it is installed.

The program is called page by page, with pipes and without files, so that it runs under the limits
of the worker process. Compared: ocrmypdf (writes files, and needs Ghostscript), pytesseract (a
wrapper that writes files), easyocr and docling (models of gigabytes).
"""

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from assistant.load import limits

PROGRAM = "tesseract"
INSTALL = "install tesseract (Debian, Ubuntu: apt-get install tesseract-ocr)"


def find_program() -> str | None:
    """The path of tesseract; None if it is not installed."""
    return shutil.which(PROGRAM)


def read_version() -> str:
    """The first line of `tesseract --version`, "" if it is not installed."""
    program = find_program()
    if program is None:
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run([program, "--version"], capture_output=True, timeout=10, check=True)
        return done.stdout.decode(errors="replace").partition("\n")[0]
    return ""


@dataclass(slots=True)
class Recogniser:
    """Recognises the text of pictures with the program at a path.

    `announce` is called before each picture: it takes up to `limits.PAGE_SECONDS` more.
    """

    program: str
    announce: Callable[[], None]
    pages_left: int = field(default=limits.RECOGNISED_PAGES)

    def recognise(self, picture: bytes, dots_per_inch: int) -> str:
        """The words of a picture in a format of PNM, as tesseract's TSV; "" if it fails.

        Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence,
        text; in dots from the top left.
        """
        if not self.pages_left:
            return ""
        self.pages_left -= 1
        self.announce()
        with subprocess.Popen(
            [self.program, "stdin", "stdout", "--dpi", str(dots_per_inch), "tsv"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One thread: its four are slower on two cores, and no faster on many.
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
        ) as process:
            _limit_time(process.pid)
            try:
                words, _ = process.communicate(picture, timeout=limits.PAGE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                return ""
        return words.decode(errors="replace") if process.returncode == 0 else ""


def _limit_time(process_id: int) -> None:
    """Limit the time of a process, so that it ends also where this one was killed."""
    with suppress(ImportError, AttributeError, OSError):  # elsewhere than on Linux
        import resource

        seconds = int(limits.PAGE_SECONDS)
        resource.prlimit(process_id, resource.RLIMIT_CPU, (seconds, seconds))


def explain_way_out(recogniser: Recogniser | None) -> str:
    """How to have a page without text read."""
    if recogniser is not None and not recogniser.pages_left:
        return f"no more than {limits.RECOGNISED_PAGES} pages of a file are recognised"
    if recogniser is not None:
        return "nothing was recognised there"
    if find_program() is None:
        return f"{INSTALL} and run `assistant index --ocr`"
    return "run `assistant index --ocr`, which recognises text in pictures"
