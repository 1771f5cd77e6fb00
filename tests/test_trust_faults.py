"""An opened generation is complete, even if the system refused to write some file."""

import errno
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import IndexWriteError
from assistant.index.integrity import STAMPS
from tests.generations import FIRST, SECOND, build, read

pytestmark = pytest.mark.usefixtures("fake_models")

Fault = tuple[object, str]


def try_to_build(index: Path, text: str) -> str | None:
    """Build an index; the error message if the system refuses to write."""
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
    """Let one call of a function fail; the result counts the calls."""
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
    intact = folder / "intact"
    build(intact, FIRST)
    place, last = 1, False
    while not last:
        index = folder / f"{place}"
        shutil.copytree(intact, index)
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
def test_failing_calls_leave_the_old_or_new_generation_and_raise(
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
    """Libraries in C get the same error from the system as on a full disk."""
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
