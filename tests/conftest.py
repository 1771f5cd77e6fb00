"""Fakes with exact scores for the fast tests, and the real index, built once, for the others."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from filelock import FileLock
from numpy.typing import NDArray

from assistant.answer import Assistant
from assistant.build import build_from, build_index, embedding
from assistant.embed import Embedder, open_embedder
from assistant.embed.model import PACKAGED
from assistant.embed.onnx import MODEL, SETTINGS, TOKENIZER, EncoderSettings, OnnxEmbedder
from assistant.embed.packaged import PackagedEmbedder
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.pages.app import create_app
from assistant.records import Document, Player, read_json, write_json
from assistant.settings import Settings
from assistant.text import find_terms
from tests.reading import TermsReader
from tests.tiny import (
    AWKWARD_TEXT as AWKWARD_TEXT,
    make_tiny_tokenizer as make_tiny_tokenizer,
    write_tiny_model as write_tiny_model,
)

# Failures in these show the values compared, as in a test.
pytest.register_assert_rewrite(
    "tests.answering", "tests.browser.visiting", "tests.generations", "tests.loading"
)

# Haystack sends its makers a report of its use, unless this is set before it is imported.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

# A slow machine is no fault of the code, and a run that checks a change is to be repeatable.
hypothesis.settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
ARTICLE_ID = "ai-glasses-hundred-mirror-battle.txt"
QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
DIMENSION = 64
LOCAL = "http://127.0.0.1:8000"


class Clock:
    """What counts requests takes its time from here, in seconds; it stands still."""

    def __init__(self) -> None:
        self.now = 1_200_006.0  # six seconds after a whole minute, where windows begin

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("limits.storage.memory", "limits.strategies", "assistant.api.limits.rates"):
        monkeypatch.setattr(f"{module}.time", clock)
    return clock


def hash_embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of hashed terms: texts that share terms are near, the same on every run."""
    rows = np.full((len(texts), DIMENSION), 1e-3, dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for term in find_terms(text):
            row[int(hashlib.sha256(term.encode()).hexdigest(), 16) % DIMENSION] += 1
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


class FakeModel:
    """Stands in for ModelEmbedder: a word is a piece."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.dimension = DIMENSION
        self.max_pieces = 60
        self.embedded: list[str] = []

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str], *, progress: object = None) -> NDArray[np.float32]:
        del progress
        self.embedded += texts
        return hash_embed(texts)

    def export(self, folder: Path) -> None:
        settings = EncoderSettings(self.name, self.sha256, DIMENSION, 60, "", ("LATIN", "ARABIC"))
        (folder / SETTINGS).write_text(write_json(settings), encoding="utf-8")
        (folder / MODEL).write_bytes(b"fake")
        (folder / TOKENIZER).write_bytes(b"fake")


class FakeOnnx(FakeModel):
    """Stands in for OnnxEmbedder."""

    def __init__(self, folder: Path) -> None:
        self.settings = read_json(EncoderSettings, (folder / SETTINGS).read_bytes())
        super().__init__(self.settings.name)

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return hash_embed(texts)

    knows_script_of = OnnxEmbedder.knows_script_of


@pytest.fixture(scope="session", autouse=True)
def packaged_once() -> Iterator[None]:
    """All builds in this process share the packaged embedder and model, each opened once."""
    open_packaged = cache(open_embedder)

    def open_once(name: str) -> Embedder:
        return open_packaged(name) if name == PACKAGED else open_embedder(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "PackagedEmbedder", cache(PackagedEmbedder))
        patch.setattr(embedding, "open_embedder", open_once)
        yield


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build and open indexes without any model."""
    use_fake_models(monkeypatch)


def use_fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.build.embedding.open_embedder", FakeModel)
    monkeypatch.setattr("assistant.build.embedding.OnnxEmbedder", FakeOnnx)
    monkeypatch.setattr("assistant.build.embedding.PackagedEmbedder", lambda: FakeModel("packaged"))
    monkeypatch.setattr("assistant.index.generation.OnnxEmbedder", FakeOnnx)


class Maker:
    """Makes an Assistant over texts, with the fake models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def generation(self, *documents: Document, players: Sequence[Player] = ()) -> Generation:
        texts = [document.text for document in documents]
        whole = repr((documents, texts, players)).encode("utf-8", "surrogatepass")
        fingerprint = hashlib.sha256(whole).hexdigest()
        index = self.folder / fingerprint[:8]
        corpus = Corpus(tuple(documents), (), fingerprint)
        build_from(corpus, index, embedder="fake", players=players)
        return Generation.open(index)

    def assistant(
        self, *documents: Document, threshold: float = 0.0, players: Sequence[Player] = ()
    ) -> Assistant:
        generation = self.generation(*documents, players=players)
        return Assistant.of(generation, TermsReader(), Settings(threshold=threshold))


@pytest.fixture
def make(tmp_path: Path, fake_models: None) -> Maker:
    del fake_models
    return Maker(tmp_path / "indexes")


@pytest.fixture(scope="module")
def shared_make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Makes what the tests of a module share, with the fake models."""
    with pytest.MonkeyPatch.context() as patch:
        use_fake_models(patch)
        yield Maker(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def article_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped corpus, indexed with the real embedder, once for all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    index = folder / "indexes" / "default"
    with FileLock(folder / "indexes.lock"):
        if not (index / "CURRENT").exists():
            build_index(CORPUS, index, embedder="packaged")
    return index


def open_article(index: Path) -> Assistant:
    """Answers about the shipped corpus that do not change with the weights of a model."""
    return Assistant.of(Generation.open(index), TermsReader(), Settings())


@pytest.fixture
def terms_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reader is asked for, one without a model is opened."""
    monkeypatch.setattr("assistant.answer.open_reader", lambda *_: TermsReader())


@pytest.fixture(scope="session")
def article_assistant(article_index: Path) -> Iterator[Assistant]:
    assistant = open_article(article_index)
    yield assistant
    assistant.generation.close()


@pytest.fixture(scope="session")
def app(article_assistant: Assistant) -> FastAPI:
    return create_app(article_assistant)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=LOCAL) as client:
        yield client
