"""What Ray has computed, in place of what a build without it computes."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from assistant.build.distributed.cluster import Cluster
from assistant.build.distributed.reading import Findings, ReadingJob, SplitPassage
from assistant.build.distributed.shards import VECTORS, Shards, make_key
from assistant.build.plan import split_document
from assistant.embed import Embedder, Vectors
from assistant.errors import EmbedderError
from assistant.figures import Figure
from assistant.index.writing import NewPassage
from assistant.load.worker import Loaded, decode_reply
from assistant.records import Document, Mention, read_json
from assistant.split import Splitter

if TYPE_CHECKING:
    import pyarrow

BATCH = 32  # of the embedder: with a multiple of it in a table, batches are those without Ray
MOST_BATCHES = 8  # in a table, which one model embeds


class Results:
    """The results in shards; vectors are computed when they are asked for."""

    def __init__(
        self, shards: Shards, job: ReadingJob, cluster: Cluster, embedder: Embedder, name: str
    ) -> None:
        """`name` is the embedder's in the settings."""
        self.embedder = embedder
        self._shards, self._job, self._cluster, self._name = shards, job, cluster, name
        self._splitter = Splitter(embedder.count_pieces, embedder.max_pieces)
        # By the id of a document: itself, the key of its file and its place in that.
        self._places: dict[str, tuple[Document, bytes, int]] = {}
        self._passages = lru_cache(maxsize=1)(self._decode_passages)
        self._findings = lru_cache(maxsize=1)(self._decode_findings)

    def read(self, name: str, digest: str) -> Loaded | None:
        """What a file has, by its path and SHA-256; None if it was not computed."""
        key = self._job.make_key(name, digest)
        if key not in self._shards:
            return None
        items = decode_reply(self._shards.read(key, "items"))
        documents = (item for item in items if isinstance(item, Document))
        for place, document in enumerate(documents):
            self._places.setdefault(document.id, (document, key, place))
        return items

    def split(self, document: Document, first: int) -> list[NewPassage]:
        """The passages of a document, numbered from `first` on."""
        found = self._find(document)
        if found is None:
            return split_document(self._splitter, document, first)
        key, place = found
        passages = self._passages(key)[place]
        return [passage.place(document, first + n) for n, passage in enumerate(passages)]

    def find_findings(self, document: Document) -> tuple[list[Mention], list[Figure]] | None:
        """The mentions and figures of a document; None if they were not computed."""
        found = self._find(document)
        if found is None:
            return None
        key, place = found
        mentions, figures = self._findings(key)[place]
        return list(mentions), list(figures)

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], object] = lambda _: None
    ) -> Vectors:
        """The vectors of texts, which are all different; known ones are in the shards.

        Raises EmbedderError. Ray is not needed afterwards, and stopped.
        """
        weights = self.embedder.sha256
        missing = {make_key(text, weights): number for number, text in enumerate(texts)}
        vectors = np.empty((len(texts), self.embedder.dimension), dtype=np.float32)

        def take(table: "pyarrow.Table") -> None:
            rows = table["vector"].combine_chunks().flatten().to_numpy()
            rows = rows.reshape(-1, self.embedder.dimension)
            numbers = [missing.pop(key, -1) for key in table["key"].to_pylist()]
            known = [row for row, number in enumerate(numbers) if number >= 0]
            vectors[[numbers[row] for row in known]] = rows[known]
            progress(len(known))

        for table in self._shards.vectors():
            take(table)
        if missing:
            # The longest first, as a model sorts them, which makes the same batches.
            pieces = self.embedder.count_pieces(texts)
            order = sorted(missing.items(), key=lambda item: (-pieces[item[1]], item[1]))
            rows = [(key, texts[number]) for key, number in order]
            tables = _make_tables(rows, self._cluster.models)
            with self._shards.writing(VECTORS) as writer:
                for table in self._cluster.embed(tables, self._name, weights):
                    if "fault" in table.column_names:
                        message, _, hint = table["fault"][0].as_py().partition("\n")
                        raise EmbedderError(message, hint=hint)
                    writer.add(table)
                    take(table)
        if missing:
            raise EmbedderError(f"Ray gave no vector for {len(missing):,} texts", hint="try again")
        self._cluster.stop()
        return vectors

    def _find(self, document: Document) -> tuple[bytes, int] | None:
        known, key, place = self._places.get(document.id, (None, b"", 0))
        return (key, place) if known is document else None

    def _decode_passages(self, key: bytes) -> list[list[SplitPassage]]:
        return read_json(list[list[SplitPassage]], self._shards.read(key, "passages"))

    def _decode_findings(self, key: bytes) -> list[Findings]:
        return read_json(list[Findings], self._shards.read(key, "findings"))


def _make_tables(rows: Sequence[tuple[bytes, str]], models: int) -> Iterator["pyarrow.Table"]:
    import pyarrow

    batches = min(MOST_BATCHES, -(-len(rows) // (BATCH * models)))
    for start in range(0, len(rows), batches * BATCH):
        keys, texts = zip(*rows[start : start + batches * BATCH], strict=True)
        yield pyarrow.table({"key": list(keys), "text": list(texts)})
