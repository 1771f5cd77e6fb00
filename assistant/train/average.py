"""The weights of several runs become one reader: their weighted mean, tensor by tensor.

Wortsman et al. 2022, https://arxiv.org/abs/2203.05482: better than any of the runs, at the cost of
one. torch is slow to import, so this module is imported only where it is needed.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from assistant.errors import TrainingError, find_reason
from assistant.read.export import CONFIG
from assistant.read.network import write_network
from assistant.train.loop import CHECKPOINT

WORDS = "bert.embeddings.word_embeddings.weight"
HALVES = ("emb.0", "emb.1")  # published weights are split to keep files small


def average_runs(folders: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    """Write the weighted mean of readers into a new folder, without a tokenizer.

    Raises TrainingError if the shares do not sum to 1 or the readers differ in shape.
    """
    positive = len(shares) == len(folders) and min(shares, default=0) > 0
    if not positive or abs(sum(shares) - 1) > 1e-6:
        raise TrainingError(
            f"shares {' '.join(f'{share:g}' for share in shares)} are for {len(folders)} readers",
            hint="give each reader a share above 0, with the sum 1: --shares 0.4 0.6",
        )
    runs = [read_weights(folder) for folder in folders]
    path = folders[0] / CONFIG
    if not path.is_file():
        raise TrainingError(f"{folders[0]} has no {CONFIG}", hint="give the folder of a reader")
    mean = average_weights(runs, shares)
    out.mkdir(parents=True, exist_ok=True)
    write_network(out, mean, json.loads(path.read_text(encoding="utf-8")))


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of a reader from all its files, in full precision. Raises TrainingError."""
    weights: dict[str, torch.Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        if path.name == CHECKPOINT:
            continue
        try:
            weights |= load_file(path)
        except (OSError, SafetensorError) as error:
            raise TrainingError(
                f"{path} can't be read ({find_reason(error)})", hint="give another"
            ) from error
    if not weights:
        raise TrainingError(f"{folder} holds no weights", hint="give the folder of a reader")
    if all(half in weights for half in HALVES):
        weights[WORDS] = torch.cat([weights.pop(half) for half in HALVES])
    return {name: tensor.float() for name, tensor in weights.items()}


def average_weights(
    runs: Sequence[Mapping[str, torch.Tensor]], shares: Sequence[float]
) -> dict[str, torch.Tensor]:
    """The mean of each tensor, by shares that sum to 1. Raises TrainingError."""
    shapes = [{name: tensor.shape for name, tensor in run.items()} for run in runs]
    if any(other != shapes[0] for other in shapes):
        raise TrainingError(
            "the readers have different weights", hint="average readers of the same base"
        )
    mean = {name: tensor * shares[0] for name, tensor in runs[0].items()}
    for run, share in zip(runs[1:], shares[1:], strict=True):
        for name, tensor in run.items():
            mean[name] += tensor * share
    return mean
