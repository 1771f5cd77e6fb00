"""A Span becomes a Citation that a person can check; nothing else is ever shown as a quote."""

import hashlib
from bisect import bisect_right

from assistant.records import Citation, Document, Offsets, Passage

CONTEXT = 32  # characters before and after a quote, to find it again where a document has moved
HASH_LENGTH = 6  # hexadecimal digits of a quote's hash in its link


class UnverifiableError(Exception):
    """A quote is not what its document says there: a bug. Such a quote is never shown."""


def cite(passage: Passage, start: int, end: int, *, marked: Offsets | None = None) -> Citation:
    """The citation of a passage's document from `start` to `end`, verified.

    `marked` is the part of it that answers. Raises UnverifiableError.
    """
    document = passage.document
    citation = Citation(
        document,
        passage,
        start,
        end,
        quote=document.text[start:end],
        page=_find_page(document, start),
        page_end=_find_page(document, end - 1),
        marked=marked,
    )
    verify(citation)
    return citation


def _find_page(document: Document, place: int) -> int | None:
    return bisect_right(document.page_starts, place) or None


def verify(citation: Citation) -> None:
    """Raise UnverifiableError unless the document says the quote where the citation places it."""
    document, start, end = citation.document, citation.start, citation.end
    inside = 0 <= start < end <= len(document.text)
    if not inside or document.text[start:end] != citation.quote or not citation.quote.strip():
        raise UnverifiableError(f"{document.id} {start}-{end} is not {citation.quote!r}")
    if citation.marked is not None:
        a, b = citation.marked
        if not start <= a < b <= end or not document.text[a:b].strip():
            raise UnverifiableError(f"{document.id} {a}-{b} marks no words of {start}-{end}")


def find_sentences_around(passage: Passage, start: int, end: int) -> Offsets:
    """From the start of the first sentence that a span of a passage touches to the end of the last.

    >>> from assistant.records import Document
    >>> document = Document("a.txt", "A", "One. Two words. Three.")
    >>> passage = Passage(document, 0, 0, 22, "", ((0, 4), (5, 15), (16, 22)))
    >>> find_sentences_around(passage, 9, 14)
    (5, 15)
    """
    touched = [(a, b) for a, b in passage.sentences if a < end and start < b]
    first, last = touched[0] if touched else (start, end), touched[-1] if touched else (start, end)
    return min(first[0], start), max(last[1], end)


def hash_quote(quote: str) -> str:
    """A short hash of a quote, by which a link shows whether the document still says it."""
    return hashlib.sha256(quote.encode()).hexdigest()[:HASH_LENGTH]


def find_surroundings(citation: Citation) -> tuple[str, str]:
    """The text right before and after a quote."""
    text = citation.document.text
    before = text[max(0, citation.start - CONTEXT) : citation.start]
    return before, text[citation.end : citation.end + CONTEXT]
