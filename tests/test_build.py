from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from assistant.build import build_index
from assistant.embed import Vectors
from assistant.errors import CorpusError, EmbedderError
from assistant.index.generation import Generation
from assistant.index.publish import building
from assistant.load import hash_files
from assistant.records import Document
from tests.conftest import FakeModel, FakeOnnx, Maker


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("Title\n\nXiaomi sells glasses. Meta sells others.")
    (folder / "b.txt").write_text("Huawei makes screens. Nobody knows why.")
    return folder


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, fake_models: None) -> list[FakeModel]:
    del fake_models
    made: list[FakeModel] = []

    def make(name: str) -> FakeModel:
        made.append(FakeModel(name))
        return made[-1]

    class Onnx(FakeOnnx):
        def __init__(self, folder: Path) -> None:
            super().__init__(folder)
            made.append(self)

    monkeypatch.setattr("assistant.build.embedding.open_embedder", make)
    monkeypatch.setattr("assistant.build.embedding.OnnxEmbedder", Onnx)
    return made


def test_an_unchanged_corpus_is_not_built_again(
    corpus: Path, tmp_path: Path, models: list[FakeModel]
) -> None:
    index = tmp_path / "index"
    first = build_index(corpus, index, embedder="fake")
    second = build_index(corpus, index, embedder="fake")
    assert (first.built, second.built) == (True, False)
    assert second.manifest == first.manifest
    assert len(models) == 1, "the model was loaded again"


def test_what_embedding_refuses_ends_the_build(
    corpus: Path, tmp_path: Path, models: list[FakeModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    def embed(*_: object, **__: object) -> Vectors:
        raise EmbedderError("embedder fake gave a vector of length 0", hint="use another")

    monkeypatch.setattr(FakeModel, "embed", embed)
    with pytest.raises(EmbedderError, match="length 0"):
        build_index(corpus, tmp_path / "index", embedder="fake")
    assert len(models) == 1


def test_a_change_is_built(corpus: Path, tmp_path: Path, models: list[FakeModel]) -> None:
    index = tmp_path / "index"
    build_index(corpus, index, embedder="fake")
    (corpus / "b.txt").write_text("Huawei makes glasses now. Everybody knows why.")
    assert build_index(corpus, index, embedder="fake").built
    assert build_index(corpus, index, embedder="other").built
    assert build_index(corpus, index, embedder="other", rebuild=True).built
    (corpus / "questions.txt").write_text("What does Huawei make?")
    assert build_index(corpus, index, embedder="other").built
    names = ["fake", "fake", "other", "other", "other"]
    assert [model.name for model in models] == names
    assert [type(model) is FakeModel for model in models] == [True, False, True, True, False]
    opened = Generation.open(index)
    assert opened.manifest.generation == "000005"
    assert opened.catalog.sample_questions == ("What does Huawei make?",)


def test_a_damaged_index_is_built_again(
    corpus: Path, tmp_path: Path, models: list[FakeModel]
) -> None:
    index = tmp_path / "index"
    build_index(corpus, index, embedder="fake")
    path = index / "000001" / "records.sqlite"
    path.write_bytes(path.read_bytes()[:-1])
    assert build_index(corpus, index, embedder="fake").built
    assert Generation.open(index).manifest.generation == "000002"
    assert len(models) == 2


def test_every_passage_is_embedded_and_nothing_else(
    corpus: Path, tmp_path: Path, models: list[FakeModel]
) -> None:
    index = tmp_path / "index"
    report = build_index(corpus, index, embedder="fake")
    catalog = Generation.open(index).catalog
    passages = [catalog.passage(number).text for number in range(catalog.passages)]
    assert models[0].embedded == passages, "a file's name is not embedded"
    assert list(catalog.terms())[1] == "b huawei make screen nobodi know whi"
    assert (report.manifest.documents, report.manifest.passages, report.embedded) == (2, 2, 2)


def test_a_document_titled_by_its_id_is_embedded_without_a_title(
    tmp_path: Path, models: list[FakeModel]
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    digest = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    (corpus / f"{digest}.txt").write_text("Meta sold 12 lenses.")
    (corpus / "rows.jsonl").write_text(
        f'{{"id": "{digest}", "text": "Rokid sold 300."}}\n'
        '{"id": "b0-06", "title": "Sales of Quark", "text": "Quark sold 9."}\n'
    )
    build_index(corpus, tmp_path / "index", embedder="fake")
    assert models[0].embedded == [
        "Meta sold 12 lenses.",
        "Rokid sold 300.",
        "Sales of Quark\nQuark sold 9.",
    ]


def test_unreadable_files_are_reported_and_the_rest_is_built(
    corpus: Path, tmp_path: Path, models: list[FakeModel]
) -> None:
    (corpus / "bad.txt").write_bytes(b"\xff\x00\xff")
    report = build_index(corpus, tmp_path / "index", embedder="fake")
    assert [refusal.path for refusal in report.skipped] == ["bad.txt"]
    assert report.manifest.documents == 2
    assert models


def test_an_empty_corpus_leaves_the_index_as_it_was(
    corpus: Path, tmp_path: Path, models: list[FakeModel]
) -> None:
    index = tmp_path / "index"
    build_index(corpus, index, embedder="fake")
    for path in corpus.iterdir():
        path.unlink()
    with pytest.raises(CorpusError, match="no document in"):
        build_index(corpus, index, embedder="fake")
    assert Generation.open(index).manifest.documents == 2
    assert [type(model) for model in models].count(FakeModel) == 1, "the model is not opened"


def test_a_corpus_without_content_leaves_the_index_as_it_was(
    corpus: Path, tmp_path: Path, models: list[FakeModel]
) -> None:
    index = tmp_path / "index"
    build_index(corpus, index, embedder="fake")
    (corpus / "a.txt").write_text("Home > News\n\n2025-09-09\n")
    (corpus / "b.txt").unlink()
    with pytest.raises(CorpusError, match="the corpus has no content"):
        build_index(corpus, index, embedder="fake")
    opened = Generation.open(index)
    assert (opened.manifest.generation, opened.manifest.documents) == ("000001", 2)
    assert models[-1].embedded == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__version__", "9"),
        ("TARGET_PIECES", 7),
        ("FORMAT", 99),
        ("LOADING", (("retrieve.py",), ())),
    ],
)
@pytest.mark.usefixtures("models")
def test_an_index_of_another_version_is_built_again(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    first = build_index(corpus, tmp_path / "index", embedder="fake")
    monkeypatch.setattr(f"assistant.build.inputs.{name}", value)
    second = build_index(corpus, tmp_path / "index", embedder="fake")
    assert second.built
    assert second.manifest.inputs != first.manifest.inputs


def test_another_reader_is_built_into_another_generation(
    corpus: Path, tmp_path: Path, models: list[FakeModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[str] = []

    def export(_source: str, folder: Path, *, name: str) -> None:
        exported.append(name)
        (folder / "reader.onnx").write_text("weights")

    monkeypatch.setattr("assistant.build.writing.export_reader", export)
    index, own = tmp_path / "index", tmp_path / "own"
    own.mkdir()
    (own / "weights").write_text("1")
    built = []
    for reader in ("packaged", "packaged", str(own), str(own), "packaged"):
        built.append(build_index(corpus, index, embedder="fake", reader=reader).built)
    (own / "weights").write_text("2")
    built.append(build_index(corpus, index, embedder="fake", reader=str(own)).built)
    assert built == [True, False, True, False, True, True]
    assert exported == [str(own), str(own)]
    assert len(models) == 4


def test_the_same_text_with_another_title_or_date_is_not_a_copy(make: Maker) -> None:
    text = "The standard version costs 2,999 yuan."
    documents = [
        Document("a.jsonl/1", "Price of Rokid", text),
        Document("a.jsonl/2", "Price of Quark", text),
        Document("a.jsonl/3", "Price of Quark", text, published=date(2025, 1, 1)),
        Document("b.txt", "b", text),
        Document("c.txt", "c", text),  # the name of a file is no title
    ]
    catalog = make.generation(*documents).catalog
    copies = {line.id: line.copy_of for line in catalog.list_documents()}
    assert copies == {
        "a.jsonl/1": None, "a.jsonl/2": None, "a.jsonl/3": None, "b.txt": None, "c.txt": "b.txt",
    }  # fmt: skip


def test_a_file_that_can_not_be_read_is_reported_until_it_is_gone(
    tmp_path: Path, fake_models: None
) -> None:
    del fake_models
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Rokid sells glasses.")
    assert build_index(corpus, index, embedder="fake").skipped == ()
    (corpus / "report.pptx").write_bytes(b"x")
    (refusal,) = build_index(corpus, index, embedder="fake").skipped
    assert refusal.path == "report.pptx"
    (corpus / "report.pptx").unlink()
    assert build_index(corpus, index, embedder="fake").skipped == ()


def test_a_build_that_waited_uses_the_generation_published_meanwhile(
    tmp_path: Path, fake_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del fake_models
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Rokid sells glasses.")

    @contextmanager
    def other_first(folder: Path) -> Iterator[Path]:
        monkeypatch.setattr("assistant.build.building", building)
        (corpus / "b.txt").write_text("Meta sells lenses.")
        build_index(corpus, index, embedder="fake")
        with building(folder) as own:
            yield own

    monkeypatch.setattr("assistant.build.building", other_first)
    report = build_index(corpus, index, embedder="fake")
    assert (report.manifest.documents, report.manifest.generation) == (2, "000001")
    assert not report.built


@pytest.mark.usefixtures("models")
def test_a_corpus_is_hashed_once_if_no_other_build_runs(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def spy(folder: Path) -> dict[str, str]:
        hashed.append(folder)
        return hash_files(folder)

    monkeypatch.setattr("assistant.build.hash_files", spy)
    for rebuild in (False, False, True):
        build_index(corpus, tmp_path / "index", embedder="fake", rebuild=rebuild)
    assert hashed == [corpus] * 3
