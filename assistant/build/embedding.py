"""The vectors of a build: known ones are laid out, the texts that are new are embedded."""

from collections.abc import Sequence

import numpy as np

from assistant.build.plan import Plan
from assistant.build.previous import Previous
from assistant.build.request import BuildRequest
from assistant.build.vectors import SMALL, Layer, PassageEmbedder, Stretch, lay_out
from assistant.embed import Vectors
from assistant.embed.model import ModelEmbedder
from assistant.embed.onnx import OnnxEmbedder
from assistant.errors import IndexMismatchError
from assistant.index.manifest import REPAIR
from assistant.split import Splitter


def choose_model(request: BuildRequest, previous: Previous | None) -> PassageEmbedder:
    """The question encoder of the previous generation, which is there at once; else the model."""
    return ModelEmbedder(request.embedder) if previous is None else OnnxEmbedder(previous.folder)


def embed_plan(
    request: BuildRequest,
    plan: Plan,
    splitter: Splitter,
    model: PassageEmbedder,
    previous: Previous | None,
) -> tuple[Layer, int]:
    """The vectors of all passages, and how many texts were embedded for them.

    Raises IndexMismatchError where the embedder's weights are not those that the previous
    generation was built with.
    """
    stretches = [
        Stretch(block.first_passage, block.before.first_passage, block.passages)
        for block in plan.blocks
        if block.before is not None
    ]
    texts = [splitter.embedded_text(passage) for passage in plan.fresh]
    shelf = None if previous is None else previous.shelf
    layer = lay_out(stretches, texts, model.dimension, shelf)
    missing = layer.missing_texts
    if previous is not None and len(missing) > SMALL:
        model = ModelEmbedder(request.embedder)
        if model.sha256 != previous.manifest.embedder_sha256:
            raise IndexMismatchError(
                f"embedder {request.embedder} has other weights than {previous.folder} was built"
                " with",
                hint=REPAIR,
            )
    layer.fill(missing, _embed(request, missing, model))
    return layer, len(missing)


def _embed(request: BuildRequest, texts: Sequence[str], model: PassageEmbedder) -> Vectors:
    if not texts:
        return np.empty((0, model.dimension), dtype=np.float32)
    with request.show(len(texts), "embedding", "passage") as bar:
        return model.embed(texts, progress=bar.update)
