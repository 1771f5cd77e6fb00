"""Makes the records, files and manifest of a generation from a plan."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from assistant import __version__
from assistant.build.inputs import BuildRequest
from assistant.build.plan import Plan, PlannedDocument
from assistant.build.previous import PreviousGeneration
from assistant.embed import Embedder, Vectors
from assistant.figures import Figure, find_figures
from assistant.index.generation import Generation
from assistant.index.integrity import IntactGeneration
from assistant.index.lexical import remove_locks, write_terms
from assistant.index.manifest import FORMAT, Manifest
from assistant.index.vectors import choose_search, write_vectors
from assistant.index.writing import Records, Reused, add_questions, write_records
from assistant.players import Names
from assistant.read import FOLDER as READER_FOLDER
from assistant.read.export import export_reader
from assistant.records import Mention, Offsets
from assistant.split import TARGET_PIECES


def make_records(request: BuildRequest, plan: Plan, previous: PreviousGeneration | None) -> Records:
    """The records of an index; mentions and figures are found unless they are reused."""
    corpus = request.corpus
    names, by_id = Names(request.players), {player.id: player for player in request.players}
    mentions: dict[str, list[Mention]] = {}
    figures: dict[str, list[Figure]] = {}
    reused = previous is not None and previous.same_findings
    selected = [planned for planned in plan.documents if planned.stored is None or not reused]
    with request.steps.count("figures", len(selected)) as advance:
        for planned in selected:
            document = planned.document
            known = None if request.results is None else request.results.find_findings(document)
            if known is None:
                found = names.find(document.text)
                sentences = _list_sentences(planned, previous)
                known = found, find_figures(document, sentences, found, by_id)
            mentions[document.id], figures[document.id] = known
            advance(1)
    return Records(
        documents=corpus.documents,
        passages=plan.new_passages,
        copies=plan.copies,
        sources=corpus.sources,
        skipped=corpus.skipped,
        questions=corpus.questions,
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


def write_generation(
    folder: Path,
    plan: Plan,
    records: Records,
    vectors: Vectors,
    previous: PreviousGeneration | None,
) -> None:
    """Write vectors, records and terms; what is reused is copied from the previous generation.

    Raises IndexWriteError, OSError or sqlite3.Error.
    """
    reused = None if previous is None else _list_reused(plan, previous)
    terms = _list_terms(plan, previous)
    # The steps are independent, and SQLite, tantivy and FAISS release Python's lock.
    with ThreadPoolExecutor() as pool:
        steps = [
            pool.submit(write_terms, folder, terms),
            pool.submit(write_records, folder, records, reused),
            pool.submit(write_vectors, folder, vectors),
        ]
    for step in steps:
        step.result()


def write_questions(folder: Path, request: BuildRequest, manifest: Manifest) -> Manifest:
    """Add suggestions to a written generation, and sample questions unless its corpus has a file of
    them; its manifest then.
    """
    if request.choose_questions is None:
        return manifest
    track = partial(request.steps.track, "questions")
    with closing(Generation.of(IntactGeneration(folder, manifest))) as generation:
        chosen = request.choose_questions(generation, track)
    remove_locks(folder)
    add_questions(folder, chosen._replace(samples=()) if request.corpus.questions else chosen)
    counts = {"suggestions": len(chosen.suggestions), "tried": chosen.tried}
    return manifest.model_copy(update=counts)


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


def _list_reused(plan: Plan, previous: PreviousGeneration) -> Reused:
    documents = [
        (stored.document_number, planned.number, planned.first_passage - stored.first)
        for planned in plan.documents
        if (stored := planned.stored) is not None
    ]
    return Reused(previous.folder, documents, previous.same_findings)


def _list_terms(plan: Plan, previous: PreviousGeneration | None) -> Iterator[str]:
    """The terms of all passages in order, a line each."""
    for planned in plan.documents:
        if planned.stored is not None and previous is not None:
            yield from previous.catalog.terms(planned.stored.first, planned.passages)
        else:
            yield from (new.terms for new in planned.new)
