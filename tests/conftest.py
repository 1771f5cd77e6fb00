"""Fakes with exact scores for the fast tests, and the real index, built once, for the others."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.answer import Assistant
from assistant.build import build_from, build_index
from assistant.embed.encoder import MODEL, SETTINGS, TOKENIZER, EncoderSettings, QuestionEncoder
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.read import SentenceReader
from assistant.records import Document
from assistant.settings import Settings
from assistant.terms import find_terms

# A slow machine is no fault of the code, and a run that checks a change is to be repeatable.
hypothesis.settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
ARTICLE_ID = "ai-glasses-hundred-mirror-battle.txt"
QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
DIMENSION = 64

# Everything that makes counting characters hard: emoji with joiners, combining marks, characters
# outside the BMP, CRLF, no-break space, full-width digits, right-to-left text, zero-width space.
AWKWARD_TEXT = (
    "Awkward title\r\n\r\n"
    "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses.\r\n"
    "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days. Nobody else did.\r\n\r\n"
    "النظارات الذكية غالية الثمن. سعرها ألف يوان.\r\n\r\n"
    "Zero\u200bwidth words and a clef 𝄞 end the text. Done!"
)


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
        (folder / SETTINGS).write_text(json.dumps(settings._asdict()), encoding="utf-8")
        (folder / MODEL).write_bytes(b"fake")
        (folder / TOKENIZER).write_bytes(b"fake")


class FakeEncoder(QuestionEncoder):
    def __init__(self, folder: Path) -> None:
        stored = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        self.settings = EncoderSettings(**{**stored, "scripts": tuple(stored["scripts"])})

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return hash_embed(texts)


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build and open indexes without any model."""
    monkeypatch.setattr("assistant.build.ModelEmbedder", FakeModel)
    monkeypatch.setattr("assistant.index.generation.QuestionEncoder", FakeEncoder)


class Maker:
    """Makes an Assistant over texts, with the fake models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def generation(self, *documents: Document) -> Generation:
        fingerprint = hashlib.sha256(repr(documents).encode()).hexdigest()
        index = self.folder / fingerprint[:8]
        build_from(
            Corpus(tuple(documents), (), fingerprint), index, embedder="fake", with_sentences=True
        )
        return Generation.open(index)

    def assistant(self, *documents: Document, threshold: float = 0.3) -> Assistant:
        generation = self.generation(*documents)
        return Assistant.of(generation, SentenceReader(generation), Settings(threshold=threshold))


@pytest.fixture
def make(tmp_path: Path, fake_models: None) -> Maker:
    del fake_models
    return Maker(tmp_path / "indexes")


@pytest.fixture(scope="session")
def article_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped corpus, indexed once with the real model."""
    index = tmp_path_factory.mktemp("indexes") / "default"
    build_index(CORPUS, index, embedder="packaged")
    return index


@pytest.fixture(scope="session")
def article_assistant(article_index: Path) -> Iterator[Assistant]:
    assistant = Assistant.open(article_index)
    yield assistant
    assistant.generation.close()
