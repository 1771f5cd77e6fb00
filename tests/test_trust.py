"""What opens is a whole generation of this version's format, also while others are built."""

import errno
import shutil
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.api.explanation import ask, ask_current
from assistant.api.query import QueryBody
from assistant.api.reloading import CurrentAssistant
from assistant.build.plan import Changes
from assistant.errors import IndexAbsentError, IndexDamagedError, IndexMismatchError
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.integrity import STAMPS
from assistant.index.manifest import FORMAT
from assistant.index.publish import withdraw
from assistant.index.vectors import INDEX
from assistant.records import DocumentFilter
from assistant.settings import Settings
from tests.generations import (
    FIRST,
    GENERATIONS,
    SECOND,
    THIRD,
    build,
    build_text,
    damage,
    list_kept,
    read,
)

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")

OLD_FORMATS = [path for path in list_kept() if path.name != f"format-{FORMAT}"]


# While others are built


def test_old_generations_are_removed_but_not_the_one_in_use(tmp_path: Path) -> None:
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


def test_an_unpublished_generation_is_removed_by_the_next_build(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    shutil.copytree(index / "000001", index / "000007")
    assert build(index, SECOND) == "000002"
    assert not (index / "000007").exists()


def open_current(index: Path) -> CurrentAssistant:
    return CurrentAssistant(Settings(indexes=index.parent, index=index.name))


def test_a_new_generation_is_swapped_in_and_the_old_one_closed_with_its_last_question(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    current = open_current(index)
    held = current()
    catalog = held.generation.catalog
    build(index, SECOND)
    assert current().generation.folder.name == "000002", "the old one answered once more"
    assert "1,999" in str(held.ask("What does it cost?").text)
    closed = catalog._close
    del held
    assert closed.alive, "somebody still reads from it"
    assert catalog.document("a.txt").text.startswith(FIRST)
    del catalog
    assert not closed.alive, "it was not closed"


def test_a_question_that_waited_until_its_generation_was_removed_is_answered_by_the_next(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    current = open_current(index)
    held = current()
    build(index, SECOND, keep=1)
    query = QueryBody(question="What does it cost?", documents=["a.txt"])
    with pytest.raises(IndexAbsentError):
        ask(held, query)
    given = iter([held, current()])
    body = ask_current(lambda: next(given), query)
    assert "2,999" in str(body.answer and body.answer.text)
    withdraw(index)
    given = iter([held, held])
    with pytest.raises(IndexAbsentError):
        ask_current(lambda: next(given), query)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list them")
def test_generations_with_filters_leave_no_records_and_no_files_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.answer.CACHED_FILTERS", 2)
    build(tmp_path / "index", FIRST)
    current = open_current(tmp_path / "index")
    opened: list[weakref.ref[Catalog]] = []
    files = []
    for text in (SECOND, FIRST) * 3:
        build(tmp_path / "index", text)
        for chosen in ("a.txt", "1.txt", "2.txt"):
            within = DocumentFilter((chosen,))
            current().ask("What does it cost?", within=within)
            opened.append(weakref.ref(current()._answerer_of(within).generation.catalog))
        opened.append(weakref.ref(current().generation.catalog))
        files.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))
    alive = [catalog() is not None for catalog in opened]
    assert alive == [*[False] * 20, False, True, True, True], "only those of the last generation"
    assert len(set(files[1:])) == 1, files


def test_a_generation_opened_by_another_request_answers_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    current = open_current(index)
    current()
    find = current._find_published

    def find_after_another_request() -> str | None:
        monkeypatch.setattr(current, "_find_published", find)
        build(index, SECOND)
        current()
        return find()

    monkeypatch.setattr(current, "_find_published", find_after_another_request)
    assert current().generation.folder.name == "000002"


def fail_to_open(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("assistant.api.reloading.Assistant.open", fail)


def test_a_generation_that_can_not_be_opened_is_reported_and_the_previous_one_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    current = open_current(index)
    held = current()
    build(index, SECOND)
    with monkeypatch.context() as patch:
        fail_to_open(patch, IndexDamagedError("x was changed", hint="build again"))
        assert current() is held
        assert current.warning == "x was changed: build again; the previous generation answers"
    assert current() is held, "it was tried again at once"
    build(index, THIRD)
    assert current().generation.folder.name == "000003"
    assert current.warning is None


def test_a_generation_that_could_not_be_opened_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    current = open_current(index)
    current()
    build(index, SECOND)
    monkeypatch.setattr("assistant.api.reloading.RETRY_SECONDS", 0)
    with monkeypatch.context() as patch:
        fail_to_open(patch, OSError(errno.EMFILE, "Too many open files"))
        assert current().generation.folder.name == "000001"
        assert "Too many open files" in str(current.warning)
    assert current().generation.folder.name == "000002"
    assert current.warning is None


def test_nothing_answers_where_the_published_generation_is_damaged_and_the_one_before_removed(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    build(index, FIRST)
    current = open_current(index)
    current()
    build(index, SECOND, keep=1)
    damage(index / "000002" / INDEX, "flip", 3, index)
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match="`assistant index --rebuild`"):
            current()
    build(index, THIRD)
    assert current().generation.folder.name == "000003"


def check_swaps(index: Path, questions: int, builds: int) -> set[str]:
    """Ask from many threads while generations are published; the generations that answered."""
    texts = {"000001": FIRST}
    build(index, FIRST)
    current = open_current(index)
    current()
    asked = threading.Semaphore(0)

    def ask() -> str:
        answer = current().ask("What does it cost?")
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
            current()
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
    assert current().generation.folder.name == f"{builds + 1:06d}"
    return set(answered)


def test_questions_during_rebuilds_see_one_generation_each_and_none_fails(tmp_path: Path) -> None:
    assert len(check_swaps(tmp_path / "index", 96, 2)) >= 2


@pytest.mark.long
def test_1000_questions_during_rebuilds_see_one_generation_each(tmp_path: Path) -> None:
    assert len(check_swaps(tmp_path / "index", 1000, 8)) >= 4


# Of another version


@pytest.mark.parametrize("kept", OLD_FORMATS, ids=lambda path: path.name)
def test_another_format_is_refused_with_the_way_out(tmp_path: Path, kept: Path) -> None:
    shutil.copytree(kept, tmp_path / "old")
    with pytest.raises(IndexMismatchError) as caught:
        Generation.open(tmp_path / "old")
    assert str(caught.value) == (
        f"{tmp_path / 'old' / '000001'} has format {kept.name.removeprefix('format-')}, "
        f"this version reads {FORMAT}: run `assistant index` to rebuild it, "
        "with its --index and --corpus"
    )


@pytest.mark.parametrize("kept", OLD_FORMATS, ids=lambda path: path.name)
def test_a_build_over_another_format_reuses_nothing(tmp_path: Path, kept: Path) -> None:
    shutil.copytree(kept, tmp_path / "old")
    report = build_text(tmp_path / "old", FIRST)
    assert (report.manifest.generation, report.embedded) == ("000002", report.manifest.passages)
    assert report.changes == Changes(added=5, changed=0, unchanged=0, removed=0)
    assert read(tmp_path / "old") == FIRST


def test_a_generation_that_was_kept_opens(tmp_path: Path) -> None:
    shutil.copytree(GENERATIONS / f"format-{FORMAT}", tmp_path / "kept")
    assert read(tmp_path / "kept") == FIRST
