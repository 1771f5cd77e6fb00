"""What tests ask of a document that was loaded."""

from assistant.records import Document


def only(items: object) -> Document:
    (document,) = list(items)  # type: ignore[call-overload]
    assert isinstance(document, Document)
    return document


def slices(document: Document) -> tuple[list[str], list[str]]:
    """The headings and the boilerplate of a document as its text has them."""
    headings = [document.text[h.start : h.end] for h in document.headings]
    return headings, [document.text[start:end] for start, end in document.boilerplate]
