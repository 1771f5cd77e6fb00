"""What is to be built, and from what."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.build.inputs import Inputs
from assistant.load import Corpus
from assistant.records import Player


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What is to be built, and from what; with progress bars, or without."""

    corpus: Corpus
    inputs: Inputs
    embedder: str
    reader: str
    players: Sequence[Player]
    progress: bool

    def show(self, total: int, what: str, unit: str):  # type: ignore[no-untyped-def]
        """A progress bar with rate and time left."""
        from tqdm import tqdm

        return tqdm(total=total, desc=what, unit=unit, disable=not self.progress)
