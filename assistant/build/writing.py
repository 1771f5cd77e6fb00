"""The files of a generation, written from what a build has made of a corpus."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import call
from pathlib import Path

import numpy as np

from assistant import __version__
from assistant.build.plan import Plan
from assistant.build.previous import Previous
from assistant.build.request import BuildRequest
from assistant.build.vectors import Layer, PassageEmbedder
from assistant.index.hashes import write_hashes
from assistant.index.lexical import list_terms, write_terms
from assistant.index.manifest import FORMAT, Manifest
from assistant.index.sources import write_sources
from assistant.index.vectors import choose_search, write_vectors
from assistant.index.writing import Before, Found, Placed, Taken, write_records
from assistant.read import FOLDER as READER_FOLDER
from assistant.read.export import export_reader
from assistant.split import Splitter, find_title


@dataclass(frozen=True, slots=True)
class Made:
    """What a build has made of a corpus: all that a generation is written from.

    `contents` are `hash_document` of each document, `layer` the vectors of its passages.
    """

    request: BuildRequest
    plan: Plan
    contents: Sequence[bytes]
    layer: Layer
    found: Found
    model: PassageEmbedder
    splitter: Splitter


def write_reader(folder: Path, request: BuildRequest, previous: Previous | None) -> None:
    """The reader of one's own, from the previous generation or exported."""
    if request.inputs.reading is None or (
        previous and previous.copy_reader(folder, request.inputs)
    ):
        return
    (folder / READER_FOLDER).mkdir()
    export_reader(request.reader, folder / READER_FOLDER, name=request.reader)


def write_generation(folder: Path, made: Made, previous: Previous | None) -> None:
    """Write vectors, records and terms; what is the same is taken from the previous generation.

    Raises IndexWriteError, OSError or sqlite3.Error where the system refuses to write.
    """
    placed = _place(made.plan, made.splitter)
    write_sources(folder, made.request.inputs.loading, made.request.corpus.sources)
    steps = (
        partial(write_terms, folder, _list_terms(made.plan, placed, previous)),
        partial(_write_records, folder, made, placed, previous),
        partial(_write_layer, folder, made),
    )
    # None needs what another writes, and SQLite, tantivy and FAISS let go of Python's lock.
    with ThreadPoolExecutor(len(steps)) as pool:
        list(pool.map(call, steps))


def describe(made: Made, generation: str, files: dict[str, str]) -> Manifest:
    """The manifest of what was written; `files` are the SHA-256 of each."""
    request, plan, inputs = made.request, made.plan, made.request.inputs
    return Manifest(
        format=FORMAT,
        generation=generation,
        assistant=__version__,
        inputs=inputs.whole,
        embedding=inputs.embedding,
        splitting=inputs.splitting,
        finding=inputs.finding,
        embedder=made.model.name,
        embedder_sha256=made.model.sha256,
        dimension=made.model.dimension,
        target_pieces=made.splitter.target,
        documents=len(request.corpus.documents),
        passages=plan.passages,
        search=choose_search(plan.passages),
        reader=None if inputs.reading is None else request.reader,
        reading=inputs.reading,
        files=files,
    )


def _write_layer(folder: Path, made: Made) -> None:
    vectors = np.concatenate(list(made.layer.pieces()), dtype=np.float32)
    write_vectors(folder, vectors, choose_search(made.plan.passages))
    write_hashes(folder, made.layer.hashes)


def _write_records(
    folder: Path, made: Made, placed: Sequence[Placed], previous: Previous | None
) -> None:
    plan, corpus = made.plan, made.request.corpus
    before = None
    if previous is not None:
        taken = [
            Taken(
                block.before.number,
                block.number,
                block.first_passage - block.before.first_passage,
            )
            for block in plan.blocks
            if block.before is not None
        ]
        before = Before(previous.folder, taken, previous.same_found)
    write_records(
        folder,
        corpus.documents,
        placed,
        corpus.questions,
        made.found,
        contents=made.contents,
        copies=plan.copies,
        refused=[(refusal.path, refusal.reason) for refusal in corpus.refused],
        before=before,
    )


def _place(plan: Plan, splitter: Splitter) -> list[Placed]:
    """The new passages as they are written."""
    placed = []
    for block in plan.blocks:
        # A file's name is not embedded, but it can be searched for.
        title = "" if find_title(block.document) else block.document.title
        for passage in block.fresh:
            terms = list_terms(f"{title}\n{splitter.embedded_text(passage)}")
            placed.append(Placed(passage, terms))
    return placed


def _list_terms(plan: Plan, placed: Sequence[Placed], previous: Previous | None) -> Iterator[str]:
    """The terms of all passages in their order, a line each."""
    fresh = (passage.terms for passage in placed)
    for block in plan.blocks:
        if block.before is None or previous is None:
            yield from islice(fresh, block.passages)
        else:
            yield from previous.store.terms(block.before.first_passage, block.passages)
