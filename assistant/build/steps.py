"""Shows the steps of a build: on standard error, and in the index folder for the pages."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TypeVar

from assistant.index.progress import ProgressFile, Step
from assistant.words import ENGLISH, read_words

LINE_SECONDS = 10.0  # between two lines about one step
_UNITS: dict[Step, str] = {"reading": "file", "embedding": "passage", "questions": "question"}
T = TypeVar("T")


class Steps:
    """`is_shown` shows bars on standard error if that is a terminal, else occasional lines."""

    def __init__(
        self, file: ProgressFile, *, is_shown: bool, clock: Callable[[], float] = monotonic
    ) -> None:
        self._file = file
        self._has_bars = is_shown and sys.stderr.isatty()
        self._has_lines = is_shown and not self._has_bars
        self._is_shown = is_shown
        self._clock = clock
        self._words = read_words(ENGLISH)

    def begin(self, step: Step) -> None:
        """Begin a step that is not counted."""
        self._file.begin(step)
        if self._is_shown:
            self._print(self._words(f"indexing.{step}"))

    @contextmanager
    def count(self, step: Step, total: int) -> Iterator[Callable[[int], None]]:
        """Begin a step of `total` pieces; the result is called with how many more are done."""
        from tqdm import tqdm

        self._file.begin(step, total)
        title, unit = self._words(f"indexing.{step}"), _UNITS.get(step, "document")
        done, shown_at = 0, self._clock()
        if self._has_lines:
            self._print(f"{title}: {total:,}")
        with tqdm(total=total, desc=title, unit=unit, disable=not self._has_bars) as bar:

            def advance(count: int) -> None:
                nonlocal done, shown_at
                bar.update(count)
                self._file.advance(count)
                done += count
                if self._has_lines and self._clock() - shown_at >= LINE_SECONDS:
                    shown_at = self._clock()
                    shown = self._words("indexing.done", done=done, total=total)
                    self._print(f"{title}: {shown}")

            yield advance

    def track(self, step: Step, items: Sequence[T]) -> Iterator[T]:
        """Go through the items of a step."""
        with self.count(step, len(items)) as advance:
            for item in items:
                yield item
                advance(1)

    def _print(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


@contextmanager
def show_steps(index: Path, *, is_shown: bool) -> Iterator[Steps]:
    """The steps of a build of an index, which lasts as long as the block."""
    file = ProgressFile(index)
    with file.kept():
        yield Steps(file, is_shown=is_shown)
