"""Memory, files and disk stay within bounds, however long a server runs and whatever is short."""

import weakref
from pathlib import Path

import pytest

from assistant.index.generation import Generation
from tests.generations import FIRST, SECOND, build

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")

SWAPS = 12
FILES = Path("/proc/self/fd")
STREAM = {"Accept": "text/event-stream"}


def test_generations_with_the_same_model_share_it_until_the_last_is_closed(
    tmp_path: Path,
) -> None:
    build(tmp_path, FIRST)
    first = Generation.open(tmp_path)
    build(tmp_path, SECOND)
    second = Generation.open(tmp_path)
    assert first.folder != second.folder
    assert first.encoder is second.encoder
    encoder = weakref.ref(first.encoder)
    del first
    assert encoder() is second.encoder
    del second
    assert encoder() is None
