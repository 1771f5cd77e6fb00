"""The packaged model as ONNX, written from its weights: neither torch nor its exporter is needed.

Its vectors are those that sentence-transformers gives in fp32; it is ready in a second.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.embed.model import PACKAGED_NAME, PACKAGED_WEIGHTS_SHA256, packaged_folder
from assistant.embed.onnx import (
    MODEL,
    SETTINGS,
    TOKENIZER,
    EncoderSettings,
    OnnxEmbedder,
    find_scripts,
)
from assistant.records import write_json

if TYPE_CHECKING:
    from onnx import ModelProto

DIMENSION, LAYERS, HEADS = 384, 6, 12
MAX_PIECES = 256  # as the model was trained
EPSILON = 1e-12
_MICROSOFT = "com.microsoft"  # operators of onnxruntime


class PackagedEmbedder(OnnxEmbedder):
    """The packaged model, written anew into a folder for temporary files."""

    def __init__(self) -> None:
        """Raises EmbedderError if the weights are not those that were packaged."""
        self._written = TemporaryDirectory(prefix="assistant-encoder-")
        folder = Path(self._written.name)
        write_packaged(folder)
        super().__init__(folder)


def write_packaged(folder: Path) -> None:
    """Write the packaged model into a folder: ONNX, tokenizer, settings. Raises EmbedderError."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    source = packaged_folder()
    tokenizer = Tokenizer.from_file(str(source / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    settings = EncoderSettings(
        name=PACKAGED_NAME,
        sha256=PACKAGED_WEIGHTS_SHA256,
        dimension=DIMENSION,
        max_pieces=MAX_PIECES,
        prompt="",
        scripts=find_scripts(list(tokenizer.get_vocab())),
    )
    (folder / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    (folder / SETTINGS).write_text(write_json(settings), encoding="utf-8")
    model = _Graph(load_file(source / "model.safetensors")).make()
    (folder / MODEL).write_bytes(model.SerializeToString())


class _Graph:
    """BERT with mean pooling (Devlin et al. 2019, Reimers and Gurevych 2019), of `weights`."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def make(self) -> "ModelProto":
        """The model: `input_ids` and `attention_mask`, int64 (n, pieces), become `embedding`."""
        from onnx import TensorProto, helper

        self._add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        states = self._embed_pieces()
        for number in range(LAYERS):
            states = self._add_layer(states, number)
        self._pool(states)
        batch = ["batch", "piece"]
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, batch)
                for name in ("input_ids", "attention_mask")
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", DIMENSION])],
            self._constants,
        )
        operators = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=operators, ir_version=8)

    def _embed_pieces(self) -> str:
        """The sum of a piece's word and position, normalised."""
        words = self._store("words", self._weights["embeddings.word_embeddings.weight"])
        pieces = self._add("Gather", [words, "input_ids"], "pieces")
        # All pieces belong to the first of two possible texts.
        positions = self._weights["embeddings.position_embeddings.weight"]
        positions = positions + self._weights["embeddings.token_type_embeddings.weight"][0]
        shape = self._add("Shape", ["input_ids"], "count", start=1)
        zero = self._store("zero", np.zeros(1, dtype=np.int64))
        places = self._add("Slice", [self._store("positions", positions), zero, shape, zero], "at")
        placed = self._add("Add", [pieces, places], "placed_pieces")
        norm = self._store_pair("embeddings.LayerNorm")
        return self._add("LayerNormalization", [placed, *norm], "embedded", epsilon=EPSILON)

    def _add_layer(self, states: str, number: int) -> str:
        layer = f"encoder.layer.{number}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        self._add("Split", [self._add_dense(states, parts)], *parts, axis=-1)
        attended = self._add_own(
            "MultiHeadAttention", [*parts, "", "mask"], f"{layer}.attended", num_heads=HEADS
        )
        added = self._add_dense(attended, [f"{layer}.attention.output.dense"])
        states = self._add_norm(added, states, f"{layer}.attention.output.LayerNorm")
        wide = self._add_dense(states, [f"{layer}.intermediate.dense"])
        added = self._add_dense(
            self._add_own("Gelu", [wide], f"{layer}.gelu"), [f"{layer}.output.dense"]
        )
        return self._add_norm(added, states, f"{layer}.output.LayerNorm")

    def _pool(self, states: str) -> None:
        """The mean of the pieces, of length 1. The sum has the same direction."""
        from onnx import TensorProto

        mask = self._add("Cast", ["attention_mask"], "weight", to=TensorProto.FLOAT)
        last = self._store("last", np.array([2], dtype=np.int64))
        mask = self._add("Unsqueeze", [mask, last], "weights")
        masked = self._add("Mul", [states, mask], "masked")
        one = self._store("one", np.ones(1, dtype=np.int64))
        total = self._add("ReduceSum", [masked, one], "sum", keepdims=0)
        self._add("LpNormalization", [total], "embedding", axis=-1, p=2)

    def _add_dense(self, states: str, names: Sequence[str]) -> str:
        """Dense layers that read the same, as one."""
        weights = np.concatenate([self._weights[f"{name}.weight"] for name in names]).T
        bias = np.concatenate([self._weights[f"{name}.bias"] for name in names])
        name = f"{names[0]}.dense"
        product = self._add(
            "MatMul", [states, self._store(f"{name}.weight", weights)], f"{name}.product"
        )
        return self._add("Add", [product, self._store(f"{name}.bias", bias)], name)

    def _add_norm(self, added: str, states: str, name: str) -> str:
        inputs = [added, states, *self._store_pair(name)]
        return self._add_own("SkipLayerNormalization", inputs, f"{name}.sum", epsilon=EPSILON)

    def _add_own(self, operator: str, inputs: Sequence[str], name: str, **settings: Any) -> str:
        return self._add(operator, inputs, name, domain=_MICROSOFT, **settings)

    def _add(self, operator: str, inputs: Sequence[str], *outputs: str, **settings: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, outputs, **settings))
        return outputs[0]

    def _store(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _store_pair(self, name: str) -> list[str]:
        return [
            self._store(f"{name}.{part}", self._weights[f"{name}.{part}"])
            for part in ("weight", "bias")
        ]
