"""The files of a generation, written from the results of a build."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assistant import __version__
from assistant.build.inputs import BuildRequest
from assistant.build.plan import Plan, PlannedDocument
from assistant.build.previous import PreviousGeneration
from assistant.embed import Embedder, Vectors
from assistant.figures import Figure, find_figures
from assistant.index.lexical import list_terms, write_terms
from assistant.index.manifest import FORMAT, Manifest
from assistant.index.vectors import choose_search, write_vectors
from assistant.index.writing import NewPassage, Records, Reused, ReusedDocument, write_records
from assistant.players import Names
from assistant.read import FOLDER as READER_FOLDER
from assistant.read.export import export_reader
from assistant.records import Mention, Offsets
from assistant.split import Splitter, find_title


@dataclass(frozen=True, slots=True)
class Results:
    """What the steps of a build have made of a corpus: all that a generation is written from.

    `new` are the passages that are in no previous generation, `vectors` those of all passages.
    Mentions and figures are by the id of their document.
    """

    request: BuildRequest
    plan: Plan
    embedder: Embedder
    splitter: Splitter
    new: Sequence[NewPassage]
    vectors: Vectors
    mentions: dict[str, list[Mention]]
    figures: dict[str, list[Figure]]


def prepare_passages(plan: Plan, splitter: Splitter) -> list[NewPassage]:
    """The new passages of a plan with what is embedded for them and their terms."""
    new = []
    for passage in plan.new_passages:
        text = splitter.embedded_text(passage)
        # A file's name is not embedded, but it can be searched for.
        title = "" if find_title(passage.document) else passage.document.title
        new.append(NewPassage(passage, text, list_terms(f"{title}\n{text}")))
    return new


def find_mentions_and_figures(
    request: BuildRequest, plan: Plan, previous: PreviousGeneration | None
) -> tuple[dict[str, list[Mention]], dict[str, list[Figure]]]:
    """Find the players and figures in documents; those that can be reused are left out."""
    names, by_id = Names(request.players), {player.id: player for player in request.players}
    mentions: dict[str, list[Mention]] = {}
    figures: dict[str, list[Figure]] = {}
    reused = previous is not None and previous.same_findings
    planned = [one for one in plan.documents if one.stored is None or not reused]
    with request.show(len(planned), "finding figures", "document") as bar:
        for one in planned:
            document = one.document
            mentions[document.id] = found = names.find(document.text)
            sentences = _list_sentences(one, previous)
            figures[document.id] = find_figures(document, sentences, found, by_id)
            bar.update(1)
    return mentions, figures


def _list_sentences(
    planned: PlannedDocument, previous: PreviousGeneration | None
) -> Sequence[Offsets]:
    if planned.stored is not None and previous is not None:
        return previous.store.sentences_of(planned.stored.document_id)
    return [sentence for passage in planned.new for sentence in passage.sentences]


def write_reader(folder: Path, request: BuildRequest, previous: PreviousGeneration | None) -> None:
    """Copy or export a reader other than the packaged one."""
    if previous is not None and previous.same_reader:
        previous.copy_reader(folder)
    elif request.inputs.reading is not None:
        (folder / READER_FOLDER).mkdir()
        export_reader(request.reader, folder / READER_FOLDER, name=request.reader)


def write_generation(folder: Path, results: Results, previous: PreviousGeneration | None) -> None:
    """Write vectors, records and terms; what is the same is copied from the previous generation.

    Raises IndexWriteError, OSError or sqlite3.Error where the system refuses to write.
    """
    terms = _list_terms(results, previous)
    records, reused = _make_records(results), _list_reused(results.plan, previous)
    # No step needs what another writes, and SQLite, tantivy and FAISS let go of Python's lock.
    with ThreadPoolExecutor() as pool:
        steps = [
            pool.submit(write_terms, folder, terms),
            pool.submit(write_records, folder, records, reused),
            pool.submit(write_vectors, folder, results.vectors),
        ]
    for step in steps:
        step.result()


def describe(results: Results, generation: str, files: dict[str, str]) -> Manifest:
    """The manifest of what was written; `files` are the SHA-256 of each."""
    request, plan, inputs = results.request, results.plan, results.request.inputs
    return Manifest(
        format=FORMAT,
        generation=generation,
        assistant=__version__,
        inputs=inputs.whole,
        loading=inputs.loading,
        embedding=inputs.embedding,
        splitting=inputs.splitting,
        finding=inputs.finding,
        reading=inputs.reading,
        embedder=results.embedder.name,
        embedder_sha256=results.embedder.sha256,
        dimension=results.embedder.dimension,
        target_pieces=results.splitter.target,
        documents=len(request.corpus.documents),
        passages=plan.passages,
        search=choose_search(plan.passages),
        reader=None if inputs.reading is None else request.reader,
        files=files,
    )


def _make_records(results: Results) -> Records:
    corpus = results.request.corpus
    return Records(
        documents=corpus.documents,
        passages=results.new,
        copies=results.plan.copies,
        sources=corpus.sources,
        refused=[(refusal.path, refusal.reason) for refusal in corpus.refused],
        questions=corpus.questions,
        players=results.request.players,
        mentions=results.mentions,
        figures=results.figures,
    )


def _list_reused(plan: Plan, previous: PreviousGeneration | None) -> Reused | None:
    if previous is None:
        return None
    documents = [
        ReusedDocument(
            planned.stored.document_number,
            planned.number,
            planned.first_passage - planned.stored.first,
        )
        for planned in plan.documents
        if planned.stored is not None
    ]
    return Reused(previous.folder, documents, previous.same_findings)


def _list_terms(results: Results, previous: PreviousGeneration | None) -> Iterator[str]:
    """The terms of all passages in their order, a line each."""
    new = (passage.terms for passage in results.new)
    for planned in results.plan.documents:
        if planned.stored is None or previous is None:
            yield from islice(new, planned.passages)
        else:
            yield from previous.store.terms(planned.stored.first, planned.passages)
