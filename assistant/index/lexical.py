"""The lexical index: BM25 by tantivy over the terms of `assistant.text`.

Of bm25s, SQLite FTS5 and tantivy it is the fastest to build and search, and the smallest on disk
and in memory. One writing thread makes the scores the same on every run.

The numbers of passages change with every new document. Therefore tantivy has keys that stay, and a
file has the number of each: an update copies the index and adds a segment for the new passages. Its
frequencies of terms are those of all segments, so scores are those of an index made at once.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self

import numpy as np
import tantivy
from numpy.typing import NDArray

from assistant.errors import IndexWriteError, find_reason
from assistant.text import find_question_terms, find_terms

FOLDER = "lexical"
NUMBERS = "numbers.npy"  # of the passages, by their keys in the index
_TEXT, _KEY = "terms", "key"
_TIES = 32  # hits looked at after the last one, for those with its score
_HEAP_BYTES = 2 * 10**9  # at most: 1,000,000 passages took 288 MB, and still made one segment
_LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")


def join_terms(text: str) -> str:
    """The terms of a text as a line for `write_terms`."""
    return " ".join(find_terms(text))


class Extended(NamedTuple):
    """The lexical index of the generation in a folder, and the numbers of passages for an index
    that extends it: the new number of each of its passages, and those of the passages to add.
    """

    folder: Path
    numbers: NDArray[np.int32]
    added: NDArray[np.int32]


def write_terms(folder: Path, lines: Iterable[str], extended: Extended | None = None) -> None:
    """Write the lexical index, given the terms of all passages in order; or extend a copy of one,
    given those of the passages to add.

    Raises IndexWriteError.
    """
    lexical = folder / FOLDER
    if extended is not None:
        shutil.copytree(extended.folder / FOLDER, lexical, copy_function=shutil.copyfile)
        remove_locks(folder)
    else:
        lexical.mkdir()
    try:
        if extended is None:
            count = _write_index(lexical, lines)
            numbers = np.arange(count, dtype=np.int32)
        else:
            known = np.load(lexical / NUMBERS, allow_pickle=False)
            _fill(tantivy.Index.open(str(lexical)), lines, len(known))
            numbers = np.concatenate([extended.numbers[known], extended.added])
    except (ValueError, RuntimeError) as error:  # tantivy's form of the system's errors
        raise IndexWriteError(find_reason(error), hint="free some space") from error
    np.save(lexical / NUMBERS, numbers, allow_pickle=False)
    remove_locks(folder)
    for path in lexical.iterdir():
        path.chmod(0o644)  # tantivy lets only the owner read some; the server may be another user


def remove_locks(folder: Path) -> None:
    """Remove what tantivy leaves when it opens an index, which is not published."""
    for lock in _LOCKS:
        (folder / FOLDER / lock).unlink(missing_ok=True)


def _write_index(folder: Path, lines: Iterable[str]) -> int:
    return _fill(tantivy.Index(_make_schema(), path=str(folder)), lines)


def _make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_TEXT, stored=False, tokenizer_name=_TEXT, index_option="freq")
    builder.add_unsigned_field(_KEY, fast=True)
    return builder.build()


def _fill(index: tantivy.Index, lines: Iterable[str], first: int = 0) -> int:
    """Add passages with keys from `first` on; the key after the last one."""
    _register(index)
    writer = index.writer(_HEAP_BYTES, 1)
    key = first
    for line in lines:
        document = tantivy.Document()
        document.add_text(_TEXT, line)
        document.add_unsigned(_KEY, key)
        writer.add_document(document)
        key += 1
    writer.commit()
    writer.wait_merging_threads()
    return key


class Lexical:
    """A lexical index, read only."""

    def __init__(
        self, index: tantivy.Index, numbers: NDArray[np.int32], links: object = None
    ) -> None:
        """`numbers` are those of the passages by their keys; `links` is kept as long as the index
        is open.
        """
        self._numbers = numbers
        self._links = links
        self._schema = index.schema
        self._searcher = index.searcher()
        self.count: int = self._searcher.num_docs

    @classmethod
    def open(cls, folder: Path) -> Self:
        """That of a published generation."""
        index, links = _open_index((folder / FOLDER).absolute())
        _register(index)
        numbers = np.load(folder / FOLDER / NUMBERS, mmap_mode="r", allow_pickle=False)
        return cls(index, numbers, links)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Self:
        """One in memory, given the terms of all passages in order."""
        index = tantivy.Index(_make_schema())
        count = _fill(index, lines)
        index.reload()
        return cls(index, np.arange(count, dtype=np.int32))

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
        hits = sorted(self._list_hits(query, k), key=lambda hit: (-hit[1], hit[0]))[:k]
        return sorted(hits, key=lambda hit: (-round(hit[1], 4), hit[0]))

    def _list_hits(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        """At least the k best passages, with all those that have the score of the last."""
        limit = k + _TIES
        while True:
            found = self._searcher.search(query, max(1, min(limit, self.count)), count=False).hits
            # tantivy orders ties by the place in the index, which is not that of the document.
            if len(found) < limit or found[-1][0] < found[k - 1][0]:
                break
            limit *= 2
        keys = self._searcher.fast_field_values(_KEY, [place for _, place in found])
        return [
            (int(self._numbers[int(key)]), float(score))
            for key, (score, _) in zip(keys, found, strict=True)
            if key is not None
        ]

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
