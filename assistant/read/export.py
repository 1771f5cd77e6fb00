"""A trained model becomes a reader: ONNX, tokenizer, settings.

A full reader is a folder that `assistant train` wrote; any other model must open with
`AutoModelForQuestionAnswering`. torch and transformers are slow to import, so functions do it.
"""

import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.embed.model import hash_file
from assistant.errors import ReaderError, find_reason
from assistant.read.span import (
    ENDS,
    FIRST_PIECE,
    HEADS,
    MODEL,
    MOST_PIECES,
    QUESTION_PIECES,
    SETTINGS,
    STARTS,
    STRIDE,
    TOKENIZER,
    ReaderSettings,
    write_settings,
)

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

ARCHITECTURE = "AssistantReader"  # in the config of a full reader
WEIGHTS, CONFIG = "model.safetensors", "config.json"
UNCALIBRATED_THRESHOLD = 0.0  # score of a span that is as likely as no answer
MOST_DIFFERENCE = 1e-3  # between a piece's score from the model and from its ONNX copy
FULL_PIECES = 512  # of question, prefix and passage of a full reader
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_AXES = {0: "batch", 1: "pieces"}
_PROBES = (
    ("Who made the glasses?", "The glasses were made by Xiaomi in 2025."),
    ("How much?", "They cost 1,999 yuan. " * 30),
)


class _Model(NamedTuple):
    """A model ready for export: `module` takes `inputs` in order and returns `outputs`.

    `outputs` have their dynamic axes; `pieces` is how many word pieces the model reads at a time.
    """

    module: "torch.nn.Module"
    tokenizer: "Tokenizer"
    inputs: Sequence[str]
    outputs: dict[str, dict[int, str]]
    pieces: int

    def encode(self, question: str, text: str) -> "tuple[torch.Tensor, ...]":
        import torch

        encoded = self.tokenizer.encode(question, text)
        rows = (encoded.ids, encoded.attention_mask, encoded.type_ids)
        by_name = dict(zip(_INPUTS, rows, strict=True))
        return tuple(torch.tensor([by_name[name]]) for name in self.inputs)


def is_full_reader(folder: Path) -> bool:
    """Whether a folder holds the weights of a reader with all heads."""
    config = folder / CONFIG
    if not (config.is_file() and (folder / WEIGHTS).is_file()):
        return False
    try:
        stored = json.loads(config.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return isinstance(stored, dict) and stored.get("architectures") == [ARCHITECTURE]


def export_reader(source: str | Path, folder: Path, *, name: str, quantise: bool = False) -> None:
    """Write the reader of a model into a folder; `quantise` makes it int8, a quarter of the size.

    `source` is a folder, or a name in the local Hugging Face cache; nothing is downloaded. Raises
    ReaderError.
    """
    path = Path(source)
    if (path / SETTINGS).is_file() and path != folder:
        for file in (MODEL, TOKENIZER, SETTINGS):  # exported already, and perhaps calibrated
            (folder / file).write_bytes((path / file).read_bytes())
        return
    full = is_full_reader(path)
    model = _load_full(path, name) if full else _load_qa_model(source, name)
    least = QUESTION_PIECES + STRIDE + 4
    if model.pieces < least:
        raise ReaderError(
            f"reader {name} reads {model.pieces} word pieces at a time",
            hint=f"use one that reads {least} or more",
        )
    model.tokenizer.save(str(folder / TOKENIZER))
    model.tokenizer.no_padding()
    model.tokenizer.enable_truncation(MOST_PIECES // 2, strategy="only_second")
    _write_model(model, folder / MODEL, name, quantise=quantise)
    settings = ReaderSettings(
        name=name,
        sha256=hash_file(folder / MODEL),
        max_pieces=min(FULL_PIECES if full else MOST_PIECES, model.pieces),
        threshold=UNCALIBRATED_THRESHOLD,
        calibration=None,
    )
    write_settings(folder, settings)


def _load_full(folder: Path, name: str) -> _Model:
    from tokenizers import Tokenizer

    from assistant.read.network import load_network

    with _raise_reader_error(
        f"reader {name} can't be loaded", hint="train it again: `assistant train`"
    ):
        network = load_network(folder, attention="eager").eval()
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    outputs = {HEADS: _AXES, FIRST_PIECE: {0: "batch"}}
    return _Model(network, tokenizer, _INPUTS, outputs, _count_positions(network.bert.config))


def _load_qa_model(source: str | Path, name: str) -> _Model:
    import torch

    model, tokenizer = _load(source, name)
    used = [name for name in _INPUTS if name in tokenizer(*_PROBES[0])]

    class Scores(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            scores = self.model(**dict(zip(used, inputs, strict=True)))
            return scores.start_logits, scores.end_logits

    module = Scores().eval()  # else the exporter puts the model back to training
    outputs = {STARTS: _AXES, ENDS: _AXES}
    positions = _count_positions(model.config)
    return _Model(module, tokenizer.backend_tokenizer, used, outputs, positions)


def _load(source: str | Path, name: str) -> tuple[Any, Any]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    hint = "give `packaged`, a folder, or download the model first: `hf download NAME`"
    with _raise_reader_error(f"reader {name} can't be loaded", hint=hint):
        # Nothing is downloaded, no code from the model is run, and weights are never pickles.
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
    if loading["missing_keys"]:
        raise ReaderError(
            f"reader {name} has no trained {min(loading['missing_keys'])}",
            hint="use a model for extractive question answering, or train one: `assistant train`",
        )
    ids = tokenizer(*_PROBES[0])["input_ids"]
    if not tokenizer.is_fast or ids[0] != tokenizer.cls_token_id:
        raise ReaderError(
            f"reader {name} does not begin with the piece that means no answer",
            hint="use a model like BERT, RoBERTa, DistilBERT or ELECTRA",
        )
    return model.eval(), tokenizer


def _count_positions(config: Any) -> int:
    """The word pieces a model reads at a time; models like RoBERTa count positions from 2."""
    return int(getattr(config, "max_position_embeddings", MOST_PIECES + 2)) - 2


def _write_model(model: _Model, path: Path, name: str, *, quantise: bool) -> None:
    """Write the ONNX copy, compared with the model before it becomes int8."""
    hint = "use another, or the packaged one"
    with (
        _raise_reader_error(f"reader {name} can't be exported to ONNX", hint=hint),
        TemporaryDirectory() as folder,
    ):
        exact = Path(folder) / MODEL
        _export_onnx(model, exact)
        _check_scores(model, exact, name)
        if quantise:
            _quantise(exact, path)
        else:
            path.write_bytes(exact.read_bytes())


@contextmanager
def _raise_reader_error(message: str, *, hint: str) -> Iterator[None]:
    """Turn whatever the libraries raise for an unknown model into a ReaderError."""
    try:
        yield
    except ReaderError:
        raise
    except Exception as error:
        raise ReaderError(f"{message} ({find_reason(error)})", hint=hint) from error


def _export_onnx(model: _Model, path: Path) -> None:
    import torch

    axes = dict.fromkeys(model.inputs, _AXES) | model.outputs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The tracing exporter, as for the question encoder (assistant.embed.model says why).
        torch.onnx.export(
            model.module,
            model.encode(*_PROBES[0]),
            str(path),
            dynamo=False,
            input_names=list(model.inputs),
            output_names=list(model.outputs),
            dynamic_axes=axes,
            opset_version=17,
        )


def _check_scores(model: _Model, path: Path, name: str) -> None:
    """Refuse an ONNX copy that scores differently from the model."""
    import onnxruntime
    import torch

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    used = {node.name for node in session.get_inputs()}
    for probe in _PROBES:
        inputs = model.encode(*probe)
        with torch.inference_mode():
            expected = model.module(*inputs)
        arrays = {n: v.numpy() for n, v in zip(model.inputs, inputs, strict=True) if n in used}
        found = session.run(list(model.outputs), arrays)
        gap = max(float(np.abs(a - b.numpy()).max()) for a, b in zip(found, expected, strict=True))
        if gap > MOST_DIFFERENCE:
            raise ReaderError(
                f"reader {name} scores differently as ONNX (by {gap:.4f})",
                hint="use another, or the packaged one",
            )


def _quantise(exact: Path, path: Path) -> None:
    """Weights as int8, one scale a column.

    In 7 bits (`reduce_range`): on processors without VNNI the sums of 8-bit products overflow 16
    bits, which would change answers.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.disable(logging.WARNING)  # it advises a step meant for convolutions
    try:
        quantize_dynamic(
            exact, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    finally:
        logging.disable(logging.NOTSET)
