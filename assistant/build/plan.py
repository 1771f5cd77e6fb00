"""Which documents of a corpus are new, and which passages the previous generation has already."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from assistant.index.lexical import list_terms
from assistant.index.store import StoredPassages
from assistant.index.writing import NewPassage
from assistant.records import Document
from assistant.split import Splitter, find_title


class PlannedDocument(NamedTuple):
    """A document of an index: the number of its first passage, and how many it has.

    They are in the previous generation (`stored`), or else `new`.
    """

    number: int
    document: Document
    first_passage: int
    passages: int
    stored: StoredPassages | None
    new: list[NewPassage]


@dataclass(frozen=True, slots=True)
class Plan:
    """The documents of an index in order, without copies, and how many passages they have.

    `copies` are the ids of documents with another's text, each with the id of the first.
    """

    documents: tuple[PlannedDocument, ...]
    copies: dict[str, str]
    passages: int

    @property
    def new_passages(self) -> list[NewPassage]:
        """The passages that are in no previous generation, in order."""
        return [passage for planned in self.documents for passage in planned.new]


class Changes(NamedTuple):
    """How many documents were added, changed, left as they were, removed."""

    added: int
    changed: int
    unchanged: int
    removed: int


def make_plan(
    documents: Sequence[Document],
    contents: Sequence[bytes],
    stored: Mapping[bytes, StoredPassages],
    splitter: Splitter,
    progress: Callable[[int], object],
) -> Plan:
    """Plan an index of documents; `contents` are their `hash_document`.

    `stored` are the passages that can be reused, by the content of their document.
    """
    # Title and date say what a text is about, so the same words under others are no copy.
    first_ids: dict[tuple[str, str, date | None], str] = {}
    copies: dict[str, str] = {}
    planned: list[PlannedDocument] = []
    passages = 0
    for number, (document, content) in enumerate(zip(documents, contents, strict=True)):
        progress(1)
        key = (document.text, find_title(document), document.published)
        first_id = first_ids.setdefault(key, document.id)
        if first_id != document.id:
            copies[document.id] = first_id
            continue
        known = stored.get(content)
        new = [] if known else _split(document, splitter, passages)
        count = known.length if known else len(new)
        planned.append(PlannedDocument(number, document, passages, count, known, new))
        passages += count
    return Plan(tuple(planned), copies, passages)


def _split(document: Document, splitter: Splitter, first: int) -> list[NewPassage]:
    """The passages of a document, numbered from `first` on."""
    # A file's name is not embedded, but it can be searched for.
    name = "" if find_title(document) else document.title
    new = []
    for passage in splitter.split(document):
        text = splitter.embedded_text(passage)
        numbered = replace(passage, number=first + passage.number)
        new.append(NewPassage(numbered, text, list_terms(f"{name}\n{text}")))
    return new


def compare(
    documents: Iterable[Document], contents: Iterable[bytes], previous: Mapping[str, bytes]
) -> Changes:
    """What changed since a generation, given the contents of its documents by their ids."""
    now = dict(zip((document.id for document in documents), contents, strict=True))
    same = sum(previous.get(document_id) == content for document_id, content in now.items())
    known = len(now.keys() & previous.keys())
    return Changes(len(now) - known, known - same, same, len(previous) - known)
