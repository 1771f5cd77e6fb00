"""A model for extractive question answering becomes a reader: ONNX, tokenizer, settings.

torch and transformers take seconds to import, so they are imported inside the functions.
"""

import json
import logging
import warnings
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.embed.model import hash_file
from assistant.errors import ReaderError, find_reason
from assistant.read.span import (
    MODEL,
    MOST_PIECES,
    QUESTION_PIECES,
    SETTINGS,
    STRIDE,
    TOKENIZER,
    ReaderSettings,
)

if TYPE_CHECKING:
    import torch

NO_ANSWER = 0.0  # the threshold of a reader that was not calibrated: as likely as no answer
SAME_SCORE = 1e-3  # between a piece's score from the model and from its ONNX twin
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_PROBES = (
    ("Who made the glasses?", "The glasses were made by Xiaomi in 2025."),
    ("How much?", "They cost 1,999 yuan. " * 30),
)


def export_reader(source: str | Path, folder: Path, *, name: str, quantise: bool = False) -> None:
    """Write the reader of a model into a folder; `quantise` makes it int8, a quarter of the size.

    `source` is a folder, or a name in the local Hugging Face cache; nothing is downloaded. Raises
    ReaderError.
    """
    written = Path(source) / SETTINGS
    if written.is_file() and Path(source) != folder:
        for file in (MODEL, TOKENIZER, SETTINGS):  # a reader already, calibrated perhaps
            (folder / file).write_bytes((Path(source) / file).read_bytes())
        return
    model, tokenizer = _load(source, name)
    # Models like RoBERTa count positions from 2.
    positions = getattr(model.config, "max_position_embeddings", MOST_PIECES + 2) - 2
    least = QUESTION_PIECES + STRIDE + 4
    if positions < least:
        raise ReaderError(
            f"reader {name} reads {positions} word pieces at a time",
            hint=f"take one that reads {least} or more",
        )
    (folder / TOKENIZER).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    with TemporaryDirectory() as temporary:
        exact = Path(temporary) / MODEL
        try:
            _export_onnx(model, tokenizer, exact)
            _compare(model, tokenizer, exact, name)
            if quantise:
                _quantise(exact, folder / MODEL)
            else:
                (folder / MODEL).write_bytes(exact.read_bytes())
        except ReaderError:
            raise
        except Exception as error:  # exporters raise whatever the model's code raises
            raise ReaderError(
                f"reader {name} can't be exported to ONNX ({find_reason(error)})",
                hint="take another, or the one that is packaged",
            ) from error
    settings = ReaderSettings(
        name=name,
        sha256=hash_file(folder / MODEL),
        max_pieces=min(MOST_PIECES, positions),
        threshold=NO_ANSWER,
        weighing=None,
    )
    write_settings(folder, settings)


def write_settings(folder: Path, settings: ReaderSettings) -> None:
    """Write what a reader is beside it."""
    weighing = settings.weighing
    stored = settings._asdict() | {"weighing": weighing and asdict(weighing)}
    (folder / SETTINGS).write_text(
        json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _load(source: str | Path, name: str) -> "tuple[Any, Any]":
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # Nothing is downloaded, no code of the model's own is run, weights are never pickles.
        model, loading = AutoModelForQuestionAnswering.from_pretrained(
            source,
            output_loading_info=True,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",
        )
        tokenizer = AutoTokenizer.from_pretrained(
            source, local_files_only=True, trust_remote_code=False, use_fast=True
        )
    except Exception as error:  # the library raises many kinds for a model that is not there
        raise ReaderError(
            f"reader {name} can't be loaded ({find_reason(error)})",
            hint="give `packaged`, `sentence`, a folder, or download the model first: "
            "`hf download NAME`",
        ) from error
    if loading["missing_keys"]:
        raise ReaderError(
            f"reader {name} has no trained {min(loading['missing_keys'])}",
            hint="take a model for extractive question answering, or train one: `assistant train`",
        )
    ids = tokenizer(*_PROBES[0])["input_ids"]
    if not tokenizer.is_fast or ids[0] != tokenizer.cls_token_id:
        raise ReaderError(
            f"reader {name} does not begin with the piece that stands for no answer",
            hint="take a model like BERT, RoBERTa, DistilBERT or ELECTRA",
        )
    return model.eval(), tokenizer


def _encode(tokenizer: Any, question: str, text: str) -> "dict[str, torch.Tensor]":
    encoded = tokenizer(
        question, text, return_tensors="pt", truncation="only_second", max_length=MOST_PIECES // 2
    )
    return {name: encoded[name] for name in _INPUTS if name in encoded}


def _export_onnx(model: Any, tokenizer: Any, path: Path) -> None:
    import torch

    class Scores(torch.nn.Module):
        def __init__(self, names: list[str]) -> None:
            super().__init__()
            self.model = model
            self.names = names

        def forward(self, *given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            scores = self.model(**dict(zip(self.names, given, strict=True)))
            return scores.start_logits, scores.end_logits

    encoded = _encode(tokenizer, *_PROBES[0])
    axes = {0: "batch", 1: "pieces"}
    outputs = ["start_logits", "end_logits"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The tracing exporter, as for the question encoder (assistant.embed.model says why).
        torch.onnx.export(
            Scores(list(encoded)).eval(),  # else the exporter puts the model back to training
            tuple(encoded.values()),
            str(path),
            dynamo=False,
            input_names=list(encoded),
            output_names=outputs,
            dynamic_axes=dict.fromkeys([*encoded, *outputs], axes),
            opset_version=17,
        )


def _compare(model: Any, tokenizer: Any, path: Path, name: str) -> None:
    """Refuse an ONNX twin that scores otherwise."""
    import onnxruntime
    import torch

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for question, text in _PROBES:
        encoded = _encode(tokenizer, question, text)
        with torch.inference_mode():
            scores = model(**encoded)
        found = session.run(None, {name: given.numpy() for name, given in encoded.items()})
        wanted = (scores.start_logits.numpy(), scores.end_logits.numpy())
        apart = max(float(np.abs(a - b).max()) for a, b in zip(found, wanted, strict=True))
        if apart > SAME_SCORE:
            raise ReaderError(
                f"reader {name} scores otherwise as ONNX (by {apart:.4f})",
                hint="take another, or the one that is packaged",
            )


def _quantise(exact: Path, path: Path) -> None:
    """Weights as int8, one scale a column.

    Within 7 bits (`reduce_range`): processors without VNNI add products of 8 bits up to more than
    16 bits hold, and would answer otherwise.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.disable(logging.WARNING)  # it advises a step that is for convolutions
    try:
        quantize_dynamic(
            exact, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    finally:
        logging.disable(logging.NOTSET)
