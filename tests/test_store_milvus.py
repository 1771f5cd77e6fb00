"""Milvus as a store: published by one step, swept, damaged, away, slow, and a build that dies."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.build.store_doctor import examine_with_store
from assistant.build.storing import update_store
from assistant.deadline import Deadline
from assistant.errors import (
    IndexAbsentError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    SettingError,
    StoreError,
)
from assistant.index.generation import Generation
from assistant.index.milvus import client, open_milvus
from assistant.index.milvus.address import Address
from assistant.index.milvus.naming import CHECKSUM, GRACE_SECONDS, MANIFEST, make_owner, sweep
from assistant.index.milvus.scoring import _LENGTHS
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.changing import BELL, FERRY, client_of
from tests.conftest import ROOT
from tests.generations import FIRST, SECOND, THIRD, build
from tests.milvus import Server, make_settings
from tests.stored import Place, load_corpus

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")
WHEN = "When was the tide bell of Sorrel pier cast?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("lite") / "milvus.db")
    yield running
    running.kill()


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Place:
    return Place(tmp_path, server)


@pytest.mark.parametrize(
    ("store", "uri", "collection"),
    [
        ("milvus://db.example/news", "http://db.example:19530", "news"),
        ("milvus://[::1]:7/news?tls=true&search=HNSW", "https://[::1]:7", "news"),
        ("milvus:///data/a b.db", "/data/a b.db", "_my_notes_2_68ffd0f1"),
    ],
)
def test_an_address_names_a_server_or_a_file(store: str, uri: str, collection: str) -> None:
    address = Address.of(Settings(store=store, index="my-notes.2"))
    assert (address.uri, address.collection) == (uri, collection)


@pytest.mark.parametrize("options", ["search=EXACT", "tls=yes", "colour=red"])
def test_an_unknown_option_of_an_address_is_refused(options: str) -> None:
    with pytest.raises(SettingError):
        Address.of(Settings(store=f"milvus://db/news?{options}"))


def test_lengths_of_passages_are_those_of_tantivy() -> None:
    # As in its FIELD_NORMS_TABLE.
    assert _LENGTHS[[0, 24, 40, 41, 48, 57, 64, 100, 255]].tolist() == [
        0, 24, 40, 42, 56, 96, 152, 3_096, 2_013_265_944
    ]  # fmt: skip


def test_a_store_without_an_index_says_so(place: Place) -> None:
    assert place.store.find_in_use() is None
    with pytest.raises(IndexAbsentError, match="no index in milvus://"):
        place.store.open()


def test_a_second_run_loads_nothing(place: Place) -> None:
    first = place.load(FIRST)
    report = update_store(place.settings)
    assert report is not None
    assert report.manifest is not None
    assert (report.is_loaded, report.manifest.generation) == (False, first)


def test_a_load_is_published_by_one_step_and_readers_of_the_one_before_go_on(place: Place) -> None:
    place.load(FIRST)
    before = place.store.open()
    second = place.load(SECOND)
    assert place.store.open().manifest.generation == second
    assert place.read() == SECOND
    assert before.is_kept
    assert before.catalog.document("a.txt").text.startswith(FIRST)
    assert before.lexical.search("yuan", 1)


def test_of_the_generations_before_only_the_last_is_kept_for_the_grace_period(place: Place) -> None:
    for text in (FIRST, SECOND, THIRD):
        place.load(text)
    list(sweep(place.store.names))
    assert [s.generation[:6] for s in place.store.names.list_all()] == ["000002", "000003"]
    later = time.time() + GRACE_SECONDS + 1
    assert [d.reason for d in sweep(place.store.names, clock=lambda: later)] == [
        "replaced by another generation"
    ]
    assert place.list_states() == ["ready"]
    assert place.read() == THIRD


def test_a_document_that_is_gone_never_answers_again(place: Place) -> None:
    load_corpus(place, ferry=FERRY, bell=BELL)
    site = client_of(create_app(settings=place.settings))
    before = place.store.open()
    assert "1911" in site.get("/api/v1/query", params={"question": WHEN}).text
    load_corpus(place, ferry=FERRY)
    assert not before.is_kept
    shown = site.get("/api/v1/query", params={"question": WHEN})
    assert "1911" not in shown.text
    assert shown.json()["status"] == "abstained"
    assert site.get("/documents/bell.txt").status_code == 404
    with pytest.raises(IndexAbsentError, match="ask again"):
        before.vectors.search(before.encoder.embed_questions(["bell"]), 1)


def test_a_withdrawn_index_answers_no_more(place: Place) -> None:
    load_corpus(place, bell=BELL)
    site = client_of(create_app(settings=place.settings))
    assert "1911" in site.get("/api/v1/query", params={"question": WHEN}).text
    assert place.store.withdraw()
    refused = site.get("/api/v1/query", params={"question": WHEN})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "no_index")


def test_a_manifest_that_was_changed_or_of_another_format_is_refused(place: Place) -> None:
    place.load(FIRST)
    name = place.store.names.find_in_use()
    assert name is not None
    content = json.loads(place.store.names.describe(name).properties[MANIFEST])
    changed = json.dumps(content | {"format": 7})
    place.store.client.call("alter_collection_properties", name, properties={MANIFEST: changed})
    with pytest.raises(IndexDamagedError, match=r"manifest in milvus://.* was changed"):
        place.store.open()
    place.store.client.call(
        "alter_collection_properties",
        name,
        properties={CHECKSUM: hashlib.sha256(changed.encode()).hexdigest()},
    )
    with pytest.raises(IndexMismatchError, match="has format 7, this version reads"):
        place.store.open()


def test_a_damaged_block_is_noticed(place: Place) -> None:
    place.load(FIRST)
    name = place.store.names.find_in_use()
    files = f"{name}_files"
    rows = place.store.client.call("query", files, filter="id > 0", output_fields=["*"], limit=99)
    other = next(row for row in rows if row["id"] & 0xFFFFFFFF == 0)
    for row in rows:
        if row["id"] >> 32:
            changed = dict(row) | {"content": other["content"]}
            place.store.client.call("upsert", files, [changed])
    with pytest.raises(IndexDamagedError, match=r"block 0 of .* was changed or is missing"):
        place.store.open()
    findings = list(examine_with_store(place.settings))
    assert any(not finding.ok and "was changed" in finding.text for finding in findings)


def test_a_missing_row_is_noticed(place: Place) -> None:
    place.load(FIRST)
    name = place.store.names.find_in_use()
    place.store.client.call("delete", name, ids=[0])
    with pytest.raises(IndexDamagedError, match="has 4 passages, not 5"):
        place.store.open()


def test_two_loads_at_once_are_refused(place: Place) -> None:
    build(place.index, FIRST)
    generation = Generation.open(place.index)
    other = open_milvus(place.settings)
    reached = threading.Event()
    caught: list[BaseException] = []

    def second(_: int) -> None:
        if not reached.is_set():
            reached.set()
            with pytest.raises(IndexBusyError) as error:
                other.publish(generation.folder, generation.manifest)
            caught.append(error.value)

    place.store.publish(generation.folder, generation.manifest, advance=second)
    assert "loads the store milvus://" in str(caught[0])
    assert place.read() == FIRST
    assert place.list_states() == ["ready"]


def test_the_doctor_drops_what_a_dead_load_has_left(place: Place) -> None:
    place.load(FIRST)
    build(place.index, SECOND)
    generation = Generation.open(place.index)

    def end(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:  # as if the process had ended there
        patch.setattr("assistant.index.milvus.loading._drop_quietly", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            place.store.publish(generation.folder, generation.manifest, advance=end)
    assert place.list_states() == ["ready", "loading"]
    loading = place.store.names.list_all()[-1]
    assert not loading.is_dead()
    assert loading.owner == make_owner()
    assert any("loaded by" in finding.text for finding in examine_with_store(place.settings))
    place.store.names.set(loading.name, owner="elsewhere:1", alive=str(time.time() - 3600))
    findings = [f.text for f in examine_with_store(place.settings)]
    assert f"{loading.name} was dropped: a load that has died" in findings
    assert place.list_states() == ["ready"]
    assert place.read() == FIRST


def test_the_doctor_finds_nothing_wrong_with_a_loaded_store(place: Place) -> None:
    place.load(FIRST)
    findings = list(examine_with_store(place.settings))
    assert [f.text for f in findings if not f.ok] == []
    texts = " / ".join(f.text for f in findings)
    assert "5 vectors searched for, 0 not found" in texts
    assert "the manifest of" in texts


def test_a_file_that_another_process_has_open_is_refused(tmp_path: Path) -> None:
    holder = Server(tmp_path / "held.db")
    try:
        store = open_milvus(make_settings(tmp_path, f"milvus://{tmp_path}/held.db"))
        with pytest.raises(StoreError, match=r"held\.db can't be opened"):
            store.find_in_use()
    finally:
        holder.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Place]:
    """A store on a server of its own, which a test may stop."""
    server = Server(tmp_path / "own.db")
    yield Place(tmp_path, server)
    server.thaw()
    server.kill()


def test_a_store_that_is_away_gives_503_with_the_reason_and_comes_back(
    own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TRYING_SECONDS", 0.5)
    load_corpus(own, bell=BELL)
    site = client_of(create_app(settings=own.settings))
    query = {"question": WHEN}
    expected = site.get("/api/v1/query", params=query).json()
    own.server.kill()
    refused = site.get("/api/v1/query", params=query)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "store_unavailable"
    assert str(own.server.port) in refused.json()["error"]["message"]
    assert int(refused.headers["Retry-After"]) >= 1
    own.server.start()
    found = site.get("/api/v1/query", params=query)
    while found.status_code == 503:  # until it has looked again
        found = site.get("/api/v1/query", params=query)
    for body in (expected, found.json()):
        del body["timing_ms"]
    assert found.json()["answer"] == expected["answer"]
    assert found.json()["passages"] == expected["passages"]


def test_a_store_that_is_frozen_is_given_up_before_the_deadline(own: Place) -> None:
    own.load(FIRST)
    generation = own.store.open()
    own.server.freeze()
    deadline = Deadline(1.5)
    with deadline.apply(), pytest.raises(StoreError, match="does not answer"):
        generation.lexical.search("lenses", 3)
    assert deadline.left > 0
    own.server.thaw()
    assert generation.lexical.search("lenses", 3)


def test_a_call_is_tried_again_after_pauses_of_random_lengths(
    own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.load(FIRST)
    pauses: list[float] = []
    drawn: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            own.server.start()

    def uniform(low: float, high: float) -> float:
        assert low == 0
        drawn.append(high)
        return high / 2

    monkeypatch.setattr("assistant.index.milvus.client.time.sleep", sleep)
    monkeypatch.setattr("assistant.index.milvus.client.random.uniform", uniform)
    own.server.kill()
    assert own.store.names.find_in_use() is not None
    assert drawn[:4] == [0.05, 0.1, 0.2, 0.4]
    assert pauses[:4] == [0.025, 0.05, 0.1, 0.2]


class Loading:
    """Loads in children that kill themselves at a call of Milvus."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store_crashing"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def load(self, place: Place, die_at: int, when: str) -> tuple[int, int]:
        """How a child ended, and how many calls it made if it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = f"{place.index.parent}\t{place.settings.store}\t{die_at}\t{when}\n"
        self._process.stdin.write(line)
        self._process.stdin.flush()
        code, calls = self._process.stdout.readline().split()
        return int(code), int(calls)

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture
def loading() -> Iterator[Loading]:
    process = Loading()
    yield process
    process.end()


def check_kills(loading: Loading, place: Place, count: int) -> dict[str, int]:
    """Kill loads at many calls: what serves then is the old or the new generation, whole."""
    place.load(FIRST)
    build(place.index, SECOND)
    code, calls = loading.load(place, 0, "before")
    assert code == 0
    assert calls > 20
    dice = random.Random(3)
    places = [(dice.randint(1, calls), dice.choice(["before", "after"])) for _ in range(count - 6)]
    # The last calls are those that publish.
    places += [(calls - n, when) for n in range(3) for when in ("before", "after")]
    seen = {FIRST: 0, SECOND: 0, THIRD: 0}
    serving = SECOND
    for die_at, when in places:
        wanted = FIRST if serving == SECOND else SECOND
        build(place.index, wanted)
        code, _ = loading.load(place, die_at, when)
        assert code in (-signal.SIGKILL, 0)  # fewer calls, where less was left over
        now = place.read()
        assert now in (serving, wanted)
        assert code != 0 or now == wanted
        seen[now] += 1
        serving = now
        assert all(f.ok for f in examine_with_store(place.settings))
        assert "loading" not in place.list_states()
    return seen


def test_what_serves_after_a_kill_is_the_old_or_the_new_generation(
    loading: Loading, place: Place
) -> None:
    assert sum(check_kills(loading, place, 8).values()) == 8


@pytest.mark.long
def test_what_serves_after_fifty_kills_is_the_old_or_the_new_generation(
    loading: Loading, place: Place
) -> None:
    assert sum(check_kills(loading, place, 50).values()) == 50
