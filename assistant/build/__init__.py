"""A corpus becomes a published generation, in steps that are a module each.

The previous generation is reused: passages, mentions and figures of unchanged documents, vectors
of known texts.

    inputs      hashes of everything that decides the result: nothing is built if they are equal
    previous    the previous generation
    plan        which documents are new, and which are reused
    embedding   the vectors of the passages
    keeping     the questions of the previous generation that may stay
    writing     mentions and figures are found, and all files written; `assistant.index.publish`
                puts them in use
    steps       what is shown while a build runs
    distributed the same build, computed with Ray on many cores or machines
    doctor      examines an index
"""

from collections.abc import Mapping, Sequence, Set
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from assistant.build.embedding import begin_loading, embed_plan, open_model
from assistant.build.inputs import BuildRequest, ChooseQuestions, Inputs
from assistant.build.keeping import keep_questions
from assistant.build.plan import Changes, count_changes, hash_contents, make_plan, split_document
from assistant.build.previous import find_outdated, open_previous
from assistant.build.steps import show_steps
from assistant.build.writing import (
    Preparation,
    make_manifest,
    make_records,
    prepare,
    write_generation,
    write_questions,
    write_reader,
)
from assistant.errors import (
    IndexAbsentError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    NoDocumentError,
)
from assistant.index.catalog import Catalog
from assistant.index.integrity import find_in_use, find_intact
from assistant.index.manifest import Manifest
from assistant.index.publish import (
    KEPT,
    SHARDS,
    building,
    publish,
    remove_generations,
    remove_shards,
)
from assistant.load import Corpus, fingerprint_files, hash_files, load_changed
from assistant.players import PLAYERS, read_players
from assistant.read import PACKAGED
from assistant.records import Document, Notice, Player, Skipped, Tried
from assistant.split import Splitter


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of a build. `manifest` describes the generation now in use.

    `skipped` are the files that were not read, `notices` what was not read of documents, by their
    ids. `embedded` counts the embedded texts, `copies` the documents with the text of another.
    """

    manifest: Manifest
    built: bool
    skipped: tuple[Skipped, ...]
    changes: Changes
    notices: Mapping[str, Sequence[Notice]] = field(default_factory=dict)
    embedded: int = 0
    copies: int = 0


def build_index(
    corpus: Path,
    index: Path,
    *,
    embedder: str,
    reader: str = PACKAGED,
    ocr: bool = False,
    rebuild: bool = False,
    progress: bool = False,
    keep: int = KEPT,
    choose_questions: ChooseQuestions | None = None,
    tried: Tried | None = None,
) -> BuildReport:
    """Build the index of a corpus folder, unless the one in use is intact and has the same inputs.

    `index` is a folder; `embedder`, `reader` and `ocr` are as in the settings; `keep` generations
    are kept; `choose_questions` finds sample questions and suggestions in a finished generation,
    and an update keeps what was `tried` in the same way before; `progress` is shown on standard
    error, as bars if that is a terminal.
    Raises CorpusError, EmbedderError, ReaderError, IndexBusyError, IndexWriteError.
    """
    while True:
        in_use = find_in_use(index)
        digests = hash_files(corpus)
        players = read_players(corpus / PLAYERS)
        inputs = Inputs.of(fingerprint_files(digests), embedder, reader, players, ocr=ocr)
        if not rebuild and (current := find_current(index, inputs)) is not None:
            return current
        reuse = nullcontext() if rebuild else open_previous(index, inputs)
        shown = show_steps(index, is_shown=progress)
        with building(index) as folder, shown as steps, reuse as previous:
            if find_in_use(index) != in_use:
                continue  # another build published meanwhile, perhaps of newer files
            with ThreadPoolExecutor() as pool:
                prepared = prepare(pool, folder, previous)
                model = begin_loading(pool, embedder, corpus, digests) if prepared is None else None
                find_known = None if previous is None else previous.find_documents
                with steps.count("reading", len(digests)) as advance:
                    loaded = load_changed(
                        corpus, digests, find_known=find_known, ocr=ocr, progress=advance
                    )
                request = BuildRequest(
                    loaded,
                    inputs,
                    embedder,
                    reader,
                    players,
                    steps,
                    choose_questions,
                    tried,
                    model,
                )
                return build_corpus(request, folder, pool, prepared, keep=keep)


def build_from(
    corpus: Corpus[Document],
    index: Path,
    *,
    embedder: str,
    players: Sequence[Player] = (),
    progress: bool = False,
    keep: int = KEPT,
) -> BuildReport:
    """Build and publish a generation of loaded documents, unless it is in use already."""
    inputs = Inputs.of(corpus.fingerprint, embedder, PACKAGED, players)
    if (current := find_current(index, inputs)) is not None:
        return current
    shown = show_steps(index, is_shown=progress)
    with building(index) as folder, shown as steps, open_previous(index, inputs) as previous:
        request = BuildRequest(corpus, inputs, embedder, PACKAGED, players, steps)
        with ThreadPoolExecutor() as pool:
            prepared = prepare(pool, folder, previous)
            return build_corpus(request, folder, pool, prepared, keep=keep)


def find_current(index: Path, inputs: Inputs) -> BuildReport | None:
    """A report on the generation in use, if it is intact and has these inputs."""
    try:
        intact = find_intact(index)
    except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
        return None
    if intact.warning is not None or intact.manifest.inputs != inputs.combined:
        return None
    with closing(Catalog.open(intact.folder)) as catalog:
        skipped = catalog.skipped
        notices = catalog.notices
        copies = catalog.count_copies()
        ids = catalog.contents().keys()
    _finish_publishing(index, ids)
    changes = Changes(0, 0, intact.manifest.documents, 0)
    return BuildReport(intact.manifest, False, skipped, changes, notices, copies=copies)


def _finish_publishing(index: Path, ids: Set[str]) -> None:
    """Remove what a build left that died when its generation, with documents of these ids, was
    already in use.
    """
    in_use = find_in_use(index)
    if (index / SHARDS).is_dir() or find_outdated(index, ids):
        with suppress(IndexBusyError), building(index):
            if find_in_use(index) == in_use:  # else another build has published, and removes them
                remove_generations(index, find_outdated(index, ids))
                remove_shards(index)


def build_corpus(
    request: BuildRequest,
    folder: Path,
    pool: Executor,
    prepared: Preparation | None,
    *,
    keep: int,
) -> BuildReport:
    """Build and publish a generation in the folder of `building`; all is new if nothing is
    prepared.
    """
    previous = None if prepared is None else prepared.previous
    documents = request.corpus.documents
    contents = hash_contents(documents)
    request.steps.begin("loading")
    results = request.results
    embedder = open_model(request) if prepared is None else prepared.embedder.result()
    split = partial(split_document, Splitter(embedder.count_pieces, embedder.max_pieces))
    with request.steps.count("splitting", len(documents)) as advance:
        stored = {} if previous is None else previous.stored_passages(documents)
        plan = make_plan(
            documents, contents, stored, split if results is None else results.split, advance
        )
    if not plan.passages:
        raise NoDocumentError("the corpus has no content", hint="put in documents with text")
    if prepared is None and results is None:  # with Ray, workers have its tokenizer already
        embedder.export(folder)  # so that a model without export is refused before the work
    write_reader(folder, request, previous)
    vectors, embedded = embed_plan(request, plan, embedder, previous)
    kept = None if previous is None else keep_questions(plan, previous, request.tried)
    records = make_records(request, plan, previous, kept)
    request.steps.begin("writing")
    sealed = write_generation(pool, folder, plan, records, vectors, prepared, kept)
    manifest = make_manifest(request, plan, embedder)
    manifest = write_questions(folder, request, manifest, kept)
    old_contents = {} if previous is None else previous.catalog.contents()
    changes = count_changes(documents, contents, old_contents)
    request.steps.begin("publishing")
    outdated = find_outdated(folder.parent, {document.id for document in documents})
    manifest = publish(folder, manifest, sealed, keep=keep, outdated=outdated)
    notices = {document.id: document.notices for document in documents if document.notices}
    skipped, copies = request.corpus.skipped, len(plan.copies)
    return BuildReport(manifest, True, skipped, changes, notices, embedded, copies)
