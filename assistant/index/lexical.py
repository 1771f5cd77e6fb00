"""The lexical index: BM25 by tantivy over terms that `assistant.text` finds.

Of bm25s, SQLite FTS5 and tantivy it is the fastest to build and to ask, the smallest on disk and
in memory. One writing thread and one segment make the scores the same on every run.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from assistant.errors import IndexWriteError, find_reason
from assistant.text import find_question_terms, find_terms

FOLDER = "lexical"
_TEXT, _NUMBER = "terms", "number"
_HEAP_BYTES = 2 * 10**9  # at most: 1,000,000 passages took 288 MB, and still made one segment
_LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")


def write_lexical(folder: Path, texts: Iterable[str]) -> None:
    """Write the terms of all passages' texts, in their order."""
    write_terms(folder, map(list_terms, texts))


def list_terms(text: str) -> str:
    """The terms of a text as a line for `write_terms`."""
    return " ".join(find_terms(text))


def write_terms(folder: Path, lines: Iterable[str]) -> None:
    """Write the lexical index of all passages, given their terms in their order.

    Raises IndexWriteError where the system refuses to write.
    """
    place = folder / FOLDER
    place.mkdir()
    try:
        _write_index(place, lines)
    except (ValueError, RuntimeError) as error:  # tantivy's form of the system's errors
        raise IndexWriteError(find_reason(error), hint="free some space") from error
    for lock in _LOCKS:
        (place / lock).unlink(missing_ok=True)
    for path in place.iterdir():
        path.chmod(0o644)  # tantivy lets only the owner read some; the server may be another user


def _write_index(place: Path, lines: Iterable[str]) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_TEXT, stored=False, tokenizer_name=_TEXT, index_option="freq")
    builder.add_unsigned_field(_NUMBER, fast=True)
    index = tantivy.Index(builder.build(), path=str(place))
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
    """The lexical index of a published generation, read only."""

    def __init__(self, folder: Path) -> None:
        index = self._open((folder / FOLDER).absolute())
        _register(index)
        self._schema = index.schema
        self._searcher = index.searcher()
        self.count: int = self._searcher.num_docs

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The (number, BM25 score) of the best k passages that share a term with a question.

        Best first, ties in order of passages; scores above 0.
        """
        # Terms are given as terms, never as a query string: nothing a person types is syntax.
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._term(term)) for term in find_question_terms(question)]
        )
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

    def _open(self, folder: Path) -> tantivy.Index:
        if os.access(folder, os.W_OK):
            return tantivy.Index.open(str(folder))
        # tantivy writes a lock file where it opens an index, so a read-only folder is opened by
        # links in a temporary one.
        self._links = TemporaryDirectory(prefix="assistant-lexical-")
        for path in folder.iterdir():
            (Path(self._links.name) / path.name).symlink_to(path)
        return tantivy.Index.open(self._links.name)

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, _TEXT, term, index_option="freq")


def _register(index: tantivy.Index) -> None:
    whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TEXT, whitespace)
