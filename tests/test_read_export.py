"""What a reader is exported from, and which models are refused."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from assistant.errors import ReaderError
from assistant.read.export import export_reader, is_full_reader
from assistant.read.span import (
    MODEL,
    SETTINGS,
    ReaderSettings,
    SpanReader,
    read_settings_file,
    write_settings,
)
from assistant.records import QUESTION_KINDS, Calibration
from tests.passages import LONG, QUESTION, make_passage
from tests.tiny import write_tiny_model, write_tiny_reader

Scores = NDArray[np.float32]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_model(folder)
    return folder


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    calibration = Calibration({"span": {"score": 0.5, "bias": -1.0}, "list": {"bias": 2.0}})
    for settings in (
        ReaderSettings("眼镜", "0f", 384, 0.25, calibration),
        ReaderSettings("tiny", "0f", 256, -1.5, None),
    ):
        write_settings(tmp_path, settings)
        assert read_settings_file(tmp_path / SETTINGS) == settings
    stored = json.loads((tmp_path / SETTINGS).read_text())
    assert stored["calibration"] is None
    write_settings(tmp_path, replace(settings, calibration=Calibration({"span": {"bias": 1.0}})))
    stored = json.loads((tmp_path / SETTINGS).read_text())
    assert stored["calibration"] == {
        "weights": {"span": {"bias": 1.0}},
        "thresholds": {},
    }


# A full reader


def run_copy(folder: Path, *rows: list[int]) -> list[Scores]:
    """The outputs of the exported copy, for rows of pieces padded with 0."""
    session = onnxruntime.InferenceSession(str(folder / MODEL))
    width = max(map(len, rows))
    ids = np.array([[*row, *[0] * (width - len(row))] for row in rows], dtype=np.int64)
    given = {
        "input_ids": ids,
        "attention_mask": (ids > 0).astype(np.int64),
        "token_type_ids": (np.arange(width)[None] > 3).astype(np.int64) * (ids > 0),
    }
    assert {one.name for one in session.get_inputs()} == given.keys()
    found: list[Scores] = session.run(["tokens", "cls"], given)
    with torch.no_grad():
        network = read_network(folder)
        wanted = network(*(torch.from_numpy(given[name]) for name in given))
    assert [one.shape for one in found] == [
        (len(rows), width, 5),
        (len(rows), len(QUESTION_KINDS) + 2),
    ]
    return [*found, *(one.numpy() for one in wanted)]


def read_network(folder: Path) -> torch.nn.Module:
    from assistant.read.network import load_network

    return load_network(folder).eval()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full")
    write_tiny_reader(folder)
    return folder


ROWS = ([2, 20, 30, 3, 40, 50, 60, 70, 80, 3], [2, 25, 3, 41, 3], [2, 3, *range(5, 200), 3])


def test_a_full_reader_is_exported_with_the_scores_of_its_model(full: Path) -> None:
    assert is_full_reader(full)
    export_reader(full, full, name="mine")
    tokens, cls, wanted_tokens, wanted_cls = run_copy(full, *ROWS)
    inside = np.array([[n < len(row) for n in range(tokens.shape[1])] for row in ROWS])
    assert np.abs(tokens - wanted_tokens)[inside].max() < 1e-3
    assert np.abs(cls - wanted_cls).max() < 1e-3
    assert float(np.abs(wanted_tokens).max()) > 1
    settings = read_settings_file(full / SETTINGS)
    assert (settings.name, settings.max_pieces, settings.threshold) == ("mine", 510, 0.0)
    assert settings.calibration is None


def test_a_full_reader_in_8_bits_scores_nearly_the_same_and_is_smaller(
    full: Path, tmp_path: Path
) -> None:
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((full / name).read_bytes())
    export_reader(tmp_path, tmp_path, name="mine")
    exact = (tmp_path / MODEL).stat().st_size
    export_reader(tmp_path, tmp_path, name="mine", quantise=True)
    assert (tmp_path / MODEL).stat().st_size < 0.8 * exact
    tokens, _, wanted, _ = run_copy(tmp_path, ROWS[0])
    assert np.corrcoef(tokens.ravel(), wanted.ravel())[0, 1] > 0.99


def test_a_full_reader_is_exported_twice_as_the_same_bytes(full: Path, tmp_path: Path) -> None:
    found = []
    for name in ("first", "second"):
        shutil.copytree(full, tmp_path / name, ignore=shutil.ignore_patterns("reader.*"))
        export_reader(tmp_path / name, tmp_path / name, name="mine", quantise=True)
        found.append([(tmp_path / name / file).read_bytes() for file in (MODEL, SETTINGS)])
    assert found[0] == found[1]


def test_a_full_reader_without_one_of_its_weights_is_refused(full: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((full / name).read_bytes())
    weights = load_file(full / "model.safetensors")
    del weights["cls.bias"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(ReaderError, match="reader mine can't be loaded") as caught:
        export_reader(tmp_path, tmp_path, name="mine")
    assert caught.value.hint == "train it again: `assistant train`"


def test_a_folder_is_a_full_reader_by_its_config_and_weights(
    full: Path, source: Path, tmp_path: Path
) -> None:
    assert not is_full_reader(source)
    assert not is_full_reader(tmp_path / "nowhere")
    for config in ("{", "[]", '{"architectures": ["BertModel"]}'):
        (tmp_path / "config.json").write_text(config)
        (tmp_path / "model.safetensors").write_bytes(b"")
        assert not is_full_reader(tmp_path)
    (tmp_path / "config.json").write_bytes((full / "config.json").read_bytes())
    assert is_full_reader(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    assert not is_full_reader(tmp_path)


def test_a_reader_that_was_exported_before_is_copied_as_it_is(full: Path, tmp_path: Path) -> None:
    export_reader(full, full, name="mine")
    settings = read_settings_file(full / SETTINGS)
    write_settings(full, replace(settings, threshold=0.5))
    export_reader(full, tmp_path, name="other")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "reader.json", "reader.onnx", "tokenizer.json",
    ]  # fmt: skip
    assert read_settings_file(tmp_path / SETTINGS).threshold == 0.5


# Models of others


def test_a_folder_without_a_model_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="reader mine can't be loaded") as caught:
        export_reader(tmp_path, tmp_path, name="mine")
    assert "download the model first" in caught.value.hint


def test_a_model_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="reader no/such-model can't be loaded"):
        export_reader("no/such-model", tmp_path, name="no/such-model")


def test_a_model_without_a_no_answer_piece_is_refused(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, opening="[MASK]")
    with pytest.raises(ReaderError, match="does not begin with the piece that means no"):
        export_reader(tmp_path, tmp_path, name="mine")


def test_an_encoder_that_was_never_trained_to_answer_is_refused(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path / "model")
    model.bert.save_pretrained(tmp_path / "model")
    with pytest.raises(ReaderError):
        export_reader(tmp_path / "model", tmp_path, name="mine")


@pytest.mark.parametrize("positions", [64, 194])
def test_a_model_of_short_texts_is_refused_or_reads(tmp_path: Path, positions: int) -> None:
    write_tiny_model(tmp_path / "model", positions=positions)
    try:
        export_reader(tmp_path / "model", tmp_path, name="mine")
    except ReaderError:
        return
    reading, *_ = SpanReader(tmp_path).read("price " * 80, [make_passage(LONG)])
    assert reading.spans


def test_dropout_is_off_in_an_exported_reader(
    tmp_path: Path,
) -> None:
    for dropout in (0.0, 0.5):
        folder, reader = tmp_path / f"model {dropout}", tmp_path / f"reader {dropout}"
        write_tiny_model(folder, dropout=dropout)
        reader.mkdir()
        export_reader(folder, reader, name="tiny")
    passages = [make_passage(LONG)]
    readings = [SpanReader(folder).read(QUESTION, passages) for folder in tmp_path.glob("reader*")]
    assert len(readings) == 2
    assert readings[0] == readings[1]


def test_a_copy_that_scores_differently_is_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Apart(onnxruntime.InferenceSession):  # type: ignore[misc]
        def run(self, *given: object) -> Sequence[Scores]:
            starts, ends = super().run(*given)
            ends[0, 3] += 0.0015
            return starts, ends

    monkeypatch.setattr(onnxruntime, "InferenceSession", Apart)
    with pytest.raises(ReaderError, match=r"reader mine scores differently as ONNX \(by 0\.0015\)"):
        export_reader(source, tmp_path, name="mine")


def test_a_model_that_can_not_be_exported_is_refused_with_the_reason(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("operator weird::thing is not known\nmore")

    monkeypatch.setattr("assistant.read.export._export_onnx", fail)
    with pytest.raises(ReaderError) as caught:
        export_reader(source, tmp_path, name="mine")
    assert caught.value.message == (
        "reader mine can't be exported to ONNX (operator weird::thing is not known)"
    )
