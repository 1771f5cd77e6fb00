"""The model of a full reader: an encoder with a head on every word piece and one on the first.

`heads` score each piece as start and end of an answer, begin and inside of an item, and as
evidence. `cls` scores the question from the first piece: its kind (in the order of
`QUESTION_KINDS`), then no and yes. Imported only where a model is trained or exported: torch and
transformers take seconds.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel
from transformers.utils import logging

from assistant.read.export import ARCHITECTURE, CONFIG, WEIGHTS
from assistant.records import QUESTION_KINDS

TOKEN_SCORES = 5  # start, end, item begin, item inside, evidence
QUESTION_SCORES = len(QUESTION_KINDS) + 2  # kinds, then no and yes
INITIAL_SPREAD = 0.02  # standard deviation of untrained heads, as BERT's own

Weights = Mapping[str, torch.Tensor]


class Network(torch.nn.Module):
    """An encoder like BERT with the reader's two heads."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        body.pooler = None  # unused, and absent from many checkpoints
        self.bert = body
        width = body.config.hidden_size
        self.heads = torch.nn.Linear(width, TOKEN_SCORES)
        self.cls = torch.nn.Linear(width, QUESTION_SCORES)
        for layer in (self.heads, self.cls):
            torch.nn.init.normal_(layer.weight, std=INITIAL_SPREAD)
            torch.nn.init.zeros_(layer.bias)

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (n, pieces, 5) and (n, 11) of pieces (n, pieces)."""
        inputs = {"input_ids": ids, "attention_mask": mask}
        if getattr(self.bert.config, "type_vocab_size", 0) > 1:  # RoBERTa and MPNet have none
            inputs["token_type_ids"] = segments
        hidden = self.bert(**inputs).last_hidden_state
        return self.heads(hidden), self.cls(hidden[:, 0])


def load_encoder(folder: Path, *, dropout: float = 0.0) -> Network:
    """The encoder in a folder with new heads. Raises whatever transformers raises."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    body = AutoModel.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )
    return Network(body)


def load_network(folder: Path, *, dropout: float = 0.0, attention: str | None = None) -> Network:
    """The reader that `save_network` wrote. Raises whatever transformers or torch raises."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
    body = AutoModel.from_config(config, attn_implementation=attention)  # type: ignore[no-untyped-call]
    network = Network(body)
    network.load_state_dict(load_file(folder / WEIGHTS))
    return network


def save_network(network: Network, folder: Path) -> None:
    """Write a reader's weights and configuration; its tokenizer is the base's."""
    weights = {name: w.detach().cpu().contiguous() for name, w in network.state_dict().items()}
    write_network(folder, weights, network.bert.config.to_dict())


def write_network(folder: Path, weights: Weights, config: Mapping[str, object]) -> None:
    """Write a reader's weights (`bert.*`, `heads.*`, `cls.*`) and configuration."""
    save_file(dict(weights), folder / WEIGHTS)
    stored = json.dumps({**config, "architectures": [ARCHITECTURE]}, indent=1, sort_keys=True)
    (folder / CONFIG).write_text(stored + "\n", encoding="utf-8")
