"""What opens is a whole generation, whatever happened: crashes, faults, damage, another version."""

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.build import build_from, build_index
from assistant.errors import IndexDamagedError, IndexMismatchError, IndexWriteError
from assistant.index.generation import Generation
from assistant.index.soundness import CURRENT, STAMPS, read_pointer
from assistant.load import Corpus
from assistant.serve.opening import Opening
from assistant.settings import Settings
from tests.conftest import ROOT
from tests.crashing import make_documents

FIRST = "It costs 1,999 yuan."
SECOND = "It costs 2,999 yuan."
THIRD = "It costs 3,999 yuan."

pytestmark = pytest.mark.usefixtures("fake_models")


def build(folder: Path, text: str, *, keep: int = 2) -> str:
    """Build the index of a text, and its generation."""
    corpus = Corpus(make_documents(text), (), text)
    report = build_from(corpus, folder, embedder="fake", with_sentences=True, keep=keep)
    return report.manifest.generation


def read(folder: Path) -> str:
    """What an index holds, opened whole: which text its records, vectors and terms are of."""
    generation = Generation.open(folder)
    documents = tuple(
        generation.store.document(line.id) for line in generation.store.list_documents()
    )
    text = documents[0].text.removesuffix(" Xiaomi sells glasses.")
    assert documents == make_documents(text)
    (number, _), *_ = generation.lexical.search(text, 1)
    vector = generation.encoder.embed([text])
    nearest = generation.vectors.search(vector, 1)[0]
    assert generation.store.passage(number).document.id == "a.txt"
    assert generation.store.passage(int(nearest)).document.id == "a.txt"
    generation.close()
    return text


# R1


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
    sound = folder / "sound"
    build(sound, FIRST)
    shutil.copytree(sound, folder / "whole")
    code, calls = crashing.build(folder / "whole", SECOND, 0)
    assert code == 0
    assert calls > 1000
    dice = random.Random(1)
    # Half of them in the last tenth, where it is published.
    places = [dice.randint(1, calls) for _ in range(count // 2)]
    places += [dice.randint(calls * 9 // 10, calls) for _ in range(count - count // 2)]
    opened = {FIRST: 0, SECOND: 0}
    for number, place in enumerate(places):
        index = folder / f"{number}"
        shutil.copytree(sound, index)
        code, _ = crashing.build(index, SECOND, place)
        assert code in (-signal.SIGKILL, 0), place
        opened[read(index)] += 1
        build(index, SECOND)  # and nothing stands in the way of the next
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


# R2

Fault = tuple[object, str]


def try_to_build(index: Path, text: str) -> str | None:
    """Build an index; what is said where the system refuses to write."""
    try:
        build(index, text)
    except IndexWriteError as error:
        return str(error)
    return None


CALLS: tuple[Fault, ...] = (
    (os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "mkdir"), (Path, "write_bytes"),
    (Path, "write_text"), (shutil, "copyfile"),
)  # fmt: skip


def fail_at(
    patch: pytest.MonkeyPatch, fault: Fault, place: int, number: int = errno.ENOSPC
) -> list[int]:
    """Let one call of a function fail; the calls are counted in what is returned."""
    owner, name = fault
    real: Callable[..., object] = getattr(owner, name)
    counted = [0]

    def call(*given: object, **named: object) -> object:
        counted[0] += 1
        if counted[0] == place:
            raise OSError(number, os.strerror(number))
        return real(*given, **named)

    patch.setattr(owner, name, call)
    return counted


def check_faults(folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, *, step: int) -> int:
    """Let each of a function's calls fail in turn (or every so many); how many did."""
    sound = folder / "sound"
    build(sound, FIRST)
    place, last = 1, False
    while not last:
        index = folder / f"{place}"
        shutil.copytree(sound, index)
        with monkeypatch.context() as patch:
            counted = fail_at(patch, fault, place)
            if (failure := try_to_build(index, SECOND)) is not None:
                assert "can't be written (No space left on device)" in failure
            last = counted[0] < place
        assert read(index) in ((SECOND,) if last else (FIRST, SECOND)), place
        assert not (index / ".building").exists()
        build(index, SECOND)
        assert read(index) == SECOND
        shutil.rmtree(index)
        place += step
    return place // step


@pytest.mark.parametrize("fault", CALLS, ids=[name for _, name in CALLS])
def test_calls_that_fail_leave_the_old_or_the_new_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    assert check_faults(tmp_path, monkeypatch, fault, step=4 if fault[1] == "fsync" else 1)


@pytest.mark.long
def test_each_sync_that_fails_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_faults(tmp_path, monkeypatch, (os, "fsync"), step=1) > 20


@pytest.mark.parametrize("kilobytes", [0, 1, 4, 8, 20, 60])
def test_a_file_that_may_not_grow_leaves_the_old(tmp_path: Path, kilobytes: int) -> None:
    """Libraries in C are told by the system that it is full, as on a full disk."""
    index = tmp_path / "index"
    build(index, FIRST)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, most))
        with pytest.raises(IndexWriteError, match="can't be written"):
            build(index, SECOND)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        signal.signal(signal.SIGXFSZ, before)
    assert read(index) == FIRST
    build(index, SECOND)
    assert read(index) == SECOND


@pytest.mark.long
def test_a_full_disk_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        index = disk / "index"
        build(index, FIRST)
        texts = {FIRST: SECOND, SECOND: FIRST}
        failed = 0
        for free in range(0, 400, 8):
            now = read(index)
            left = shutil.disk_usage(disk).free
            (disk / "ballast").write_bytes(bytes(max(0, left - free * 1024)))
            failure = try_to_build(index, texts[now])
            failed += failure is not None
            assert read(index) in (now, texts[now])
            (disk / "ballast").unlink()
        assert failed > 5
        build(index, FIRST if read(index) == SECOND else SECOND)
    finally:
        # Lazy: a thread of tantivy, which looks for changes, may just have a file open.
        subprocess.run(["umount", "--lazy", disk], check=True)


# R3


def damage(path: Path, how: str, place: int, other: Path) -> None:
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[place % len(content)] ^= 1 << place % 8
        path.write_bytes(content)
    elif how == "truncate":
        path.write_bytes(content[: place % len(content)])
    else:
        shutil.copyfile(other, path)


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
            # A pointer to nothing leaves the newest; of a damaged one only what is before it.
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


def test_damage_to_all_generations_is_refused_and_mended(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    build(index, SECOND)
    for name in ("000001", "000002"):
        damage(index / name / "vectors.faiss", "flip", 99, index)
    with pytest.raises(IndexDamagedError, match=r"000002.*`assistant index --rebuild`"):
        Generation.open(index)
    assert build(index, SECOND) == "000003"
    assert read(index) == SECOND


def test_what_is_built_on_a_damaged_generation_takes_from_the_sound_one(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    build(index, SECOND)
    damage(index / "000002" / "vectors.faiss", "flip", 99, index)
    assert build(index, SECOND) == "000003"
    assert read(index) == SECOND
    names = {path.name for path in index.iterdir() if path.name.isdecimal()}
    assert names == {"000001", "000003"}, "the damaged one is gone, the sound one is kept"


def test_a_stamp_spares_hashing_until_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    Generation.open(index)
    assert [path.name for path in (index / STAMPS).iterdir()] == ["000001"]
    hashed: list[str] = []
    real = sys.modules["assistant.index.soundness"].hash_file

    def spy(path: Path) -> str:
        hashed.append(path.name)
        return str(real(path))

    monkeypatch.setattr("assistant.index.soundness.hash_file", spy)
    Generation.open(index)
    assert set(hashed) == {"manifest.json"}
    os.utime(index / "000001" / "vectors.faiss")
    Generation.open(index)
    assert "vectors.faiss" in hashed
    damage(index / "000001" / "vectors.faiss", "flip", 9, index)
    with pytest.raises(IndexDamagedError):
        Generation.open(index)


def test_a_stamp_that_can_not_be_left_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    shutil.rmtree(index / STAMPS, ignore_errors=True)
    with monkeypatch.context() as patch:
        fail_at(patch, (Path, "mkdir"), 1, errno.EROFS)
        assert read(index) == FIRST
    assert not (index / STAMPS).exists()
    (index / STAMPS).mkdir()
    (index / STAMPS / "000001").write_text("no stamp")
    assert read(index) == FIRST


# R5


def test_old_generations_go_and_the_one_in_use_stays(tmp_path: Path) -> None:
    index = tmp_path / "index"
    for text in (FIRST, SECOND, THIRD):
        build(index, text, keep=2)
        read(index)
    names = sorted(path.name for path in index.iterdir() if path.name.isdecimal())
    assert names == ["000002", "000003"]
    assert sorted(path.name for path in (index / STAMPS).iterdir()) == names
    build(index, FIRST, keep=1)
    assert [p.name for p in index.iterdir() if p.name.isdecimal()] == ["000004"]
    assert read(index) == FIRST


def test_what_was_not_put_in_use_is_removed_by_the_next_build(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    shutil.copytree(index / "000001", index / "000007")
    assert build(index, SECOND) == "000002"
    assert not (index / "000007").exists()


def open_swapping(index: Path) -> Opening:
    settings = Settings(indexes=index.parent, index=index.name, reader="sentence", threshold=0.1)
    return Opening(settings)


def test_a_new_generation_is_swapped_in_and_the_old_one_closed_with_its_last_question(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    opening = open_swapping(index)
    held = opening()
    store = held.generation.store
    build(index, SECOND)
    assert opening() is held, "it answers while the new one is opened"
    opening.wait()
    assert opening().generation.folder.name == "000002"
    assert "1,999" in str(held.ask("What does it cost?").text)
    closed = store._close
    del held
    assert closed.alive, "somebody still reads from it"
    assert store.document("a.txt").text.startswith(FIRST)
    del store
    assert not closed.alive, "it was not closed"


def test_a_generation_that_can_not_be_opened_is_told_and_not_swapped_in(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    opening = open_swapping(index)
    held = opening()
    build(index, SECOND)
    shutil.rmtree(index / "000001")
    damage(index / "000002" / "vectors.faiss", "flip", 3, index)
    assert opening() is held
    opening.wait()
    assert opening() is held
    assert opening.warning is not None
    assert "`assistant index --rebuild`" in opening.warning
    build(index, THIRD)
    opening()
    opening.wait()
    assert opening().generation.folder.name == "000003"
    assert opening.warning is None


def check_swaps(index: Path, questions: int, builds: int) -> set[str]:
    """Ask from many threads while generations are published; the generations that answered."""
    texts = {"000001": FIRST}
    build(index, FIRST)
    opening = open_swapping(index)
    opening()
    asked = threading.Semaphore(0)

    def ask() -> str:
        answer = opening().ask("What does it cost?")
        generation = answer.source.generation
        asked.release()
        price = texts[generation].removeprefix("It costs ").removesuffix(".")
        for citation in answer.citations:
            assert citation.document.text[citation.start : citation.end] == citation.quote
        assert price in str(answer.text), generation
        return generation

    def rebuild() -> None:
        for number in range(2, builds + 2):
            for _ in range(questions // (builds + 1)):
                asked.acquire()
            texts[f"{number:06d}"] = f"It costs {number},999 yuan."
            build(index, texts[f"{number:06d}"])
            opening()
            opening.wait()
        done.set()

    def keep_asking() -> list[str]:
        answered: list[str] = []
        while not done.is_set() or len(answered) < questions // 8:
            answered.append(ask())
        return answered

    done = threading.Event()
    with ThreadPoolExecutor(9) as threads:
        rebuilding = threads.submit(rebuild)
        asking = [threads.submit(keep_asking) for _ in range(8)]
        rebuilding.result()
        answered = [generation for one in asking for generation in one.result()]
    assert len(answered) >= questions
    assert opening().generation.folder.name == f"{builds + 1:06d}"
    return set(answered)


def test_questions_during_rebuilds_see_one_generation_each_and_none_fails(tmp_path: Path) -> None:
    assert len(check_swaps(tmp_path / "index", 96, 2)) >= 2


@pytest.mark.long
def test_1000_questions_during_rebuilds_see_one_generation_each(tmp_path: Path) -> None:
    assert len(check_swaps(tmp_path / "index", 1000, 8)) >= 4


# R4 and R6


def test_another_format_is_refused_with_the_way_out(tmp_path: Path) -> None:
    kept = ROOT / "tests" / "data" / "generations"
    shutil.copytree(kept / "format-2", tmp_path / "old")
    with pytest.raises(IndexMismatchError) as caught:
        Generation.open(tmp_path / "old")
    assert "has format 2, this version reads 3: run `assistant index --rebuild`" in str(
        caught.value
    )
    assert build(tmp_path / "old", SECOND) == "000002"
    assert read(tmp_path / "old") == SECOND


def test_a_generation_that_was_kept_opens(tmp_path: Path) -> None:
    kept = ROOT / "tests" / "data" / "generations"
    shutil.copytree(kept / "format-3", tmp_path / "kept")
    assert read(tmp_path / "kept") == FIRST


def test_an_interruption_behind_the_pointer_leaves_what_is_in_use(
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
