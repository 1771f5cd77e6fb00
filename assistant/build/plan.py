"""Plans which documents are new, and which passages are reused from the previous generation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from assistant.index.lexical import join_terms
from assistant.index.writing import NewPassage, hash_document, hash_identity
from assistant.records import Document, StoredDocument, StoredPassages
from assistant.split import Splitter
from assistant.text import find_title


class PlannedDocument(NamedTuple):
    """A document with the number of its first passage and their count.

    The passages are in the previous generation (`stored`), or else `new`.
    """

    number: int
    document: Document | StoredDocument
    first_passage: int
    passages: int
    stored: StoredPassages | None
    new: list[NewPassage]


@dataclass(frozen=True, slots=True)
class Plan:
    """The documents of an index in order, without copies, and how many passages they have.

    `copies` maps the id of a document to that of the one with the same text that has passages.
    """

    documents: tuple[PlannedDocument, ...]
    copies: dict[str, str]
    passages: int

    @property
    def new_passages(self) -> list[NewPassage]:
        """The passages that are not in the previous generation, in order."""
        return [passage for planned in self.documents for passage in planned.new]


class Changes(NamedTuple):
    """How many documents were added, changed, unchanged, removed."""

    added: int
    changed: int
    unchanged: int
    removed: int


def make_plan(
    documents: Sequence[Document | StoredDocument],
    contents: Sequence[bytes],
    stored: Mapping[bytes, StoredPassages],
    splitter: Splitter,
    progress: Callable[[int], object],
) -> Plan:
    """Plan an index of documents; `contents` are their `hash_document`.

    `stored` are the passages that can be reused, by the content of their document.
    """
    identities = [
        document.identity if isinstance(document, StoredDocument) else hash_identity(document)
        for document in documents
    ]
    originals = _find_originals(documents, identities)
    left = dict(stored)
    copies: dict[str, str] = {}
    planned: list[PlannedDocument] = []
    passages = 0
    for number, document in enumerate(documents):
        progress(1)
        original = originals[identities[number]]
        if original is not document:
            copies[document.id] = original.id
            continue
        new: list[NewPassage] = []
        if isinstance(document, StoredDocument):
            known: StoredPassages | None = document.passages
        else:
            known = left.pop(contents[number], None)  # no two have the same rows
            if known is None:
                new = _split(document, splitter, passages)
        count = known.length if known else len(new)
        planned.append(PlannedDocument(number, document, passages, count, known, new))
        passages += count
    return Plan(tuple(planned), copies, passages)


def hash_contents(documents: Iterable[Document | StoredDocument]) -> list[bytes]:
    """`hash_document` of each document."""
    return [
        document.content if isinstance(document, StoredDocument) else hash_document(document)
        for document in documents
    ]


def _find_originals(
    documents: Sequence[Document | StoredDocument], identities: Sequence[bytes]
) -> dict[bytes, Document | StoredDocument]:
    """Of the documents with the same text the newest, or else the first."""
    originals: dict[bytes, Document | StoredDocument] = {}
    for document, identity in zip(documents, identities, strict=True):
        first = originals.setdefault(identity, document)
        if (document.published or date.min) > (first.published or date.min):
            originals[identity] = document
    return originals


def _split(document: Document, splitter: Splitter, first: int) -> list[NewPassage]:
    """The passages of a document, numbered from `first` on."""
    # A file's name is not embedded, but it can be found by its terms.
    name = "" if find_title(document) else document.title
    new = []
    for passage in splitter.split(document):
        text = splitter.embedded_text(passage)
        numbered = replace(passage, number=first + passage.number)
        new.append(NewPassage(numbered, text, join_terms(f"{name}\n{text}")))
    return new


def count_changes(
    documents: Iterable[Document | StoredDocument],
    contents: Iterable[bytes],
    previous: Mapping[str, bytes],
) -> Changes:
    """Count changes since a generation, given the contents of its documents by their ids."""
    current = dict(zip((document.id for document in documents), contents, strict=True))
    same = len(current.items() & previous.items())
    known = len(current.keys() & previous.keys())
    return Changes(len(current) - known, known - same, same, len(previous) - known)
