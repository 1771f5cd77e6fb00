"""Checks of loaded documents."""

from assistant.records import Document


def only(items: object) -> Document:
    (document,) = list(items)  # type: ignore[call-overload]
    assert isinstance(document, Document)
    return document


def slices(document: Document) -> tuple[list[str], list[str]]:
    """The headings and the boilerplate of a document as its text has them."""
    headings = [document.text[h.start : h.end] for h in document.headings]
    return headings, [document.text[start:end] for start, end in document.boilerplate]


def assert_valid(document: Document) -> None:
    """Check what is true for every document."""
    end = len(document.text)
    spans = [*document.boilerplate, *((h.start, h.end) for h in document.headings)]
    assert all(0 <= start < stop <= end for start, stop in spans)
    assert list(document.boilerplate) == sorted(document.boilerplate)
    assert list(document.page_starts) == sorted(document.page_starts)
    assert all(0 <= start <= end for start in document.page_starts)
    assert document.title.strip()
    assert document.text.strip()
    assert "\0" not in document.text
    document.text.encode()
