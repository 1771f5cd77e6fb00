"""ODS files written by hand; those of LibreOffice are in test_load_xlsx.py."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.ods import load_ods
from assistant.records import Document
from tests.loading import assert_valid
from tests.office import make_zip

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "meta")
)


def write(rows: str, meta: str = "") -> bytes:
    content = (
        f"<office:document-content {_SPACES}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    properties = (
        f'<office:document-meta {_SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<office:meta>{meta}</office:meta></office:document-meta>"
    )
    return make_zip({"content.xml": content, "meta.xml": properties})


def load(rows: str, meta: str = "") -> Document:
    document = load_ods(write(rows, meta), "x.ods")
    assert_valid(document)
    return document


def row(*cells: str) -> str:
    written = (f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
    return f"<table:table-row>{''.join(written)}</table:table-row>"


def test_spaces_and_line_breaks_separate_words_and_comments_are_no_text() -> None:
    cells = row('Day<text:s text:c="3"/>rate<!-- x -->', "a<text:line-break/>b<text:tab/>c")
    assert load(cells + row("1", "2")).text == "Day rate: 1; a b c: 2"


def test_title_and_date_come_from_the_properties() -> None:
    meta = "<dc:title>Fees</dc:title><meta:creation-date>2025-09-09T10:00:00</meta:creation-date>"
    document = load(row("a"), meta)
    assert (document.title, document.published) == ("Fees", date(2025, 9, 9))
    assert load(row("a")).title == "x"


def test_cells_that_repeat_others_too_often_are_refused() -> None:
    rows = row("a", "b", "c").replace("-row>", '-row table:number-rows-repeated="1000000">', 1)
    with pytest.raises(LoadError, match=r"x\.ods has more than 2,000,000 cells that repeat"):
        load(rows)


@pytest.mark.parametrize("content", [b"<a>", b"<a/>"])
def test_a_file_without_sheets_is_refused(content: bytes) -> None:
    with pytest.raises(LoadError, match=r"x\.ods (?:is damaged|has no rows)"):
        load_ods(make_zip({"content.xml": content}), "x.ods")
    with pytest.raises(LoadError, match=r"x\.ods is damaged \(it has no content\.xml\)"):
        load_ods(make_zip({"a.xml": content + b"</a>"}), "x.ods")


names = st.sampled_from(
    ["table:table-row", "table:table-cell", "table:covered-table-cell", "table:table-column",
     "table:table", "table:table-row-group", "office:annotation", "text:p", "text:s"]
)  # fmt: skip
attributes = st.sampled_from(
    ["", ' table:number-columns-repeated="3"', ' table:number-rows-repeated="2"',
     ' table:number-columns-spanned="2"', ' table:number-rows-spanned="2"',
     ' table:visibility="collapse"', ' office:date-value="2025-09-09T10:00:00"',
     ' table:formula="of:=1"', ' table:number-rows-repeated="-1"',
     ' table:number-columns-spanned="x"']
)  # fmt: skip
elements = st.recursive(
    st.text("ab1. ", max_size=4),
    lambda inner: st.builds(
        lambda name, attribute, inside: f"<{name}{attribute}>{''.join(inside)}</{name}>",
        names, attributes, st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)  # fmt: skip


@given(st.lists(elements, max_size=6))
def test_any_sheet_is_a_valid_document_or_refused(rows: list[str]) -> None:
    try:
        load(row("Name", "1") + "".join(rows))
    except LoadError:
        return
