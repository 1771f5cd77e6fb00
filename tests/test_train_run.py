"""The whole of `assistant train`, with a tiny base and a few questions."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from safetensors.torch import load_file

from assistant.cli import make_parser
from assistant.errors import AssistantError, TrainingError
from assistant.questions.feedback_gold import make_gold
from assistant.questions.feedback_sets import write_training_set
from assistant.read.span import SETTINGS, read_settings_file
from assistant.records import Document
from assistant.settings import Settings
from assistant.train import batches as batches_module
from assistant.train.pieces import LONGEST
from tests.feedbacks import PRICES, feedback_of
from tests.tiny import write_tiny_model, write_tiny_reader
from tests.training import make_paragraphs, write_sets

PRICED = Document("prices.txt", "Prices", PRICES)


def write_squad(path: Path) -> Path:
    """Six paragraphs with three questions each, one of them without an answer."""
    paragraphs = [
        {
            "context": paragraph.text,
            "qas": [
                {
                    "id": question.id,
                    "question": question.question,
                    "is_impossible": not question.answers,
                    "answers": [{"text": t, "answer_start": n} for t, n in question.answers],
                }
                for question in paragraph.questions
            ],
        }
        for paragraph in make_paragraphs(6)
    ]
    stored = {"data": [{"title": "T", "paragraphs": paragraphs}]}
    path.write_bytes(gzip.compress(json.dumps(stored).encode(), mtime=0))
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    write_tiny_model(folder, positions=512)
    return folder


@pytest.fixture
def calibrated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The folders that were calibrated; the work is done in an empty folder."""
    folders: list[Path] = []
    monkeypatch.setattr(
        "assistant.evaluate.calibrate.calibrate_reader", lambda folder, **_: folders.append(folder)
    )
    monkeypatch.setattr("assistant.evaluate.calibrate.describe", lambda _: "| figures |\n")
    monkeypatch.setattr(batches_module, "BLOCK", 16)
    monkeypatch.chdir(tmp_path)
    return folders


def train(*given: object) -> None:
    parsed = make_parser().parse_args(["train", *map(str, given)])
    assert parsed.run(parsed, Settings()) == 0


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_reader_is_trained_exported_calibrated_and_described(
    base: Path, tmp_path: Path, calibrated: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    squad, sets = write_squad(tmp_path / "own.json.gz"), write_sets(tmp_path / "sets")
    out = tmp_path / "mine"
    command = [f"{squad}=2", sets, "--base", base, "--out", out, "--licence", "CC0"]
    train(*command, "--questions", 30, "--rate", "1e-3")
    assert capsys.readouterr().out == (
        f"| figures |\n{out}: done; `assistant index --reader {out}` puts it into the index\n"
    )
    assert calibrated == [out]
    assert sorted(path.name for path in out.iterdir()) == [
        "MODEL_CARD.md", "config.json", "model.safetensors", "reader.json", "reader.onnx",
        "tokenizer.json",
    ]  # fmt: skip
    settings = read_settings_file(out / SETTINGS)
    assert (settings.name, settings.sha256) == ("mine", hash_of(out / "reader.onnx"))
    weights = load_file(out / "model.safetensors")
    assert {name.split(".")[0] for name in weights} == {"bert", "heads", "cls"}
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    for stated in (
        "# mine\n",
        "| licence | CC0 |",
        settings.sha256,
        "| trained on | 30 questions, repeats counted |",
        f"assistant train own.json.gz=2 sets --base {base} --questions 30 --rate 0.001 --seed 0 "
        "--out mine",
        f"| own.json.gz, weight 2 | `{hash_of(squad)}` |",
        f"| documents.jsonl, weight 1 | `{hash_of(sets / 'documents.jsonl')}` |",
    ):
        assert stated in card
    assert "{" not in card

    before = hash_of(out / "model.safetensors")
    train(*command, "--questions", 30, "--rate", "1e-3")  # nothing is left to learn
    assert hash_of(out / "model.safetensors") == before
    with pytest.raises(TrainingError, match="is from other files, weights, base, teacher, rate"):
        train(*command, "--questions", 30, "--rate", "2e-3")


@pytest.mark.usefixtures("calibrated")
def test_one_pass_asks_each_question_as_often_as_its_weight_says(
    base: Path, tmp_path: Path
) -> None:
    squad, out = write_squad(tmp_path / "own.json.gz"), tmp_path / "mine"
    train(f"{squad}=2", "--base", base, "--out", out)
    assert "| trained on | 36 questions" in (out / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_reader_is_trained_on_feedback(
    base: Path, tmp_path: Path, calibrated: list[Path]
) -> None:
    asked = [f"How much is it in shop {n}?" for n in range(20)]
    gold = make_gold([feedback_of(question) for question in asked], lambda _: PRICED, lambda _: 1)
    sets, out = tmp_path / "from-feedback", tmp_path / "mine"
    count = write_training_set(sets, gold, lambda _: PRICED)
    assert 0 < count < len(asked)  # the others are held out
    train(sets, "--base", base, "--questions", 2, "--out", out)
    assert calibrated == [out]
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| trained on | 2 questions" in card
    assert f"| questions.jsonl, weight 1 | `{hash_of(sets / 'questions.jsonl')}` |" in card


def test_a_reader_learns_from_a_teacher_and_two_are_averaged(
    base: Path, tmp_path: Path, calibrated: list[Path]
) -> None:
    squad, teacher = write_squad(tmp_path / "own.json.gz"), tmp_path / "teacher"
    write_tiny_reader(teacher)
    runs = [tmp_path / "a", tmp_path / "b"]
    for seed, out in enumerate(runs):
        train(
            squad, "--base", base, "--teacher", teacher, "--questions", 16, "--seed", seed,
            "--out", out, "--checkpoints", tmp_path / f"c{seed}",
        )  # fmt: skip
        card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
        assert f"| teacher | {teacher}, `{hash_of(teacher / 'model.safetensors')}` |" in card
        assert f"--base {base} --teacher {teacher} --questions 16" in card
    out = tmp_path / "mean"
    train("--average", *runs, "--shares", 0.4, 0.6, "--out", out)
    first, second, mean = (load_file(f / "model.safetensors") for f in (*runs, out))
    for name, tensor in mean.items():
        assert tensor.equal(first[name] * 0.4 + second[name] * 0.6)
    assert hash_of(out / "tokenizer.json") == hash_of(base / "tokenizer.json")
    assert calibrated == [*runs, out]
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"assistant train --average {runs[0]} {runs[1]} --shares 0.4 0.6 --out mean" in card
    assert f"| {runs[0]}, share 0.4 | `{hash_of(runs[0] / 'model.safetensors')}` |" in card


def test_an_installed_package_has_no_questions_to_calibrate_on(
    tmp_path: Path,
    calibrated: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("assistant.questions.handwritten.QUESTIONS_FOLDER", tmp_path / "none")
    write_tiny_reader(tmp_path / "a")
    train("--average", tmp_path / "a", "--out", tmp_path / "mean")
    assert calibrated == []
    assert f"{tmp_path / 'mean'}: not calibrated, its answers have no" in capsys.readouterr().err


@pytest.mark.usefixtures("calibrated")
def test_shares_are_equal_where_none_are_given(tmp_path: Path) -> None:
    for seed, name in enumerate("ab"):
        write_tiny_reader(tmp_path / name, seed=seed)
    train("--average", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "mean")
    first, second, mean = (
        load_file(tmp_path / f / "model.safetensors") for f in ("a", "b", "mean")
    )
    assert all(mean[name].equal(first[name] * 0.5 + second[name] * 0.5) for name in mean)


@pytest.mark.usefixtures("calibrated")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "there is nothing to train on: give sources, or readers after --average"),
        (("questions", "--average", "a"), "--average takes no sources: give sources, or readers"),
        (("own.json.gz", "--questions", 0), "questions is 0: give 1 or more"),
        (("own.json.gz", "--rate", 0), "rate is 0: give one such as 1e-4"),
        (("own.json.gz", "--base", "nowhere"), "base nowhere has no model.safetensors"),
        (("own.json.gz", "--base", "short"),
         f"base short reads 256 word pieces at a time: use one that reads {LONGEST}"),
        (("own.json.gz", "--base", "base", "--teacher", "nowhere"),
         "teacher nowhere is not a reader"),
        (("nowhere.json", "--base", "base"), "nowhere.json can't be read"),
        (("--average", "base", "nowhere"), "nowhere holds no weights"),
        (("--average", "base", "base", "--shares", 1.0), "shares 1 are for 2 readers"),
    ],
)  # fmt: skip
def test_what_can_not_be_trained_is_refused_before_the_work(
    tmp_path: Path, given: Sequence[object], message: str
) -> None:
    write_squad(tmp_path / "own.json.gz")
    write_tiny_model(tmp_path / "short", positions=256)
    write_tiny_model(tmp_path / "base", positions=512)
    with pytest.raises(AssistantError) as caught:
        train(*given, "--out", "mine")
    assert message in str(caught.value)
    assert not (tmp_path / "mine").exists()
