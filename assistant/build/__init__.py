"""The only module that knows all the building steps: a corpus becomes a published generation.

What the previous generation holds is taken over: passages and what was found in documents that are
the same, vectors of texts that were embedded before. The steps, a module each:

    inputs      what decides what is written: of the same inputs, nothing is built
    request     what is to be built
    previous    what the previous generation holds
    plan        which documents are new, and which are taken over
    embedding   the vectors, laid out in `vectors`
    finding     mentions and figures
    writing     the files of a generation, which `assistant.index.publish` puts in use
"""

from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant.build.embedding import choose_model, embed_plan
from assistant.build.finding import find
from assistant.build.inputs import Inputs
from assistant.build.plan import Changes, compare, make_plan
from assistant.build.previous import Previous, open_known
from assistant.build.request import BuildRequest
from assistant.build.writing import Made, describe, write_generation, write_reader
from assistant.errors import (
    CorpusError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
)
from assistant.index.integrity import Pointer, find_sound, read_pointer
from assistant.index.manifest import Manifest
from assistant.index.publish import KEPT, building, publish
from assistant.index.rows import hash_document
from assistant.index.store import Store
from assistant.load import Corpus, Refusal, fingerprint_files, hash_files, load_corpus
from assistant.players import PLAYERS, read_players
from assistant.read import PACKAGED
from assistant.records import Player
from assistant.split import Splitter


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `manifest` describes the generation now in use.

    `embedded` counts the texts that were embedded, `copies` the documents of another's text.
    """

    manifest: Manifest
    built: bool
    refused: tuple[Refusal, ...]
    changes: Changes
    embedded: int = 0
    copies: int = 0


def build_index(
    corpus: Path,
    index: Path,
    *,
    embedder: str,
    reader: str = PACKAGED,
    rebuild: bool = False,
    progress: bool = False,
    keep: int = KEPT,
) -> BuildReport:
    """Build the index of a corpus folder, unless the one in use is sound and of the same inputs.

    `index` is the index's folder; `embedder` and `reader` as in the settings; `keep` generations
    are kept. Raises CorpusError, EmbedderError, ReaderError, IndexBusyError, IndexWriteError.
    """

    def look() -> tuple[Sequence[Player], Mapping[str, str], Inputs]:
        players = read_players(corpus / PLAYERS)
        digests = hash_files(corpus)
        fingerprint = fingerprint_files(digests)
        inputs = Inputs.of(fingerprint, embedder, reader, players)
        return players, digests, inputs

    in_use = _read_in_use(index)
    players, digests, inputs = look()
    if not rebuild and (current := _find_current(index, inputs)) is not None:
        return current
    with building(index) as folder:
        if _read_in_use(index) != in_use:
            # Another build published meanwhile, and what it found may be newer.
            players, digests, inputs = look()
            if not rebuild and (current := _find_current(index, inputs)) is not None:
                return current
        with nullcontext(None) if rebuild else open_known(index, inputs) as known:
            loaded = load_corpus(corpus, digests, known=known)
        request = BuildRequest(loaded, inputs, embedder, reader, players, progress)
        return _build_in(folder, index, request, rebuild=rebuild, keep=keep)


def build_from(
    corpus: Corpus,
    index: Path,
    *,
    embedder: str,
    reader: str = PACKAGED,
    players: Sequence[Player] = (),
    rebuild: bool = False,
    progress: bool = False,
    keep: int = KEPT,
) -> BuildReport:
    """Build and publish a generation of loaded documents, unless it is there already."""
    inputs = Inputs.of(corpus.fingerprint, embedder, reader, players)
    current = None if rebuild else _find_current(index, inputs)
    if current is not None:
        return current
    request = BuildRequest(corpus, inputs, embedder, reader, players, progress)
    with building(index) as folder:
        return _build_in(folder, index, request, rebuild=rebuild, keep=keep)


def _build_in(
    folder: Path, index: Path, request: BuildRequest, *, rebuild: bool, keep: int
) -> BuildReport:
    """Build in a folder that nobody else builds in, with what the previous generation has."""
    previous = None
    if not rebuild:
        previous = Previous.find(index, request.inputs)
    with nullcontext() if previous is None else closing(previous.store):
        return _build(request, folder, previous, keep=keep)


def _read_in_use(index: Path) -> Pointer | None:
    try:
        return read_pointer(index)
    except (IndexAbsentError, IndexDamagedError):
        return None


def _find_current(index: Path, inputs: Inputs) -> BuildReport | None:
    """What is in use, if it is sound and of these inputs."""
    try:
        sound = find_sound(index)
    except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
        return None
    if sound.warning is not None or sound.manifest.inputs != inputs.whole:
        return None
    with closing(Store(sound.folder)) as store:
        refused = tuple(Refusal(*one) for one in store.refused())
        copies = store.count_copies()
    changes = Changes(0, 0, sound.manifest.documents, 0)
    return BuildReport(sound.manifest, built=False, refused=refused, changes=changes, copies=copies)


def _build(
    request: BuildRequest, folder: Path, previous: Previous | None, *, keep: int
) -> BuildReport:
    documents = request.corpus.documents
    if previous is None:
        contents = [hash_document(document) for document in documents]
    else:
        contents = previous.contents(request.corpus, request.inputs)
    model = choose_model(request, previous)
    splitter = Splitter(model.count_pieces, model.max_pieces)
    with request.show(len(documents), "splitting", "document") as bar:
        extents = {} if previous is None else previous.extents
        plan = make_plan(documents, contents, extents, splitter.split, bar.update)
    if not plan.passages:
        raise CorpusError("the corpus holds no content", hint="put in documents with text")
    # First: a model that can't be exported is refused before the work.
    model.export(folder)
    write_reader(folder, request, previous)
    layer, embedded = embed_plan(request, plan, splitter, model, previous)
    found = find(request, plan, previous)
    made = Made(request, plan, contents, layer, found, model, splitter)
    write_generation(folder, made, previous)
    changes = compare(documents, contents, {} if previous is None else previous.store.contents())
    before = None if previous is None else previous.folder.name
    manifest = publish(folder, partial(describe, made), keep=keep, before=before)
    return BuildReport(manifest, True, request.corpus.refused, changes, embedded, len(plan.copies))
