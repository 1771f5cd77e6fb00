"""Which documents are asked."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """The documents that meet all conditions; an empty condition is met by all.

    `documents` are ids and `formats` are those of `DocumentLine`, any of which is enough. The days
    are inclusive; a document without a date meets neither.
    """

    documents: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    formats: tuple[str, ...] = ()


ALL_DOCUMENTS = DocumentFilter()
