"""Averaged readers: the exact weighted mean of every tensor."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from assistant.errors import TrainingError
from assistant.train.average import (
    WORDS,
    average_runs,
    average_weights,
    read_weights,
)
from tests.tiny import write_tiny_reader


def test_the_mean_is_exactly_the_weighted_mean(tmp_path: Path) -> None:
    first = write_tiny_reader(tmp_path / "a", seed=1).state_dict()
    second = write_tiny_reader(tmp_path / "b", seed=2).state_dict()
    average_runs([tmp_path / "a", tmp_path / "b"], [0.4, 0.6], tmp_path / "c")
    found = load_file(tmp_path / "c" / "model.safetensors")
    assert found.keys() == first.keys() == second.keys()
    for name, tensor in found.items():
        assert torch.equal(tensor, first[name] * 0.4 + second[name] * 0.6)
    config = json.loads((tmp_path / "c" / "config.json").read_text())
    assert config == json.loads((tmp_path / "a" / "config.json").read_text())
    assert config["architectures"] == ["AssistantReader"]


def test_the_mean_of_numbers() -> None:
    found = average_weights([{"w": torch.tensor([1.0, 3.0])}, {"w": torch.tensor([2.0, 8.0])}],
                            [0.25, 0.75])  # fmt: skip
    assert found["w"].tolist() == [1.75, 6.75]


def test_one_run_in_halves_and_half_precision_is_joined(tmp_path: Path) -> None:
    """As published weights are: several files, word embeddings in two, in half precision."""
    weights = write_tiny_reader(tmp_path / "whole").state_dict()
    folder = tmp_path / "parts"
    folder.mkdir()
    half = {name: tensor.half() for name, tensor in weights.items()}
    words = half.pop(WORDS)
    save_file({"emb.0": words[:70].clone()}, folder / "w0.safetensors")
    save_file({"emb.1": words[70:].clone()}, folder / "w1.safetensors")
    save_file(half, folder / "w2.safetensors")
    save_file({"other": torch.zeros(1)}, folder / "checkpoint.safetensors")
    (folder / "config.json").write_bytes((tmp_path / "whole" / "config.json").read_bytes())
    joined = read_weights(folder)
    assert joined.keys() == weights.keys()
    for name, tensor in joined.items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, weights[name].half().float())
    average_runs([folder], [1.0], tmp_path / "out")
    written = load_file(tmp_path / "out" / "model.safetensors")
    assert all(torch.equal(written[name], joined[name]) for name in joined)


@pytest.mark.parametrize("shares", [[0.4, 0.5], [1.0], [0.5, 0.5, 0.0], [1.5, -0.5], []])
def test_invalid_shares_are_refused(shares: list[float]) -> None:
    with pytest.raises(TrainingError, match="are for 2 readers") as caught:
        average_runs([Path("a"), Path("b")], shares, Path("c"))
    assert caught.value.hint == "give each reader a share above 0, with the sum 1: --shares 0.4 0.6"


def test_shares_may_be_thirds(tmp_path: Path) -> None:
    weights = write_tiny_reader(tmp_path / "a").state_dict()
    average_runs([tmp_path / "a"] * 3, [1 / 3] * 3, tmp_path / "c")
    found = load_file(tmp_path / "c" / "model.safetensors")
    assert all(torch.allclose(found[name], weights[name]) for name in weights)


def test_readers_that_differ_in_shape_are_refused() -> None:
    runs = [{"w": torch.zeros(2)}, {"w": torch.zeros(3)}]
    with pytest.raises(TrainingError, match="the readers have different weights"):
        average_weights(runs, [0.5, 0.5])
    with pytest.raises(TrainingError, match="the readers have different weights"):
        average_weights([{"w": torch.zeros(2)}, {"v": torch.zeros(2)}], [0.5, 0.5])


def test_a_folder_without_weights_or_with_broken_ones_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"{tmp_path} holds no weights"):
        read_weights(tmp_path)
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"{}")
    with pytest.raises(TrainingError, match=f"{path} can't be read"):
        read_weights(tmp_path)
    save_file({"w": torch.zeros(2)}, path)
    with pytest.raises(TrainingError, match=r"has no config\.json"):
        average_runs([tmp_path], [1.0], tmp_path)
