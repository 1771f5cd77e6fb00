"""Workers read files: their documents, passages, mentions and figures, a row for each file."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from assistant.build.distributed.shards import make_key
from assistant.build.distributed.source import Source, refuse_size
from assistant.build.inputs import Inputs
from assistant.build.plan import split_document
from assistant.embed import count_pieces
from assistant.errors import CorpusError, LoadError
from assistant.figures import Figure, find_figures
from assistant.index.writing import NewPassage
from assistant.load import load_file
from assistant.load.files import UNREADABLE, hash_content, make_printable
from assistant.load.recogniser import find_program
from assistant.load.worker import Loaded, Worker, encode_reply
from assistant.players import Names
from assistant.records import Document, Mention, Offsets, Passage, Player, write_json
from assistant.split import Splitter

if TYPE_CHECKING:
    import pyarrow


class SplitPassage(NamedTuple):
    """A passage without its document: `prefix` is in front of its text when it is embedded."""

    start: int
    end: int
    heading: str
    sentences: tuple[Offsets, ...]
    prefix: str
    terms: str

    @classmethod
    def of(cls, new: NewPassage) -> "SplitPassage":
        passage, text, terms = new
        prefix = text.removesuffix(passage.text)
        return cls(passage.start, passage.end, passage.heading, passage.sentences, prefix, terms)

    def place(self, document: Document, number: int) -> NewPassage:
        passage = Passage(document, number, self.start, self.end, self.heading, self.sentences)
        return NewPassage(passage, self.prefix + passage.text, self.terms)


class Findings(NamedTuple):
    mentions: tuple[Mention, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class ReadingJob:
    """What workers need to read the files of a source; `tokenizer` is its JSON."""

    source: Source
    tokenizer: str
    max_pieces: int
    players: tuple[Player, ...]
    ocr: bool
    inputs: Inputs

    def make_key(self, name: str, digest: str) -> bytes:
        """The key of a file by its path and SHA-256."""
        inputs = self.inputs
        return make_key(name, digest, inputs.loading, inputs.splitting, inputs.finding)


def read_files(table: "pyarrow.Table", job: ReadingJob) -> "pyarrow.Table":
    """Read files: `name`, `stamp` and `size` of each. The result has a row for each, with its
    SHA-256 and what it has, or the column `fault` if this machine can read none.
    """
    import pyarrow

    opened = _open(job)
    rows = []
    for fields in table.to_pylist():
        name = os.fsdecode(fields["name"])
        try:
            digest, items = opened.read(name, fields["size"])
        except CorpusError as error:
            return pyarrow.table({"fault": [f"{error.message}\n{error.hint}"]})
        documents = [item for item in items if isinstance(item, Document)]
        split = [opened.split(document) for document in documents]
        findings = [opened.find(*pair) for pair in zip(documents, split, strict=True)]
        rows.append(
            {
                "key": job.make_key(name, digest),
                "name": fields["name"],
                "stamp": fields["stamp"],
                "digest": digest,
                "items": _encode(items),
                "passages": write_json(
                    [[SplitPassage.of(p) for p in one] for one in split]
                ).encode(),
                "findings": write_json(findings).encode(),
            }
        )
    return pyarrow.Table.from_pylist(rows, schema=_make_schema())


class _Reading:
    """A job in a worker, which keeps its process for files of libraries."""

    def __init__(self, job: ReadingJob) -> None:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(job.tokenizer)

        def count(texts: Sequence[str]) -> list[int]:
            return count_pieces(tokenizer, texts)

        self._source = job.source
        self._splitter = Splitter(count, job.max_pieces)
        self._names, self._players = Names(job.players), {p.id: p for p in job.players}
        self._worker = Worker(tesseract=find_program() if job.ocr else None)

    def read(self, name: str, size: int) -> tuple[str, Loaded]:
        """The SHA-256 of a file and what it has. Raises CorpusError if there is no folder."""
        with TemporaryDirectory() as folder:
            try:
                refuse_size(name, size)
                path = self._source.fetch(name, Path(folder))
            except LoadError as error:
                return f"{size}" if size else UNREADABLE, [error]
            digest = hash_content(path)
            items = list(load_file(path, name, self._worker))
            # What changes meanwhile is read again by the next build.
            return digest if hash_content(path) == digest else UNREADABLE, items

    def split(self, document: Document) -> list[NewPassage]:
        return split_document(self._splitter, document)

    def find(self, document: Document, passages: Iterable[NewPassage]) -> Findings:
        sentences = [sentence for new in passages for sentence in new.passage.sentences]
        mentions = self._names.find(document.text)
        figures = find_figures(document, sentences, mentions, self._players)
        return Findings(tuple(mentions), tuple(figures))


@lru_cache(maxsize=1)
def _open(job: ReadingJob) -> _Reading:
    return _Reading(job)


def _encode(items: Loaded) -> bytes:
    """Documents and refusals as JSON, which can't hold a name that is not UTF-8."""
    return encode_reply(
        LoadError(make_printable(item.message), hint=make_printable(item.hint))
        if isinstance(item, LoadError)
        else item
        for item in items
    )


def _make_schema() -> "pyarrow.Schema":
    import pyarrow

    large = dict.fromkeys(["items", "passages", "findings"], pyarrow.large_binary())
    small = {"key": pyarrow.binary(), "name": pyarrow.binary()}
    words = dict.fromkeys(["stamp", "digest"], pyarrow.string())
    return pyarrow.schema({**small, **words, **large})
