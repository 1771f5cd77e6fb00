import math
import mmap
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.embed.model import (
    ModelEmbedder,
    _hash_weights,
    fingerprint_model,
    packaged_folder,
)
from assistant.embed.onnx import (
    MODEL,
    SETTINGS,
    TOKENIZER,
    OnnxEmbedder,
    _run,
    find_scripts,
    open_session,
)
from assistant.embed.packaged import PackagedEmbedder
from assistant.embed.sharing import open_tokenizer
from assistant.errors import EmbedderError, IndexDamagedError
from assistant.load.text import load_text
from assistant.read import PACKAGED_FOLDER
from assistant.records import Document
from assistant.split import Splitter
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, CORPUS, ROOT

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
def exported(embedder: ModelEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    embedder.export(folder)
    return folder


@pytest.fixture(scope="module")
def encoder(exported: Path) -> OnnxEmbedder:
    return OnnxEmbedder(exported)


@pytest.fixture(scope="module")
def packaged() -> PackagedEmbedder:
    return PackagedEmbedder()


@pytest.fixture
def exported_before(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is exported is there already, and compared all the same."""

    def copy(_: object, path: Path) -> None:
        shutil.copyfile(exported / MODEL, path)

    monkeypatch.setattr("assistant.embed.model._export_onnx", copy)


def test_the_packaged_model_returns_unit_vectors(embedder: ModelEmbedder) -> None:
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


def test_the_order_of_texts_does_not_change_their_vectors(embedder: ModelEmbedder) -> None:
    forwards, backwards = embedder.embed(TEXTS), embedder.embed(TEXTS[::-1])
    assert np.allclose(forwards, backwards[::-1], atol=2e-2)
    assert (forwards * backwards[::-1]).sum(axis=1).min() >= 0.999


def test_texts_with_the_most_pieces_are_embedded_first(
    embedder: ModelEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[list[str]] = []

    def encode(_: object, texts: Sequence[str], *, bf16: bool) -> NDArray[np.float32]:
        del bf16
        taken.append(list(texts))
        return np.array([[len(text)] * 384 for text in texts], dtype=np.float32)

    monkeypatch.setattr("assistant.embed.model.BATCH", 2)
    monkeypatch.setattr(ModelEmbedder, "uses_bf16", False)
    monkeypatch.setattr(ModelEmbedder, "_encode", encode)
    vectors = embedder.embed(["glasses", "a b c", "x", "1 2 3 4"])
    assert taken == [["1 2 3 4", "a b c"], ["glasses", "x"]]
    assert vectors[:, 0].tolist() == [7, 5, 1, 7]


def test_the_question_encoder_gives_the_model_s_vectors(
    embedder: ModelEmbedder, encoder: OnnxEmbedder
) -> None:
    cosines = (embedder.embed_questions(TEXTS) * encoder.embed_questions(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999
    assert encoder.settings.sha256 == embedder.sha256
    assert encoder.embed_questions([]).shape == (0, 384)


def test_the_packaged_model_as_onnx_is_the_model_in_fp32(
    embedder: ModelEmbedder, packaged: PackagedEmbedder
) -> None:
    assert (packaged.name, packaged.dimension) == (embedder.name, embedder.dimension)
    assert packaged.sha256 == _hash_weights(embedder._model)
    assert packaged.max_pieces == embedder.max_pieces
    article = (CORPUS / ARTICLE_ID).read_text(encoding="utf-8")
    texts = [*TEXTS, *(article[start : start + 600] for start in range(0, len(article), 600))]
    assert packaged.count_pieces(texts) == embedder.count_pieces(texts)
    exact, vectors = embedder._encode(texts, bf16=False), packaged.embed(texts)
    assert (exact * vectors).sum(axis=1).min() >= 0.999999
    assert np.allclose(vectors, exact, atol=1e-5)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_the_packaged_encoder_has_the_settings_and_tokenizer_of_an_export(
    exported: Path, packaged: PackagedEmbedder, tmp_path: Path
) -> None:
    packaged.export(tmp_path)
    assert (tmp_path / SETTINGS).read_bytes() == (exported / SETTINGS).read_bytes()
    words = [OnnxEmbedder(folder)._tokenizer.get_vocab() for folder in (tmp_path, exported)]
    assert words[0] == words[1]


def test_padding_does_not_change_a_packaged_vector(packaged: PackagedEmbedder) -> None:
    session = open_session(packaged._folder / MODEL)
    ids = np.array([packaged._tokenizer.encode("Meta sells glasses.").ids])
    alone = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    padded, mask = (np.pad(row, ((0, 0), (0, 9))) for row in (ids, np.ones_like(ids)))
    found = session.run(None, {"input_ids": padded, "attention_mask": mask})[0]
    assert np.allclose(alone, found, atol=1e-6)


def test_the_packaged_encoder_is_written_the_same_each_time_without_torch(
    packaged: PackagedEmbedder, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from assistant.embed.packaged import write_packaged\n"
        f"write_packaged(Path({str(tmp_path)!r}))\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    copy = tmp_path / "copy"
    copy.mkdir()
    packaged.export(copy)
    for name in (MODEL, TOKENIZER, SETTINGS):
        assert (tmp_path / name).read_bytes() == (copy / name).read_bytes()


def test_a_remembered_vector_can_not_be_changed(encoder: OnnxEmbedder) -> None:
    before = encoder.embed_questions(["a question"])
    before[0, 0] = 7
    assert encoder.embed_questions(["a question"])[0, 0] != 7


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
def test_a_script_that_the_vocabulary_lacks_is_noticed(
    encoder: OnnxEmbedder, question: str, known: bool
) -> None:
    assert encoder.knows_script_of(question) is known


def test_scripts_are_those_with_many_pieces_and_the_commonest() -> None:
    assert find_scripts(["abc", "def", "眼"]) == ("LATIN",)
    assert find_scripts([*["眼镜"] * 1500, *["ab"] * 2000, "д"]) == ("CJK", "LATIN")


def test_a_model_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(EmbedderError, match="embedder no/such-model can't be loaded"):
        ModelEmbedder("no/such-model")


def test_a_folder_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
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


@pytest.mark.usefixtures("exported_before")
def test_an_onnx_copy_with_other_vectors_is_refused(
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
        OnnxEmbedder(tmp_path)


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
        "from assistant.pages.app import create_app\n"
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
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)  # by chance, the prompts would make too little of a difference
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
    encoder = OnnxEmbedder(folder)
    assert encoder.settings.prompt == "question: "
    cosines = (embedder.embed_questions(TEXTS) * encoder.embed_questions(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999
    # The prompts differ, so a question is not embedded as a passage is.
    cosine = (embedder.embed(TEXTS[:1]) * encoder.embed_questions(TEXTS[:1])).sum()
    assert cosine < 0.9999


def rotated(cosines: Sequence[float]) -> NDArray[np.float32]:
    """Unit vectors at given cosines from (1, 0)."""
    return np.array([(c, math.sqrt(1 - c * c)) for c in cosines], dtype=np.float32)


@pytest.mark.parametrize(
    ("capabilities", "cosines", "expected"),
    [
        ({"avx512_bf16": True}, (1, 1, 0.9992), True),
        ({"amx_bf16": True}, (1, 1, 1), True),
        ({"bf16": True}, (1, 1, 1), True),
        ({"avx512_bf16": False, "avx512": True}, (1, 1, 1), False),
        ({}, (1, 1, 1), False),
        ({"avx512_bf16": True}, (1, 1, 0.9988), False),
    ],
)
def test_bf16_is_used_if_the_processor_has_it_and_vectors_agree(
    monkeypatch: pytest.MonkeyPatch,
    capabilities: dict[str, bool],
    cosines: tuple[float, ...],
    expected: bool,
) -> None:
    def encode(_: object, texts: Sequence[str], *, bf16: bool) -> NDArray[np.float32]:
        assert len(texts) == 3
        return rotated(cosines if bf16 else (1, 1, 1))

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    monkeypatch.setattr(ModelEmbedder, "_encode", encode)
    embedder = ModelEmbedder.__new__(ModelEmbedder)
    embedder._device = "cpu"
    assert embedder.uses_bf16 is expected


@pytest.mark.usefixtures("exported_before")
@pytest.mark.parametrize(("cosine", "refused"), [(0.999, True), (0.99995, False)])
def test_an_onnx_copy_is_refused_for_one_different_vector(
    embedder: ModelEmbedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cosine: float,
    refused: bool,
) -> None:
    real = ModelEmbedder.embed_questions

    def turn_the_last(self: ModelEmbedder, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = real(self, texts)
        last = vectors[-1]
        aside = np.roll(last, 1) - (np.roll(last, 1) @ last) * last
        aside /= np.linalg.norm(aside)
        vectors[-1] = cosine * last + math.sqrt(1 - cosine**2) * aside
        return vectors

    monkeypatch.setattr(ModelEmbedder, "embed_questions", turn_the_last)
    if refused:
        with pytest.raises(EmbedderError, match=r"gives other vectors as ONNX \(cosine 0\.9990"):
            embedder.export(tmp_path)
    else:
        embedder.export(tmp_path)


def test_a_model_is_loaded_from_this_computer_without_code_or_pickles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, object]] = []

    def load(where: str, **options: object) -> None:
        asked.append((where, options))
        raise ValueError("seen enough")

    monkeypatch.setattr("sentence_transformers.SentenceTransformer", load)
    with pytest.raises(EmbedderError, match="seen enough"):
        ModelEmbedder(str(tmp_path))
    options = {
        "device": "cpu",
        "local_files_only": True,
        "trust_remote_code": False,
        "model_kwargs": {"use_safetensors": True},
    }
    assert asked == [(str(tmp_path), options)]


def test_weights_are_named_by_every_value_and_name() -> None:
    def layers(**named: float) -> torch.nn.ParameterDict:
        return torch.nn.ParameterDict({n: torch.tensor([[1.0, v]]) for n, v in named.items()})

    models = [layers(a=2, b=3), layers(a=2, b=3.0000002), layers(a=2, c=3), layers(a=3, b=2)]
    names = [_hash_weights(model) for model in models]  # type: ignore[arg-type]
    assert len(set(names)) == 4
    assert _hash_weights(layers(b=3, a=2)) == names[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        (CORPUS / ARTICLE_ID).read_text(encoding="utf-8"),
        AWKWARD_TEXT * 20,
        "x" * 6000,
        "夸克眼镜多少钱" * 400,
        "👨‍👩‍👧‍👦" * 500,
        "e\u0301\u0302\u200b" * 800,
        "\u2028".join(["!?;)(" * 9, "a1b2c3" * 40, "النظارات" * 60]) * 6,
    ],
    ids="article awkward word chinese emoji marks signs".split(),
)
def test_no_text_is_longer_than_the_packaged_model_takes(
    embedder: ModelEmbedder, text: str
) -> None:
    splitter = Splitter(embedder.count_pieces, embedder.max_pieces)
    loaded = load_text(text, "x.txt")
    assert isinstance(loaded, Document)
    for document in (loaded, Document("x", text[:900], text)):
        passages = splitter.split(document)
        embedded = [splitter.embedded_text(passage) for passage in passages]
        assert min(embedder.count_pieces([passage.text for passage in passages])) >= 1
        assert max(embedder.count_pieces(embedded)) <= 254


def test_pieces_are_counted_to_the_end(embedder: ModelEmbedder) -> None:
    assert embedder.count_pieces(["glasses " * 5000]) == [5000]


@pytest.mark.parametrize("words", [10, 253, 254, 255, 2000])
def test_a_long_text_is_cut_off_as_the_tokenizer_does_it(
    encoder: OnnxEmbedder, exported: Path, words: int
) -> None:
    seen: list[list[int]] = []

    class Session:
        content = mmap.mmap(-1, 1)

        def run(self, _: object, inputs: dict[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
            seen.append(inputs["input_ids"][0].tolist())
            return [np.zeros((1, 1), dtype=np.float32)]

    tokenizer = Tokenizer.from_file(str(exported / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    text = "price " * words
    _run(open_tokenizer(exported / TOKENIZER), Session(), 256, text)
    assert seen == [tokenizer.encode(text).ids]
    assert encoder.settings.max_pieces == 256


def test_the_reader_shares_the_tokenizer_of_the_encoder(exported: Path) -> None:
    tokenizer = open_tokenizer(exported / TOKENIZER)
    assert open_tokenizer(PACKAGED_FOLDER / TOKENIZER) is tokenizer
    assert tokenizer.truncation is None
    assert tokenizer.padding is None
