"""Makes the records, files and manifest of a generation from a plan."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant import __version__
from assistant.build.embedding import PlannedVectors, open_copy
from assistant.build.inputs import BuildRequest
from assistant.build.plan import Plan, PlannedDocument
from assistant.build.previous import PreviousGeneration
from assistant.embed import Embedder
from assistant.embed.onnx import ENCODER, copy_encoder
from assistant.figures import Figure, find_figures
from assistant.index.generation import Generation
from assistant.index.integrity import IntactGeneration
from assistant.index.lexical import Extended, remove_locks, write_terms
from assistant.index.manifest import FORMAT, Manifest
from assistant.index.publish import Sealed, seal
from assistant.index.vectors import choose_search, write_vectors
from assistant.index.writing import (
    FILE as RECORDS,
    Records,
    Reused,
    add_questions,
    copy_records,
    write_records,
)
from assistant.players import Names
from assistant.read import FOLDER as READER_FOLDER
from assistant.read.export import export_reader
from assistant.records import ChosenQuestions, Document, KeptQuestions, Mention, Offsets
from assistant.split import TARGET_PIECES


def make_records(
    request: BuildRequest,
    plan: Plan,
    previous: PreviousGeneration | None,
    kept: KeptQuestions | None,
) -> Records:
    """The records of an index; mentions and figures are found unless they are reused. Questions
    that are kept are among them if none has to be asked.
    """
    corpus = request.corpus
    chosen = kept.chosen if kept is not None and kept.is_final else ChosenQuestions()
    names, by_id = Names(request.players), {player.id: player for player in request.players}
    mentions: dict[str, list[Mention]] = {}
    figures: dict[str, list[Figure]] = {}
    reused = previous is not None and previous.same_findings
    selected = [planned for planned in plan.documents if planned.stored is None or not reused]
    with request.steps.count("figures", len(selected)) as advance:
        for planned in selected:
            document = planned.document
            assert isinstance(document, Document), "a stored document has its findings"
            mentions[document.id] = names.find(document.text)
            sentences = _list_sentences(planned, previous)
            figures[document.id] = find_figures(document, sentences, mentions[document.id], by_id)
            advance(1)
    return Records(
        documents=corpus.documents,
        passages=plan.new_passages,
        copies=plan.copies,
        sources=corpus.sources,
        skipped=corpus.skipped,
        questions=corpus.questions or chosen.samples,
        suggestions=chosen.suggestions,
        players=request.players,
        mentions=mentions,
        figures=figures,
    )


def write_reader(folder: Path, request: BuildRequest, previous: PreviousGeneration | None) -> None:
    """Copy or export a reader other than the packaged one."""
    if previous is not None and previous.same_reader:
        shutil.copytree(previous.folder / READER_FOLDER, folder / READER_FOLDER)
    elif request.inputs.reading is not None:
        (folder / READER_FOLDER).mkdir()
        export_reader(request.reader, folder / READER_FOLDER, name=request.reader)


class Preparation(NamedTuple):
    """What is done for an update while its corpus is read: the question encoder is opened, and what
    is most of a generation is copied: this encoder, and the records to change.
    """

    previous: PreviousGeneration
    embedder: Future[Embedder]
    encoder: Future[dict[Path, Sealed]]
    records: Future[None]


def prepare(
    pool: Executor, folder: Path, previous: PreviousGeneration | None
) -> Preparation | None:
    """Begin what does not depend on the documents; None where nothing can be reused."""
    if previous is None or not previous.same_model:
        return None  # without its vectors, its passages are useless
    source = previous.folder

    def copy_and_seal_encoder() -> dict[Path, Sealed]:
        copy_encoder(source, folder)
        return seal(*map(folder.joinpath, ENCODER))

    return Preparation(
        previous,
        pool.submit(open_copy, previous),
        pool.submit(copy_and_seal_encoder),
        pool.submit(copy_records, source, folder),
    )


def write_generation(
    pool: Executor,
    folder: Path,
    plan: Plan,
    records: Records,
    planned: PlannedVectors,
    prepared: Preparation | None,
    kept: KeptQuestions | None,
) -> dict[Path, Sealed]:
    """Write vectors, records and terms; what is reused is copied from the previous generation.

    The result are the files that are complete. Raises IndexWriteError, OSError or sqlite3.Error.
    """
    previous = None if prepared is None else prepared.previous
    reused = None if previous is None else _list_reused(plan, previous)
    extended = None if previous is None else _extend_terms(plan, previous)
    terms = _list_terms(plan, previous) if extended is None else _list_new_terms(plan)

    def write_and_seal_records() -> dict[Path, Sealed]:
        if prepared is not None:
            prepared.records.result()
        write_records(folder, records, reused)
        is_complete = kept is not None and kept.is_final
        return seal(folder / RECORDS) if is_complete else {}

    def write_and_seal_terms() -> dict[Path, Sealed]:
        write_terms(folder, terms, extended)
        return {}  # opened and locked while questions are asked

    def write_and_seal_vectors() -> dict[Path, Sealed]:
        write_vectors(folder, planned.vectors, previous=planned.reused)
        return seal(*folder.glob("vectors.*"))

    # The steps are independent, and SQLite, tantivy, FAISS and hashing release Python's lock.
    steps = (write_and_seal_records, write_and_seal_vectors, write_and_seal_terms)
    results = [pool.submit(step) for step in steps]
    if prepared is not None:
        results.append(prepared.encoder)
    return {path: one for result in results for path, one in result.result().items()}


def write_questions(
    folder: Path, request: BuildRequest, manifest: Manifest, kept: KeptQuestions | None
) -> Manifest:
    """Add suggestions to a written generation, and sample questions unless its corpus has a file of
    them; its manifest then. `kept` are those of the previous generation: where none has to be
    asked, they are in the records.
    """
    if request.choose_questions is None:
        return manifest
    if kept is not None and kept.is_final:
        chosen = kept.chosen
    else:
        track = partial(request.steps.track, "questions")
        with closing(Generation.of(IntactGeneration(folder, manifest))) as generation:
            chosen = request.choose_questions(generation, track, kept)
        remove_locks(folder)
        add_questions(folder, chosen._replace(samples=()) if request.corpus.questions else chosen)
    update = {
        "suggestions": len(chosen.suggestions),
        "tried": chosen.tried,
        "untried": chosen.untried,
    }
    return manifest.model_copy(update=update)


def make_manifest(request: BuildRequest, plan: Plan, embedder: Embedder) -> Manifest:
    """The manifest of a generation, without its name and files."""
    inputs = request.inputs
    return Manifest(
        format=FORMAT,
        assistant=__version__,
        inputs=inputs.combined,
        loading=inputs.loading,
        embedding=inputs.embedding,
        splitting=inputs.splitting,
        finding=inputs.finding,
        reading=inputs.reading,
        embedder=embedder.name,
        embedder_sha256=embedder.sha256,
        dimension=embedder.dimension,
        target_pieces=TARGET_PIECES,
        documents=len(request.corpus.documents),
        passages=plan.passages,
        search=choose_search(plan.passages),
        reader=None if inputs.reading is None else request.reader,
    )


def _list_sentences(
    planned: PlannedDocument, previous: PreviousGeneration | None
) -> Sequence[Offsets]:
    if planned.stored is not None and previous is not None:
        return previous.catalog.sentences_of(planned.stored.document_id)
    return [sentence for new in planned.new for sentence in new.passage.sentences]


def _list_reused(plan: Plan, previous: PreviousGeneration) -> Reused | None:
    documents = [
        (stored.document_number, planned.number, planned.first_passage - stored.first)
        for planned in plan.documents
        if (stored := planned.stored) is not None
    ]
    if not documents:
        return None
    return Reused(previous.folder, documents, previous.same_findings)


def _extend_terms(plan: Plan, previous: PreviousGeneration) -> Extended | None:
    """How the lexical index of the previous generation is extended; None if it has other passages.

    None is removed from it: what tantivy deletes goes on to count in the frequencies of terms.
    """
    numbers = np.full(previous.catalog.passages, -1, dtype=np.int32)
    for planned in plan.documents:
        if (stored := planned.stored) is not None:
            new = np.arange(planned.first_passage, planned.first_passage + stored.length)
            numbers[stored.first : stored.first + stored.length] = new
    if (numbers < 0).any():
        return None
    added = [new.passage.number for new in plan.new_passages]
    return Extended(previous.folder, numbers, np.array(added, dtype=np.int32))


def _list_new_terms(plan: Plan) -> Iterator[str]:
    return (new.terms for new in plan.new_passages)


def _list_terms(plan: Plan, previous: PreviousGeneration | None) -> Iterator[str]:
    """The terms of all passages in order, a line each."""
    for planned in plan.documents:
        if planned.stored is not None and previous is not None:
            yield from previous.catalog.terms(planned.stored.first, planned.passages)
        else:
            yield from (new.terms for new in planned.new)
