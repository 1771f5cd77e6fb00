"""Once a build has reported that a document is removed, nothing shows it any more."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from assistant.answer import Assistant
from assistant.build import build_index
from assistant.errors import IndexDamagedError
from assistant.index.generation import Generation
from assistant.index.integrity import CURRENT
from assistant.index.manifest import MANIFEST
from assistant.index.publish import SHARDS, withdraw
from assistant.index.vectors import INDEX
from assistant.index.writing import FILE as RECORDS
from assistant.records import Answer, Hit
from tests.changing import BELL, FERRY, client_of, make_site
from tests.generations import damage

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")

WHEN = "When was the tide bell of Sorrel pier cast?"
QUERY = "/api/v1/query"
EVENTS = {"Accept": "text/event-stream"}


class Site:
    """A server of two documents, of which `bell.txt` is going to be deleted."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.app: FastAPI = make_site(folder, patch)
        self.client: TestClient = client_of(self.app)
        self.corpus, self.index = folder / "corpus", folder / "indexes" / "default"
        (self.corpus / "bell.txt").write_text(BELL)
        self.build()

    def build(self) -> None:
        build_index(self.corpus, self.index, embedder="fake")

    def delete(self) -> None:
        (self.corpus / "bell.txt").unlink()
        self.build()

    def ask(self) -> Any:
        return self.client.post(QUERY, json={"question": WHEN}).json()

    def list_generations(self) -> list[str]:
        return sorted(path.name for path in self.index.iterdir() if path.name.isdecimal())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def test_the_first_request_after_a_build_shows_nothing_of_a_removed_document(site: Site) -> None:
    line = json.dumps({"question": WHEN})
    requests: list[Callable[[], Response]] = [
        lambda: site.client.get("/documents/bell.txt"),
        lambda: site.client.get("/documents"),
        lambda: site.client.get(f"/?question={WHEN}"),
        lambda: site.client.post("/api/v1/batch", content=line),
        lambda: site.client.get(f"{QUERY}?question={WHEN}", headers=EVENTS),
    ]
    for request in requests:
        assert "bell.txt" in request().text
        site.delete()
        shown = request()
        assert "1911" not in shown.text
        assert "bell.txt" not in shown.text or shown.status_code == 404
        (site.corpus / "bell.txt").write_text(BELL)
        site.build()


def test_a_build_keeps_no_generation_with_a_document_that_is_gone(site: Site) -> None:
    assert site.list_generations() == ["000001", "000002"]
    site.delete()
    assert site.list_generations() == ["000001", "000003"], "the first never had it"
    (site.corpus / "ferry.txt").write_text(f"{FERRY} It leaves at noon.")
    site.build()
    assert site.list_generations() == ["000003", "000004"], "a change keeps the one before it"
    shutil.move(site.corpus / "ferry.txt", site.corpus / "boat.txt")
    build_index(site.corpus, site.index, embedder="fake", rebuild=True)
    assert site.list_generations() == ["000005"]


def test_the_build_after_one_that_died_removes_what_that_had_to_remove(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("assistant.index.publish.leave_stamp", die)
        with pytest.raises(KeyboardInterrupt):
            site.delete()
    (site.index / SHARDS).mkdir()
    assert site.list_generations() == ["000001", "000002", "000003"]
    site.build()
    assert site.list_generations() == ["000001", "000003"]
    assert not (site.index / SHARDS).exists()


def test_nothing_of_a_removed_document_is_left_in_the_records(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def connect_to_other(*given: Any, **named: Any) -> sqlite3.Connection:
        """A SQLite compiled to leave on the disk what it deletes, as many are."""
        connection: sqlite3.Connection = connect(*given, **named)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr("assistant.index.writing.sqlite3.connect", connect_to_other)
    site.delete()
    for name in site.list_generations():
        content = (site.index / name / RECORDS).read_bytes()
        assert b"1911" not in content
        assert b"bell.txt" not in content


def test_an_unpublished_generation_with_a_removed_document_is_not_mistaken_for_the_new_one(
    site: Site,
) -> None:
    shutil.copytree(site.index / "000002", site.index / "000003")
    manifest = site.index / "000003" / MANIFEST
    manifest.write_text(manifest.read_text().replace('"000002"', '"000003"'))
    site.delete()
    assert site.list_generations() == ["000001", "000003"]
    assert site.ask()["status"] == "abstained"


def test_damage_to_the_newest_generation_brings_no_removed_document_back(site: Site) -> None:
    assert "1911" in site.ask()["answer"]["text"]
    (site.corpus / "ferry.txt").write_text(f"{FERRY} It leaves at noon.")
    site.build()
    site.delete()
    assert site.list_generations() == ["000004"]
    damage(site.index / "000004" / INDEX, "flip", 3, site.index)
    for _ in range(2):
        refused = site.client.post(QUERY, json={"question": WHEN})
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "damaged_index"
        assert site.client.get("/documents/bell.txt").status_code == 503
    with pytest.raises(IndexDamagedError):
        Generation.open(site.index)
    (site.index / CURRENT).write_text("damaged")
    assert site.client.post(QUERY, json={"question": WHEN}).status_code == 503
    build_index(site.corpus, site.index, embedder="fake", rebuild=True)
    assert site.ask()["status"] == "abstained"


def test_an_index_that_was_removed_by_hand_answers_no_more(site: Site) -> None:
    assert "1911" in site.ask()["answer"]["text"]
    shutil.rmtree(site.index)
    assert site.ask()["error"]["code"] == "no_index"


Found = Sequence[Hit] | Answer


def interrupt(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], *, at: str, times: int = 1
) -> list[str]:
    """Do something while a question is asked: when its passages are found (`retrieved`), when its
    answer is (`answer`), or when it is complete (`done`); the generations that were asked.
    """
    real = Assistant.explain
    asked: list[str] = []

    def explain(self: Assistant, *given: Any, listen: Any = None, **named: Any) -> Any:
        asked.append(self.generation.folder.name)

        def act_at(place: str) -> None:
            if place == at and len(asked) <= times:
                act()

        def listen_and_act(found: Found) -> None:
            act_at("answer" if isinstance(found, Answer) else "retrieved")
            listen(found)

        result = real(self, *given, listen=listen_and_act, **named)
        act_at("done")
        return result

    monkeypatch.setattr(Assistant, "explain", explain)
    return asked


@pytest.mark.parametrize("at", ["retrieved", "answer", "done"])
@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["json", "stream"])
def test_a_question_that_was_asked_before_the_build_is_asked_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, at: str, headers: dict[str, str]
) -> None:
    asked = interrupt(monkeypatch, site.delete, at=at)
    shown = site.client.get(QUERY, params={"question": WHEN}, headers=headers)
    assert asked == ["000002", "000003"]
    done = shown.text.rpartition("data: ")[2]
    assert json.loads(done)["status"] == "abstained"
    if at == "retrieved" or not headers:
        assert "bell.txt" not in shown.text
    if at != "done" or not headers:
        assert "1911" not in shown.text, "it was sent after the build"


def test_a_document_that_is_gone_while_a_stream_runs_is_in_no_later_event(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, site.delete, at="done")
    shown = site.client.get(QUERY, params={"question": WHEN}, headers=EVENTS).text
    events = [event.partition("\n")[0] for event in shown.strip().split("\n\n")]
    assert events == [
        f"event: {name}" for name in ("retrieved", "answer", "retrieved", "answer", "done")
    ]
    assert "1911" not in shown.partition("event: answer")[2].partition("event: retrieved")[2]


def test_a_question_is_asked_again_only_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def build_twice() -> None:
        for _ in range(2):  # the generation that was asked is no longer kept then
            (site.corpus / f"{len(list(site.corpus.iterdir()))}.txt").write_text(FERRY)
            site.build()

    asked = interrupt(monkeypatch, build_twice, at="done", times=9)
    refused = site.client.post(QUERY, json={"question": WHEN})
    assert len(asked) == 2
    assert refused.status_code == 503
    assert refused.json()["error"]["message"].endswith("was removed while it was asked")
    assert refused.json()["error"]["hint"] == "ask again"


def test_a_question_during_a_build_that_only_adds_is_asked_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add() -> None:
        (site.corpus / "new.txt").write_text("Gulls nest on the pier.")
        site.build()

    asked = interrupt(monkeypatch, add, at="done")
    assert "1911" in site.ask()["answer"]["text"]
    assert asked == ["000002"]


def test_an_emptied_index_answers_no_more(site: Site) -> None:
    assert "1911" in site.ask()["answer"]["text"]
    (site.index / SHARDS).mkdir()
    withdraw(site.index)
    assert site.ask()["error"]["code"] == "no_index"
    assert not (site.index / SHARDS).exists()
