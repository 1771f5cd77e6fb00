"""The whole of `assistant train`, with a tiny base and a few questions."""

import gzip
import hashlib
import json
from itertools import count
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.cli import main
from assistant.read.span import SpanReader
from assistant.records import Document
from assistant.settings import Settings
from assistant.train.sources import Source, parse_source
from tests.conftest import Maker, write_tiny_model

PEOPLE = "Ann Lee|Bob Roy|Song Gang|Kim Fox|Max Orr|Eva Sun".split("|")


def find_title(*, held: bool) -> str:
    """A title of an article that is held out, or is not."""
    titles = (f"Article {n}" for n in count())
    return next(t for t in titles if (hashlib.sha256(t.encode()).digest()[0] < 13) is held)


def write_squad(path: Path, *titles: str) -> Path:
    """Some articles of six paragraphs with two questions each."""
    articles = []
    for title in titles:
        paragraphs = []
        for n, name in enumerate(PEOPLE):
            context = f"{title}. {name} sold {n + 12} glasses in 20{n + 10}. Nobody else paid."
            asked = [
                (f"Who sold {n + 12} glasses?", name),
                (f"How many glasses did {name} sell in 20{n + 10}?", str(n + 12)),
            ]
            paragraphs.append(
                {
                    "context": context,
                    "qas": [
                        {
                            "id": f"{title} {n} {k}",
                            "question": question,
                            "answers": [{"text": text, "answer_start": context.index(text)}],
                        }
                        for k, (question, text) in enumerate(asked)
                    ],
                }
            )
        articles.append({"title": title, "paragraphs": paragraphs})
    path.write_bytes(gzip.compress(json.dumps({"data": articles}).encode()))
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    write_tiny_model(folder, positions=400)
    return folder


@pytest.mark.usefixtures("fake_models")
def test_a_reader_is_trained_calibrated_described_and_used(
    base: Path,
    tmp_path: Path,
    make: Maker,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    squad = write_squad(tmp_path / "own.json.gz", find_title(held=False), find_title(held=True))
    out = tmp_path / "mine"
    command = ["train", f"{squad}=2", "--base", str(base), "--out", str(out), "--licence", "CC0"]
    assert main([*command, "--questions", "30"]) == 0
    printed = capsys.readouterr()
    assert f"{out}: trained; `assistant index --reader {out}` puts it into the index" in printed.out
    assert "calibrated on" in printed.err
    stored = json.loads((out / "reader.json").read_text())
    assert stored["name"] == "mine"
    assert stored["sha256"] == hashlib.sha256((out / "reader.onnx").read_bytes()).hexdigest()
    assert stored["weighing"]["spans"].keys() == {
        "bias", "score", "score_below_0", "retrieval", "named_near", "named_in_passage",
        "terms_near", "fits",
    }  # fmt: skip
    assert stored["weighing"]["answers"].keys() == {"bias", "logit", "gap", "agreeing"}
    assert 0 <= stored["threshold"] <= 1
    card = (out / "MODEL_CARD.md").read_text()
    for said in ("# mine", "| licence | CC0 |", stored["sha256"], "own.json.gz=2", "--seed 0",
                 hashlib.sha256(squad.read_bytes()).hexdigest()):  # fmt: skip
        assert said in card
    assert "{" not in card
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= {p.name for p in out.iterdir()}
    assert (tmp_path / "build" / "train" / "checkpoint.safetensors").is_file()
    generation = make.generation(Document("a.txt", "A", "Bob Roy sold 13 glasses in 2011."))
    answer = Assistant.of(generation, SpanReader(out), Settings()).ask("Who sold 13 glasses?")
    assert answer.source.reader == "mine"
    assert answer.confidence is not None
    assert 0 <= answer.confidence <= 1

    before = (out / "model.safetensors").read_bytes()
    assert main([*command, "--questions", "30"]) == 0  # nothing is left to train: the same again
    assert (out / "model.safetensors").read_bytes() == before
    assert json.loads((out / "reader.json").read_text()) == stored


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--questions", "0"], "questions is 0: give 1 or more"),
        (["--base", "nowhere"], "base nowhere has no model.safetensors"),
    ],
)
def test_what_can_not_be_trained_is_refused_before_the_work(
    base: Path,
    tmp_path: Path,
    change: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    squad = write_squad(tmp_path / "own.json.gz", find_title(held=False), find_title(held=True))
    out = tmp_path / "mine"
    command = ["train", str(squad), "--base", str(base), "--out", str(out)]
    assert main([*command, *change]) == 1
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_articles_have_to_be_held_out(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    squad = write_squad(tmp_path / "own.json.gz", find_title(held=False))
    assert main(["train", str(squad), "--base", str(base), "--out", str(tmp_path / "x")]) == 1
    assert "0 paragraphs are held out to calibrate on, 12 questions are left" in (
        capsys.readouterr().err
    )


def test_a_base_that_reads_too_little_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tiny_model(tmp_path / "short", positions=256)
    squad = write_squad(tmp_path / "own.json.gz", find_title(held=False), find_title(held=True))
    command = ["train", str(squad), "--base", str(tmp_path / "short"), "--out", str(tmp_path / "x")]
    assert main(command) == 1
    assert "reads 256 word pieces at a time: give one that reads 384" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("own.json", Source(Path("own.json"), 1.0)),
        ("own.json=0.5", Source(Path("own.json"), 0.5)),
        ("a=b.json=3", Source(Path("a=b.json"), 3.0)),
    ],
)
def test_a_source_is_a_file_and_a_weight(text: str, source: Source) -> None:
    assert parse_source(text) == source


@pytest.mark.parametrize("weight", ["0", "-1", "x", "nan", "101", ""])
def test_a_weight_that_is_none_is_refused(weight: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", f"own.json={weight}", "--out", "x"]) == 1
    assert f"own.json has weight '{weight}'" in capsys.readouterr().err
