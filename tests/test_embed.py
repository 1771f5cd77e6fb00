import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.embed.encoder import MODEL, SETTINGS, QuestionEncoder, find_scripts
from assistant.embed.model import ModelEmbedder, fingerprint_model, packaged_folder
from assistant.errors import EmbedderError, IndexDamagedError
from tests.conftest import AWKWARD_TEXT, ROOT

TEXTS = [
    "How much do the Quark AI glasses cost?",
    "Ray - Ban Meta is priced at $299.",
    "x",
    AWKWARD_TEXT,
    "A long text about shipments of smart glasses in 2025. " * 60,
]


@pytest.fixture(scope="module")
def embedder() -> ModelEmbedder:
    return ModelEmbedder()


@pytest.fixture(scope="module")
def encoder(embedder: ModelEmbedder, tmp_path_factory: pytest.TempPathFactory) -> QuestionEncoder:
    folder = tmp_path_factory.mktemp("encoder")
    embedder.export(folder)
    return QuestionEncoder(folder)


def test_the_packaged_model_gives_unit_vectors(embedder: ModelEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert (embedder.name, embedder.max_pieces) == ("all-MiniLM-L6-v2", 254)
    assert embedder.count_pieces(["glasses", "Ray - Ban", ""]) == [1, 3, 0]


def test_bf16_keeps_the_vectors(embedder: ModelEmbedder) -> None:
    exact = embedder._encode(TEXTS, bf16=False)
    fast = embedder._encode(TEXTS, bf16=True)
    assert not np.array_equal(exact, fast), "bf16 was not used"
    assert (exact * fast).sum(axis=1).min() >= 0.999


def test_texts_keep_their_vectors_whatever_their_order(embedder: ModelEmbedder) -> None:
    forwards, backwards = embedder.embed(TEXTS), embedder.embed(TEXTS[::-1])
    assert np.allclose(forwards, backwards[::-1], atol=2e-2)
    assert (forwards * backwards[::-1]).sum(axis=1).min() >= 0.999


def test_the_question_encoder_gives_the_model_s_vectors(
    embedder: ModelEmbedder, encoder: QuestionEncoder
) -> None:
    cosines = (embedder.embed_questions(TEXTS) * encoder.embed(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999
    assert encoder.settings.sha256 == embedder.sha256
    assert encoder.embed([]).shape == (0, 384)


def test_a_remembered_vector_can_not_be_changed(encoder: QuestionEncoder) -> None:
    before = encoder.embed(["a question"])
    before[0, 0] = 7
    assert encoder.embed(["a question"])[0, 0] != 7


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("How much does it cost?", True),
        ("Combien coûtent les lunettes ?", True),
        ("夸克眼镜多少钱？", False),
        ("Сколько стоят очки?", False),
        ("كم سعر النظارات؟", False),
        ("What is 新莓daybreak?", True),
        ("Quark 眼镜的价格是多少？", False),
        ("618?", True),
    ],
)
def test_a_script_the_vocabulary_lacks_is_told(
    encoder: QuestionEncoder, question: str, known: bool
) -> None:
    assert encoder.knows_script_of(question) is known


def test_scripts_are_those_with_many_pieces_and_the_commonest() -> None:
    assert find_scripts(["abc", "def", "眼"]) == ("LATIN",)
    assert find_scripts([*["眼镜"] * 1500, *["ab"] * 2000, "д"]) == ("CJK", "LATIN")


def test_a_model_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(EmbedderError, match="embedder no/such-model can't be loaded"):
        ModelEmbedder("no/such-model")


def test_a_folder_that_is_no_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="can't be loaded"):
        ModelEmbedder(str(tmp_path))


def test_a_model_that_can_not_be_exported_is_refused_with_the_reason(
    embedder: ModelEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("operator weird::thing is not known\nmore")

    monkeypatch.setattr("assistant.embed.model._export_onnx", fail)
    with pytest.raises(EmbedderError) as caught:
        embedder.export(tmp_path)
    assert "all-MiniLM-L6-v2 can't be exported to ONNX (operator weird::thing is not known)" in str(
        caught.value
    )


def test_a_twin_with_other_vectors_is_refused(
    embedder: ModelEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelEmbedder, "embed_questions", lambda self, texts: -self.embed(texts))
    with pytest.raises(EmbedderError, match=r"gives other vectors as ONNX \(cosine -"):
        embedder.export(tmp_path)


def test_packaged_weights_that_changed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.embed.model.PACKAGED_SHA256", "0" * 64)
    with pytest.raises(EmbedderError, match="the packaged all-MiniLM-L6-v2 has SHA-256 53aa51"):
        packaged_folder()


def test_a_damaged_encoder_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text("{}")
    (tmp_path / MODEL).write_bytes(b"not onnx")
    with pytest.raises(IndexDamagedError, match="run `assistant index --rebuild`"):
        QuestionEncoder(tmp_path)


def test_a_model_folder_is_named_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    first = fingerprint_model(str(tmp_path))
    (tmp_path / "a").write_bytes(b"2")
    assert fingerprint_model(str(tmp_path)) != first
    assert fingerprint_model("org/name") == "org/name"


def test_asking_imports_no_torch(article_index: Path) -> None:
    code = (
        "import sys\n"
        "from assistant.answer import Assistant\n"
        "from assistant.serve.app import create_app\n"
        f"answer = Assistant.open({str(article_index)!r}).ask('What does Quark cost?')\n"
        "assert answer.status\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'sklearn', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def write_model(folder: Path) -> Path:
    """A small random sentence-transformers model that pools otherwise and has prompts."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from transformers import BertConfig, BertModel

    base = folder / "base"
    shutil.copytree(packaged_folder(), base, ignore=shutil.ignore_patterns("*.safetensors", "1_*"))
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    BertModel(config).save_pretrained(base)
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        (base / name).unlink()
    prompts = {"query": "question: ", "document": "passage: "}
    modules = [
        Transformer(str(base), max_seq_length=48),
        Pooling(32, pooling_mode="cls"),
        Dense(32, 24),
    ]
    SentenceTransformer(modules=modules, prompts=prompts).save(str(folder / "model"))
    return folder / "model"


def test_any_sentence_transformers_folder_can_be_used(tmp_path: Path) -> None:
    embedder = ModelEmbedder(str(write_model(tmp_path)))
    assert (embedder.dimension, embedder.max_pieces) == (24, 48 - 2 - 2)  # "passage", ":"
    folder = tmp_path / "encoder"
    folder.mkdir()
    embedder.export(folder)
    encoder = QuestionEncoder(folder)
    assert encoder.settings.prompt == "question: "
    cosines = (embedder.embed_questions(TEXTS) * encoder.embed(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999
    # The prompts differ, so a question is not embedded as a passage is.
    assert (embedder.embed(TEXTS[:1]) * encoder.embed(TEXTS[:1])).sum() < 0.9999
