"""A build with Ray: workers compute what is not known of files, then all is built as usual."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.build import BuildReport, build_corpus, find_current
from assistant.build.distributed.cluster import Cluster, check_ray
from assistant.build.distributed.reading import ReadingJob
from assistant.build.distributed.results import Results
from assistant.build.distributed.shards import (
    FILES,
    Shards,
    read_listing,
    write_listing,
)
from assistant.build.distributed.source import Listing, Source
from assistant.build.inputs import BuildRequest, ChooseQuestions, Inputs
from assistant.build.previous import PreviousGeneration, open_previous
from assistant.build.steps import Steps, show_steps
from assistant.build.writing import prepare
from assistant.embed import Embedder, open_embedder
from assistant.embed.model import PACKAGED as PACKAGED_MODEL
from assistant.embed.onnx import TOKENIZER
from assistant.embed.packaged import PackagedEmbedder
from assistant.errors import CorpusError, LoadError, NoDocumentError
from assistant.index.integrity import find_in_use
from assistant.index.publish import KEPT, building, remove_shards
from assistant.load import NOT_READ, fingerprint_files, gather_corpus
from assistant.load.files import QUESTIONS, UNREADABLE
from assistant.players import PLAYERS, read_players
from assistant.read import PACKAGED
from assistant.records import Document, StoredDocument, Tried

if TYPE_CHECKING:
    import pyarrow

MOST_FILES = 64  # in a table that a worker reads at once
TABLES_PER_CORE = 8  # at least, so that no core waits long for the last


def build_with_ray(
    place: str,
    index: Path,
    *,
    address: str | None = None,
    embedder: str,
    reader: str = PACKAGED,
    ocr: bool = False,
    rebuild: bool = False,
    progress: bool = False,
    keep: int = KEPT,
    choose_questions: ChooseQuestions | None = None,
    tried: Tried | None = None,
) -> BuildReport:
    """Build the index of a folder or URL as `build_index` does, computing with Ray.

    `address` is that of a cluster; None uses the cores of this machine. What was computed is kept
    when the build dies, and used by the next one.
    Raises ExtraAbsentError, UsageError for the address, and what `build_index` raises.
    """
    check_ray()
    source = Source(place)
    while True:
        in_use = find_in_use(index)
        with source.listed(read_listing(index, place)) as listing:
            players = read_players(listing.settings / PLAYERS)
            inputs = Inputs.of("", embedder, reader, players, ocr=ocr)
            if not rebuild and (current := _find_current(index, inputs, listing)) is not None:
                return current
            reuse = nullcontext() if rebuild else open_previous(index, inputs)
            shown = show_steps(index, is_shown=progress)
            with building(index) as folder, shown as steps, reuse as previous:
                if find_in_use(index) != in_use:
                    continue  # another build published meanwhile, perhaps of newer files
                cluster = Cluster(address, lambda: steps.begin("ray"))
                with cluster, ThreadPoolExecutor() as pool:
                    prepared = prepare(pool, folder, previous)
                    if prepared is None:
                        is_packaged = embedder == PACKAGED_MODEL
                        model = PackagedEmbedder() if is_packaged else open_embedder(embedder)
                        model.export(folder)
                        tokenizer = (folder / TOKENIZER).read_text(encoding="utf-8")
                    else:
                        model = prepared.embedder.result()
                        copied = prepared.previous.folder / TOKENIZER
                        tokenizer = copied.read_text(encoding="utf-8")
                    job = ReadingJob(source, tokenizer, model.max_pieces, players, ocr, inputs)
                    work = _Build(index, listing, job, cluster, steps, previous)
                    request = work.compute(model, embedder, reader)
                    request = replace(request, choose_questions=choose_questions, tried=tried)
                    report = build_corpus(request, folder, pool, prepared, keep=keep)
                if source.is_url:
                    write_listing(index, place, listing.stamps, work.digests)
                return report


class _Build:
    """What one build needs to have its files computed; `digests` are their SHA-256."""

    def __init__(
        self,
        index: Path,
        listing: Listing,
        job: ReadingJob,
        cluster: Cluster,
        steps: Steps,
        previous: PreviousGeneration | None,
    ) -> None:
        self._index, self._listing, self._job = index, listing, job
        self._cluster, self._steps, self._previous = cluster, steps, previous
        self._shards = Shards(index)
        self._lost: dict[str, LoadError] = {}
        self.digests: dict[str, str] = {}

    def compute(self, model: Embedder, embedder: str, reader: str) -> BuildRequest:
        """Have the files read that are not known, and gather the corpus."""
        listing, job = self._listing, self._job
        results = Results(self._shards, job, self._cluster, model, embedder)
        found = {
            name: digest or self._shards.digests.get((name, listing.stamps[name]))
            for name, digest in listing.digests.items()
        }
        missing = [name for name, digest in found.items() if not self._is_known(name, digest)]
        found |= self._read(missing)
        self.digests = {name: digest or UNREADABLE for name, digest in found.items()}

        def read(name: str, digest: str) -> Iterable[Document | StoredDocument | LoadError]:
            if name in self._lost:
                return [self._lost[name]]
            known = results.read(name, digest)
            if known is None and self._previous is not None:
                return self._previous.find_documents(name, digest) or []
            return known or []

        try:
            corpus = gather_corpus(
                listing.settings, self.digests, listing.others, read, place=job.source.place
            )
        except NoDocumentError:
            remove_shards(self._index)
            raise
        inputs = job.inputs.with_corpus(corpus.fingerprint)
        return BuildRequest(
            corpus, inputs, embedder, reader, job.players, self._steps, results=results
        )

    def _is_known(self, name: str, digest: str | None) -> bool:
        """Whether nothing of a file has to be computed."""
        if name == QUESTIONS or digest == NOT_READ:
            return True
        if digest is None:
            return False
        previous = self._previous
        is_reused = previous is not None and previous.same_model and previous.same_passages
        if is_reused and previous is not None and previous.has_file(name, digest):
            return True
        return self._job.make_key(name, digest) in self._shards

    def _read(self, names: Sequence[str]) -> dict[str, str | None]:
        """Have files read, and write the results into shards; their SHA-256."""
        digests: dict[str, str | None] = {}
        if not names:
            return digests
        size = max(1, min(MOST_FILES, len(names) // (TABLES_PER_CORE * self._cluster.cores)))
        with self._steps.count("reading", len(names)) as advance:
            # A file that ended its worker has taken others with it: the second time, each is alone.
            for most in (size, 1):
                rest = [name for name in names if name not in digests]
                with self._shards.writing(FILES) as writer:
                    for table in self._cluster.read(self._make_tables(rest, most), self._job):
                        if "fault" in table.column_names:
                            message, _, hint = table["fault"][0].as_py().partition("\n")
                            raise CorpusError(message, hint=hint)
                        writer.add(table)
                        read = [os.fsdecode(name) for name in table["name"].to_pylist()]
                        digests |= zip(read, table["digest"].to_pylist(), strict=True)
                        advance(len(read))
                if len(digests) == len(names):
                    break
        for name in names:
            if name not in digests:
                digests[name] = self._listing.digests[name] or UNREADABLE
                self._lost[name] = LoadError(
                    f"{name} ended the program that reads it, every time",
                    hint="leave it out, split it, or give the machines more memory",
                )
        return digests

    def _make_tables(self, names: Sequence[str], most: int) -> "list[pyarrow.Table]":
        import pyarrow

        tables = []
        for start in range(0, len(names), most):
            part = names[start : start + most]
            fields = {
                "name": [os.fsencode(name) for name in part],
                "stamp": [self._listing.stamps[name] for name in part],
                "size": [self._listing.sizes.get(name, 0) for name in part],
            }
            tables.append(pyarrow.table(fields))
        return tables


def _find_current(index: Path, inputs: Inputs, listing: Listing) -> BuildReport | None:
    """A report on the generation in use, if it is that of these files."""
    digests = {name: digest for name, digest in listing.digests.items() if digest is not None}
    if len(digests) < len(listing.digests):
        return None
    return find_current(index, inputs.with_corpus(fingerprint_files(digests)))
