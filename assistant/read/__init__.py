"""A question and its passages become Readings: what in each passage may answer it.

To use another reader, pass `Assistant.of` an object with the members of `Reader`, or name a model
in a folder: `assistant index --reader` exports it and `open_model` opens it.
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
    """Finds the words that answer a question.

    Nothing below `threshold` is answered: a confidence where there is a `calibration`, the score
    of a span where there is none.
    """

    name: str
    threshold: float
    calibration: Calibration | None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage, in order."""
        ...


def name_reader(setting: str) -> str:
    """The name of the reader that a setting names, without opening it."""
    from assistant.read.span import SETTINGS, read_settings_file

    return read_settings_file(PACKAGED_FOLDER / SETTINGS).name if setting == PACKAGED else setting


def open_model(name: str) -> Reader:
    """The packaged reader, or an exported one in a folder. Raises ReaderError."""
    from assistant.read.span import SpanReader

    reader = SpanReader(PACKAGED_FOLDER if name == PACKAGED else Path(name))
    if name == PACKAGED and reader.settings.sha256 != PACKAGED_SHA256:
        raise ReaderError(
            f"the reader in {PACKAGED_FOLDER} is not the packaged one",
            hint="install the assistant again, or give a folder with --reader",
        )
    return reader
