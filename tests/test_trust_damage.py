"""What opens is a whole generation, whichever file was damaged."""

import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from assistant.errors import IndexDamagedError
from assistant.index.generation import Generation
from assistant.index.integrity import CURRENT, STAMPS
from assistant.index.vectors import INDEX
from tests.generations import FIRST, SECOND, build, damage, read

pytestmark = pytest.mark.usefixtures("fake_models")


def check_damage(folder: Path, how: str, places: int) -> int:
    """Damage each file of a generation at seeded places; how many were found."""
    index = folder / "index"
    build(index, FIRST)
    build(index, SECOND)
    newest = index / "000002"
    files = sorted(p for p in newest.rglob("*") if p.is_file() and p.stat().st_size)
    files.append(index / CURRENT)
    assert len(files) > 12
    dice = random.Random(2)
    done = 0
    for path in files:
        whole = path.read_bytes()
        # Another file of it, and the same one of the generation before.
        others = [p for p in files if p != path and p.read_bytes() != whole]
        older = index / "000001" / path.relative_to(newest) if path in newest.rglob("*") else path
        if older.is_file() and older.read_bytes() != whole:
            others = [older, *others]
        for number in range(min(places, len(others)) if how == "swap" else places):
            damage(path, how, dice.randrange(10**9), others[number % len(others)])
            shutil.rmtree(index / STAMPS, ignore_errors=True)
            opened = Generation.open(index)
            name = opened.folder.name
            opened.close()
            # With a damaged pointer the newest is used; with a damaged generation, one before it.
            right = ("000001", FIRST) if path.parent != index else ("000002", SECOND)
            assert (name, read(index)) == right, (path, number)
            assert opened.warning is not None
            assert "`assistant index --rebuild`" in opened.warning
            path.write_bytes(whole)
            done += 1
    assert read(index) == SECOND
    return done


@pytest.mark.parametrize("how", ["truncate", "flip", "swap"])
def test_damage_to_any_file_falls_back_to_the_generation_before(tmp_path: Path, how: str) -> None:
    assert check_damage(tmp_path, how, 2) > 24


@pytest.mark.long
@pytest.mark.parametrize("how", ["truncate", "flip", "swap"])
def test_damage_at_50_places_falls_back_to_the_generation_before(tmp_path: Path, how: str) -> None:
    print(how, check_damage(tmp_path, how, 50))


def test_damage_to_all_generations_is_refused_and_repaired(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    build(index, SECOND)
    for name in ("000001", "000002"):
        damage(index / name / INDEX, "flip", 99, index)
    with pytest.raises(IndexDamagedError, match=r"000002.*`assistant index --rebuild`"):
        Generation.open(index)
    assert build(index, SECOND) == "000003"
    assert read(index) == SECOND


def test_a_build_on_a_damaged_generation_reuses_the_intact_one(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    build(index, SECOND)
    damage(index / "000002" / INDEX, "flip", 99, index)
    assert build(index, SECOND) == "000003"
    assert read(index) == SECOND
    names = {path.name for path in index.iterdir() if path.name.isdecimal()}
    assert names == {"000001", "000003"}, "the damaged one is gone, the intact one is kept"


def test_a_stamp_spares_hashing_until_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    assert [path.name for path in (index / STAMPS).iterdir()] == ["000001"], "by publishing"
    hashed: list[str] = []
    real = sys.modules["assistant.index.integrity"].hash_file

    def spy(path: Path) -> str:
        hashed.append(path.name)
        return str(real(path))

    monkeypatch.setattr("assistant.index.integrity.hash_file", spy)
    Generation.open(index)
    assert set(hashed) == {"manifest.json"}
    os.utime(index / "000001" / INDEX)
    Generation.open(index)
    assert INDEX in hashed
    damage(index / "000001" / INDEX, "flip", 9, index)
    with pytest.raises(IndexDamagedError):
        Generation.open(index)
