"""A question and its passages become Readings: what in each passage may answer.

`Reader` is the plug. To use another: a class with these members, given to `Assistant.of`; or a
model in a folder, which `assistant index --reader` exports and `open_model` opens.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from assistant.errors import ReaderError
from assistant.records import Calibration, Passage, Reading

PACKAGED = "packaged"
FOLDER = "reader"  # in a generation
PACKAGED_FOLDER = Path(__file__).parent / "packaged"
PACKAGED_SHA256 = "92336dfb6099fa27adbfc7ac62c1c52f498ba36d84f57a5f962529b84d7f8c7f"


class Reader(Protocol):
    """What finds the words that answer.

    Below its `threshold` nothing is answered: a confidence where there is a `calibration`, which
    says how scores become a confidence; else the score of a span.
    """

    name: str
    threshold: float
    calibration: Calibration | None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage, in their order; its spans best first, perhaps none."""
        ...


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
