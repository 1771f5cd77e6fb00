"""The lexical index: BM25 by tantivy over the terms of `assistant.text`.

Of bm25s, SQLite FTS5 and tantivy it is the fastest to build and search, and the smallest on disk
and in memory. One writing thread and one segment make the scores the same on every run.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
import tantivy
from numpy.typing import NDArray

from assistant.errors import IndexWriteError, find_reason
from assistant.text import find_question_terms, find_terms

FOLDER = "lexical"
_TEXT, _NUMBER = "terms", "number"
_HEAP_BYTES = 2 * 10**9  # at most: 1,000,000 passages took 288 MB, and still made one segment
_LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")


def join_terms(text: str) -> str:
    """The terms of a text as a line for `write_terms`."""
    return " ".join(find_terms(text))


def write_terms(folder: Path, lines: Iterable[str]) -> None:
    """Write the lexical index, given the terms of all passages in order.

    Raises IndexWriteError.
    """
    lexical = folder / FOLDER
    lexical.mkdir()
    try:
        _write_index(lexical, lines)
    except (ValueError, RuntimeError) as error:  # tantivy's form of the system's errors
        raise IndexWriteError(find_reason(error), hint="free some space") from error
    remove_locks(folder)
    for path in lexical.iterdir():
        path.chmod(0o644)  # tantivy lets only the owner read some; the server may be another user


def remove_locks(folder: Path) -> None:
    """Remove what tantivy leaves when it opens an index, which is not published."""
    for lock in _LOCKS:
        (folder / FOLDER / lock).unlink(missing_ok=True)


def _write_index(folder: Path, lines: Iterable[str]) -> None:
    _fill(tantivy.Index(_make_schema(), path=str(folder)), lines)


def _make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_TEXT, stored=False, tokenizer_name=_TEXT, index_option="freq")
    builder.add_unsigned_field(_NUMBER, fast=True)
    return builder.build()


def _fill(index: tantivy.Index, lines: Iterable[str]) -> None:
    _register(index)
    writer = index.writer(_HEAP_BYTES, 1)
    for number, line in enumerate(lines):
        document = tantivy.Document()
        document.add_text(_TEXT, line)
        document.add_unsigned(_NUMBER, number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class Lexical:
    """A lexical index, read only."""

    def __init__(self, index: tantivy.Index, links: object = None) -> None:
        """`links` is kept as long as the index is open."""
        self._links = links
        self._schema = index.schema
        self._searcher = index.searcher()
        self.count: int = self._searcher.num_docs

    @classmethod
    def open(cls, folder: Path) -> Self:
        """That of a published generation."""
        index, links = _open_index((folder / FOLDER).absolute())
        _register(index)
        return cls(index, links)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Self:
        """One in memory, given the terms of all passages in order."""
        index = tantivy.Index(_make_schema())
        _fill(index, lines)
        index.reload()
        return cls(index)

    def restrict(self, _numbers: NDArray[np.int64], lines: Iterable[str]) -> "Lexical":
        """An index of some of the passages, in memory; `lines` are their terms, in order."""
        return Lexical.of(lines)

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The (number, BM25 score) of the best k passages that share a term with a question.

        Best first, ties in order of passages; scores above 0.
        """
        # No query string is parsed: nothing a person types is syntax.
        terms = (
            tantivy.Query.term_query(self._schema, _TEXT, term, index_option="freq")
            for term in find_question_terms(question)
        )
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        found = self._searcher.search(query, max(1, min(k, self.count)), count=False).hits
        numbers = self._searcher.fast_field_values(_NUMBER, [place for _, place in found])
        hits = [
            (int(number), float(score))
            for number, (score, _) in zip(numbers, found, strict=True)
            if number is not None
        ]
        return sorted(hits, key=lambda hit: (-round(hit[1], 4), hit[0]))

    def count_passages_with(self, terms: Sequence[str]) -> list[int]:
        """How many passages contain each term."""
        return [int(self._searcher.doc_freq(_TEXT, term)) for term in terms]


def _open_index(folder: Path) -> tuple[tantivy.Index, "TemporaryDirectory[str] | None"]:
    """An index, and the folder that has to exist as long as it is open, if there is one."""
    if os.access(folder, os.W_OK):
        return tantivy.Index.open(str(folder)), None
    # tantivy writes a lock file next to an index, so a read-only one is linked elsewhere.
    links = TemporaryDirectory(prefix="assistant-lexical-")
    for path in folder.iterdir():
        (Path(links.name) / path.name).symlink_to(path)
    return tantivy.Index.open(links.name), links


def _register(index: tantivy.Index) -> None:
    whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TEXT, whitespace)
