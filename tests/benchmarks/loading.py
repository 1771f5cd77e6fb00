"""How fast files are read, and how much memory that takes: `make bench`.

    python -m tests.benchmarks.loading --pages 300

The file is read as a build reads it, by the worker process, whose peak memory is printed.
"""

import argparse
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.load.worker import Worker
from assistant.records import Document
from tests.pdfs import Page, draw, write_pdf

LINES = 58  # of a column
WIDTH = 44  # characters of a line
WORDS = (
    "the harbour board decided in spring that a new ferry between both islands is needed because "
    "maintenance of older boats costs more than expected and passengers prefer evening sailings"
).split()


def write_lines(count: int, seed: int) -> Iterator[str]:
    """Lines of sentences, some of which end a paragraph."""
    chance = random.Random(seed)
    for number in range(count):
        line = f"Item {seed}-{number}" if number % 9 == 0 else chance.choice(WORDS)
        while len(line) < WIDTH - 8:
            line += " " + chance.choice(WORDS)
        yield f"{line[: WIDTH // 2]}." if number % 9 == 8 else line


def make_page(number: int) -> Page:
    """Two columns drawn row by row, between a running head and a page number."""
    left, right = (list(write_lines(LINES, 2 * number + side)) for side in range(2))
    content = draw("Yearly report of the harbour board", 60, 810, size=8)
    for row in range(LINES):
        content += draw(left[row], 60, 780 - 12.5 * row) + draw(right[row], 310, 780 - 12.5 * row)
    return Page(content + draw(f"Page {number + 1}", 280, 30, size=8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=300, help="of a PDF in two columns")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        path.write_bytes(write_pdf([make_page(number) for number in range(given.pages)]))
        began = time.perf_counter()
        with Worker() as worker:
            (document,) = worker.load(path, path.name)
        seconds = time.perf_counter() - began
    assert isinstance(document, Document), document
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    computing = used.ru_utime + used.ru_stime
    print(
        f"PDF of {given.pages} pages in two columns, {len(document.text):,} characters: "
        f"{seconds:.1f} s ({computing:.1f} s of computing), {used.ru_maxrss / 1024:.0f} MB in the "
        "worker process"
    )


if __name__ == "__main__":
    main()
