import ast
import errno
import math
import os
import shutil
import stat
from collections import Counter
from pathlib import Path
from typing import Any, cast

import faiss
import numpy as np
import pytest
from filelock import FileLock
from numpy.typing import NDArray

from assistant.embed import Vectors
from assistant.errors import (
    DocumentUnknownError,
    IndexAbsentError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexWriteError,
)
from assistant.index.generation import Generation
from assistant.index.integrity import CURRENT, STAMPS, IntactGeneration, find_intact
from assistant.index.lexical import Extended, Lexical, join_terms, write_terms
from assistant.index.manifest import has_manifest
from assistant.index.progress import FILE as PROGRESS
from assistant.index.publish import LOCK
from assistant.index.vectors import INDEX, Joined, PassageVectors, Reused, Rows, write_vectors
from assistant.load.text import load_text
from assistant.records import Document
from assistant.retrieve import retrieve
from assistant.text import find_question_terms, find_terms
from tests.conftest import AWKWARD_TEXT, ROOT, Maker
from tests.generations import rewrite
from tests.structure import list_imports, list_sources

FIRST = Document("a.txt", "A", "Xiaomi sells glasses. They cost 1,999 yuan.\n\nMeta sells others.")
SECOND = Document("b.txt", "B", "Huawei makes screens. Nobody knows the price.")


def brute_force_bm25(texts: list[str], question: str) -> list[tuple[int, float]]:
    """BM25 as Lucene defines it, k1 1.2, b .75, straight from the formula."""
    bags = [Counter(find_terms(text)) for text in texts]
    mean_length = sum(bag.total() for bag in bags) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for term in find_question_terms(question):
            holding = sum(term in other for other in bags)
            rarity = math.log(1 + (len(bags) - holding + 0.5) / (holding + 0.5))
            length = 1 - 0.75 + 0.75 * bag.total() / mean_length
            score += rarity * bag[term] * 2.2 / (bag[term] + 1.2 * length)
        scores.append(score)
    ranked = [(number, score) for number, score in enumerate(scores) if score > 0]
    return sorted(ranked, key=lambda hit: (-round(hit[1], 4), hit[0]))


def test_lexical_search_is_bm25(tmp_path: Path) -> None:
    words = "glasses price yuan xiaomi meta quark shipment battery chip hours".split()
    dice = np.random.default_rng(0)
    texts = [" ".join(dice.choice(words, size=dice.integers(3, 38))) for _ in range(200)]
    write_terms(tmp_path, map(join_terms, texts))
    lexical = Lexical.open(tmp_path)
    for question in ("What is the price of glasses?", "xiaomi", "battery hours of quark meta"):
        expected = brute_force_bm25(texts, question)[:20]
        found = lexical.search(question, 20)
        assert [number for number, _ in found] == [number for number, _ in expected]
        assert np.allclose([s for _, s in found], [s for _, s in expected], rtol=1e-4)
    assert lexical.search("nothing shared", 5) == []
    assert lexical.count_passages_with(["xiaomi", "absent"])[1] == 0


def test_an_extended_lexical_index_gives_what_a_new_one_gives(tmp_path: Path) -> None:
    words = "glasses price yuan xiaomi meta quark shipment battery chip hours".split()
    dice = np.random.default_rng(1)
    # Many have the same score: also at the end of what is found.
    lines = [" ".join(dice.choice(words, size=dice.integers(1, 4))) for _ in range(300)]
    present = np.arange(0, 300, 3)
    for name in ("new", "0", *(f"{step + 1}" for step in range(10))):
        (tmp_path / name).mkdir()
    write_terms(tmp_path / "new", lines)
    write_terms(tmp_path / "0", [lines[number] for number in present])
    left = [number for number in range(300) if number % 3]
    for step in range(10):  # some of them, in no order: each a segment
        added = left[step::10]
        after = np.sort([*present, *added])
        extended = Extended(
            tmp_path / f"{step}",
            np.searchsorted(after, present).astype(np.int32),
            np.searchsorted(after, added).astype(np.int32),
        )
        write_terms(tmp_path / f"{step + 1}", [lines[number] for number in added], extended)
        present = after
    new, updated = Lexical.open(tmp_path / "new"), Lexical.open(tmp_path / "10")
    assert updated.count == 300
    for question in ("What is the price of glasses?", "xiaomi", "battery hours of quark meta"):
        for k in (1, 2, 7, 20, 100, 300, 400):
            assert updated.search(question, k) == new.search(question, k), (question, k)
    assert updated.count_passages_with(words) == new.count_passages_with(words)


def test_a_question_is_not_parsed_as_a_query(tmp_path: Path) -> None:
    write_terms(tmp_path, map(join_terms, ["xiaomi glasses", "meta glasses"]))
    lexical = Lexical.open(tmp_path)
    for question in ("*", "-xiaomi", "terms:xiaomi^9", "[a TO z]", '"xiaomi', "NOT meta OR (", "?"):
        words = {number for number, _ in lexical.search(question, 5)}
        assert words == {
            number
            for number, word in enumerate(["xiaomi", "meta"])
            if word in find_question_terms(question)
        }


def test_a_lexical_index_opens_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_terms(tmp_path, map(join_terms, ["xiaomi glasses", "meta glasses"]))
    before = sorted(path.name for path in (tmp_path / "lexical").iterdir())
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert Lexical.open(tmp_path).search("meta", 5)[0][0] == 1
    assert sorted(path.name for path in (tmp_path / "lexical").iterdir()) == before


def test_vector_search_is_exact(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    rows = dice.normal(size=(500, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    question = rows[:1] + 0.1
    write_vectors(tmp_path, rows)
    vectors = PassageVectors(tmp_path)
    cosines = rows @ question[0]
    assert vectors.search(question, 10).tolist() == np.argsort(-cosines)[:10].tolist()
    assert vectors.search(question, 999).shape == (500,)
    some = np.array([3, 499, 0])
    assert np.allclose(vectors.cosines(question, some), cosines[some], atol=1e-6)


def test_a_flat_index_is_written_as_faiss_writes_it(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    index: Any = cast(Any, faiss).IndexFlatIP(16)
    index.add(rows)
    faiss.write_index(index, str(tmp_path / "expected"))
    write_vectors(tmp_path, Joined([rows[:7], rows[7:7], rows[7:]]))
    assert (tmp_path / INDEX).read_bytes() == (tmp_path / "expected").read_bytes()


def make_rows(count: int, dimension: int = 32, seed: int = 0) -> Vectors:
    """Vectors around 50 centers, of length 1."""
    dice = np.random.default_rng(seed)
    centers = np.random.default_rng(7).normal(size=(50, dimension))
    rows = centers[dice.integers(0, 50, count)] + dice.normal(size=(count, dimension))
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def rank(rows: Vectors, question: Vectors) -> list[int]:
    """The numbers of rows, the nearest first, as they are stored; ties by number."""
    cosines = rows.astype(np.float16).astype(np.float32) @ question
    return [int(number) for number in np.argsort(-cosines, kind="stable")]


@pytest.mark.parametrize("dimension", [32, 33])
def test_codes_find_what_exact_search_finds(tmp_path: Path, dimension: int) -> None:
    rows = make_rows(3000, dimension)
    rows[5] = rows[4]
    write_vectors(tmp_path, rows, "pq")
    vectors = PassageVectors(tmp_path)
    assert (vectors.count, vectors.dimension, vectors.rows.shape) == (
        3000, dimension, (3000, dimension),
    )  # fmt: skip
    for question in rows[:100] + 0.05:
        assert vectors.search(question[None], 10).tolist() == rank(rows, question)[:10]
    assert vectors.search(rows[4:5], 2).tolist() == [4, 5]
    assert sorted(vectors.search(rows[:1], 9999).tolist()) == list(range(3000))
    some = np.array([3, 499, 0])
    assert np.allclose(vectors.cosines(rows[:1], some), rows[some] @ rows[0], atol=1e-3)
    np.save(tmp_path / "vectors.npy", rows[1:].astype(np.float16))
    with pytest.raises(IndexMismatchError, match="has 2999 rows, not 3000"):
        PassageVectors(tmp_path)


def test_passages_as_far_as_can_be_are_found_too(tmp_path: Path) -> None:
    rows = np.repeat(make_rows(1), 2010, axis=0)
    rows[2000:] *= -1
    write_vectors(tmp_path, rows, "pq")
    found = PassageVectors(tmp_path).search(rows[2000:2001], 20)
    assert found.tolist() == [*range(2000, 2010), *range(10)]


def read_vectors(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in ("vectors.faiss", "vectors.npy")]


def test_the_same_vectors_give_the_same_files(tmp_path: Path) -> None:
    rows = make_rows(2000)
    np.save(tmp_path / "rows.npy", rows)
    given: list[Rows] = [rows, np.load(tmp_path / "rows.npy", mmap_mode="r")]
    for name, some in zip("ab", given, strict=True):
        (tmp_path / name).mkdir()
        write_vectors(tmp_path / name, some, "pq")
    assert read_vectors(tmp_path / "a") == read_vectors(tmp_path / "b")


def test_an_update_copies_the_codes_of_known_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, new = make_rows(2000), make_rows(300, seed=1)
    for name in ("old", "same", "updated", "anew"):
        (tmp_path / name).mkdir()
    write_vectors(tmp_path / "old", rows, "pq")
    old = PassageVectors(tmp_path / "old")
    write_vectors(tmp_path / "same", rows, "pq", previous=Reused(old, np.arange(2000)))
    assert read_vectors(tmp_path / "same") == read_vectors(tmp_path / "old")

    known = np.concatenate([np.arange(1999, 500, -1), np.full(300, -1), np.arange(100)])
    updated = np.concatenate([rows[1999:500:-1], new, rows[:100]])
    encoded: list[int] = []
    encode = faiss.IndexPQ.sa_encode

    def spy(index: faiss.IndexPQ, given: Vectors) -> object:
        encoded.append(len(given))
        return encode(index, given)

    monkeypatch.setattr(faiss.IndexPQ, "sa_encode", spy)
    monkeypatch.setattr("assistant.index.vectors.BLOCK", 1000)
    write_vectors(tmp_path / "updated", updated, "pq", previous=Reused(old, known))
    assert sum(encoded) == 300
    vectors = PassageVectors(tmp_path / "updated")
    assert np.array_equal(vectors.rows, updated.astype(np.float16))
    for question in updated[1400:1900:5] + 0.05:
        assert vectors.search(question[None], 10).tolist() == rank(updated, question)[:10]

    # With fewer known vectors than new ones, the code is made anew.
    write_vectors(tmp_path / "anew", new, "pq", previous=Reused(old, np.full(300, -1)))
    assert sum(encoded) == 600
    (tmp_path / "alone").mkdir()
    write_vectors(tmp_path / "alone", new, "pq")
    assert read_vectors(tmp_path / "anew") == read_vectors(tmp_path / "alone")


def test_an_exact_generation_has_no_codes_to_copy(tmp_path: Path) -> None:
    rows = make_rows(500)
    for name in ("old", "new", "back"):
        (tmp_path / name).mkdir()
    write_vectors(tmp_path / "old", rows, "exact")
    old = Reused(PassageVectors(tmp_path / "old"), np.arange(500))
    write_vectors(tmp_path / "new", rows, "pq", previous=old)
    new = Reused(PassageVectors(tmp_path / "new"), np.arange(500))
    assert new.vectors.search(rows[9:10], 5).tolist() == rank(rows, rows[9])[:5]
    write_vectors(tmp_path / "back", rows, "exact", previous=new)
    assert np.array_equal(PassageVectors(tmp_path / "back").rows, rows)


def test_a_large_index_is_searched_by_codes(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.index.vectors.EXACT_MOST", 1)
    generation = make.generation(FIRST, SECOND)
    assert generation.manifest.search == "pq"
    found = generation.vectors.search(generation.encoder.embed_questions([SECOND.text]), 2)
    assert generation.catalog.passage(int(found[0])).document == SECOND


class NumpyVectors:
    """Another store of vectors: all that a PassageVectors has to offer."""

    def __init__(self, folder: Path) -> None:
        self.rows = np.load(folder / "vectors.npy")
        self.count, self.dimension = self.rows.shape

    def search(self, question: Vectors, k: int) -> NDArray[np.int64]:
        return np.argsort(-(self.rows @ question[0]), kind="stable")[:k]

    def cosines(self, question: Vectors, numbers: NDArray[np.int64]) -> Vectors:
        cosines: Vectors = self.rows[numbers] @ question[0]
        return cosines


def write_numpy(folder: Path, vectors: Joined, *, previous: object) -> None:  # noqa: ARG001
    np.save(folder / "vectors.npy", vectors[:])


def test_vectors_can_be_kept_in_another_store(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = retrieve("Who sells glasses?", make.generation(FIRST, SECOND), k=5)
    monkeypatch.setattr("assistant.build.writing.write_vectors", write_numpy)
    monkeypatch.setattr("assistant.build.previous.PassageVectors", NumpyVectors)
    monkeypatch.setattr("assistant.index.generation.PassageVectors", NumpyVectors)
    for documents in ((SECOND,), (FIRST, SECOND)):  # the second build reuses a vector
        rebuild(tmp_path / "index", *documents)
    generation = Generation.open(tmp_path / "index")
    assert not (generation.folder / "vectors.faiss").exists()
    assert retrieve("Who sells glasses?", generation, k=5) == expected


@pytest.mark.no_cover
def test_only_one_module_knows_the_store_of_vectors() -> None:
    assert find_importers("faiss") == ["assistant/index/vectors.py"]


@pytest.mark.no_cover
def test_only_one_module_chooses_the_embedder() -> None:
    assert find_importers("assistant.embed.model.ModelEmbedder") == ["assistant/embed/__init__.py"]


def find_importers(name: str) -> list[str]:
    """The modules of the package that import something."""
    return [
        path.relative_to(ROOT).as_posix()
        for path in list_sources()
        if name in list_imports(ast.parse(path.read_text(encoding="utf-8"))).values()
    ]


def test_records_come_back_as_they_went_in(make: Maker) -> None:
    awkward = load_text(AWKWARD_TEXT, "sub folder/ä #1?.txt")
    assert isinstance(awkward, Document)
    rich = Document(
        "b.jsonl/1", "B", "Text one.\x00 Text two.", source="https://e.org", extra={"k": "v"},
        page_starts=(0, 9), published=awkward.published,
    )  # fmt: skip
    catalog = make.generation(awkward, rich).catalog
    for document in (awkward, rich):
        assert catalog.document(document.id) == document
    passages = [catalog.passage(number) for number in range(catalog.passages)]
    assert all(passage.number == number for number, passage in enumerate(passages))
    assert [line.id for line in catalog.list_documents()] == [awkward.id, rich.id]
    assert sum(line.passages for line in catalog.list_documents()) == len(passages)
    assert catalog.passages_holding(awkward.id, 0, 3) == [0]
    with pytest.raises(DocumentUnknownError, match=r"no document '\.\./b'"):
        catalog.document("../b")


def test_a_generation_replaces_the_one_before_it(make: Maker, tmp_path: Path) -> None:
    index = make.folder
    make.folder = tmp_path
    first = make.generation(FIRST)
    second = make.generation(SECOND)
    assert (first.manifest.generation, second.manifest.generation) == ("000001", "000001")
    del index
    # The same folder, built again with other documents:
    folder = tmp_path / "same"
    for number, document in enumerate([FIRST, SECOND, FIRST], start=1):
        rebuild(folder, document)
        opened = Generation.open(folder)
        assert opened.manifest.generation == f"{number:06d}"
        assert opened.catalog.list_documents()[0].id == document.id
    kept = sorted(path.name for path in folder.iterdir() if path.name.isdigit())
    assert kept == ["000003"], "those before have a document that is gone"
    assert not (folder / ".building").exists()


def rebuild(folder: Path, *documents: Document) -> None:
    from assistant.build import build_from
    from assistant.load import Corpus

    fingerprint = repr(documents)
    build_from(Corpus(tuple(documents), (), fingerprint), folder, embedder="fake")


def test_an_interrupted_build_leaves_the_index_as_it_was(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del make
    folder = tmp_path / "index"
    rebuild(folder, FIRST)
    for step in ("write_vectors", "write_terms", "write_records"):
        with monkeypatch.context() as patch:
            patch.setattr(f"assistant.build.writing.{step}", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                rebuild(folder, SECOND)
        assert Generation.open(folder).catalog.document("a.txt") == FIRST
        assert not (folder / ".building").exists()
    rebuild(folder, SECOND)
    assert Generation.open(folder).catalog.document("b.txt") == SECOND


def test_there_is_no_index_until_one_is_built(tmp_path: Path) -> None:
    with pytest.raises(IndexAbsentError) as caught:
        Generation.open(tmp_path / "none")
    hint = "run `assistant index --index none --corpus FOLDER` first"
    assert str(caught.value) == f"no index in {tmp_path}/none: {hint}"


def test_two_builders_exclude_each_other(make: Maker, tmp_path: Path) -> None:
    del make
    folder = tmp_path / "index"
    folder.mkdir()
    with (
        FileLock(folder / LOCK),
        pytest.raises(IndexBusyError, match="another process is building"),
    ):
        rebuild(folder, FIRST)
    rebuild(folder, FIRST)
    assert Generation.open(folder).manifest.documents == 1


def damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif how == "truncate":
        path.write_bytes(content[:-1])
    else:
        path.unlink()


@pytest.mark.parametrize("how", ["flip", "truncate", "remove"])
def test_damage_to_any_file_is_found_before_it_is_read(
    make: Maker, tmp_path: Path, how: str
) -> None:
    del make
    folder = tmp_path / "index"
    rebuild(folder, FIRST)
    intact = folder / "000001"
    names = [p.relative_to(intact) for p in intact.rglob("*") if p.is_file() and p.stat().st_size]
    assert len(names) >= 8
    for name in names:
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        damage(copy / "000001" / name, how)
        with pytest.raises((IndexDamagedError, IndexMismatchError)) as caught:
            Generation.open(copy)
        assert "`assistant index --rebuild`" in str(caught.value)
        shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": 99}, "has format 99, this version reads"),
        ({"dimension": 32}, "has 64 dimensions, not 32"),
        ({"passages": 7}, "passages, not 7"),
        ({"documents": 7}, "has 1 documents, not 7"),
        ({"embedder_sha256": "0"}, "is not the model of its vectors"),
        ({"files": {"../../x": "0"}}, "names '../../x'"),
        ({"other": 1}, "is not a manifest"),
    ],
)
def test_an_index_of_something_else_is_refused(
    make: Maker, tmp_path: Path, fields: dict[str, object], message: str
) -> None:
    del make
    folder = tmp_path / "index"
    rebuild(folder, FIRST)
    rewrite(folder, **fields)
    with pytest.raises((IndexDamagedError, IndexMismatchError)) as caught:
        Generation.open(folder)
    assert message in str(caught.value)


@pytest.mark.parametrize("pointer", ["", "..", "000009", "/etc", "000001/../000001"])
def test_a_pointer_to_no_generation_is_reported_and_the_newest_intact_one_answers(
    make: Maker, tmp_path: Path, pointer: str
) -> None:
    del make
    folder = tmp_path / "index"
    rebuild(folder, FIRST)
    (folder / CURRENT).write_text(pointer)
    opened = Generation.open(folder)
    assert opened.catalog.document("a.txt") == FIRST
    assert opened.warning is not None
    assert "not a generation" in opened.warning
    shutil.rmtree(folder / "000001")
    with pytest.raises(IndexDamagedError, match="not a generation"):
        Generation.open(folder)


@pytest.mark.usefixtures("make")
def test_a_generation_replaced_while_it_is_opened_is_not_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(tmp_path, FIRST)

    def replace(index: Path) -> IntactGeneration:
        monkeypatch.setattr("assistant.index.generation.find_intact", find_intact)
        rebuild(index, SECOND)
        raise IndexDamagedError("removed meanwhile")

    monkeypatch.setattr("assistant.index.generation.find_intact", replace)
    assert Generation.open(tmp_path).catalog.document("b.txt") == SECOND


def test_a_file_that_was_not_published_is_refused(make: Maker, tmp_path: Path) -> None:
    del make
    folder = tmp_path / "index"
    rebuild(folder, FIRST)
    (folder / "000001" / "lexical" / "reader.lock").touch()
    assert Generation.open(folder).manifest.documents == 1
    (folder / "000001" / "lexical" / "more").touch()
    with pytest.raises(IndexDamagedError, match="lexical/more was not published"):
        Generation.open(folder)


def test_all_is_on_disk_before_it_is_put_in_use(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del make
    folder = tmp_path / "index"
    events: list[tuple[str, object]] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def spy_fsync(descriptor: int) -> None:
        fsync(descriptor)
        events.append(("sync", os.fstat(descriptor).st_ino))

    def spy_rename(path: Path, target: Path) -> Path:
        inodes = {p.stat().st_ino for p in (path, *path.rglob("*"))}
        events.append(("rename", inodes))
        return rename(path, target)

    def spy_replace(path: Path, target: Path) -> Path:
        if target.name != PROGRESS and target.parent.name != STAMPS:  # which may be lost
            events.append(("replace", (path.stat().st_ino, target.name)))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(Path, "rename", spy_rename)
    monkeypatch.setattr(Path, "replace", spy_replace)
    rebuild(folder, FIRST)
    monkeypatch.undo()
    place = [what for what, _ in events].index("rename")
    assert {inode for _, inode in events[:place]} == events[place][1]
    own, pointer = folder.stat().st_ino, (folder / CURRENT).stat().st_ino
    assert events[place + 1 :] == [
        ("sync", pointer),
        ("sync", own),
        ("replace", (pointer, CURRENT)),
        ("sync", own),
    ]


@pytest.mark.parametrize(
    ("owner", "name", "number"),
    [
        (os, "fsync", errno.EIO),
        (os, "fsync", errno.EINVAL),  # of a file: only folders may lack it
        (Path, "rename", errno.ENOSPC),
        (Path, "replace", errno.ENOSPC),
    ],
)
@pytest.mark.usefixtures("make")
def test_a_refusal_to_write_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, number: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    folder = tmp_path / "index"
    rebuild(folder, FIRST)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        with pytest.raises(IndexWriteError) as caught:
            rebuild(folder, SECOND)
    assert f"{folder} can't be written ({os.strerror(number)})" in str(caught.value)
    assert Generation.open(folder).catalog.document("a.txt") == FIRST
    assert not (folder / ".building").exists()
    rebuild(folder, SECOND)
    assert Generation.open(folder).catalog.document("b.txt") == SECOND


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
@pytest.mark.usefixtures("make")
def test_a_system_that_can_not_sync_folders_still_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    if number == errno.EIO:
        with pytest.raises(IndexWriteError):
            rebuild(tmp_path / "index", FIRST)
    else:
        rebuild(tmp_path / "index", FIRST)
        assert Generation.open(tmp_path / "index").manifest.documents == 1


@pytest.mark.parametrize("inside", ["", "default"])
@pytest.mark.usefixtures("make")
def test_a_file_in_place_of_the_index_is_refused(tmp_path: Path, inside: str) -> None:
    (tmp_path / "indexes").write_text("a file")
    folder = tmp_path / "indexes" / inside
    with pytest.raises(IndexWriteError, match=f"{folder} can't be written"):
        rebuild(folder, FIRST)
    assert (tmp_path / "indexes").read_text() == "a file"


def test_an_index_folder_that_can_not_be_read_is_refused(make: Maker, tmp_path: Path) -> None:
    index = tmp_path / ("x" * 300)  # refused by the system, as without permission
    opened = make.generation(Document("x", "x", "Words."))
    assert opened.is_kept
    assert not has_manifest(index / "000001")
    with pytest.raises(IndexDamagedError, match=r"x can't be read \(File name too long\)"):
        find_intact(index)


def test_passages_that_overlap_a_span_are_found(make: Maker) -> None:
    split = Document("x", "x", "Before it. MENU After it.", boilerplate=((11, 15),))
    catalog = make.generation(split).catalog
    assert [(p.start, p.end) for p in map(catalog.passage, range(2))] == [(0, 10), (16, 25)]
    spans = {(0, 10): [0], (9, 16): [0], (10, 16): [], (10, 17): [1], (9, 17): [0, 1],
                 (24, 25): [1], (25, 26): []}  # fmt: skip
    for (start, end), numbers in spans.items():
        assert catalog.passages_holding("x", start, end) == numbers, (start, end)
    assert catalog.passages_holding("y", 0, 10) == []
