"""Unchanged files are not read, split or embedded again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from assistant.build import BuildReport, build_index
from assistant.build.plan import Changes
from assistant.embed.model import ModelEmbedder
from assistant.embed.onnx import OnnxEmbedder
from assistant.errors import AssistantError, LoadError
from assistant.index.generation import Generation
from assistant.index.vectors import INDEX, PassageVectors
from assistant.index.writing import hash_text
from assistant.load import load_changed, load_file
from assistant.load.worker import Worker
from assistant.records import Document
from assistant.retrieve import retrieve
from assistant.split import Splitter
from tests.conftest import CORPUS, FakeModel, FakeOnnx, hash_embed

NAMES = {
    "a.txt": "Title\n\nXiaomi sells glasses for 1,999 yuan. Meta sells others.",
    "b.txt": "Huawei makes screens. Nobody knows why.",
    "c.txt": "Quark glasses cost 2,999 yuan.\n\n" + "Rokid sold 300 lenses in May. " * 12,
}
PLAYERS = '[[players]]\nid = "meta"\nname = "Meta"\nkind = "company"\n'


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in NAMES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch, fake_models: None) -> list[str]:
    """The texts that were embedded when building, by whichever model."""
    del fake_models
    texts: list[str] = []

    def spy(
        _: FakeModel, given: list[str], *, progress: object = None
    ) -> np.typing.NDArray[np.float32]:
        del progress
        texts.extend(given)
        return hash_embed(given)

    monkeypatch.setattr(FakeModel, "embed", spy)
    return texts


def build(corpus: Path, name: str = "index", *, rebuild: bool = False) -> BuildReport:
    return build_index(corpus, corpus.parent / name, embedder="fake", rebuild=rebuild)


def dump(index: Path) -> dict[str, object]:
    """The content of a generation without its name and history."""
    generation = Generation.open(index)
    catalog = generation.catalog
    passages = [catalog.passage(number) for number in range(catalog.passages)]
    lines = [line.split() for line in catalog.terms()]
    words = sorted({word for line in lines for word in line})
    holding = [sum(word in line for line in lines) for word in words]
    assert generation.lexical.count_passages_with(words) == holding
    held: dict[str, object] = {
        "documents": [catalog.document(line.id) for line in catalog.list_documents()],
        "lines": catalog.list_documents(),
        "passages": passages,
        "terms": list(catalog.terms()),
        "mentions": [catalog.mentions(line.id) for line in catalog.list_documents()],
        "mentions of": catalog.mentions_of(["meta"]),
        "figures": catalog.figures,
        "contents": catalog.contents(),
        "vectors": PassageVectors(generation.folder).rows.tolist(),
        "lexical": generation.lexical.search("How many yuan do lenses cost in May?", 50),
        "found": [hit.passage.id for hit in retrieve("Quark glasses", generation, k=9)],
        "questions": catalog.sample_questions,
        "skipped": sorted(catalog.skipped),
    }
    counts = {len(passages), generation.vectors.count, generation.lexical.count}
    assert counts == {generation.manifest.passages}, "ntotal == rows"
    return held


def check_as_new(corpus: Path) -> None:
    """An updated index has the same content as a new one of the same corpus."""
    assert build(corpus, "new", rebuild=True).built
    assert dump(corpus.parent / "index") == dump(corpus.parent / "new")


def test_an_unchanged_corpus_embeds_and_publishes_nothing(
    corpus: Path, embedded: list[str]
) -> None:
    first = build(corpus)
    count = len(embedded)
    assert (first.changes, first.embedded) == (Changes(3, 0, 0, 0), count)
    second = build(corpus)
    assert (second.built, second.changes, second.embedded) == (False, Changes(0, 0, 3, 0), 0)
    assert second.manifest == first.manifest
    assert len(embedded) == count
    assert not (corpus.parent / "index" / "000002").exists()


def test_a_changed_file_embeds_only_its_changed_passages(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    embedded.clear()
    (corpus / "c.txt").write_text(NAMES["c.txt"].replace("2,999", "3,999"))
    report = build(corpus)
    assert report.changes == Changes(0, 1, 2, 0)
    assert embedded == ["Quark glasses cost 3,999 yuan."]
    assert report.embedded == 1
    check_as_new(corpus)


def test_a_removed_file_leaves_no_vector(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    embedded.clear()
    (corpus / "a.txt").unlink()
    report = build(corpus)
    assert (report.changes, embedded) == (Changes(0, 0, 2, 1), [])
    assert Generation.open(corpus.parent / "index").manifest.documents == 2
    check_as_new(corpus)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read when building."""
    names: list[str] = []

    def spy(path: Path, name: str, worker: Worker) -> Iterator[Document | LoadError]:
        names.append(name)
        yield from load_file(path, name, worker)

    monkeypatch.setattr("assistant.load.load_file", spy)
    return names


ROWS = '{"id": 1, "text": "Meta sold 12 lenses."}\n{"id": 2, "text": "Rokid sold 300.", "date": '
LINES = {
    "text": "Title\n\nXiaomi sells glasses for 1,999 yuan.",
    "other": "Huawei makes screens. Nobody knows why.",
    "rows": ROWS + '"2024-05-06", "by": "Ann"}',
    "bad rows": ROWS + "",
    "table": "Company,Price\nRokid,2999\nMeta,1999\n",
    "front": "---\ntitle: Front\ndate: 2024-01-02\n---\n\n# Heading\n\nMeta made 5 lenses.\n",
    "refused": "\0",
}
FILES = ("a.txt", "b/a.txt", "c.jsonl", "d.md", "e.csv")
Steps = st.lists(
    st.tuples(
        st.sampled_from(FILES),
        st.one_of(st.none(), st.sampled_from(sorted(LINES)), st.sampled_from(FILES)),
    ),
    max_size=4,
)


def take_step(folder: Path, name: str, change: str | None) -> None:
    """Write some text into a file, give it another file's name, or remove it (None)."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    if change is None:
        path.unlink(missing_ok=True)
    elif change in LINES:
        path.write_text(LINES[change])
    elif path.exists():
        (folder / change).parent.mkdir(exist_ok=True)
        path.rename(folder / change)


@pytest.mark.usefixtures("fake_models")
@settings(max_examples=12)
@given(st.lists(Steps, min_size=1, max_size=3))
def test_an_index_brought_up_to_date_is_the_same_as_a_new_one(
    rounds: list[list[tuple[str, str]]],
) -> None:
    with TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        (corpus / "players.toml").write_text(PLAYERS)
        (corpus / "always.txt").write_text(NAMES["c.txt"])
        build(corpus)
        for steps in rounds:
            for name, change in steps:
                take_step(corpus, name, change)
            build(corpus)
            check_as_new(corpus)


def test_only_new_changed_renamed_and_refused_files_are_read(
    corpus: Path, embedded: list[str], read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del embedded
    (corpus / "many.jsonl").write_text(LINES["rows"])
    (corpus / "bad.txt").write_text(LINES["refused"])
    (corpus / "half.jsonl").write_text(LINES["bad rows"])
    assert len(build(corpus).skipped) == 2
    assert len(read) == 6
    read.clear()
    (corpus / "a.txt").rename(corpus / "aa.txt")
    (corpus / "b.txt").write_text("Other words.")
    (corpus / "new.txt").write_text("New words.")
    assert len(build(corpus).skipped) == 2
    assert read == ["aa.txt", "b.txt", "bad.txt", "half.jsonl", "new.txt"]
    check_as_new(corpus)
    read.clear()
    monkeypatch.setattr("assistant.build.inputs.LOADING", (("retrieve.py",), ()))
    build(corpus)
    assert len(read) == 7, "other code of loading reads all again"
    read.clear()
    (corpus / "new.txt").unlink()
    (corpus.parent / "index" / "000003" / INDEX).unlink()
    assert build(corpus).built
    assert len(read) == 6, "a damaged generation is not relied on"


@pytest.mark.parametrize("name", ["a.txt", "b.txt"])
def test_renaming_embeds_nothing(corpus: Path, embedded: list[str], name: str) -> None:
    build(corpus)
    embedded.clear()
    (corpus / name).rename(corpus / "z.txt")
    report = build(corpus)
    assert (report.changes, embedded) == (Changes(1, 0, 2, 1), [])
    check_as_new(corpus)
    found = Generation.open(corpus.parent / "index").lexical.search("z.txt", 5)
    assert bool(found) == (name == "b.txt"), "a name that is the title can be searched for"


def test_new_files_before_and_after_shift_reused_passages(
    corpus: Path, embedded: list[str]
) -> None:
    (corpus / "players.toml").write_text(PLAYERS)
    build(corpus)
    embedded.clear()
    (corpus / "0.txt").write_text("Zero\n\nMeta sold 12 lenses in 2024. It was first.")
    (corpus / "bb.txt").write_text("Between\n\nThe battery lasts 4 hours.")
    (corpus / "z.txt").write_text("Last\n\nNothing comes behind it.")
    assert build(corpus).changes == Changes(3, 0, 3, 0)
    assert embedded == [
        "Zero\n\nMeta sold 12 lenses in 2024. It was first.",
        "Between\n\nThe battery lasts 4 hours.",
        "Last\n\nNothing comes behind it.",
    ]
    check_as_new(corpus)


def test_new_players_are_found_in_reused_documents(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    embedded.clear()
    (corpus / "players.toml").write_text(PLAYERS)
    assert build(corpus).built
    assert embedded == []
    catalog = Generation.open(corpus.parent / "index").catalog
    assert [mention.player_id for mention in catalog.mentions("a.txt")] == ["meta"]
    check_as_new(corpus)


def test_changed_splitting_code_splits_again_and_embeds_only_new_texts(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus / "d.txt").write_text(
        "Meta sold 12 lenses.\n\nRokid sold 300 lenses.\n\nQuark sold none."
    )
    build(corpus)
    embedded.clear()
    monkeypatch.setattr("assistant.build.inputs.SPLITTING", (("retrieve.py",), ()))
    report = build(corpus)
    assert report.built
    assert embedded == []
    monkeypatch.setattr("assistant.build.Splitter", partial(Splitter, target=7))
    monkeypatch.setattr("assistant.build.inputs.TARGET_PIECES", 7)
    smaller = build(corpus)
    assert smaller.manifest.passages > report.manifest.passages
    assert 0 < len(embedded) < smaller.manifest.passages
    assert not build(corpus).built


def test_another_model_embeds_all_again(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    count = len(embedded)
    report = build_index(corpus, corpus.parent / "index", embedder="other")
    assert report.embedded == count


def test_a_large_update_takes_the_model(
    corpus: Path, fake_models: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del fake_models
    used: list[type[FakeModel]] = []

    def spy(self: FakeModel, texts: list[str], *, progress: object = None) -> object:
        del progress
        used.append(type(self))
        return hash_embed(texts)

    monkeypatch.setattr(FakeModel, "embed", spy)
    build(corpus)
    (corpus / "d.txt").write_text("One.")
    build(corpus)
    monkeypatch.setattr("assistant.build.embedding.SMALL", 0)
    (corpus / "e.txt").write_text("Two.")
    build(corpus)
    assert used == [FakeModel, FakeOnnx, FakeModel]


@pytest.mark.parametrize(("small", "kinds"), [(500, [FakeOnnx]), (0, [FakeModel])])
def test_a_large_first_build_takes_the_packaged_model(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch, small: int, kinds: object
) -> None:
    del embedded
    used: list[type[FakeModel]] = []

    def spy(self: FakeModel, texts: list[str], *, progress: object = None) -> object:
        del progress
        used.append(type(self))
        return hash_embed(texts)

    def open_copy() -> FakeOnnx:
        FakeModel("packaged").export(corpus.parent)
        return FakeOnnx(corpus.parent)

    monkeypatch.setattr(FakeModel, "embed", spy)
    monkeypatch.setattr("assistant.build.embedding.PackagedEmbedder", open_copy)
    monkeypatch.setattr("assistant.build.embedding.SMALL", small)
    report = build_index(corpus, corpus.parent / "index", embedder="packaged")
    assert used == kinds
    assert report.manifest.embedder_sha256 == FakeModel("packaged").sha256


def test_the_model_of_a_large_corpus_is_loaded_while_its_files_are_read(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del embedded
    is_loaded, names = Event(), list[str]()

    def open_model(name: str) -> FakeModel:
        names.append(name)
        is_loaded.set()
        return FakeModel(name)

    def load(*given: object, **more: object) -> object:
        assert is_loaded.wait(60)
        return load_changed(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("assistant.build.embedding.open_embedder", open_model)
    monkeypatch.setattr("assistant.build.embedding.LARGE_CORPUS", 1)
    monkeypatch.setattr("assistant.build.load_changed", load)
    build(corpus)
    assert names == ["fake"], "loaded twice"
    (corpus / "d.txt").write_text("One.")
    build(corpus)
    assert names == ["fake"], "loaded for an update"


def test_other_weights_under_the_same_name_are_refused(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del embedded

    class Other(FakeModel):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.sha256 = "0"

    build(corpus)
    monkeypatch.setattr("assistant.build.embedding.open_embedder", Other)
    monkeypatch.setattr("assistant.build.embedding.SMALL", 0)
    (corpus / "d.txt").write_text("One.")
    with pytest.raises(AssistantError, match="other weights"):
        build(corpus)


def test_the_same_text_under_two_names_is_found_once(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    embedded.clear()
    (corpus / "copy of a.txt").write_text(NAMES["a.txt"])
    report = build(corpus)
    assert (report.copies, embedded) == (1, [])
    generation = Generation.open(corpus.parent / "index")
    hits = retrieve("Who sells glasses?", generation, k=9)
    found = [hit.passage for hit in hits if "Xiaomi" in hit.passage.text]
    assert [passage.document.id for passage in found] == ["a.txt"]
    assert found[0].document.copies == ("copy of a.txt",)
    copy = generation.catalog.document("copy of a.txt")
    assert (copy.text, copy.copies) == (NAMES["a.txt"], ("a.txt",))
    lines = {line.id: (line.passages, line.copy_of) for line in generation.catalog.list_documents()}
    assert lines["copy of a.txt"] == (0, "a.txt")
    check_as_new(corpus)
    (corpus / "a.txt").unlink()
    assert build(corpus).copies == 0
    assert embedded.count("Title\n" + NAMES["a.txt"]) == 0
    check_as_new(corpus)


@pytest.mark.usefixtures("fake_models")
def test_a_passage_is_found_by_the_text_embedded_for_it(corpus: Path) -> None:
    build(corpus)
    catalog = Generation.open(corpus.parent / "index").catalog
    number = catalog.find_passage(hash_text(NAMES["b.txt"]))
    assert number is not None
    assert catalog.passage(number).text == NAMES["b.txt"]
    assert catalog.text_hash(number) == hash_text(NAMES["b.txt"])
    assert catalog.find_passage(hash_text("x")) is None


def test_the_model_and_its_onnx_copy_embed_passages_the_same(article_index: Path) -> None:
    model, copy = ModelEmbedder(), OnnxEmbedder(Generation.open(article_index).folder)
    assert (copy.max_pieces, copy.sha256) == (model.max_pieces, model.sha256)
    text = (CORPUS / "ai-glasses-hundred-mirror-battle.txt").read_text()
    texts = [text[start : start + 600] for start in range(0, 24_000, 600)] + ["x", text]
    assert copy.count_pieces(texts) == model.count_pieces(texts)
    cosines = (model.embed(texts) * copy.embed(texts)).sum(axis=1)
    assert cosines.min() >= 0.999


@pytest.mark.usefixtures("fake_models")
def test_a_document_becomes_the_copy_of_a_newer_one_and_its_own_again(corpus: Path) -> None:
    (corpus / "players.toml").write_text(PLAYERS)
    text = "Meta sold 12 lenses in 2024. Meta sold 13 lenses in 2025."
    (corpus / "2024-01-02.txt").write_text(text)
    build(corpus)
    (corpus / "2024-05-06.txt").write_text(text)
    assert build(corpus).copies == 1
    check_as_new(corpus)
    (corpus / "2024-05-06.txt").unlink()
    assert build(corpus).copies == 0
    check_as_new(corpus)
