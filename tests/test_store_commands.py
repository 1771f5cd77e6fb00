"""A store in Milvus, from the command line and behind a server that rebuilds its index."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.api.rebuilding import Rebuilding
from assistant.build import build_index
from assistant.cli import main
from assistant.errors import ExtraAbsentError, StoreError
from assistant.index.generation import Generation
from assistant.index.milvus import open_milvus, terms
from assistant.index.milvus.cache import FOLDER
from assistant.index.milvus.store import MilvusStore
from assistant.index.store import open_store
from assistant.settings import Settings
from tests.changing import BELL
from tests.generations import FIRST, SECOND, build
from tests.milvus import Server, make_settings

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")
WHEN = "When was the tide bell of Sorrel pier cast?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("lite") / "milvus.db")
    yield running
    running.kill()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The JSON that a command prints."""
    status = main([*words, "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.err
    return json.loads(printed.out)


def test_commands_load_ask_examine_and_withdraw_a_store(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, store = tmp_path / "corpus", server.name_store()
    corpus.mkdir()
    (corpus / "bell.txt").write_text(BELL)
    built = ["--corpus", str(corpus), "--indexes", str(tmp_path / "indexes"), "--store", store]
    elsewhere = ["--indexes", str(tmp_path / "none"), "--store", store]
    report = run(capsys, "index", *built)
    assert report["store"]["address"] == store
    assert report["store"]["loaded"]
    assert not run(capsys, "index", *built)["store"]["loaded"]
    answer = run(capsys, "ask", WHEN, *elsewhere)
    assert "1911" in answer["answer"]["text"]
    assert answer["index"]["generation"] == report["store"]["generation"]
    examined = run(capsys, "doctor", *elsewhere)
    assert examined["healthy"]
    assert any("servers need none" in finding["text"] for finding in examined["findings"])
    (corpus / "bell.txt").unlink()
    assert run(capsys, "index", *built, "--remove-if-empty")["store"]["generation"] is None
    assert main(["ask", WHEN, *elsewhere]) == 4
    assert f"no index in {store}" in capsys.readouterr().err


def test_a_server_that_rebuilds_loads_the_store_itself(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path / "indexes", server.name_store())
    corpus, index = tmp_path / "corpus", tmp_path / "indexes" / "default"
    corpus.mkdir()
    (corpus / "bell.txt").write_text(BELL)
    settings = settings.model_copy(update={"corpus": corpus, "store_token": "a-secret"})
    real, environments = subprocess.Popen, []

    def start(_words: list[str], **options: Any) -> "subprocess.Popen[str]":
        environments.append(options["env"])
        build_index(corpus, index, embedder="fake")
        return real([sys.executable, "-c", "print('built')"], **options)

    monkeypatch.setattr("assistant.api.rebuilding.subprocess.Popen", start)
    rebuilding = Rebuilding(settings, index)
    number = rebuilding.request()
    while rebuilding.state.finished < number:
        pass
    assert rebuilding.state.problem == ""
    rebuilding.stop()
    assert "ASSISTANT_STORE" not in environments[0]
    assert "a-secret" not in str(environments[0])
    stored = open_store(settings).open()
    assert [line.id for line in stored.catalog.list_documents()] == ["bell.txt"]


def load(settings: Settings, text: str) -> tuple[Generation, MilvusStore]:
    index = settings.indexes / settings.index
    build(index, text)
    local, store = Generation.open(index), open_milvus(settings)
    store.publish(local.folder, local.manifest)
    return local, store


def test_the_terms_of_a_large_part_are_searched_in_milvus(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, store = load(make_settings(tmp_path, server.name_store()), FIRST)
    whole = store.open().lexical
    monkeypatch.setattr(terms, "MOST_IN_MEMORY", 1)
    rows = np.array([3, 0, 4])
    part = whole.restrict(rows, [])
    assert isinstance(part, terms.MilvusTerms)
    assert part.count == 3
    scores = dict(whole.search("Meta lenses", 9))
    assert part.search("Meta lenses", 9) == [(0, scores[3]), (2, scores[4])]
    assert part.search("Meta lenses", 1) == [(0, scores[3])]
    assert part.count_passages_with(["meta", "xiaomi", "zzz"]) == [2, 1, 0]
    inner = part.restrict(np.array([2, 1]), [])
    assert inner.search("Meta lenses", 9) == [(0, scores[4])]


@pytest.mark.parametrize("search", ["HNSW", "IVF_SQ8"])
def test_the_address_chooses_the_index_of_vectors(
    tmp_path: Path, server: Server, search: str
) -> None:
    settings = make_settings(tmp_path, f"{server.name_store()}?search={search}")
    local, store = load(settings, FIRST)
    stored = store.open()
    assert stored.manifest.search == search.lower()
    question = local.encoder.embed_questions(["Meta sold 2 lenses"])
    assert stored.vectors.search(question, 1) == local.vectors.search(question, 1)


def test_an_encoder_is_fetched_once(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path, server.name_store())
    _, store = load(settings, FIRST)
    first = store.open()
    assert first.folder.parent == tmp_path / FOLDER
    monkeypatch.setattr(
        "assistant.index.milvus.files.StoredFiles.read_all", lambda *_: pytest.fail("fetched")
    )
    load(settings, SECOND)
    assert store.open().folder == first.folder


def test_what_a_dead_process_left_of_an_encoder_is_removed(tmp_path: Path, server: Server) -> None:
    _, store = load(make_settings(tmp_path, server.name_store()), FIRST)
    dead, alive = (tmp_path / FOLDER / f".arriving-{name}" for name in ("dead", "alive"))
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    os.utime(dead, (0, 0))
    store.open()
    assert (dead.exists(), alive.exists()) == (False, True)


def test_a_changed_copy_of_an_encoder_is_fetched_again(tmp_path: Path, server: Server) -> None:
    _, store = load(make_settings(tmp_path, server.name_store()), FIRST)
    copy = store.open().folder / "encoder.onnx"
    content = copy.read_bytes()
    copy.write_bytes(b"other")
    assert (store.open().folder / "encoder.onnx").read_bytes() == content


def test_a_token_is_in_no_error(tmp_path: Path) -> None:
    settings = Settings(
        indexes=tmp_path, store="milvus://127.0.0.1:9/news", store_token="root:secret"
    )
    with pytest.raises(StoreError) as caught:
        open_store(settings).open()
    assert "127.0.0.1:9/news" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_without_its_packages_a_store_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ExtraAbsentError, match="optional part milvus is not installed"):
        open_store(make_settings(tmp_path, "milvus://db/news"))


def test_a_local_index_imports_nothing_of_milvus() -> None:
    code = (
        "import sys, assistant.cli, assistant.answer, assistant.pages.app;"
        "print([n for n in ('pymilvus', 'grpc', 'apsw', 'milvus_lite') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
