"""The vectors of a build: known ones are reused, new texts are embedded."""

from collections.abc import Iterable
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.build.inputs import BuildRequest
from assistant.build.plan import Plan
from assistant.build.previous import PreviousGeneration
from assistant.embed import Embedder, Vectors, open_embedder
from assistant.embed.model import PACKAGED
from assistant.embed.onnx import OnnxEmbedder
from assistant.embed.packaged import PackagedEmbedder
from assistant.errors import IndexMismatchError
from assistant.index.manifest import REPAIR
from assistant.index.vectors import Joined, Reused

# Up to so many texts are embedded by the ONNX copy: 38 per second in fp32, where torch embeds 63 in
# bf16 but takes 5.4 s and half a gigabyte of memory to load (two cores).
SMALL = 500
LARGE_CORPUS = 10**6  # bytes of files which hold more texts than that, but for images and layout


class PlannedVectors(NamedTuple):
    """The vectors of all passages in order, and which of them the previous generation has."""

    vectors: Joined
    reused: Reused | None = None


def open_model(request: BuildRequest) -> Embedder:
    """The model that a request names, or the ONNX copy of the packaged one: in a second. With Ray,
    it is open already.
    """
    if request.results is not None:
        return request.results.embedder
    return PackagedEmbedder() if request.embedder == PACKAGED else _load_model(request)


def begin_loading(
    pool: Executor, embedder: str, corpus: Path, names: Iterable[str]
) -> Future[Embedder] | None:
    """Load the model in a thread if it will probably be needed, by the sizes of the corpus's files:
    importing torch takes seconds on one core, and files are read by other processes.
    """
    size = 0
    for name in names:
        with suppress(OSError):  # reported where it is read
            size += (corpus / name).stat().st_size
    return pool.submit(open_embedder, embedder) if size >= LARGE_CORPUS else None


def open_copy(previous: PreviousGeneration) -> Embedder:
    """The question encoder of the previous generation, which opens fast."""
    return OnnxEmbedder(previous.folder)


def embed_plan(
    request: BuildRequest, plan: Plan, embedder: Embedder, previous: PreviousGeneration | None
) -> tuple[PlannedVectors, int]:
    """The vectors of all passages, and how many texts were embedded.

    Those of reused passages are in the previous generation's file, which is not read here. Raises
    IndexMismatchError if the previous generation was built with other weights.
    """
    new_passages = plan.new_passages
    new: Vectors = np.empty((len(new_passages), embedder.dimension), dtype=np.float32)
    missing: dict[str, list[int]] = {}  # places of passages among the new ones, by their text
    for place, (_, text, _) in enumerate(new_passages):
        known = None if previous is None else previous.find_vector(text)
        if known is None:
            missing.setdefault(text, []).append(place)
        else:
            new[place] = known
    embed = embedder.embed
    is_large = len(missing) > SMALL
    if is_large and request.results is not None:
        embed = request.results.embed
    elif is_large and (previous is not None or request.embedder == PACKAGED):
        model = _load_model(request)
        if previous is not None and model.sha256 != previous.manifest.embedder_sha256:
            raise IndexMismatchError(
                f"embedder {request.embedder} has other weights than that of {previous.folder}",
                hint=REPAIR,
            )
        embed = model.embed
    if missing:
        with request.steps.count("embedding", len(missing)) as advance:
            embedded = embed(list(missing), progress=advance)
        for vector, places in zip(embedded, missing.values(), strict=True):
            new[places] = vector
    return _join(plan, new, previous), len(missing)


def _join(plan: Plan, new: Vectors, previous: PreviousGeneration | None) -> PlannedVectors:
    """The vectors of all passages, given those of the new ones."""
    spans: list[tuple[bool, int, int]] = []  # whether new, first, end
    done = 0
    for planned in plan.documents:
        is_new = planned.stored is None
        first = done if planned.stored is None else planned.stored.first
        done += planned.passages if is_new else 0
        end = first + planned.passages
        if spans and spans[-1][0] == is_new and spans[-1][2] == first:
            spans[-1] = is_new, spans[-1][1], end
        else:
            spans.append((is_new, first, end))
    if previous is None:
        return PlannedVectors(Joined([new]))
    old = previous.vectors
    vectors = Joined([(new if is_new else old.rows)[first:end] for is_new, first, end in spans])
    rows = [
        np.full(end - first, -1) if is_new else np.arange(first, end)
        for is_new, first, end in spans
    ]
    return PlannedVectors(vectors, Reused(old, np.concatenate(rows)))


def _load_model(request: BuildRequest) -> Embedder:
    if request.model is not None:
        return request.model.result()
    return open_embedder(request.embedder)
