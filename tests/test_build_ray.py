"""A build with Ray gives the index of one without, and repeats nothing after a crash."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from numpy.typing import NDArray
from pyarrow import parquet

from assistant.answer import Assistant
from assistant.build import BuildReport, build_index, embedding
from assistant.build.distributed import building, cluster, shards
from assistant.build.distributed.building import build_with_ray
from assistant.build.distributed.cluster import Cluster
from assistant.build.distributed.shards import FILES, VECTORS, Shards, ShardWriter
from assistant.build.distributed.source import Source
from assistant.cli import main
from assistant.embed.packaged import PackagedEmbedder
from assistant.errors import (
    CorpusError,
    ExtraAbsentError,
    IndexWriteError,
    NoDocumentError,
    UsageError,
)
from assistant.index.generation import Generation
from assistant.index.integrity import find_in_use
from assistant.index.publish import SHARDS
from assistant.index.vectors import PassageVectors
from assistant.index.writing import FILE
from assistant.settings import Settings
from tests.conftest import CORPUS, ROOT
from tests.crashing_ray import SMALL, read_or_die
from tests.reading import TermsReader

DATA = ROOT / "tests" / "data"
QUESTIONS = [
    "How much do the Quark AI glasses cost?",
    "Who signed the lease?",
    "Which companies make smart glasses?",
]


@dataclass
class Computed:
    """The names of the files that workers have read, and how many texts they have embedded."""

    files: list[str] = field(default_factory=list)
    texts: int = 0

    def take(self) -> tuple[list[str], int]:
        taken = sorted(self.files), self.texts
        self.files, self.texts = [], 0
        return taken


@pytest.fixture(scope="module", autouse=True)
def running_ray() -> Iterator[None]:
    """One Ray for all tests; a build uses the one that runs."""
    with Cluster(None, lambda: None) as running:
        assert running.cores >= 1
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cluster, "CORES_PER_MODEL", 64)  # a model takes seconds to load
            once = vars(embedding)["open_embedder"]  # the fixture's, which loads a model once
            patch.setattr(building, "open_embedder", once)
            yield


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Computed:
    """Counts what workers compute; every table of results becomes a shard."""
    counted = Computed()
    add = ShardWriter.add

    def count(self: ShardWriter, table: object) -> None:
        add(self, table)
        if "name" in table.column_names:  # type: ignore[attr-defined]
            counted.files += [name.decode() for name in table["name"].to_pylist()]  # type: ignore[index]
        else:
            counted.texts += table.num_rows  # type: ignore[attr-defined]

    monkeypatch.setattr(ShardWriter, "add", count)
    monkeypatch.setattr(shards, "SHARD_SECONDS", 0)
    return counted


def write_corpus(folder: Path) -> Path:
    """Files of many kinds: with tables, a notice, copies, players, samples, one that is empty."""
    folder.mkdir()
    for path in [
        *CORPUS.glob("*.t*"),
        DATA / "cases" / "pdf-partly-scanned" / "lease.pdf",
        DATA / "files" / "theatre_season_accounts.xlsx",
        DATA / "files" / "cold_storage_agreement.docx",
    ]:
        shutil.copy(path, folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "note.txt").write_text("Xiaomi sold 1,999 glasses. Meta sold 20 in 2024.")
    (folder / "sub" / "same.txt").write_text("Xiaomi sold 1,999 glasses. Meta sold 20 in 2024.")
    (folder / "empty.txt").write_text(" ")
    (folder / "picture.png").write_bytes(b"PNG")
    (folder / "table.md").write_text(
        "# Prices\n\n| name | price |\n|--|--|\n| A1 | 20 |\n| B2 | 30 |"
    )
    lines = ['{"id": "1", "text": "Quark makes glasses."}', '{"id": "1", "text": "Again."}']
    (folder / "lines.jsonl").write_text("\n".join(lines))
    (folder / "questions.txt").write_text("Who sells glasses?\n")
    return folder


def build(corpus: Path | str, index: Path) -> BuildReport:
    return build_with_ray(str(corpus), index, embedder="packaged")


def read_records(index: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables and views of the generation in use."""
    in_use = find_in_use(index)
    assert in_use is not None
    path = index / in_use.generation / FILE
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        )
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for (name,) in tables
        }


def read_vectors(index: Path) -> NDArray[np.float32]:
    in_use = find_in_use(index)
    assert in_use is not None
    return np.asarray(PassageVectors(index / in_use.generation).rows, dtype=np.float32)


def fail(*_: object) -> None:
    raise IndexWriteError("no space", hint="free some")


def ask(index: Path) -> list[object]:
    with closing(Generation.open(index)) as generation:
        assistant = Assistant.of(generation, TermsReader(), Settings())
        answers = [assistant.ask(question) for question in QUESTIONS]
    return [(a.status, a.text, a.citations, a.confidence) for a in answers]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, BuildReport]:
    """A corpus, and its index built without Ray."""
    folder = tmp_path_factory.mktemp("plain")
    corpus = write_corpus(folder / "corpus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "SMALL", 0)  # else so few texts are embedded by another encoder
        report = build_index(corpus, folder / "index", embedder="packaged")
    return corpus, folder / "index", report


def test_the_index_is_that_of_a_build_without_ray(
    plain: tuple[Path, Path, BuildReport],
    tmp_path: Path,
    computed: Computed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    corpus, index, report = plain
    monkeypatch.setattr(embedding, "SMALL", 0)  # else so few texts are embedded without Ray
    exported: list[Path] = []
    export = PackagedEmbedder.export

    def count(self: PackagedEmbedder, folder: Path) -> None:
        exported.append(folder)
        export(self, folder)

    monkeypatch.setattr(PackagedEmbedder, "export", count)
    made = build(corpus, tmp_path / "index")
    assert len(exported) == 1
    files, texts = computed.take()
    assert len(files) == 9
    assert texts == made.embedded == report.embedded > 50
    assert made.manifest.inputs == report.manifest.inputs
    assert replace(made, manifest=report.manifest) == report
    assert {path.name for path in (tmp_path / "index").iterdir()} == {
        "CURRENT",
        ".lock",
        ".checked",
        "000001",
    }
    records = read_records(tmp_path / "index")
    assert records == read_records(index)
    assert all(records[name] for name in "skipped questions players mentions figures".split())
    # The same batches on the same processor: the same numbers.
    assert np.array_equal(read_vectors(tmp_path / "index"), read_vectors(index))
    assert ask(tmp_path / "index") == ask(index)

    assert not build(corpus, tmp_path / "index").built
    assert not build_index(corpus, tmp_path / "index", embedder="packaged").built
    assert computed.take() == ([], 0)


def test_only_what_has_changed_is_computed(
    plain: tuple[Path, Path, BuildReport],
    tmp_path: Path,
    computed: Computed,
) -> None:
    corpus = shutil.copytree(plain[0], tmp_path / "corpus")
    index = shutil.copytree(plain[1], tmp_path / "index")
    other = shutil.copytree(plain[1], tmp_path / "other")
    (corpus / "sub" / "note.txt").write_text("Xiaomi sold 3,999 glasses. Nobody knows why.")
    (corpus / "table.md").unlink()
    changes = build(corpus, index).changes
    assert (changes.added, changes.changed, changes.removed) == (0, 1, 1)
    # What could not be read is tried again.
    assert computed.take() == (["empty.txt", "lines.jsonl", "sub/note.txt"], 0)
    build_index(corpus, other, embedder="packaged")
    assert read_records(index) == read_records(other)


@pytest.mark.parametrize(
    "point",
    ["files", *(pytest.param(name, marks=pytest.mark.long) for name in ("vectors", "writing"))],
)
def test_a_build_that_was_killed_repeats_nothing(
    plain: tuple[Path, Path, BuildReport],
    tmp_path: Path,
    computed: Computed,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    import ray

    corpus = write_corpus(tmp_path / "corpus")
    for name in ("cold_storage_agreement.docx", "sub/note.txt", "sub/same.txt"):
        (corpus / name).unlink()
    for number in range(70):
        (corpus / f"{number}.txt").write_text(f"Company {number} sold {number} lenses in 2024.")
    index = shutil.copytree(plain[1], tmp_path / "index")
    before = read_records(index)
    address = ray.get_runtime_context().gcs_address
    killed = subprocess.run(
        [sys.executable, "-m", "tests.crashing_ray", corpus, index, address, point], cwd=ROOT
    )
    assert killed.returncode == -signal.SIGKILL
    assert read_records(index) == before

    kept = Shards(index)
    paths = (index / SHARDS).glob(f"{FILES}-*")
    tables = [parquet.read_table(path, columns=["name"]) for path in paths]
    known = {name.decode() for table in tables for name in table["name"].to_pylist()}
    texts = sum(table.num_rows for table in kept.vectors())
    assert known
    assert texts == (64 if point == "vectors" else 0)
    monkeypatch.setattr(embedding, "SMALL", SMALL[point])
    build(corpus, index)
    files, embedded = computed.take()
    assert not known & {*files}
    assert len(known) + len(files) == 72
    assert embedded == (6 if point == "vectors" else 0)
    other = shutil.copytree(plain[1], tmp_path / "other")
    build_index(corpus, other, embedder="packaged")
    assert read_records(index) == read_records(other)
    assert not (index / SHARDS).exists()


def test_a_damaged_shard_is_computed_again(
    tmp_path: Path, computed: Computed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MOST_FILES", 1)
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for name in "ab":
        (corpus / f"{name}.txt").write_text(f"The {name} costs 20 yuan. Nobody buys it.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.build.write_generation", fail)
        with pytest.raises(IndexWriteError):
            build(corpus, index)
    assert computed.take() == (["a.txt", "b.txt"], 0)
    path = next((index / SHARDS).glob(f"{FILES}-*"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (index / SHARDS / "files-0.new").write_bytes(b"half of")
    build(corpus, index)
    assert len(computed.take()[0]) == 1
    assert len(read_records(index)["documents"]) == 2


def test_a_shard_of_vectors_is_used_only_as_it_was_written(tmp_path: Path) -> None:
    table = pyarrow.table({"key": [b"1"], "vector": [[0.5, 0.25]]})
    Shards(tmp_path).write(VECTORS, table)
    assert list(Shards(tmp_path).vectors()) == [table]
    (path,) = (tmp_path / SHARDS).iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert list(Shards(tmp_path).vectors()) == []
    assert not path.exists()


def test_the_files_of_a_url_are_fetched_once(
    plain: tuple[Path, Path, BuildReport], tmp_path: Path, computed: Computed
) -> None:
    corpus = shutil.copytree(plain[0], tmp_path / "corpus")
    (corpus / ".hidden").mkdir()
    (corpus / ".hidden" / "a.txt").write_text("Nobody reads this.")
    url = corpus.as_uri()
    assert build(url, tmp_path / "index").built
    assert len(computed.take()[0]) == 9
    assert read_records(tmp_path / "index") == read_records(plain[1])
    assert not build(url, tmp_path / "index").built
    (corpus / "table.md").write_text("Nothing is sold here any more.")
    assert build(url, tmp_path / "index").changes.changed == 1
    assert computed.take()[0] == ["empty.txt", "lines.jsonl", "table.md"]


def test_a_file_that_ends_its_worker_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "read_files", read_or_die)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("good", "killer", "other"):
        (corpus / f"{name}.txt").write_text(f"The {name} one costs 20 yuan.")
    report = build(corpus, tmp_path / "index")
    assert report.manifest.documents == 2
    assert [str(file) for file in report.skipped] == [
        "killer.txt ended the program that reads it, every time: leave it out, split it, or give "
        "the machines more memory"
    ]


def test_what_a_url_needs_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"s3://bucket/a .*: run `pip install s3fs`"):
        build("s3://bucket/a", tmp_path / "index")
    with pytest.raises(CorpusError, match="has a password"):
        build("ftp://me:secret@127.0.0.1/a", tmp_path / "index")
    with pytest.raises(CorpusError, match="nowhere"):
        build((tmp_path / "nowhere").as_uri(), tmp_path / "index")
    assert Source("s3://bucket/a").is_url


def test_the_command_takes_a_url_only_with_ray(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--source", "s3://bucket/a", "--indexes", str(tmp_path)]) != 0
    assert "--source needs --ray" in capsys.readouterr().err
    assert main(["index", "--corpus", "s3://bucket/a", "--indexes", str(tmp_path)]) != 0
    assert "assistant index --ray --source" in capsys.readouterr().err


def test_a_build_without_documents_leaves_no_shards(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text(" ")
    with pytest.raises(NoDocumentError, match=r"a\.txt is empty"):
        build(tmp_path / "corpus", tmp_path / "index")
    assert not (tmp_path / "index" / SHARDS).exists()


def test_without_ray_the_error_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExtraAbsentError, match="the optional part ray"):
        build(CORPUS, tmp_path / "index")


def test_a_cluster_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    def refuse(**_: object) -> None:
        raise ConnectionError("nobody is there")

    monkeypatch.setattr(ray, "init", refuse)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    message = r"no Ray cluster at 127.0.0.1:9 \(nobody is there\): check the address"
    with Cluster("127.0.0.1:9", lambda: None) as asked, pytest.raises(UsageError, match=message):
        assert asked.cores


def test_the_folder_of_a_local_ray_has_a_short_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of its sockets would be too long in most temporary folders of macOS."""
    import ray

    given: list[str] = []
    monkeypatch.setattr(ray, "init", lambda **named: given.append(named["_temp_dir"]))
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Cluster(None, lambda: None) as started:
        assert started.models >= 1
        (folder,) = given
        assert len(folder) <= 20
        assert Path(folder).is_dir()
    assert not Path(folder).exists()
