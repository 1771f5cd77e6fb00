"""A question and its passages become Readings: what in each passage may answer.

`Reader` is the plug; `open_reader` opens the one that the settings name.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from assistant.errors import IndexMismatchError, ReaderError
from assistant.index.generation import Generation
from assistant.records import Calibration, Passage, Reading, Span

PACKAGED = "packaged"
FOLDER = "reader"  # in a generation
PACKAGED_FOLDER = Path(__file__).parent / "packaged"
PACKAGED_SHA256 = "92336dfb6099fa27adbfc7ac62c1c52f498ba36d84f57a5f962529b84d7f8c7f"


class Reader(Protocol):
    """What finds the words that answer."""

    @property
    def name(self) -> str: ...

    @property
    def threshold(self) -> float:
        """Abstain below it: a confidence where there is a calibration, else a score."""
        ...

    @property
    def calibration(self) -> Calibration | None:
        """How its scores become a confidence; None where that was never fitted."""
        ...

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage, in their order; its spans best first, perhaps none."""
        ...


def open_reader(name: str, generation: Generation) -> Reader:
    """The reader that a setting names; one that is not packaged lies in the generation.

    Raises IndexMismatchError, ReaderError.
    """
    if name == PACKAGED:
        return open_model(name)
    if generation.manifest.reader != name:
        raise IndexMismatchError(
            f"index {generation.name} was built without reader {name}",
            hint=f"run `assistant index --reader {name}`",
        )
    return open_model(str(generation.folder / FOLDER))


def open_model(name: str) -> Reader:
    """The packaged reader, or the one that `assistant train` or an export wrote into a folder.

    Raises ReaderError.
    """
    from assistant.read.span import SpanReader

    reader = SpanReader(PACKAGED_FOLDER if name == PACKAGED else Path(name))
    if name == PACKAGED and reader.settings.sha256 != PACKAGED_SHA256:
        raise ReaderError(
            f"the reader in {PACKAGED_FOLDER} is not the packaged one",
            hint="install the assistant again, or give a folder with --reader",
        )
    return reader


def pick(spans: Sequence[Span], count: int) -> Iterator[Span]:
    """The first spans that share no text with an earlier one."""
    picked: list[Span] = []
    for span in spans:
        if len(picked) == count:
            return
        document = span.passage.document.id
        if not any(
            other.passage.document.id == document
            and span.start < other.end
            and other.start < span.end
            for other in picked
        ):
            picked.append(span)
            yield span
