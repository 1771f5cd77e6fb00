"""A trained model becomes a reader: ONNX, tokenizer, settings.

A full reader is a folder that `assistant train` wrote; any other model has to be one that
`AutoModelForQuestionAnswering` takes. torch and transformers take seconds to import, so they are
imported inside the functions.
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
NO_ANSWER = 0.0  # the threshold of a reader that was not calibrated: as likely as no answer
SAME_SCORE = 1e-3  # between a piece's score from the model and from its ONNX copy
FULL_PIECES = 512  # of question, prefix and passage of a full reader
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_AXES = {0: "batch", 1: "pieces"}
_PROBES = (
    ("Who made the glasses?", "The glasses were made by Xiaomi in 2025."),
    ("How much?", "They cost 1,999 yuan. " * 30),
)


class _Source(NamedTuple):
    """A model ready for export: `module` takes `inputs` by place and returns `outputs`.

    `outputs` are names with the axes that vary; `pieces` is how many word pieces the model reads at
    a time.
    """

    module: "torch.nn.Module"
    tokenizer: "Tokenizer"
    inputs: Sequence[str]
    outputs: dict[str, dict[int, str]]
    pieces: int

    def encode(self, question: str, text: str) -> "tuple[torch.Tensor, ...]":
        """The inputs of a question and a text."""
        import torch

        encoded = self.tokenizer.encode(question, text)
        rows = (encoded.ids, encoded.attention_mask, encoded.type_ids)
        given = dict(zip(_INPUTS, rows, strict=True))
        return tuple(torch.tensor([given[name]]) for name in self.inputs)


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
    written = Path(source) / SETTINGS
    if written.is_file() and Path(source) != folder:
        for file in (MODEL, TOKENIZER, SETTINGS):  # exported before, calibrated perhaps
            (folder / file).write_bytes((Path(source) / file).read_bytes())
        return
    full = is_full_reader(Path(source))
    model = _load_full(Path(source), name) if full else _load_foreign(source, name)
    least = QUESTION_PIECES + STRIDE + 4
    if model.pieces < least:
        raise ReaderError(
            f"reader {name} reads {model.pieces} word pieces at a time",
            hint=f"take one that reads {least} or more",
        )
    model.tokenizer.save(str(folder / TOKENIZER))
    model.tokenizer.no_padding()
    model.tokenizer.enable_truncation(MOST_PIECES // 2, strategy="only_second")
    _write_model(model, folder / MODEL, name, quantise=quantise)
    settings = ReaderSettings(
        name=name,
        sha256=hash_file(folder / MODEL),
        max_pieces=min(FULL_PIECES if full else MOST_PIECES, model.pieces),
        threshold=NO_ANSWER,
        calibration=None,
    )
    write_settings(folder, settings)


def _load_full(folder: Path, name: str) -> _Source:
    from tokenizers import Tokenizer

    from assistant.read.network import load_network

    with _refuse(f"reader {name} can't be loaded", hint="train it again: `assistant train`"):
        network = load_network(folder, attention="eager").eval()
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    outputs = {HEADS: _AXES, FIRST_PIECE: {0: "batch"}}
    return _Source(network, tokenizer, _INPUTS, outputs, _count_positions(network.bert.config))


def _load_foreign(source: str | Path, name: str) -> _Source:
    import torch

    model, tokenizer = _load(source, name)
    used = [name for name in _INPUTS if name in tokenizer(*_PROBES[0])]

    class Scores(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            scores = self.model(**dict(zip(used, given, strict=True)))
            return scores.start_logits, scores.end_logits

    module = Scores().eval()  # else the exporter puts the model back to training
    outputs = {STARTS: _AXES, ENDS: _AXES}
    positions = _count_positions(model.config)
    return _Source(module, tokenizer.backend_tokenizer, used, outputs, positions)


def _load(source: str | Path, name: str) -> tuple[Any, Any]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    hint = "give `packaged`, a folder, or download the model first: `hf download NAME`"
    with _refuse(f"reader {name} can't be loaded", hint=hint):
        # Nothing is downloaded, no code of the model itself is run, weights are never pickles.
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
            hint="take a model for extractive question answering, or train one: `assistant train`",
        )
    ids = tokenizer(*_PROBES[0])["input_ids"]
    if not tokenizer.is_fast or ids[0] != tokenizer.cls_token_id:
        raise ReaderError(
            f"reader {name} does not begin with the piece that means no answer",
            hint="take a model like BERT, RoBERTa, DistilBERT or ELECTRA",
        )
    return model.eval(), tokenizer


def _count_positions(config: Any) -> int:
    """The word pieces a model reads at a time; models like RoBERTa count positions from 2."""
    return int(getattr(config, "max_position_embeddings", MOST_PIECES + 2)) - 2


def _write_model(model: _Source, path: Path, name: str, *, quantise: bool) -> None:
    """Write the ONNX copy, compared with the model before it becomes int8."""
    hint = "take another, or the one that is packaged"
    with (
        _refuse(f"reader {name} can't be exported to ONNX", hint=hint),
        TemporaryDirectory() as folder,
    ):
        exact = Path(folder) / MODEL
        _export_onnx(model, exact)
        _compare(model, exact, name)
        if quantise:
            _quantise(exact, path)
        else:
            path.write_bytes(exact.read_bytes())


@contextmanager
def _refuse(message: str, *, hint: str) -> Iterator[None]:
    """Turn whatever the libraries raise for a model of others into a ReaderError."""
    try:
        yield
    except ReaderError:
        raise
    except Exception as error:
        raise ReaderError(f"{message} ({find_reason(error)})", hint=hint) from error


def _export_onnx(model: _Source, path: Path) -> None:
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


def _compare(model: _Source, path: Path, name: str) -> None:
    """Refuse an ONNX copy that scores otherwise than the model."""
    import onnxruntime
    import torch

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    taken = {given.name for given in session.get_inputs()}
    for probe in _PROBES:
        given = model.encode(*probe)
        with torch.inference_mode():
            wanted = model.module(*given)
        fed = {n: v.numpy() for n, v in zip(model.inputs, given, strict=True) if n in taken}
        found = session.run(list(model.outputs), fed)
        gap = max(float(np.abs(a - b.numpy()).max()) for a, b in zip(found, wanted, strict=True))
        if gap > SAME_SCORE:
            raise ReaderError(
                f"reader {name} scores differently as ONNX (by {gap:.4f})",
                hint="take another, or the one that is packaged",
            )


def _quantise(exact: Path, path: Path) -> None:
    """Weights as int8, one scale a column.

    Within 7 bits (`reduce_range`): processors without VNNI add products of 8 bits up to more than
    16 bits hold, and would answer differently.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.disable(logging.WARNING)  # it advises a step that is for convolutions
    try:
        quantize_dynamic(
            exact, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    finally:
        logging.disable(logging.NOTSET)
