"""The vectors of a build: known ones are reused, new texts are embedded."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event

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


def choose_embedder(request: BuildRequest, previous: PreviousGeneration | None) -> Embedder:
    """The previous generation's question encoder, which opens fast; else the model."""
    return open_embedder(request.embedder) if previous is None else OnnxEmbedder(previous.folder)


@contextmanager
def embed_meanwhile(
    request: BuildRequest, plan: Plan, embedder: Embedder, previous: PreviousGeneration | None
) -> Iterator[Callable[[], tuple[Vectors, int]]]:
    """Embed the passages of a plan in a thread while the block runs.

    What it yields waits for the vectors of all passages, and returns them and how many texts were
    embedded. With the end of the block embedding ends too, after the texts it is busy with.
    Raises IndexMismatchError if the previous generation was built with other weights.
    """
    vectors = np.empty((plan.passages, embedder.dimension), dtype=np.float32)
    missing = _reuse_vectors(vectors, plan, previous)
    if previous is not None and len(missing) > SMALL:
        embedder = _open_model(request, previous)
    counts: SimpleQueue[int] = SimpleQueue()  # of the texts that are done; 0 at the end
    is_over = Event()

    def count(done: int) -> None:
        if is_over.is_set():
            raise CancelledError
        counts.put(done)

    def embed() -> Vectors:
        try:
            return embedder.embed(list(missing), progress=count)
        finally:
            counts.put(0)

    def wait() -> tuple[Vectors, int]:
        if missing:
            with request.steps.count("embedding", len(missing)) as advance:
                while done := counts.get():
                    advance(done)
            for vector, numbers in zip(running.result(), missing.values(), strict=True):
                vectors[numbers] = vector
        return vectors, len(missing)

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(embed)
        try:
            yield wait
        finally:
            is_over.set()


def _reuse_vectors(
    vectors: Vectors, plan: Plan, previous: PreviousGeneration | None
) -> dict[str, list[int]]:
    """Fill in the vectors that are known; the other texts, with the numbers of their passages."""
    missing: dict[str, list[int]] = {}
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
    return missing


def _open_model(request: BuildRequest, previous: PreviousGeneration) -> Embedder:
    model = open_embedder(request.embedder)
    if model.sha256 != previous.manifest.embedder_sha256:
        raise IndexMismatchError(
            f"embedder {request.embedder} has other weights than that of {previous.folder}",
            hint=REPAIR,
        )
    return model
