"""What to train on, as it is written on the command line."""

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import TrainingError

MOST_WEIGHT = 100.0


@dataclass(frozen=True, slots=True)
class Source:
    """A file of SQuAD JSON, and how often its questions are asked in one pass."""

    path: Path
    weight: float


def parse_source(text: str) -> Source:
    """A source from FILE or FILE=WEIGHT. Raises TrainingError.

    >>> parse_source("own.json=0.5")
    Source(path=PosixPath('own.json'), weight=0.5)
    """
    path, separator, weight = text.rpartition("=")
    if not separator:
        return Source(Path(text), 1.0)
    try:
        found = float(weight)
    except ValueError:
        found = -1.0
    if not 0 < found <= MOST_WEIGHT:
        raise TrainingError(
            f"{path} has weight {weight!r}", hint=f"give FILE=0.5, above 0, at most {MOST_WEIGHT:g}"
        )
    return Source(Path(path), found)
