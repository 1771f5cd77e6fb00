import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assistant.build.doctor import examine
from assistant.cli import main
from assistant.embed.model import hash_file
from assistant.index.catalog import Catalog
from assistant.index.manifest import FORMAT
from assistant.index.vectors import INDEX
from tests.conftest import CORPUS
from tests.generations import FIRST, GENERATIONS, SECOND, build, damage, rewrite


@pytest.fixture
def index(article_index: Path, tmp_path: Path) -> Path:
    shutil.copytree(article_index, tmp_path / "default")
    return tmp_path / "default"


def test_the_doctor_finds_no_problems_in_an_intact_index(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--indexes", str(index.parent)]) == 0
    printed = capsys.readouterr().out
    assert "BAD" not in printed
    assert re.search(r"16 passages embedded again: lowest cosine (0\.99|1\.0)", printed)
    assert printed.endswith(f"{index}: no problems\n")


def test_the_doctor_ignores_stamps(
    index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = index / "000001" / INDEX
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    monkeypatch.setattr("assistant.index.integrity._make_stamp", lambda *_: "same")
    list(examine(index))
    path.write_bytes(content)
    assert main(["doctor", "--indexes", str(index.parent)]) == 1
    printed = capsys.readouterr().out
    assert f"BAD  generation 000001: {path} was changed\n" in printed
    assert "     run `assistant index --rebuild`, with its --index and --corpus\n" in printed
    assert main(["doctor", "--indexes", str(index.parent / "none")]) == 4
    assert "run `assistant index` first" in capsys.readouterr().err


def test_a_previous_generation_of_another_format_is_a_note(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (index / "000001").rename(index / "000002")
    manifest = index / "000002" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"000001"', '"000002"'))
    checksum = hash_file(manifest)
    (manifest.parent / "manifest.sha256").write_text(f"{checksum}\n")
    (index / "CURRENT").write_text(f"000002 {checksum}\n")
    shutil.copytree(GENERATIONS / "format-2" / "000001", index / "000001")
    assert main(["doctor", "--indexes", str(index.parent)]) == 0
    printed = capsys.readouterr().out
    assert (
        f"note generation 000001 (kept): {index / '000001'} has format 2, this version reads"
        f" {FORMAT}; it is useless\n"
        f"     remove {index / '000001'}, or later builds will\n"
    ) in printed
    assert "BAD" not in printed
    assert printed.endswith(f"{index}: no problems\n")


def test_a_generation_in_use_of_another_format_is_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(GENERATIONS / "format-2", tmp_path / "default")
    assert main(["doctor", "--indexes", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert f"BAD  generation 000001: {tmp_path / 'default' / '000001'} has format 2" in printed
    assert "     run `assistant index` to rebuild it, with its --index and --corpus\n" in printed


def test_the_doctor_finds_vectors_of_other_texts(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Catalog.text_hash
    monkeypatch.setattr(Catalog, "text_hash", lambda catalog, number: real(catalog, number ^ 1))
    found = [finding for finding in examine(index) if not finding.ok]
    assert [finding.text[:27] for finding in found] == ["16 passages embedded again:"]
    assert found[0].remedy == "run `assistant index --rebuild`, with its --index and --corpus"


def test_the_doctor_reports_a_read_only_folder_and_a_full_disk(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    found = [finding.text for finding in examine(index) if not finding.ok]
    assert found[0] == f"{index} can't be written"
    assert found[1].startswith("0.0 GB free")


@pytest.mark.usefixtures("fake_models")
def test_the_doctor_counts_the_records(tmp_path: Path) -> None:
    build(tmp_path, FIRST)
    path = tmp_path / "000001" / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM passage_order WHERE number = 1")
        connection.commit()
    manifest = json.loads((tmp_path / "000001" / "manifest.json").read_text())
    rewrite(tmp_path, files=manifest["files"] | {path.name: hash_file(path)})
    (finding,) = (finding for finding in examine(tmp_path) if not finding.ok)
    passages = manifest["passages"]
    assert finding.text == f"records.sqlite has {passages - 1} passages, not {passages}"
    rewrite(tmp_path, passages=passages + 1)
    (finding,) = (finding for finding in examine(tmp_path) if not finding.ok)
    assert finding.text.endswith(f"has {passages} passages, not {passages + 1}")


@pytest.mark.usefixtures("fake_models")
def test_the_doctor_reports_damage_in_an_unused_generation(tmp_path: Path) -> None:
    build(tmp_path, FIRST)
    build(tmp_path, SECOND)
    damage(tmp_path / "000001" / INDEX, "flip", 9, tmp_path)
    (finding,) = (finding for finding in examine(tmp_path) if not finding.ok)
    assert finding.text.startswith("generation 000001:")
    assert finding.remedy.endswith(f", or remove {tmp_path / '000001'}")
    (tmp_path / "CURRENT").write_text("nothing")
    findings = list(examine(tmp_path))
    assert findings[0].text.endswith("names 'nothing', not a generation")
    assert [finding.ok for finding in findings] == [False, True, False, True, True]


def test_an_update_of_the_real_index_needs_no_torch(index: Path, tmp_path: Path) -> None:
    corpus = shutil.copytree(CORPUS, tmp_path / "corpus")
    (corpus / "b.txt").write_text("Meta sells glasses, too. They cost 2,999 yuan.")
    code = (
        "import sys\nfrom pathlib import Path\nfrom assistant.build import build_index\n"
        f"report = build_index(Path({str(corpus)!r}), Path({str(index)!r}), embedder='packaged')\n"
        "assert report.embedded == 1, report\nassert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert all(finding.ok for finding in examine(index))
