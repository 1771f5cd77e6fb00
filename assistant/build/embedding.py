"""The vectors of a build: known ones are reused, new texts are embedded."""

import numpy as np

from assistant.build.inputs import BuildRequest
from assistant.build.plan import Plan
from assistant.build.previous import PreviousGeneration
from assistant.embed import Embedder, Vectors, open_embedder
from assistant.embed.onnx import OnnxEmbedder
from assistant.errors import IndexMismatchError
from assistant.index.manifest import REPAIR

# Up to so many texts are embedded by the ONNX copy, at about 10 ms each on one core: loading torch
# and the model takes as long as 500 of them, and half a gigabyte of memory.
SMALL = 500


def choose_embedder(name: str, previous: PreviousGeneration | None) -> Embedder:
    """The previous generation's question encoder, which opens fast; else the model."""
    return open_embedder(name) if previous is None else OnnxEmbedder(previous.folder)


def embed_plan(
    request: BuildRequest, plan: Plan, embedder: Embedder, previous: PreviousGeneration | None
) -> tuple[Vectors, int]:
    """The vectors of all passages, and how many texts were embedded.

    Raises IndexMismatchError if the previous generation was built with other weights.
    """
    vectors = np.empty((plan.passages, embedder.dimension), dtype=np.float32)
    missing: dict[str, list[int]] = {}  # numbers of passages by the text to embed
    for passage, text, _ in plan.new_passages:
        known = None if previous is None else previous.find_vector(text)
        if known is None:
            missing.setdefault(text, []).append(passage.number)
        else:
            vectors[passage.number] = known
    if previous is not None:
        for planned in plan.documents:
            if planned.stored is not None:
                new, old, count = planned.first_passage, planned.stored.first, planned.passages
                vectors[new : new + count] = previous.vectors.rows[old : old + count]
    embed = embedder.embed
    if len(missing) > SMALL:
        if request.results is not None:
            embed = request.results.embed
        elif previous is not None:
            embed = _open_model(request, previous).embed
    if missing:
        with request.steps.count("embedding", len(missing)) as advance:
            embedded = embed(list(missing), progress=advance)
        for vector, numbers in zip(embedded, missing.values(), strict=True):
            vectors[numbers] = vector
    return vectors, len(missing)


def _open_model(request: BuildRequest, previous: PreviousGeneration) -> Embedder:
    model = open_embedder(request.embedder)
    if model.sha256 != previous.manifest.embedder_sha256:
        raise IndexMismatchError(
            f"embedder {request.embedder} has other weights than that of {previous.folder}",
            hint=REPAIR,
        )
    return model
