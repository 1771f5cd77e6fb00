"""Which documents are asked."""

from dataclasses import dataclass, replace
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

    def normalise(self) -> "DocumentFilter":
        """The same filter in the form that all equal ones have: sorted, formats as `pdf`.

        >>> DocumentFilter(("b", "a", "b"), formats=(".PDF",)).normalise()
        DocumentFilter(documents=('a', 'b'), published_from=None, published_to=None, \
formats=('pdf',))
        """
        formats = {name.strip().removeprefix(".").lower() for name in self.formats}
        return replace(
            self, documents=tuple(sorted({*self.documents})), formats=tuple(sorted(formats))
        )


ALL_DOCUMENTS = DocumentFilter()
