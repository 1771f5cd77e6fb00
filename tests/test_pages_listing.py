"""The list of documents: sorted, searched and paged by its address."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from assistant.index.catalog import Catalog
from assistant.index.listing import Listing
from assistant.index.writing import Records, write_records
from assistant.pages.app import create_app
from assistant.pages.listing import MOST_LINES, MOST_SKIPPED
from assistant.records import Document, Notice, Skipped
from tests.answers import assistant_of, read_page, strip_tags
from tests.conftest import LOCAL, Maker

UNREAD = Notice("pages_without_text", "1 page has no text: it is a scan", (2,))
SOME = (
    Document("b/Zebra.PDF", "Ångström", "One.", date(2024, 5, 1), page_starts=(0, 2, 3)),
    Document("a.jsonl/7", "zebra crossing", "Two.", notices=(UNREAD, Notice("truncated", "x"))),
    Document("c.txt", "Über ZEBRA", "Three.", date(2025, 1, 31), notices=(UNREAD,)),
    Document("d", "斑马 <b>", "Four.", date(2023, 1, 1), dated="2023", page_starts=(0,)),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    write_records(tmp_path, Records(SOME, ()))
    opened = Catalog.open(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (Listing(), "0123"),
        (Listing(sort="title"), "1023"), (Listing(sort="title", descending=True), "3201"),
        (Listing(sort="date"), "3021"), (Listing(sort="date", descending=True), "2031"),
        (Listing(sort="format"), "1023"), (Listing(sort="format", descending=True), "2013"),
        (Listing(sort="pages"), "3012"), (Listing(sort="pages", descending=True), "0312"),
        (Listing(sort="notices"), "2103"), (Listing(sort="notices", descending=True), "1203"),
        (Listing("zebra"), "012"), (Listing("ZEBRA über"), "2"), (Listing("ａ.jsonl"), "1"),
        (Listing("斑马"), "3"), (Listing("%"), ""), (Listing("_"), ""), (Listing("' OR 1"), ""),
        (Listing("ångström"), "0"), (Listing("  "), "0123"), (Listing("x " * 100), "2"),
    ],
)  # fmt: skip
def test_documents_are_sorted_and_searched(
    catalog: Catalog, listing: Listing, expected: str
) -> None:
    lines, count = catalog.find_documents(listing)
    ids = [document.id for document in SOME]
    assert [ids.index(line.id) for line in lines] == [int(place) for place in expected]
    assert count == len(expected)
    assert catalog.find_documents(listing, first=1, most=1)[0] == lines[1:2]


def test_a_line_says_what_the_document_is(catalog: Catalog) -> None:
    first, second, _, fourth = catalog.list_documents()
    assert (first.format, first.pages, first.passages, first.published) == (
        "pdf", 3, 0, date(2024, 5, 1)
    )  # fmt: skip
    assert (second.format, second.pages, second.notices) == ("jsonl", None, SOME[1].notices)
    assert (fourth.format, fourth.pages, fourth.dated) == ("", 1, "2023")


@pytest.fixture
def client(make: Maker) -> TestClient:
    generation = make.generation(*SOME)
    return client_of_generation(generation)


def client_of_generation(generation: object) -> TestClient:
    app = create_app(assistant_of(generation=generation))  # type: ignore[arg-type]
    return TestClient(app, base_url=LOCAL)


def list_titles(page: str) -> list[str]:
    rows = re.findall(r'<th scope="row".*?<a[^>]*>(.*?)</a>', page, re.DOTALL)
    return [strip_tags(row) for row in rows]


def test_the_list_is_a_table_that_its_header_sorts(client: TestClient) -> None:
    page = client.get("/documents").text
    assert list_titles(page) == [document.title for document in SOME]
    assert re.findall(r'aria-sort="(\w+)"', page) == ["none"] * 6
    hrefs = dict(re.findall(r'class="(\w+)"><a href="(/documents\?[^"]*)"', page))
    assert hrefs["title"] == "/documents?sort=title"
    assert hrefs["date"] == "/documents?sort=date&amp;order=desc"
    page = client.get("/documents?sort=date&order=desc").text
    assert list_titles(page)[0] == "Über ZEBRA"
    assert re.findall(r'aria-sort="(\w+)"', page)[1] == "descending"
    assert 'class="date"><a href="/documents?sort=date"' in page
    assert "Pages without text" in page
    assert '<td role="cell" class="format">JSONL</td>' in page
    assert 'data-label="Pages">3</td>' in page


def test_the_list_is_searched_and_keeps_its_order(client: TestClient) -> None:
    page = client.get("/documents", params={"q": "zebra", "sort": "title", "order": "desc"}).text
    assert list_titles(page) == ["Über ZEBRA", "Ångström", "zebra crossing"]
    assert "3 documents with “zebra”." in " ".join(read_page(page))
    assert '<input type="hidden" name="sort" value="title">' in page
    assert '<input type="hidden" name="order" value="desc">' in page
    assert "/documents?q=zebra&amp;sort=title" in page
    page = client.get("/documents", params={"q": '"><script>'}).text
    assert "<script>" not in page.partition("<main")[2]
    assert "No document has “&#34;&gt;&lt;script&gt;" in page.replace("<bdi>", "")


@pytest.mark.parametrize("query", ["sort=x", "order=desc", "page=x", "page=0", "page=99", "q="])
def test_an_address_that_makes_no_sense_gives_the_list(client: TestClient, query: str) -> None:
    page = client.get(f"/documents?{query}")
    assert page.status_code == 200
    assert list_titles(page.text) == [document.title for document in SOME]


def test_a_long_list_is_shown_a_page_at_a_time(tmp_path: Path) -> None:
    documents = [Document(f"{n}.txt", f"Report {n:04}", "Text.") for n in range(MOST_LINES + 50)]
    skipped = [Skipped(f"{n}.xyz", f"{n}.xyz is not read") for n in range(MOST_SKIPPED + 3)]
    write_records(tmp_path, Records(documents, (), skipped=skipped))

    (tmp_path / "000001").mkdir()  # else the index is one that was emptied

    class Generation:
        folder = tmp_path / "000001"
        manifest = SimpleNamespace(generation="000001")
        catalog = Catalog.open(tmp_path)
        warning = None
        is_kept = True

    client = client_of_generation(Generation())
    first = client.get("/documents?sort=title").text
    assert list_titles(first) == [document.title for document in documents[:MOST_LINES]]
    assert "1–100 of 150" in first
    assert '<a rel="next" href="/documents?sort=title&amp;page=2">' in first
    assert "3 more are in the list as JSON." in first
    second = client.get("/documents?sort=title&page=2").text
    assert list_titles(second) == [document.title for document in documents[MOST_LINES:]]
    assert '<a rel="prev" href="/documents?sort=title">' in second
    assert 'rel="next"' not in second
    assert list_titles(client.get("/documents?sort=title&page=77").text) == list_titles(second)


def test_the_json_has_formats_and_pages(client: TestClient) -> None:
    lines = client.get("/api/v1/documents").json()["documents"]
    assert [(line["format"], line["pages"]) for line in lines] == [
        ("pdf", 3), ("jsonl", None), ("txt", None), ("", 1)
    ]  # fmt: skip
    assert [line["passages"] for line in lines] == [1, 1, 1, 1]


def test_notices_are_named_and_then_quoted_in_english(client: TestClient) -> None:
    page = client.get("/zh/documents/c.txt").text
    notice = page.partition('<div class="notice" role="note">')[2].partition("</div>")[0]
    assert "部分页面没有文字" in notice
    assert '<p lang="en">1 page has no text: it is a scan (page 2)</p>' in notice
