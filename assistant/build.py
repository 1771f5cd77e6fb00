"""The only module that knows all the building steps: a corpus becomes a published generation."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from assistant import __version__
from assistant.embed import Vectors
from assistant.embed.model import ModelEmbedder, fingerprint_model
from assistant.errors import (
    CorpusError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
)
from assistant.figures import find_figures
from assistant.index.generation import (
    FORMAT,
    Manifest,
    check_files,
    find_current,
    publish,
    read_manifest,
)
from assistant.index.lexical import write_lexical
from assistant.index.store import Found, write_records
from assistant.index.vectors import write_sentence_vectors, write_vectors
from assistant.load import Corpus, Refusal, fingerprint_files, load_corpus
from assistant.players import PLAYERS, Names, read_players
from assistant.read import FOLDER as READER_FOLDER
from assistant.read import PACKAGED, SENTENCE
from assistant.read.export import export_reader
from assistant.records import Document, Offsets, Passage, Player
from assistant.split import TARGET_PIECES, Splitter


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `manifest` describes the generation now in use."""

    manifest: Manifest
    built: bool
    refused: tuple[Refusal, ...]


def build_index(
    corpus: Path,
    index: Path,
    *,
    embedder: str,
    reader: str = PACKAGED,
    rebuild: bool = False,
    progress: bool = False,
) -> BuildReport:
    """Build the index of a corpus folder, unless the one in use is sound and of the same inputs.

    `index` is the index's folder; `embedder` and `reader` as in the settings. Raises CorpusError,
    EmbedderError, ReaderError, IndexBusyError.
    """
    players = read_players(corpus / PLAYERS)
    inputs = _hash_inputs(fingerprint_files(corpus), embedder, reader, players, with_sentences=True)
    current = None if rebuild else _find_sound(index, inputs)
    if current is not None:
        return BuildReport(current, built=False, refused=())
    loaded = load_corpus(corpus)
    manifest = build_from(
        loaded,
        index,
        embedder=embedder,
        reader=reader,
        players=players,
        with_sentences=True,
        rebuild=rebuild,
        progress=progress,
    )
    return BuildReport(manifest, built=True, refused=loaded.refused)


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
) -> Manifest:
    """Build and publish a generation of loaded documents, unless it is there already."""
    inputs = _hash_inputs(
        corpus.fingerprint, embedder, reader, players, with_sentences=with_sentences
    )
    current = None if rebuild else _find_sound(index, inputs)
    if current is not None:
        return current
    own_reader = None if reader in (PACKAGED, SENTENCE) else reader
    model = ModelEmbedder(embedder)
    splitter = Splitter(model.count_pieces, model.max_pieces)
    passages: list[Passage] = []
    for document in corpus.documents:
        first = len(passages)
        passages += [replace(p, number=first + p.number) for p in splitter.split(document)]
    if not passages:
        raise CorpusError("the corpus holds no content", hint="put in documents with text")
    texts = [splitter.embedded_text(passage) for passage in passages]
    sentences = _list_sentences(passages) if with_sentences else []

    def write(folder: Path) -> None:
        # First: a model that can't be exported is refused before the work.
        model.export(folder)
        if own_reader is not None:
            (folder / READER_FOLDER).mkdir()
            export_reader(own_reader, folder / READER_FOLDER, name=own_reader)
        vectors = _embed([*texts, *sentences], model, progress=progress)
        write_vectors(folder, vectors[: len(texts)])
        if sentences:
            write_sentence_vectors(folder, vectors[len(texts) :])
        write_lexical(folder, texts)
        found = _find(corpus.documents, passages, players)
        write_records(folder, corpus.documents, passages, corpus.questions, found)

    def describe(*, generation: str, files: dict[str, str]) -> Manifest:
        return Manifest(
            format=FORMAT,
            generation=generation,
            assistant=__version__,
            inputs=inputs,
            embedder=model.name,
            embedder_sha256=model.sha256,
            dimension=model.dimension,
            target_pieces=splitter.target,
            documents=len(corpus.documents),
            passages=len(passages),
            sentences=len(sentences),
            reader=own_reader,
            files=files,
        )

    return publish(index, write, describe)


def _find(
    documents: Sequence[Document], passages: Sequence[Passage], players: Sequence[Player]
) -> Found:
    """Who is mentioned where, and which figures the documents hold."""
    names, by_id = Names(players), {player.id: player for player in players}
    sentences: dict[str, list[Offsets]] = {document.id: [] for document in documents}
    for passage in passages:
        sentences[passage.document.id] += passage.sentences
    mentions = {document.id: names.find(document.text) for document in documents}
    figures = {
        document.id: find_figures(document, sentences[document.id], mentions[document.id], by_id)
        for document in documents
    }
    return Found(players, mentions, figures)


def _list_sentences(passages: Sequence[Passage]) -> list[str]:
    return [p.document.text[start:end] for p in passages for start, end in p.sentences]


def _embed(texts: Sequence[str], model: ModelEmbedder, *, progress: bool) -> Vectors:
    from tqdm import tqdm

    with tqdm(total=len(texts), desc="embedding", unit="text", disable=not progress) as bar:
        return model.embed(texts, progress=bar.update)


def _hash_inputs(
    corpus: str,
    embedder: str,
    reader: str,
    players: Sequence[Player],
    *,
    with_sentences: bool,
) -> str:
    """All that decides what a build writes: an index of the same inputs needs no building."""
    inputs = {
        "format": FORMAT,
        "assistant": __version__,
        "corpus": corpus,
        "embedder": fingerprint_model(embedder),
        "target_pieces": TARGET_PIECES,
        "sentences": with_sentences,
        "players": [asdict(player) for player in players],
        # Those packaged are in no index.
        "reader": None if reader in (PACKAGED, SENTENCE) else [reader, fingerprint_model(reader)],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _find_sound(index: Path, inputs: str) -> Manifest | None:
    """The manifest of the generation in use, if it is sound and of these inputs."""
    try:
        folder = find_current(index)
        manifest = read_manifest(folder)
        if manifest.inputs != inputs:
            return None
        check_files(folder, manifest)
    except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
        return None
    return manifest
