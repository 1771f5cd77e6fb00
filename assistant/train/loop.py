"""The training loop: steps, learning rate and checkpoints.

torch is slow to import, so this module is imported only where something is trained.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from assistant.errors import TrainingError, find_reason
from assistant.read.export import is_full_reader
from assistant.read.network import Network, load_encoder, load_network
from assistant.train.batches import Batch, Batches
from assistant.train.losses import Scores, find_distillation_loss, find_loss

CHECKPOINT = "checkpoint.safetensors"
SAVE_SECONDS = 240
WARM_QUESTIONS = 4000
DECAY_SHARE = 0.35  # of all questions, at the end; before it the rate is constant
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
CLIP = 1.0
DISTILLED_SHARE = 0.7  # of the loss, where there is a teacher
STATES = ("step", "exp_avg", "exp_avg_sq")  # what AdamW keeps of each parameter

Teacher = Callable[[Batch], Scores]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train: the model in `base` on `questions` in all; `inputs` hashes all the rest."""

    base: Path
    questions: int
    seed: int
    rate: float
    inputs: str


def train(
    plan: Plan,
    batches: Batches,
    checkpoints: Path,
    *,
    teacher: Teacher | None = None,
    progress: Callable[[int, float], object] = lambda _done, _loss: None,
) -> Network:
    """Train to the end, from the last checkpoint if there is one.

    `progress` gets the number of questions done and the mean loss of the last block. A checkpoint
    of other inputs is refused; only `questions` may change, to train for longer or less long.
    Raises TrainingError.
    """
    device = find_device()
    torch.manual_seed(plan.seed)  # of the new heads
    network = load_base(plan.base).to(device)
    matrices = [weights for weights in network.parameters() if weights.ndim > 1]
    rest = [weights for weights in network.parameters() if weights.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": WEIGHT_DECAY},
            {"params": rest, "weight_decay": 0.0},  # biases and norms
        ],
        fused=True,
    )
    path = checkpoints / CHECKPOINT
    block, done = _resume(path, plan, network, optimizer) if path.exists() else (0, 0)
    network.train()
    saved = time.monotonic()
    blocks = _load_blocks(batches, block)
    while done < plan.questions:
        torch.manual_seed(plan.seed + block)  # dropout is the same after an interruption
        asked, made = next(blocks)
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * find_rate(done, plan.questions)
        losses = [_train_on_batch(network, optimizer, batch.to(device), teacher) for batch in made]
        block, done = block + 1, done + asked
        progress(done, float(torch.stack(losses).mean()))
        if time.monotonic() - saved > SAVE_SECONDS or done >= plan.questions:
            _save(path, plan, network, optimizer, block, done)
            saved = time.monotonic()
    return network


def find_device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def find_rate(done: int, questions: int) -> float:
    """The share of the peak learning rate: warm-up, constant, decay to 0 (Hu et al. 2024,
    https://arxiv.org/abs/2404.06395), so that the end may be moved until the decay begins.
    """
    decay = DECAY_SHARE * questions
    return max(0.0, min((done + 1) / WARM_QUESTIONS, 1.0, (questions - done) / decay))


def load_base(folder: Path) -> Network:
    """A reader, or an encoder with new heads. Raises TrainingError."""
    load = load_network if is_full_reader(folder) else load_encoder
    try:
        return load(folder, dropout=DROPOUT)
    except Exception as error:  # transformers raises many kinds for a folder without a model
        raise TrainingError(
            f"base {folder} can't be trained ({find_reason(error)})",
            hint="give the folder of an encoder like BERT, or of a reader",
        ) from error


def hash_inputs(**named: object) -> str:
    """A hash of everything that decides the result of training, except its length."""
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def run_network(network: Network, batch: Batch) -> Scores:
    """The scores of a batch, in full precision."""
    pieces, question = network(batch.ids, batch.mask, batch.segments)
    return pieces.float(), question.float()


def _load_blocks(batches: Batches, first: int) -> Iterator[tuple[int, list[Batch]]]:
    """Blocks from number `first` on; the next is made while one is trained on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(batches.make_block, first)
        for block in count(first + 1):
            made = coming.result()
            coming = pool.submit(batches.make_block, block)
            yield made


def _train_on_batch(
    network: Network, optimizer: torch.optim.Optimizer, batch: Batch, teacher: Teacher | None
) -> torch.Tensor:
    """Take a step on a batch; returns its loss before."""
    device = batch.ids.device.type
    with torch.autocast(device, dtype=torch.bfloat16, enabled=_has_bf16(device)):
        scores = run_network(network, batch)
        goals = None if teacher is None else teacher(batch)
    loss = find_loss(scores, batch)
    if goals is not None:
        distilled = find_distillation_loss(scores, goals, batch)
        loss = (1 - DISTILLED_SHARE) * loss + DISTILLED_SHARE * distilled
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach()


def _has_bf16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capable = torch.cpu.get_capabilities()
    return bool(capable.get("avx512_bf16") or capable.get("amx_bf16") or capable.get("bf16"))


def _save(
    path: Path,
    plan: Plan,
    network: Network,
    optimizer: torch.optim.Optimizer,
    block: int,
    done: int,
) -> None:
    """Write a checkpoint atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    tensors = {f"model {name}": weights for name, weights in network.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer {number} {name}": state[name] for name in STATES}
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
    where = {"inputs": plan.inputs, "block": str(block), "done": str(done)}
    save_file(contiguous, unfinished, metadata=where)
    unfinished.replace(path)


def _resume(
    path: Path, plan: Plan, network: Network, optimizer: torch.optim.Optimizer
) -> tuple[int, int]:
    """The number of the next block, and the questions done. Raises TrainingError."""
    try:
        with safe_open(path, framework="pt") as file:
            where = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        inputs = where["inputs"]
    except Exception as error:  # an incomplete file makes it raise anything
        raise TrainingError(
            f"checkpoint {path} can't be read ({error})", hint="remove it to start again"
        ) from error
    if inputs != plan.inputs:
        raise TrainingError(
            f"checkpoint {path} is from other files, weights, base, teacher, rate or seed",
            hint="remove it to start again, or give another --checkpoints",
        )
    network.load_state_dict({name: tensors[f"model {name}"] for name in network.state_dict()})
    numbers = {name.split()[1] for name in tensors if name.startswith("optimizer ")}
    states = {int(n): {name: tensors[f"optimizer {n} {name}"] for name in STATES} for n in numbers}
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
    return int(where["block"]), int(where["done"])
