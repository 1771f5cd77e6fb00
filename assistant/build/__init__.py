"""The only module that knows all the building steps: a corpus becomes a published generation.

What the generation before holds is taken over: passages and what was found in documents that are
the same, vectors of texts that were embedded before.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant import __version__
from assistant.build.earlier import Earlier, knowing
from assistant.build.inputs import Inputs
from assistant.build.plan import Block, Changes, Plan, compare, make_plan
from assistant.build.vectors import (
    SMALL,
    Layer,
    PassageEmbedder,
    Stretch,
    fill,
    lay_out,
    list_missing,
)
from assistant.embed import Vectors
from assistant.embed.model import ModelEmbedder
from assistant.embed.twin import TwinEmbedder
from assistant.errors import (
    CorpusError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
)
from assistant.figures import Figure, find_figures
from assistant.index import hashes
from assistant.index.lexical import list_terms, write_terms
from assistant.index.manifest import FORMAT, Manifest
from assistant.index.publish import KEPT, building, publish
from assistant.index.rows import hash_document
from assistant.index.soundness import find_sound
from assistant.index.sources import write_sources
from assistant.index.store import Store
from assistant.index.vectors import choose_search, write_sentence_vectors, write_vectors
from assistant.index.writing import Before, Found, Placed, Taken, write_records
from assistant.load import Corpus, Refusal, fingerprint_files, hash_files, load_corpus
from assistant.players import PLAYERS, Names, read_players
from assistant.read import FOLDER as READER_FOLDER
from assistant.read import PACKAGED
from assistant.read.export import export_reader
from assistant.records import Mention, Offsets, Player
from assistant.split import Splitter, find_title


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


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built, and from what."""

    corpus: Corpus
    inputs: Inputs
    embedder: str
    reader: str
    players: Sequence[Player]
    with_sentences: bool
    progress: bool


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
        inputs = Inputs.of(fingerprint, embedder, reader, players, with_sentences=True)
        return players, digests, inputs

    if not rebuild and (current := _find_current(index, look()[2])) is not None:
        return current
    with building(index) as folder:
        # Looked at again: another build may have published what was newer before this one began.
        players, digests, inputs = look()
        if not rebuild and (current := _find_current(index, inputs)) is not None:
            return current
        with nullcontext(None) if rebuild else knowing(index, inputs) as known:
            loaded = load_corpus(corpus, digests, known=known)
        order = Order(loaded, inputs, embedder, reader, players, True, progress)
        return _build_in(folder, index, order, rebuild=rebuild, keep=keep)


def build_from(
    corpus: Corpus,
    index: Path,
    *,
    embedder: str,
    with_sentences: bool,
    reader: str = PACKAGED,
    players: Sequence[Player] = (),
    rebuild: bool = False,
    progress: bool = False,
    keep: int = KEPT,
) -> BuildReport:
    """Build and publish a generation of loaded documents, unless it is there already."""
    inputs = Inputs.of(corpus.fingerprint, embedder, reader, players, with_sentences=with_sentences)
    current = None if rebuild else _find_current(index, inputs)
    if current is not None:
        return current
    order = Order(corpus, inputs, embedder, reader, players, with_sentences, progress)
    with building(index) as folder:
        return _build_in(folder, index, order, rebuild=rebuild, keep=keep)


def _build_in(folder: Path, index: Path, order: Order, *, rebuild: bool, keep: int) -> BuildReport:
    """Build in a folder that nobody else builds in, with what an earlier generation has."""
    earlier = None
    if not rebuild:
        earlier = Earlier.find(index, order.inputs, with_sentences=order.with_sentences)
    with nullcontext() if earlier is None else closing(earlier.store):
        return _build(order, folder, earlier, keep=keep)


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


def _build(order: Order, folder: Path, earlier: Earlier | None, *, keep: int) -> BuildReport:
    documents = order.corpus.documents
    if earlier is None:
        contents = [hash_document(document) for document in documents]
    else:
        contents = earlier.contents(order.corpus, order.inputs)
    model: PassageEmbedder
    model = ModelEmbedder(order.embedder) if earlier is None else TwinEmbedder(earlier.folder)
    splitter = Splitter(model.count_pieces, model.max_pieces)
    with _show(order, len(documents), "splitting", "document") as bar:
        extents = {} if earlier is None else earlier.extents
        plan = make_plan(documents, contents, extents, splitter.split, bar.update)
    if not plan.passages:
        raise CorpusError("the corpus holds no content", hint="put in documents with text")
    # First: a model that can't be exported is refused before the work.
    model.export(folder)
    _put_reader(order, folder, earlier)
    layers = _lay_out(order, plan, splitter, model.dimension, earlier)
    missing = list_missing(layers)
    if earlier is not None and len(missing) > SMALL:
        model = ModelEmbedder(order.embedder)
        if model.sha256 != earlier.manifest.embedder_sha256:
            raise IndexMismatchError(
                f"embedder {order.embedder} has other weights than {earlier.folder} was built with",
                hint="run `assistant index --rebuild`",
            )
    fill(layers, missing, _embed(order, missing, model))
    search = choose_search(plan.passages)
    write_vectors(folder, np.asarray(layers[0].rows, dtype=np.float32), search)
    hashes.write_hashes(folder, hashes.PASSAGES, layers[0].hashes)
    if order.with_sentences:
        write_sentence_vectors(folder, np.asarray(layers[1].rows, dtype=np.float16))
        hashes.write_hashes(folder, hashes.SENTENCES, layers[1].hashes)
    _write_records(order, folder, plan, splitter, contents, earlier)
    write_sources(folder, order.inputs.loading, order.corpus.sources)
    with closing(Store(folder)) as store:
        write_terms(folder, store.terms())

    def describe(generation: str, files: dict[str, str]) -> Manifest:
        inputs = order.inputs
        return Manifest(
            format=FORMAT,
            generation=generation,
            assistant=__version__,
            inputs=inputs.whole,
            embedding=inputs.embedding,
            splitting=inputs.splitting,
            finding=inputs.finding,
            embedder=model.name,
            embedder_sha256=model.sha256,
            dimension=model.dimension,
            target_pieces=splitter.target,
            documents=len(documents),
            passages=plan.passages,
            sentences=plan.sentences if order.with_sentences else 0,
            search=search,
            reader=None if inputs.reading is None else order.reader,
            reading=inputs.reading,
            files=files,
        )

    before = {} if earlier is None else earlier.store.contents()
    changes = compare(documents, contents, before)
    name = None if earlier is None else earlier.folder.name
    manifest = publish(folder, describe, keep=keep, before=name)
    return BuildReport(
        manifest, True, order.corpus.refused, changes, len(missing), len(plan.copies)
    )


def _put_reader(order: Order, folder: Path, earlier: Earlier | None) -> None:
    """The reader of one's own, from the generation before or exported."""
    if order.inputs.reading is None or (earlier and earlier.copy_reader(folder, order.inputs)):
        return
    (folder / READER_FOLDER).mkdir()
    export_reader(order.reader, folder / READER_FOLDER, name=order.reader)


def _lay_out(
    order: Order, plan: Plan, splitter: Splitter, dimension: int, earlier: Earlier | None
) -> list[Layer]:
    """The vectors of passages and, where they are wanted, of sentences, as far as is known."""
    taken = [(block, block.before) for block in plan.blocks if block.before is not None]
    texts = [(passage.number, splitter.embedded_text(passage)) for passage in plan.fresh]
    stretches = [Stretch(b.first_passage, old.first_passage, b.passages) for b, old in taken]
    before = None if earlier is None else earlier.passages
    layers = [lay_out(stretches, texts, (plan.passages, dimension), np.float32, before)]
    if order.with_sentences:
        sentences = [one for block in plan.blocks for one in _list_sentences(block)]
        stretches = [Stretch(b.first_sentence, old.first_sentence, b.sentences) for b, old in taken]
        before = None if earlier is None else earlier.sentences
        layers.append(
            lay_out(stretches, sentences, (plan.sentences, dimension), np.float16, before)
        )
    return layers


def _list_sentences(block: Block) -> list[tuple[int, str]]:
    """The new sentences of a document, each with its row."""
    text = block.document.text
    offsets = [one for passage in block.fresh for one in passage.sentences]
    return [(block.first_sentence + n, text[start:end]) for n, (start, end) in enumerate(offsets)]


def _embed(order: Order, texts: Sequence[str], model: PassageEmbedder) -> Vectors:
    if not texts:
        return np.empty((0, model.dimension), dtype=np.float32)
    with _show(order, len(texts), "embedding", "text") as bar:
        return model.embed(texts, progress=bar.update)


def _write_records(
    order: Order,
    folder: Path,
    plan: Plan,
    splitter: Splitter,
    contents: Sequence[bytes],
    earlier: Earlier | None,
) -> None:
    before = None
    if earlier is not None:
        taken = [
            Taken(
                block.before.number,
                block.number,
                block.first_passage - block.before.first_passage,
                block.first_sentence - block.before.first_sentence,
            )
            for block in plan.blocks
            if block.before is not None
        ]
        before = Before(earlier.folder, taken, earlier.same_found)
    write_records(
        folder,
        order.corpus.documents,
        _place(plan, splitter),
        order.corpus.questions,
        _find(order, plan, earlier),
        contents=contents,
        copies=plan.copies,
        refused=[(refusal.path, refusal.reason) for refusal in order.corpus.refused],
        before=before,
    )


def _place(plan: Plan, splitter: Splitter) -> list[Placed]:
    """The new passages as they are written."""
    placed = []
    for block in plan.blocks:
        first = block.first_sentence
        # A file's name is not embedded, but it can be searched for.
        title = "" if find_title(block.document) else block.document.title
        for passage in block.fresh:
            terms = list_terms(f"{title}\n{splitter.embedded_text(passage)}")
            placed.append(Placed(passage, first, terms))
            first += len(passage.sentences)
    return placed


def _find(order: Order, plan: Plan, earlier: Earlier | None) -> Found:
    """Who is mentioned where, and which figures the documents hold; not what is taken over."""
    names, by_id = Names(order.players), {player.id: player for player in order.players}
    mentions: dict[str, list[Mention]] = {}
    figures: dict[str, list[Figure]] = {}
    blocks = [
        block
        for block in plan.blocks
        if block.before is None or earlier is None or not earlier.same_found
    ]
    with _show(order, len(blocks), "finding figures", "document") as bar:
        for block in blocks:
            document = block.document
            mentions[document.id] = names.find(document.text)
            figures[document.id] = find_figures(
                document, _sentences(block, earlier), mentions[document.id], by_id
            )
            bar.update(1)
    return Found(order.players, mentions, figures)


def _sentences(block: Block, earlier: Earlier | None) -> Sequence[Offsets]:
    if block.before is not None and earlier is not None:
        return earlier.sentences_of(block.before)
    return [one for passage in block.fresh for one in passage.sentences]


def _show(order: Order, total: int, what: str, unit: str):  # type: ignore[no-untyped-def]
    """A progress bar with rate and time left."""
    from tqdm import tqdm

    return tqdm(total=total, desc=what, unit=unit, disable=not order.progress)
