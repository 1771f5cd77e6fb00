"""What a running build is doing, in a file that nothing depends on."""

import json
from pathlib import Path

import pytest

from assistant.build import build_index
from assistant.index.generation import Generation
from assistant.index.progress import (
    FILE,
    STALE_SECONDS,
    BuildProgress,
    ProgressFile,
    Track,
    read_progress,
)
from assistant.records import ChosenQuestions


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_progress_is_written_and_read(tmp_path: Path) -> None:
    clock = Clock()
    file = ProgressFile(tmp_path, clock=clock)
    file.write()
    assert read_progress(tmp_path, clock=clock) == BuildProgress("opening", 0, 0, 1000.0, 1000.0)
    file.begin("reading", 41)
    file.advance()
    file.advance(3)
    clock.now += 5
    file.write()
    assert read_progress(tmp_path, clock=clock) == BuildProgress("reading", 4, 41, 1000.0, 1005.0)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_file_of_a_killed_build_is_not_believed(tmp_path: Path) -> None:
    clock = Clock()
    ProgressFile(tmp_path, clock=clock).write()
    clock.now += STALE_SECONDS
    assert read_progress(tmp_path, clock=clock) is not None
    clock.now += 0.1
    assert read_progress(tmp_path, clock=clock) is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"step": "sleeping"}', "\xff", "null"])
def test_a_damaged_file_is_no_progress(tmp_path: Path, content: str) -> None:
    assert read_progress(tmp_path) is None
    (tmp_path / FILE).write_text(content, encoding="latin-1")
    assert read_progress(tmp_path) is None


def test_an_unknown_step_is_no_progress(tmp_path: Path) -> None:
    clock = Clock()
    ProgressFile(tmp_path, clock=clock).write()
    fields = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**fields, "step": "sleeping"}))
    assert read_progress(tmp_path, clock=clock) is None


def test_the_file_is_there_while_a_build_runs(tmp_path: Path) -> None:
    with ProgressFile(tmp_path).kept():
        for _ in range(1000):
            if (found := read_progress(tmp_path)) is not None:
                break
            (tmp_path / FILE).exists()
        else:
            raise AssertionError("no progress was written")
    assert found.step == "opening"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with ProgressFile(missing).kept():
        pass
    assert not missing.exists()


def test_a_build_reports_its_steps_in_order(
    tmp_path: Path, fake_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del fake_models
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in "ab":
        (corpus / f"{name}.txt").write_text(f"{name} sells glasses. Nobody knows why.")
    states: list[tuple[object, ...]] = []
    advance, begin = ProgressFile.advance, ProgressFile.begin

    def note_begin(self: ProgressFile, step: object, total: int = 0) -> None:
        begin(self, step, total)  # type: ignore[arg-type]
        states.append(self._state)

    def note_advance(self: ProgressFile, count: int = 1) -> None:
        advance(self, count)
        states.append(self._state)

    monkeypatch.setattr(ProgressFile, "begin", note_begin)
    monkeypatch.setattr(ProgressFile, "advance", note_advance)

    def choose(_generation: Generation, track: Track, _kept: object) -> ChosenQuestions:
        assert list(track(["a"])) == ["a"]
        return ChosenQuestions()

    build_index(corpus, tmp_path / "index", embedder="fake", choose_questions=choose)
    assert states == [
        ("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2),
        ("loading", 0, 0),
        ("splitting", 0, 2), ("splitting", 1, 2), ("splitting", 2, 2),
        ("embedding", 0, 2),  # the fake model does not count
        ("figures", 0, 2), ("figures", 1, 2), ("figures", 2, 2),
        ("writing", 0, 0), ("questions", 0, 1), ("questions", 1, 1), ("publishing", 0, 0),
    ]  # fmt: skip
    assert not (tmp_path / "index" / FILE).exists()
