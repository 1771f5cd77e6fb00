"""What of a corpus is new, and what is taken over from the previous generation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from assistant.index.store import Extent
from assistant.records import Document, Passage
from assistant.split import find_title


class Block(NamedTuple):
    """A document's stretch of an index: where its passages begin, and how many there are.

    `before` is where they lie in the previous generation; None where `fresh` are its passages.
    """

    number: int
    document: Document
    first_passage: int
    passages: int
    before: Extent | None
    fresh: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The documents of an index in order, without those of another's text.

    `copies` are the ids of these, each with the id of the first document of its text.
    """

    blocks: tuple[Block, ...]
    copies: dict[str, str]
    passages: int

    @property
    def fresh(self) -> list[Passage]:
        """The passages that are not taken over, in order."""
        return [passage for block in self.blocks for passage in block.fresh]


class Changes(NamedTuple):
    """How many documents were added, changed, left as they were, removed."""

    added: int
    changed: int
    unchanged: int
    removed: int


def make_plan(
    documents: Sequence[Document],
    contents: Sequence[bytes],
    extents: dict[bytes, Extent],
    split: Callable[[Document], list[Passage]],
    progress: Callable[[int], object] = lambda _: None,
) -> Plan:
    """Plan an index of documents; `contents` are their `hash_document`.

    `extents` are what can be taken over, by content.
    """
    # Of each text, the document it was found in first. A title and a date say what a text is
    # about, so the same words under others are no copy.
    first: dict[tuple[str, str, date | None], str] = {}
    copies: dict[str, str] = {}
    blocks: list[Block] = []
    passages = 0
    for number, (document, content) in enumerate(zip(documents, contents, strict=True)):
        progress(1)
        same = (document.text, find_title(document), document.published)
        original = first.setdefault(same, document.id)
        if original != document.id:
            copies[document.id] = original
            continue
        before = extents.get(content)
        fresh: tuple[Passage, ...] = ()
        if before is None:
            fresh = tuple(replace(p, number=passages + p.number) for p in split(document))
        count = len(fresh) if before is None else before.passages
        blocks.append(Block(number, document, passages, count, before, fresh))
        passages += count
    return Plan(tuple(blocks), copies, passages)


def compare(
    documents: Iterable[Document], contents: Iterable[bytes], before: dict[str, bytes]
) -> Changes:
    """What changed since a generation whose documents' contents are given by their ids."""
    now = dict(zip((document.id for document in documents), contents, strict=True))
    same = sum(before.get(document_id) == content for document_id, content in now.items())
    known = len(now.keys() & before.keys())
    return Changes(len(now) - known, known - same, same, len(before) - known)
