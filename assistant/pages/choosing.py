"""Which documents a question is asked of: what the picker offers, and a chip for each condition."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.api.query import QueryAddress
from assistant.index.catalog import Catalog
from assistant.index.listing import Listing

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
    """A condition of the filter; `rest` are the parameters of the address without it.

    A day has no title: it is written in the language of the page.
    """

    condition: Condition
    title: str
    day: date | None
    rest: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picker:
    """What the picker shows. `selected` of `total` documents meet the filter of the address.

    `documents` are those chosen, then at most MOST_OFFERED others: all of them by title, or the
    first in the order of the index, without `more_documents`. `more_chips` are the conditions
    without a chip. `unfiltered` are the parameters of the address without its filter.
    """

    total: int
    selected: int
    documents: tuple[OfferedDocument, ...]
    more_documents: int
    formats: tuple[OfferedFormat, ...]
    published_from: date | None
    published_to: date | None
    chips: tuple[Chip, ...]
    more_chips: int
    unfiltered: tuple[tuple[str, str], ...]

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)

    @property
    def is_shown(self) -> bool:
        """Whether there is a choice at all."""
        return self.total > 1 or self.is_filtered


def make_picker(catalog: Catalog, address: QueryAddress) -> Picker:
    formats = [*address.within.normalise().formats]  # `.PDF` and `pdf` are one
    address = address.model_copy(update={"formats": formats})
    titles = {line.id: line.title for line in catalog.find_lines(address.documents)}
    chosen = [
        OfferedDocument(document_id, titles.get(document_id, document_id), is_chosen=True)
        for document_id in dict.fromkeys(address.documents)
    ]
    others = _offer_others(catalog, address)
    conditions = list(_list_conditions(address, titles))
    return Picker(
        total=catalog.documents,
        selected=catalog.count_selected(address.within),
        documents=(*chosen, *others),
        more_documents=catalog.documents - len(titles) - len(others),
        formats=tuple(_offer_formats(catalog, address)),
        published_from=address.published_from,
        published_to=address.published_to,
        chips=tuple(
            Chip(condition, title, day, tuple(_list_rest(address, condition, value)))
            for condition, value, title, day in conditions[:MOST_CHIPS]
        ),
        more_chips=len(conditions[MOST_CHIPS:]),
        unfiltered=tuple(_list_rest(address)),
    )


def _offer_others(catalog: Catalog, address: QueryAddress) -> list[OfferedDocument]:
    chosen = set(address.documents)
    most = MOST_OFFERED + len(chosen)
    # To sort a large index takes longer than the rest of the page.
    listing = Listing(sort="title" if catalog.documents <= most else "")
    lines, _ = catalog.find_documents(listing, most=most)
    return [
        OfferedDocument(line.id, line.title, is_chosen=False)
        for line in lines
        if line.id not in chosen
    ][:MOST_OFFERED]


def _offer_formats(catalog: Catalog, address: QueryAddress) -> Iterable[OfferedFormat]:
    counts = dict(catalog.formats)
    for unknown in address.formats:
        counts.setdefault(unknown, 0)
    for name, count in counts.items():
        yield OfferedFormat(name, count, is_chosen=name in address.formats)


def _list_conditions(
    address: QueryAddress, titles: dict[str, str]
) -> Iterable[tuple[Condition, str, str, date | None]]:
    """The conditions of the filter: each with its value in the address, its title and its day."""
    for document_id in dict.fromkeys(address.documents):
        yield "documents", document_id, titles.get(document_id, document_id), None
    for name in address.formats:
        yield "formats", name, name.upper(), None
    if address.published_from is not None:
        yield "published_from", f"{address.published_from}", "", address.published_from
    if address.published_to is not None:
        yield "published_to", f"{address.published_to}", "", address.published_to


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
