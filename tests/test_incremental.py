"""R7: what did not change is neither split nor embedded nor read again."""

from pathlib import Path

import numpy as np
import pytest

from assistant.build import BuildReport, build_index
from assistant.build.plan import Changes
from assistant.embed.model import ModelEmbedder
from assistant.embed.twin import TwinEmbedder
from assistant.errors import AssistantError
from assistant.index.generation import Generation
from assistant.index.hashes import find_rows, hash_texts
from assistant.retrieve import retrieve
from tests.conftest import CORPUS, FakeModel, FakeTwin, hash_embed

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
    """All that a generation holds, but its name and how it came about."""
    generation = Generation.open(index)
    store = generation.store
    passages = [store.passage(number) for number in range(store.passages)]
    held: dict[str, object] = {
        "documents": [store.document(line.id) for line in store.list_documents()],
        "lines": store.list_documents(),
        "passages": passages,
        "firsts": [store.first_sentence(passage.number) for passage in passages],
        "terms": list(store.terms()),
        "mentions": [store.mentions(line.id) for line in store.list_documents()],
        "mentions of": store.mentions_of(["meta"]),
        "figures": store.figures,
        "contents": store.contents(),
        "vectors": generation.vectors.rows.tolist(),
        "sentences": np.asarray(generation.sentence_vectors.rows).tolist()
        if generation.sentence_vectors
        else None,
        "lexical": generation.lexical.search("How many yuan do lenses cost in May?", 50),
        "found": [hit.passage.id for hit in retrieve("Quark glasses", generation, k=9)],
        "questions": store.sample_questions,
    }
    counts = {len(passages), generation.vectors.count, generation.lexical.count}
    assert counts == {generation.manifest.passages}, "ntotal == rows"
    return held


def check_as_new(corpus: Path) -> None:
    """An index that was brought up to date holds what one of the same corpus built anew holds."""
    assert build(corpus, "anew", rebuild=True).built
    assert dump(corpus.parent / "index") == dump(corpus.parent / "anew")


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
    assert embedded == ["Quark glasses cost 3,999 yuan."], "a passage that is one sentence, once"
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


def test_new_files_before_and_behind_move_what_is_taken_over(
    corpus: Path, embedded: list[str]
) -> None:
    (corpus / "players.toml").write_text(PLAYERS)
    build(corpus)
    embedded.clear()
    (corpus / "0.txt").write_text("Zero\n\nMeta sold 12 lenses in 2024. It was first.")
    (corpus / "bb.txt").write_text("Between\n\nThe battery lasts 4 hours.")
    (corpus / "z.txt").write_text("Last\n\nNothing comes behind it.")
    assert build(corpus).changes == Changes(3, 0, 3, 0)
    assert len(embedded) == len(set(embedded)) == 7
    check_as_new(corpus)


def test_new_players_are_found_in_what_is_taken_over(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    embedded.clear()
    (corpus / "players.toml").write_text(PLAYERS)
    assert build(corpus).built
    assert embedded == []
    store = Generation.open(corpus.parent / "index").store
    assert [mention.player_id for mention in store.mentions("a.txt")] == ["meta"]
    check_as_new(corpus)


def test_other_code_of_splitting_splits_again_and_embeds_what_is_new(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(corpus)
    embedded.clear()
    monkeypatch.setattr("assistant.build.inputs.SPLITTING", (("errors.py",), ()))
    assert build(corpus).built
    assert embedded == []
    monkeypatch.setattr("assistant.split.TARGET_PIECES", 7)
    monkeypatch.setattr("assistant.build.inputs.TARGET_PIECES", 7)
    assert build(corpus).built
    assert not build(corpus).built


def test_another_model_embeds_all_again(corpus: Path, embedded: list[str]) -> None:
    build(corpus)
    count = len(embedded)
    report = build_index(corpus, corpus.parent / "index", embedder="other")
    assert report.embedded == count


def test_a_large_update_takes_the_model(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del embedded
    used: list[str] = []
    for name, kind in (("ModelEmbedder", FakeModel), ("TwinEmbedder", FakeTwin)):

        class Spy(kind):  # type: ignore[misc, valid-type]
            called = name

            def embed(self, texts: list[str], *, progress: object = None) -> object:
                used.append(self.called)
                return super().embed(texts, progress=progress)

        monkeypatch.setattr(f"assistant.build.{name}", Spy)
    build(corpus)
    (corpus / "d.txt").write_text("One.")
    build(corpus)
    monkeypatch.setattr("assistant.build.SMALL", 1)
    (corpus / "e.txt").write_text("One is new. Two are new.")
    build(corpus)
    assert used == ["ModelEmbedder", "TwinEmbedder", "ModelEmbedder"]


def test_other_weights_under_the_same_name_are_refused(
    corpus: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del embedded

    class Other(FakeModel):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.sha256 = "0"

    build(corpus)
    monkeypatch.setattr("assistant.build.ModelEmbedder", Other)
    monkeypatch.setattr("assistant.build.SMALL", 0)
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
    copy = generation.store.document("copy of a.txt")
    assert (copy.text, copy.copies) == (NAMES["a.txt"], ("a.txt",))
    lines = {line.id: (line.passages, line.copy_of) for line in generation.store.list_documents()}
    assert lines["copy of a.txt"] == (0, "a.txt")
    check_as_new(corpus)
    (corpus / "a.txt").unlink()
    assert build(corpus).copies == 0
    assert embedded.count("Title\n" + NAMES["a.txt"]) == 0
    check_as_new(corpus)


def test_hashes_find_their_rows() -> None:
    known = hash_texts(["a", "b", "a", "c"])
    found = find_rows(known, hash_texts(["c", "x", "a", "b"]))
    assert found.tolist()[0::3] == [3, 1]
    assert (found[1], found[2] in (0, 2)) == (-1, True)
    assert find_rows(known, hash_texts([])).tolist() == []
    assert find_rows(hash_texts([]), known).tolist() == [-1] * 4
    half = known[:1].copy()
    half[0, 1] += 1
    assert find_rows(known, half).tolist() == [-1], "half of a hash is not enough"


def test_both_encoders_embed_passages_alike(article_index: Path) -> None:
    model, twin = ModelEmbedder(), TwinEmbedder(Generation.open(article_index).folder)
    assert (twin.max_pieces, twin.sha256) == (model.max_pieces, model.sha256)
    text = (CORPUS / "ai-glasses-hundred-mirror-battle.txt").read_text()
    texts = [text[start : start + 600] for start in range(0, 24_000, 600)] + ["x", text]
    assert twin.count_pieces(texts) == model.count_pieces(texts)
    cosines = (model.embed(texts) * twin.embed(texts)).sum(axis=1)
    assert cosines.min() >= 0.999
