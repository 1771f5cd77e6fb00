"""A base encoder becomes a reader of spans: batches, loss, steps, and checkpoints on the way.

The loss is the shared normalisation of Clark and Gardner 2018, https://arxiv.org/abs/1710.10723,
with a way out: a passage's scores count from its own no-answer score (that of its first piece, as
in SQuAD 2.0's readers), and one softmax goes over all passages of a question and over "none of
them". So a score above 0 means "rather this than nothing", in every passage alike.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import TrainingError, find_reason
from assistant.train.examples import Batch, Examples

if TYPE_CHECKING:
    import torch

CHECKPOINT = "checkpoint.safetensors"
SAVE_SECONDS = 240
PEAK_RATE = 1.5e-4
WARM_QUESTIONS = 4000
DECAY_SHARE = 0.35  # of all questions, at the end; before it the rate is constant
WEIGHT_DECAY = 0.01
CLIP = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train: `questions` in all, on the model in `base`; `inputs` names all the rest."""

    base: Path
    questions: int
    seed: int
    inputs: str


def train(
    plan: Plan,
    examples: Examples,
    checkpoints: Path,
    *,
    progress: Callable[[int, float], object] = lambda _done, _loss: None,
) -> "torch.nn.Module":
    """Train from the last checkpoint, or from the beginning, to the end.

    `progress` is told how many questions are done and the mean loss of the last block. A
    checkpoint of other inputs is refused; `questions` alone may change between runs, so that
    training can be ended early or go on for longer. Raises TrainingError.
    """
    import torch

    torch.manual_seed(plan.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_base(plan.base, device=device)
    optimizer = torch.optim.AdamW(_group_weights(model), lr=PEAK_RATE, fused=True)
    path = checkpoints / CHECKPOINT
    block, done = _resume(path, plan, model, optimizer, device) if path.exists() else (0, 0)
    low = _has_bf16(device)
    model.train()
    saved = time.monotonic()
    blocks = examples.blocks(block)
    while done < plan.questions:
        count, batches = next(blocks)
        losses = []
        for batch in batches:
            rate = PEAK_RATE * find_rate(done, plan.questions)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = find_loss(model, batch, device=device, low=low)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(float(loss.detach()))
        block, done = block + 1, done + count
        progress(done, sum(losses) / len(losses))
        if time.monotonic() - saved > SAVE_SECONDS or done >= plan.questions:
            _save(path, plan, model, optimizer, block, done)
            saved = time.monotonic()
    return model


def find_rate(done: int, questions: int) -> float:
    """The share of the peak learning rate: up, constant, down to 0 (Hu et al. 2024,
    https://arxiv.org/abs/2404.06395): until it goes down, the end may still be moved.
    """
    decay = DECAY_SHARE * questions
    return max(0.0, min((done + 1) / WARM_QUESTIONS, 1.0, (questions - done) / decay))


def find_loss(model: "torch.nn.Module", batch: Batch, *, device: str, low: bool) -> "torch.Tensor":
    """The mean over a batch's questions of the loss of starts and of ends."""
    import torch

    put = {name: torch.from_numpy(getattr(batch, name)).to(device) for name in Batch.__slots__}
    given = {"input_ids": put["ids"]}
    if getattr(model.config, "type_vocab_size", 0) > 1:  # RoBERTa and DistilBERT have none
        given["token_type_ids"] = put["segments"]
    if not bool(put["mask"].all()):
        given["attention_mask"] = put["mask"]
    with torch.autocast(device, dtype=torch.bfloat16, enabled=low):
        scores = model(**given)
    groups = int(put["group"].max()) + 1
    both = [
        shared_loss(logits.float(), gold, put["passage"], put["group"], groups)
        for logits, gold in (
            (scores.start_logits, put["start"]),
            (scores.end_logits, put["end"]),
        )
    ]
    return (both[0] + both[1]) / 2


def shared_loss(
    logits: "torch.Tensor",
    gold: "torch.Tensor",
    passage: "torch.Tensor",
    group: "torch.Tensor",
    groups: int,
) -> "torch.Tensor":
    """Minus the log probability of each question's gold place, or of "none", on average.

    `logits` (n, pieces), `gold` (n,) with 0 for none, `passage` (n, pieces) marks where an answer
    may be, `group` (n,) the question of each row.
    """
    import torch

    margins = (logits - logits[:, :1]).masked_fill(~passage, float("-inf"))
    rows = torch.logsumexp(margins, dim=1)
    # "None" scores 0 once a question; logsumexp over the rows of each question, kept from overflow
    # by the highest of them.
    highest = torch.zeros(groups, device=logits.device).scatter_reduce(
        0, group, rows.detach(), "amax"
    )
    sums = torch.exp(-highest).scatter_add(0, group, torch.exp(rows - highest[group]))
    whole = highest + torch.log(sums)
    places = margins.gather(1, gold[:, None]).squeeze(1)
    # Rows without an answer add 0, so that a question without any has "none" for its gold.
    found = torch.where(gold > 0, places, torch.zeros_like(places))
    golds = torch.zeros(groups, device=logits.device).scatter_add(0, group, found)
    return (whole - golds).mean()


def load_base(folder: Path, *, device: str) -> "torch.nn.Module":
    """An encoder with a head that scores starts and ends. Raises TrainingError."""
    import torch
    from transformers import (
        AttentionInterface,
        AttentionMaskInterface,
        AutoModelForQuestionAnswering,
    )
    from transformers.masking_utils import eager_mask
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    AttentionInterface.register("lean", attend)
    AttentionMaskInterface.register("lean", eager_mask)  # without one, padding is attended to
    try:
        model: torch.nn.Module = AutoModelForQuestionAnswering.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="lean" if device == "cpu" else "sdpa",
            # One pass over the questions does not overfit, and random numbers cost a seventh.
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    except Exception as error:  # the library raises many kinds for a folder that holds no model
        raise TrainingError(
            f"base {folder} can't be trained ({find_reason(error)})",
            hint="give the folder of an encoder that AutoModelForQuestionAnswering takes",
        ) from error
    return model.to(device)


def attend(
    _module: object,
    query: "torch.Tensor",
    key: "torch.Tensor",
    value: "torch.Tensor",
    attention_mask: "torch.Tensor | None",
    scaling: float | None = None,
    **_others: object,
) -> "tuple[torch.Tensor, None]":
    """Attention as plain matrix products: torch's fused one takes a third of a step going back,
    for heads as narrow as 32, and makes it 20 % slower.
    """
    import torch

    batch, heads, pieces, width = query.shape
    scale = width**-0.5 if scaling is None else scaling
    flat = (batch * heads, pieces, width)
    weights = torch.bmm((query * scale).reshape(flat), key.reshape(flat).transpose(1, 2))
    if attention_mask is not None:
        weights = (weights.view(batch, heads, pieces, pieces) + attention_mask).view_as(weights)
    found = torch.bmm(torch.softmax(weights, -1), value.reshape(flat))
    return found.view(query.shape).transpose(1, 2).contiguous(), None


def hash_inputs(**named: object) -> str:
    """One name for all that decides what training makes, but for its length."""
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def _group_weights(model: "torch.nn.Module") -> list[dict[str, Any]]:
    """Matrices decay; biases and norms do not."""
    weights = list(model.parameters())
    return [
        {"params": [w for w in weights if w.ndim > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0},
    ]


def _has_bf16(device: str) -> bool:
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capable = torch.cpu.get_capabilities()
    return bool(capable.get("avx512_bf16") or capable.get("amx_bf16") or capable.get("bf16"))


def _save(
    path: Path,
    plan: Plan,
    model: "torch.nn.Module",
    optimizer: "torch.optim.Optimizer",
    block: int,
    done: int,
) -> None:
    """Write a checkpoint whole or not at all."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    tensors = {f"model {name}": weights for name, weights in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer {number} {name}": value for name, value in state.items()}
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
    where = {"inputs": plan.inputs, "block": str(block), "done": str(done)}
    save_file(contiguous, unfinished, metadata=where)
    unfinished.replace(path)


def _resume(
    path: Path,
    plan: Plan,
    model: "torch.nn.Module",
    optimizer: "torch.optim.Optimizer",
    device: str,
) -> tuple[int, int]:
    """The number of the next block, and the questions done. Raises TrainingError."""
    from safetensors import safe_open

    try:
        with safe_open(path, framework="pt", device=device) as file:
            where = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        inputs = where["inputs"]
    except Exception as error:  # a cut file makes it raise anything
        raise TrainingError(
            f"checkpoint {path} can't be read ({error})", hint="remove it to begin anew"
        ) from error
    if inputs != plan.inputs:
        raise TrainingError(
            f"checkpoint {path} is of other files, weights, base or seed",
            hint="remove it to begin anew, or give another --checkpoints",
        )
    weights: dict[str, torch.Tensor] = {}
    states: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        kind, _, rest = name.partition(" ")
        if kind == "model":
            weights[rest] = tensor
        else:
            number, _, field = rest.partition(" ")
            states.setdefault(int(number), {})[field] = tensor
    model.load_state_dict(weights)
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
    return int(where["block"]), int(where["done"])
