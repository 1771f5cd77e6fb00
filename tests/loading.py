"""Checks of loaded documents."""

from itertools import pairwise

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
    rows, places = list(document.rows), list(document.places)
    spans = [*document.boilerplate, *document.recognised]
    spans += [(h.start, h.end) for h in document.headings]
    spans += [(row.start, row.end) for row in rows]
    spans += [(place.start, place.end) for place in places]
    assert all(0 <= start < stop <= end for start, stop in spans)
    assert list(document.boilerplate) == sorted(document.boilerplate)
    assert list(document.recognised) == sorted(document.recognised)
    assert places == sorted(places)
    assert rows == sorted(rows)
    assert all(above.end < below.start for above, below in pairwise(rows))
    for table in document.tables:
        assert all(len(row.cells) >= len(table.labels) for row in table.rows)
    for row in rows:
        offsets = [row.start, *(offset for cell in row.cells for offset in cell), row.end]
        assert offsets == sorted(offsets)
    assert list(document.page_starts) == sorted(document.page_starts)
    assert all(0 <= start <= end for start in document.page_starts)
    assert document.title.strip()
    assert document.text.strip()
    assert "\0" not in document.text
    document.text.encode()
