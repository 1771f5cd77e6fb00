"""A store behind a network that is slow, cuts connections, or is away."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.api.rebuilding import Rebuilding
from assistant.build.store_doctor import examine_with_store
from assistant.deadline import Deadline
from assistant.errors import DeadlineError, IndexDamagedError, SettingError, StoreError
from assistant.index.milvus import client, open_milvus
from assistant.index.milvus.address import Address
from assistant.index.milvus.loading import count_rows
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.changing import BELL, client_of
from tests.generations import FIRST, SECOND
from tests.milvus import Proxy, Server, make_settings
from tests.stored import Place, load_corpus

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")
WHEN = "When was the tide bell of Sorrel pier cast?"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Place]:
    """A store on a server of its own, which a test may stop."""
    server = Server(tmp_path / "own.db")
    yield Place(tmp_path, server)
    server.thaw()
    server.kill()


@pytest.fixture
def proxy(own: Place) -> Iterator[Proxy]:
    between = Proxy(own.server.port, seed=5)
    name = own.store.address.collection
    own.settings = make_settings(own.index.parent, f"milvus://127.0.0.1:{between.port}/{name}")
    own.store = open_milvus(own.settings)
    yield between
    between.close()


def test_a_slow_network_that_cuts_connections_changes_no_answer(own: Place, proxy: Proxy) -> None:
    own.load(FIRST)
    generation = own.store.open()
    question = generation.encoder.embed_questions(["Meta sold 2 lenses"])

    def ask() -> tuple[object, ...]:
        own.store.find_in_use()
        found = generation.vectors.search(question, 3).tolist()
        return found, generation.lexical.search("Meta lenses", 9), generation.is_kept

    expected = ask()
    answered = failed = 0
    proxy.delay, proxy.cut = 0.05, 6
    while answered < 5 or failed < 1 or proxy.cuts < 5:
        deadline = Deadline(0.4)
        try:
            with deadline.apply():
                assert ask() == expected
            answered += 1
        except (StoreError, DeadlineError):
            failed += 1
        generation.vectors._kept._vectors.clear()  # type: ignore[attr-defined]
    proxy.delay = proxy.cut = 0
    assert ask() == expected


def test_a_load_whose_replies_are_lost_adds_no_row_twice(own: Place, proxy: Proxy) -> None:
    own.load(FIRST)
    proxy.cut = 12
    loaded = 0
    failures: list[str] = []
    while loaded < 3 or proxy.cuts < 5:
        try:
            own.load(SECOND if loaded % 2 == 0 else FIRST)
            loaded += 1
        except StoreError as error:
            failures.append(error.message)
    proxy.cut = 0
    assert not [message for message in failures if "rows of" in message]
    name = own.store.names.find_in_use()
    assert name is not None
    assert count_rows(own.store.client, name) == 5
    assert [f.text for f in examine_with_store(own.settings) if not f.ok] == []


def test_threads_that_wait_for_a_connection_share_its_failure(
    own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.server.kill()
    monkeypatch.setattr(client, "TRYING_SECONDS", 0.0)
    tries = 0
    together = threading.Barrier(8)
    real = client.Client._open

    def count(self: client.Client) -> object:
        nonlocal tries
        tries += 1
        return real(self)

    monkeypatch.setattr(client.Client, "_open", count)

    def ask(_: int) -> None:
        together.wait()
        with pytest.raises(StoreError):
            own.store.names.find_in_use()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert tries < 8


def test_threads_do_not_connect_again_one_after_the_other(
    own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pymilvus.client.grpc_handler import GrpcHandler

    assert own.store.names.find_in_use() is None
    monkeypatch.setattr(GrpcHandler, "reconnect", lambda *_, **__: pytest.fail("reconnects"))
    monkeypatch.setattr(client, "TRYING_SECONDS", 0.5)
    own.server.kill()
    with pytest.raises(StoreError, match="does not answer"):
        own.store.names.find_in_use()
    own.server.start()
    while True:  # until gRPC has connected again
        try:
            assert own.store.names.find_in_use() is None
            break
        except StoreError:
            continue


def test_a_frozen_store_is_not_ready(own: Place) -> None:
    load_corpus(own, bell=BELL)
    site = client_of(create_app(settings=own.settings))
    assert site.get("/readyz").status_code == 200
    own.server.freeze()
    refused = site.get("/readyz")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "store_unavailable")
    assert "127.0.0.1" not in refused.text
    own.server.thaw()
    while site.get("/readyz").status_code == 503:  # until it has looked again
        pass


def test_a_store_that_could_not_be_loaded_is_tried_again(
    own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TRYING_SECONDS", 0.0)
    monkeypatch.setattr("assistant.api.rebuilding.LOAD_SECONDS", 0.1)
    corpus = own.folder / "corpus"
    load_corpus(own, bell=BELL)
    settings = own.settings.model_copy(update={"corpus": corpus})
    rebuilding = Rebuilding(settings, own.index)
    monkeypatch.setattr(Rebuilding, "_start_build", lambda _: _Done())
    own.server.kill()
    number = rebuilding.request()
    while rebuilding.state.finished < number:
        pass
    assert "does not answer" in rebuilding.state.problem
    own.server.start()
    while rebuilding.state.state != "ready":
        pass
    rebuilding.stop()


class _Done:
    """Stands in for a build that has ended."""

    returncode = 0

    def communicate(self) -> tuple[str, str]:
        return "built", ""


def test_a_missing_vector_is_damage(own: Place) -> None:
    own.load(FIRST)
    generation = own.store.open()
    own.store.client.call("delete", own.store.names.find_in_use(), ids=[2])
    with pytest.raises(IndexDamagedError, match="passage 2 is missing"):
        generation.vectors.cosines(generation.encoder.embed_questions(["lenses"]), np.array([1, 2]))


def test_a_port_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingError):
        Address.of(Settings(store="milvus://db.example:99999/news"))


def test_indexes_with_similar_names_share_no_collection_of_a_file() -> None:
    names = ["notes", "a-b", "a.b", "a_b", "1a", "1a-"]
    found = {Address.of(Settings(store="milvus:///n.db", index=n)).collection for n in names}
    assert len(found) == len(names)
