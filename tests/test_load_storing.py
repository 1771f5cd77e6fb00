"""Files are put into a corpus folder and deleted from it whole, and nothing else is touched."""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import (
    FileChangedError,
    FileTakenError,
    FileTooLargeError,
    FileUnknownError,
    FileWriteError,
    UploadError,
)
from assistant.load import storing
from assistant.load.files import list_files
from assistant.load.storing import (
    ARRIVING,
    ArrivingFile,
    check_place,
    delete_file,
    find_file,
    hash_file,
    put_in_place,
    receive_file,
)


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def store(
    corpus: Path, name: str, text: str, *, replaces: str | None = None, most_files: int = 9
) -> None:
    with receive_file(corpus, name, most_bytes=100) as arriving:
        arriving.write(text.encode())
        arriving.finish()
        assert arriving.digest == hash_text(text)
        assert arriving.path.name not in str(list_files(corpus))
        put_in_place(corpus, name, arriving, replaces=replaces, most_files=most_files)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "corpus"
    store(folder, "a.txt", "one")
    yield folder
    assert not (folder / ARRIVING).exists(), "something was left"


def test_a_file_arrives_whole_in_a_folder_that_is_made(corpus: Path) -> None:
    assert [path.name for path in corpus.iterdir()] == ["a.txt"]
    assert (corpus / "a.txt").read_text() == "one"


def test_nothing_is_overwritten_without_the_hash_of_what_is_replaced(corpus: Path) -> None:
    with pytest.raises(FileTakenError) as taken:
        store(corpus, "a.txt", "two")
    assert taken.value.digest == hash_text("one")
    with pytest.raises(FileChangedError, match="has changed"):
        store(corpus, "a.txt", "two", replaces=hash_text("other"))
    assert (corpus / "a.txt").read_text() == "one"
    store(corpus, "a.txt", "two", replaces=taken.value.digest)
    assert (corpus / "a.txt").read_text() == "two"
    with pytest.raises(FileChangedError, match="is no longer there"):
        store(corpus, "b.txt", "two", replaces=hash_text("two"))


def test_a_file_that_appears_in_the_last_moment_is_not_overwritten(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = storing._link

    def link_late(path: Path, target: Path) -> None:
        target.write_text("faster")
        link(path, target)

    monkeypatch.setattr(storing, "_link", link_late)
    with pytest.raises(FileTakenError) as taken:
        store(corpus, "b.txt", "slower")
    assert taken.value.digest == hash_text("faster")
    assert (corpus / "b.txt").read_text() == "faster"


def test_a_file_system_without_hard_links_does_not_overwrite_either(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    store(corpus, "b.txt", "two")
    assert (corpus / "b.txt").read_text() == "two"
    with receive_file(corpus, "b.txt", most_bytes=9) as arriving, pytest.raises(FileExistsError):
        storing._link(arriving.path, corpus / "b.txt")
    assert (corpus / "b.txt").read_text() == "two"


def test_no_link_is_followed_when_writing(corpus: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    (corpus / "b.txt").symlink_to(outside)
    (corpus / "c.txt").symlink_to(tmp_path / "nothing.txt")
    for name in ("b.txt", "c.txt"):
        for replaces in (None, hash_text("secret")):
            with pytest.raises(FileTakenError, match="folder or link"):
                store(corpus, name, "two", replaces=replaces)
    assert outside.read_text() == "secret"
    assert not (tmp_path / "nothing.txt").exists()


def test_the_folder_of_arriving_files_is_not_a_link(corpus: Path, tmp_path: Path) -> None:
    (corpus / ARRIVING).symlink_to(tmp_path)
    with pytest.raises(FileWriteError, match="is not a folder"):
        store(corpus, "b.txt", "two")
    (corpus / ARRIVING).unlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus"]


def test_limits_hold_while_a_file_arrives(corpus: Path) -> None:
    with pytest.raises(FileTooLargeError, match="larger than"):
        store(corpus, "b.txt", "x" * 101)
    with pytest.raises(UploadError, match="is empty"):
        store(corpus, "b.txt", "")
    with pytest.raises(UploadError, match="has 1 files"):
        store(corpus, "b.txt", "two", most_files=1)
    store(corpus, "a.txt", "two", replaces=hash_text("one"), most_files=1)
    assert [path.name for path in corpus.iterdir()] == ["a.txt"]


def test_a_full_disk_leaves_no_half_file(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileWriteError, match="No space left on device"):
        store(corpus, "b.txt", "two")
    assert [path.name for path in corpus.iterdir()] == ["a.txt"]


def test_what_a_killed_server_has_left_is_removed(corpus: Path) -> None:
    left = corpus / ARRIVING / "0123.txt"
    left.parent.mkdir()
    left.write_text("half")
    os.utime(left, (0, 0))
    assert list_files(corpus) == (["a.txt"], [])
    store(corpus, "b.txt", "two")
    assert not left.exists()


def test_a_name_that_differs_in_case_is_taken(corpus: Path) -> None:
    with pytest.raises(FileTakenError, match="only in capitals"):
        check_place(corpus, "A.TXT", replaces=None, most_files=9)


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "/etc/passwd", "a.txt\0", "A.txt", ".", "", "players.toml", "x" * 4096],
)
def test_a_file_is_looked_up_and_never_opened_by_a_name_from_outside(
    corpus: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    (corpus / "players.toml").write_text("")
    with pytest.raises(FileUnknownError):
        find_file(corpus, name)


def test_a_deletion_names_the_version_and_takes_nothing_else(corpus: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    (corpus / "sub").mkdir()
    (corpus / "sub" / "b.txt").write_text("two")
    (corpus / "link.txt").symlink_to(outside)
    assert find_file(corpus, "sub/b.txt") == "sub/b.txt"
    with pytest.raises(FileChangedError):
        delete_file(corpus, "sub/b.txt", digest=hash_text("one"))
    delete_file(corpus, "sub/b.txt", digest=hash_text("two"))
    delete_file(corpus, "link.txt", digest=hash_file(corpus, find_file(corpus, "link.txt")))
    assert outside.read_text() == "secret"
    assert sorted(path.name for path in corpus.iterdir()) == ["a.txt", "sub"]


def test_a_file_that_is_not_finished_is_gone_with_its_request(corpus: Path) -> None:
    held: list[ArrivingFile] = []

    def receive_half() -> None:
        with receive_file(corpus, "b.txt", most_bytes=9) as arriving:
            held.append(arriving)
            arriving.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        receive_half()
    assert not held[0].path.exists()


def test_a_corpus_that_is_no_folder_is_said(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for target in (None, tmp_path / "gone", corpus):
        if target is None:
            corpus.write_text("a file")
        else:
            corpus.symlink_to(target)
        with pytest.raises(FileWriteError, match="the corpus folder can't be changed"):
            store(corpus, "b.txt", "two")
        corpus.unlink()


def test_a_corpus_that_is_a_link_to_a_folder_is_that_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    corpus = tmp_path / "corpus"
    corpus.symlink_to(tmp_path / "real")
    store(corpus, "b.txt", "two")
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["b.txt"]
    delete_file(corpus, find_file(corpus, "b.txt"), digest=hash_text("two"))
    assert list((tmp_path / "real").iterdir()) == []


def test_a_name_of_many_parts_is_not_put_together_for_each(corpus: Path) -> None:
    calls = 0

    def count(_frame: object, event: str, _function: object) -> None:
        nonlocal calls
        calls += event == "c_call"

    sys.setprofile(count)
    try:
        found = find_file(corpus, "a.txt" + "/a" * 30_000)
    finally:
        sys.setprofile(None)
    assert (found, calls < 1000) == ("a.txt", True)
