"""Which documents a question is asked of: what the picker offers, and a chip for each condition."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.api.query import QueryAddress
from assistant.index.listing import DocumentLine, Listing
from assistant.index.store import Store

MOST_OFFERED = 50  # documents, besides those chosen
MOST_CHIPS = 6
FILTER = ("documents", "published_from", "published_to", "formats")
Condition = Literal["documents", "published_from", "published_to", "formats"]


@dataclass(frozen=True, slots=True)
class OfferedDocument:
    """A document to choose; one that the index does not have is called by its id."""

    id: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OfferedFormat:
    """A format to choose, as in `DocumentLine`, and how many documents have it."""

    format: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition of the filter; `rest` are the parameters of the address without it."""

    condition: Condition
    value: str
    title: str
    day: date | None
    rest: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picker:
    """What the picker shows. `selected` of `total` documents meet the filter of the address.

    `documents` are those chosen, then others by title, at most MOST_OFFERED. `unfiltered` are the
    parameters of the address without its filter.
    """

    total: int
    selected: int
    documents: tuple[OfferedDocument, ...]
    formats: tuple[OfferedFormat, ...]
    published_from: date | None
    published_to: date | None
    chips: tuple[Chip, ...]
    unfiltered: tuple[tuple[str, str], ...]

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)

    @property
    def is_shown(self) -> bool:
        """Whether there is a choice at all."""
        return self.total > 1 or self.is_filtered

    @property
    def shown_chips(self) -> tuple[Chip, ...]:
        return self.chips[:MOST_CHIPS]

    @property
    def more_chips(self) -> int:
        return len(self.chips) - len(self.shown_chips)

    @property
    def is_complete(self) -> bool:
        """Whether all documents are offered."""
        return self.total <= len(self.documents)


def make_picker(store: Store, address: QueryAddress) -> Picker:
    titles = {line.id: line.title for line in store.find_lines(address.documents)}
    chosen = [
        OfferedDocument(document_id, titles.get(document_id, document_id), is_chosen=True)
        for document_id in dict.fromkeys(address.documents)
    ]
    return Picker(
        total=store.documents,
        selected=store.count_selected(address.within),
        documents=(*chosen, *_offer_others(store, address)),
        formats=tuple(_offer_formats(store, address)),
        published_from=address.published_from,
        published_to=address.published_to,
        chips=tuple(_list_chips(address, titles)),
        unfiltered=tuple(_list_rest(address)),
    )


def _offer_others(store: Store, address: QueryAddress) -> Iterable[OfferedDocument]:
    chosen = set(address.documents)
    lines: list[DocumentLine]
    lines, _ = store.find_documents(Listing(sort="title"), most=MOST_OFFERED + len(chosen))
    others = [line for line in lines if line.id not in chosen][:MOST_OFFERED]
    return (OfferedDocument(line.id, line.title, is_chosen=False) for line in others)


def _offer_formats(store: Store, address: QueryAddress) -> Iterable[OfferedFormat]:
    counts = dict(store.formats)
    for unknown in address.formats:
        counts.setdefault(unknown, 0)
    for name, count in counts.items():
        yield OfferedFormat(name, count, is_chosen=name in address.formats)


def _list_chips(address: QueryAddress, titles: dict[str, str]) -> Iterable[Chip]:
    for document_id in dict.fromkeys(address.documents):
        rest = tuple(_list_rest(address, "documents", document_id))
        yield Chip("documents", document_id, titles.get(document_id, document_id), None, rest)
    for name in dict.fromkeys(address.formats):
        rest = tuple(_list_rest(address, "formats", name))
        yield Chip("formats", name, name.upper(), None, rest)
    days: tuple[tuple[Condition, date | None], ...] = (
        ("published_from", address.published_from),
        ("published_to", address.published_to),
    )
    for condition, day in days:
        if day is not None:
            rest = tuple(_list_rest(address, condition, f"{day}"))
            yield Chip(condition, f"{day}", f"{day}", day, rest)


def _list_rest(
    address: QueryAddress, condition: str | None = None, value: str = ""
) -> Iterable[tuple[str, str]]:
    """The parameters of the address without one value of its filter; None: without all."""
    if address.question.strip():
        yield "question", address.question
    for name, each in address.list_parameters((*FILTER, "as_of", "previous")):
        left_out = name in FILTER if condition is None else (name, each) == (condition, value)
        if not left_out:
            yield name, each
