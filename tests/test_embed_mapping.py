"""Word vectors stay in the file of their model."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from assistant.embed.mapping import LEAST_BYTES, find_tables, map_file
from assistant.embed.onnx import open_session, release_rows
from assistant.read import PACKAGED_FOLDER
from assistant.read.span import FIRST_PIECE, HEADS, MODEL

WIDTH = 64
ROWS = LEAST_BYTES // (4 * WIDTH)
WORDS = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
MATRIX = np.random.default_rng(1).normal(size=(WIDTH, ROWS)).astype(np.float32)


def write_model(path: Path, words: NDArray[np.float32] = WORDS) -> None:
    """Rows of a table are looked up and multiplied by a matrix of the same size."""
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["words", "ids"], ["rows"]),
            helper.make_node("MatMul", ["rows", "matrix"], ["scores"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
        [
            helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", WIDTH]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", ROWS]),
        ],
        [numpy_helper.from_array(words, "words"), numpy_helper.from_array(MATRIX, "matrix")],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))


def test_only_a_table_that_is_looked_up_is_mapped(tmp_path: Path) -> None:
    write_model(tmp_path / "model.onnx")
    (item,) = find_tables(map_file(tmp_path / "model.onnx")).items()
    assert item[0] == "words"
    assert np.array_equal(item[1], WORDS)
    assert not item[1].flags.writeable


def test_a_small_table_is_not_mapped(tmp_path: Path) -> None:
    write_model(tmp_path / "model.onnx", WORDS[: ROWS // 2])
    assert find_tables(map_file(tmp_path / "model.onnx")) == {}


def test_a_session_looks_rows_up_in_the_mapped_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "model.onnx")
    monkeypatch.setattr("assistant.embed.onnx.find_tables", lambda _: {"words": 2 * WORDS})
    ids = np.array([3, 0, ROWS - 1])
    (rows,) = open_session(tmp_path / "model.onnx").run(["rows"], {"ids": ids})
    assert np.array_equal(rows, 2 * WORDS[ids])


def test_a_session_outlives_the_file(tmp_path: Path) -> None:
    write_model(tmp_path / "model.onnx")
    session = open_session(tmp_path / "model.onnx")
    (tmp_path / "model.onnx").unlink()
    (rows,) = session.run(["rows"], {"ids": np.arange(ROWS)})
    assert np.array_equal(rows, WORDS)


def test_the_packaged_reader_maps_its_word_vectors_and_scores_as_onnxruntime_does() -> None:
    import onnxruntime

    path = PACKAGED_FOLDER / MODEL
    (name,) = find_tables(map_file(path))
    stored = {one.name: one for one in onnx.load(str(path)).graph.initializer}
    assert np.array_equal(find_tables(map_file(path))[name], numpy_helper.to_array(stored[name]))
    pieces = np.random.default_rng(0).integers(1000, 30_000, (1, 200))
    ones = np.ones_like(pieces)
    inputs = {"input_ids": pieces, "attention_mask": ones, "token_type_ids": ones}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    plain = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    outputs = [HEADS, FIRST_PIECE]
    expected, found = plain.run(outputs, inputs), open_session(path).run(outputs, inputs)
    assert all(map(np.array_equal, expected, found))


def test_word_vectors_take_no_memory_after_they_are_released(tmp_path: Path) -> None:
    write_model(tmp_path / "model.onnx")
    session = open_session(tmp_path / "model.onnx")
    assert count_resident(tmp_path / "model.onnx") == 0
    (before,) = session.run(["rows"], {"ids": np.arange(ROWS)})
    assert count_resident(tmp_path / "model.onnx") >= LEAST_BYTES // 1024
    release_rows(session)
    assert count_resident(tmp_path / "model.onnx") == 0
    assert np.array_equal(session.run(["rows"], {"ids": np.arange(ROWS)})[0], before)


def count_resident(path: Path) -> int:
    """The kilobytes of a mapped file that are in this process's memory."""
    count, is_mapped, is_seen = 0, False, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_mapped = line.endswith(str(path))
            is_seen |= is_mapped
        elif is_mapped and line.startswith("Rss:"):
            count += int(line.split()[1])
    assert is_seen
    return count


def test_a_file_that_is_cut_off_is_noticed(tmp_path: Path) -> None:
    write_model(tmp_path / "model.onnx")
    whole = (tmp_path / "model.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises((IndexError, KeyError, ValueError)):
        find_tables(map_file(tmp_path / "cut.onnx"))
