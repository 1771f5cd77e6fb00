"""What is gone from a store never answers again: whenever a load dies, and whichever ends first."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.build.storing import update_store
from assistant.errors import AssistantError, IndexBusyError
from assistant.index.generation import Generation
from assistant.index.milvus import loading, open_milvus
from assistant.index.milvus.naming import Names
from assistant.index.publish import locking
from tests.changing import BELL, FERRY
from tests.generations import FIRST, SECOND, THIRD, build
from tests.milvus import Server
from tests.stored import Place, load_corpus

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("lite") / "milvus.db")
    yield running
    running.kill()


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Place:
    return Place(tmp_path, server)


def test_a_load_that_dies_after_the_switch_leaves_nothing_that_answers(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_corpus(place, ferry=FERRY, bell=BELL)
    before = place.store.open()
    real = Names.switch

    def die(names: Names, name: str) -> None:
        assert before.is_kept  # marked, and still in use
        real(names, name)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Names, "switch", die)
        with pytest.raises(KeyboardInterrupt):
            load_corpus(place, ferry=FERRY)
    assert not before.is_kept
    assert [line.id for line in place.store.open().catalog.list_documents()] == ["ferry.txt"]
    update_store(place.settings)
    assert len(place.list_states()) == 1


def test_a_generation_before_the_last_does_not_answer_with_what_is_gone(place: Place) -> None:
    load_corpus(place, ferry=FERRY, bell=BELL)
    first = place.store.open()
    load_corpus(place, ferry=FERRY, bell=BELL, more="The pier is 90 metres long.")
    assert first.is_kept
    load_corpus(place, ferry=FERRY, more="The pier is 90 metres long.")
    assert not first.is_kept


def test_a_load_that_was_silent_replaces_no_newer_generation(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.load(FIRST)
    build(place.index, SECOND)
    second = Generation.open(place.index)
    real = loading._lacks_documents

    def stall(names: Names, old: str, folder: Path) -> bool:
        monkeypatch.setattr(loading, "_lacks_documents", real)
        silent = place.store.names.list_all()[-1]
        names.set(silent.name, owner="elsewhere:1", alive=str(time.time() - 3600))
        build(place.index, THIRD)
        third = Generation.open(place.index)
        open_milvus(place.settings).publish(third.folder, third.manifest)
        return real(names, old, folder)

    monkeypatch.setattr(loading, "_lacks_documents", stall)
    with pytest.raises(AssistantError):
        place.store.publish(second.folder, second.manifest)
    assert place.read() == THIRD


def test_a_store_is_not_loaded_while_another_process_builds(place: Place) -> None:
    place.load(FIRST)
    with locking(place.index), pytest.raises(IndexBusyError):
        update_store(place.settings)


def test_a_load_whose_switch_was_not_confirmed_stays_in_use(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.load(FIRST)
    real = Names.switch

    def lose_reply(names: Names, name: str) -> None:
        real(names, name)
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(Names, "switch", lose_reply)
        build(place.index, SECOND)
        second = Generation.open(place.index)
        with pytest.raises(TimeoutError):
            place.store.publish(second.folder, second.manifest)
    assert place.read() == SECOND
    third = place.load(THIRD)
    assert place.store.open().manifest.generation == third
    assert place.list_states() == ["ready", "ready"]  # the one before for the grace period


def test_a_withdrawal_that_dies_leaves_nothing_that_answers(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_corpus(place, bell=BELL)
    before = place.store.open()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Names, "drop", die)
        with pytest.raises(KeyboardInterrupt):
            place.store.withdraw()
    assert place.store.names.find_in_use() is None
    assert not before.is_kept
    assert not place.store.withdraw()
    assert place.list_states() == []
