"""What a reader is exported from, and which models are refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.errors import ReaderError
from assistant.read.export import export_reader, write_settings
from assistant.read.span import SETTINGS, ReaderSettings, SpanReader, read_settings_file
from assistant.records import Weighing
from tests.conftest import write_tiny_model
from tests.passages import LONG, QUESTION, make_passage
from tests.test_span_reader import Scores


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_model(folder)
    return folder


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    weighing = Weighing({"score": 0.5, "bias": -1.0}, {"logit": 1.0, "bias": 0.25}, {"bias": 2.0})
    for settings in (
        ReaderSettings("眼镜", "0f", 384, 0.25, weighing),
        ReaderSettings("tiny", "0f", 256, -1.5, None),
    ):
        write_settings(tmp_path, settings)
        assert read_settings_file(tmp_path / SETTINGS) == settings


def test_a_folder_that_is_no_model_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="reader mine can't be loaded") as caught:
        export_reader(tmp_path, tmp_path, name="mine")
    assert "download the model first" in caught.value.hint


def test_a_model_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="reader no/such-model can't be loaded"):
        export_reader("no/such-model", tmp_path, name="no/such-model")


def test_a_model_that_has_no_piece_for_no_answer_is_refused(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, opening="[MASK]")
    with pytest.raises(ReaderError, match="does not begin with the piece that stands for no"):
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


def test_what_a_model_leaves_out_while_it_is_trained_is_not_left_out_of_its_reader(
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


def test_a_twin_that_scores_otherwise_is_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    class Apart(onnxruntime.InferenceSession):  # type: ignore[misc]
        def run(self, *given: object) -> Sequence[Scores]:
            starts, ends = super().run(*given)
            ends[0, 3] += 0.0015
            return starts, ends

    monkeypatch.setattr(onnxruntime, "InferenceSession", Apart)
    with pytest.raises(ReaderError, match=r"reader mine scores otherwise as ONNX \(by 0\.0015\)"):
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
