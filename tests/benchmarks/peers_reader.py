"""A reader in the form that other libraries take: its ONNX weights as a BERT of transformers.

    python -m tests.benchmarks.peers_reader build/peers/reader [READER]

READER is `packaged` or a folder of `assistant train`. The int8 weights are multiplied out; what is
written scores starts and ends of answers, without the other heads. The two are compared as well.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.numpy_helper import to_array

from assistant.embed.model import packaged_folder
from assistant.read import PACKAGED, PACKAGED_FOLDER
from assistant.read.span import MODEL, TOKENIZER

CONFIG = "config.json"
QUANTISED, SCALE, ZERO = "_quantized", "_scale", "_zero_point"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("reader", nargs="?", default=PACKAGED, help="folder of a reader (packaged)")
    given = parser.parse_args()
    write_reader(find_folder(given.reader), given.out)
    print(f"{given.out}: written")
    differences, same = compare(find_folder(given.reader), given.out)
    print(
        f"scores differ from the int8 model's by {np.mean(differences):.3f} on average, "
        f"{max(differences):.3f} at most; same best span: {sum(same)} of {len(same)} passages"
    )


def find_folder(reader: str) -> Path:
    return PACKAGED_FOLDER if reader == PACKAGED else Path(reader)


def write_reader(reader: Path, out: Path) -> None:
    """Write the weights, configuration and tokenizer of a reader for `from_pretrained`."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    # The packaged reader has the shape of the packaged embedder, which it was trained from.
    config = reader if (reader / CONFIG).is_file() else packaged_folder()
    model = BertForQuestionAnswering(BertConfig.from_pretrained(config))
    weights = {name: torch.tensor(array) for name, array in read_weights(reader / MODEL).items()}
    for kind in ("weight", "bias"):
        weights[f"qa_outputs.{kind}"] = weights.pop(f"heads.{kind}")[:2]  # starts and ends
        weights.pop(f"cls.{kind}")
    model.load_state_dict(weights)
    model.save_pretrained(out)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(reader / TOKENIZER),
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=model.config.max_position_embeddings,
    ).save_pretrained(out)  # fmt: skip


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The float weights of a quantised ONNX file, by the names they have in torch."""
    graph = onnx.load(str(path)).graph
    stored = {one.name: to_array(one) for one in graph.initializer}
    # The exporter renames the matrices of linear layers; the path of the node that takes one says
    # which layer it is: /bert/encoder/layer.0/attention/self/query/MatMul_quant.
    layers = {
        name: node.name.rpartition("/")[0].lstrip("/").replace("/", ".")
        for node in graph.node
        if node.op_type == "MatMulInteger"
        for name in node.input
    }
    weights = {}
    for name, array in stored.items():
        if name.endswith(QUANTISED):
            base = name.removesuffix(QUANTISED)
            zero = stored[base + ZERO].astype(np.float32)
            exact = (array.astype(np.float32) - zero) * stored[base + SCALE]
            weights[f"{layers[name]}.weight" if name in layers else base] = (
                exact.T if name in layers else exact
            )
        elif not name.endswith((SCALE, ZERO)):
            weights[name] = array
    return weights


def compare(reader: Path, written: Path, *, count: int = 50) -> tuple[list[float], list[bool]]:
    """How far scores of starts and ends are apart, and whether the best span is the same.

    Both read the same word pieces of `count` of the project's questions and their paragraphs.
    """
    import onnxruntime
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    from tests.benchmarks.peers import read_paragraphs

    session = onnxruntime.InferenceSession(str(reader / MODEL))
    tokenizer = AutoTokenizer.from_pretrained(written)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    model = AutoModelForQuestionAnswering.from_pretrained(written).eval()
    documents, asked = read_paragraphs()
    texts = {document.id: document.text for document in documents}
    differences, same = [], []
    for question, _, document in asked[:: len(asked) // count][:count]:
        pieces = tokenizer(question, texts[document], return_tensors="pt")
        with torch.inference_mode():
            scores = model(**pieces)
        exact = np.stack([scores.start_logits[0].numpy(), scores.end_logits[0].numpy()], axis=1)
        heads, _ = session.run(None, {name: tensor.numpy() for name, tensor in pieces.items()})
        inside = [number == 1 for number in pieces.sequence_ids(0)]
        pairs = (exact[inside], heads[0][inside, :2])
        differences.append(float(np.abs(pairs[0] - pairs[1]).max()))
        same.append(_find_span(pairs[0]) == _find_span(pairs[1]))
    return differences, same


def _find_span(scores: NDArray[np.float32]) -> int:
    """The number of the span with the best sum of start and end."""
    spans = scores[:, :1] + scores[:, 1]
    spans[np.tril_indices(len(spans), -1)] = -np.inf  # ends before it starts
    return int(spans.argmax())


if __name__ == "__main__":
    main()
