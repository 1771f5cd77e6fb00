"""What opens is a whole generation, wherever a build was killed."""

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.build import build_index
from assistant.index.integrity import read_pointer
from tests.conftest import ROOT
from tests.generations import FIRST, SECOND, build, read

pytestmark = pytest.mark.usefixtures("fake_models")


class Crashing:
    """Builds in children that kill themselves."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashing"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def build(self, folder: Path, text: str, die_at: int) -> tuple[int, int]:
        """How a child ended, and how many calls it made if it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{folder}\t{die_at}\t{text}\n")
        self._process.stdin.flush()
        code, calls = self._process.stdout.readline().split()
        return int(code), int(calls)

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture
def crashing() -> Iterator[Crashing]:
    process = Crashing()
    yield process
    process.end()


def check_crashes(crashing: Crashing, folder: Path, count: int) -> tuple[int, int]:
    """Kill a build at seeded calls; how often the old and how often the new generation opened."""
    intact = folder / "intact"
    build(intact, FIRST)
    shutil.copytree(intact, folder / "whole")
    code, calls = crashing.build(folder / "whole", SECOND, 0)
    assert code == 0
    assert calls > 500
    dice = random.Random(1)
    # Half of them in the last tenth, where it is published.
    places = [dice.randint(1, calls) for _ in range(count // 2)]
    places += [dice.randint(calls * 9 // 10, calls) for _ in range(count - count // 2)]
    opened = {FIRST: 0, SECOND: 0}
    for number, place in enumerate(places):
        index = folder / f"{number}"
        shutil.copytree(intact, index)
        code, _ = crashing.build(index, SECOND, place)
        assert code in (-signal.SIGKILL, 0), place
        opened[read(index)] += 1
        build(index, SECOND)  # and the next build works
        assert read(index) == SECOND
        shutil.rmtree(index)
    return opened[FIRST], opened[SECOND]


def test_a_build_that_is_killed_leaves_the_old_or_the_new(
    crashing: Crashing, tmp_path: Path
) -> None:
    old, new = check_crashes(crashing, tmp_path, 10)
    assert old + new == 10
    assert old > 0


@pytest.mark.long
def test_200_builds_that_are_killed_leave_the_old_or_the_new(
    crashing: Crashing, tmp_path: Path
) -> None:
    old, new = check_crashes(crashing, tmp_path, 200)
    assert old + new == 200
    assert old > 0
    assert new > 0


def test_an_interruption_after_the_pointer_keeps_the_new_generation(
    tmp_path: Path, fake_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+C just after the pointer was replaced: the new generation is the one in use."""
    del fake_models
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Rokid sells glasses.")
    replace_path = Path.replace

    def interrupt(path: Path, target: Path) -> Path:
        moved = replace_path(path, target)
        if target.name == "CURRENT":
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build_index(corpus, index, embedder="fake")
    monkeypatch.undo()
    assert read_pointer(index).generation == "000001"
    assert (index / "000001" / "manifest.json").is_file()
