"""Shows the steps of a build: as bars in the terminal, and in the index folder for the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.index.progress import ProgressFile, Step

_UNITS: dict[Step, str] = {"reading": "file", "embedding": "passage"}


@dataclass(frozen=True, slots=True)
class Steps:
    """`bars` shows bars as well."""

    file: ProgressFile
    bars: bool

    @contextmanager
    def count(self, step: Step, total: int) -> Iterator[Callable[[int], None]]:
        """Begin a step of `total` pieces; the result is called with how many more are done."""
        from tqdm import tqdm

        self.file.begin(step, total)
        unit = _UNITS.get(step, "document")
        with tqdm(total=total, desc=step, unit=unit, disable=not self.bars) as bar:

            def advance(count: int) -> None:
                bar.update(count)
                self.file.advance(count)

            yield advance


@contextmanager
def show_steps(index: Path, *, bars: bool) -> Iterator[Steps]:
    """The steps of a build of an index, which lasts as long as the block."""
    file = ProgressFile(index)
    with file.kept():
        yield Steps(file, bars)
