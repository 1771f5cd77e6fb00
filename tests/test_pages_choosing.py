"""Which documents are asked: the picker and its chips on the pages, and what an address says."""

import html
import re
from datetime import date
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.index.generation import Generation
from assistant.pages.app import create_app
from assistant.pages.asking import PageAddress
from assistant.pages.choosing import MOST_OFFERED, make_picker
from assistant.records import Document, DocumentFilter
from tests.answers import ANSWERED, CannedAssistant, read_page, strip_tags
from tests.conftest import LOCAL, Maker

EVIL = Document(
    "a/<b>&\"'?#+ نظارات.html",
    "<script>alert(1)</script> {{ 7 * 7 }} & co",
    "Evil glasses cost 5 yuan.",
    published=date(2025, 3, 1),
)
SOME = (
    Document("pens.txt", "Pens", "A pen costs 3 yuan."),
    EVIL,
    Document("lamps.txt", "Lamps", "A lamp costs 4 yuan.", published=date(2024, 12, 31)),
)
MANY = tuple(
    Document(f"{n:03}.txt", f"Report {n:03}", f"Report {n} has a text.")
    for n in range(MOST_OFFERED + 10)
)


@pytest.fixture(scope="module")
def generation(shared_make: Maker) -> Generation:
    return shared_make.generation(*SOME)


def open_client(generation: Generation) -> tuple[TestClient, CannedAssistant]:
    canned = CannedAssistant([ANSWERED], generation=generation)
    return TestClient(create_app(cast(Assistant, canned)), base_url=LOCAL), canned


def list_fields(page: str, form: int = 0) -> list[tuple[str, str]]:
    """What a form of a page sends as it is, without JavaScript."""
    found = re.findall(r"<form class=\"ask.*?</form>", page, re.DOTALL)[form]
    found = re.sub(r"<template.*?</template>", "", found, flags=re.DOTALL)
    sent = []
    for field in re.findall(r"<input[^>]*>", found):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', field))
        if "name" in given and (given.get("type") != "checkbox" or " checked" in field):
            sent.append((given["name"], html.unescape(given.get("value", ""))))
    return sent


def list_chips(page: str) -> dict[str, list[tuple[str, str]]]:
    """What each chip says, and the parameters of the address without its condition."""
    chips = re.findall(
        r'<li class="chip">.*?class="chip-words"[^>]*>(.*?)</span><a[^>]*href="([^"]*)"', page
    )
    return {
        html.unescape(words): parse_qsl(urlsplit(html.unescape(href)).query)
        for words, href in chips
    }


def test_without_a_filter_all_documents_are_offered_and_none_is_chosen(
    generation: Generation,
) -> None:
    client, _ = open_client(generation)
    page = client.get("/").text
    assert "All documents" in strip_tags(page)
    assert list_fields(page) == [("question", ""), ("published_from", ""), ("published_to", "")]
    values = re.findall(r'<input type="checkbox" name="(\w+)" value="([^"]+)"', page)
    assert [(name, html.unescape(value)) for name, value in values] == [
        ("documents", EVIL.id),
        ("documents", "lamps.txt"),
        ("documents", "pens.txt"),
        ("formats", "html"),
        ("formats", "txt"),
    ]
    assert list_chips(page) == {}
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page


def test_an_index_of_one_document_leaves_nothing_to_choose(shared_make: Maker) -> None:
    client, _ = open_client(shared_make.generation(SOME[0]))
    assert "data-picker" not in client.get("/").text
    assert "data-picker" in client.get("/?documents=gone.txt").text


def test_each_condition_is_a_chip_that_leads_to_the_address_without_it(
    generation: Generation,
) -> None:
    client, canned = open_client(generation)
    conditions = [
        ("documents", EVIL.id),
        ("documents", "pens.txt"),
        ("published_from", "2025-03-01"),
        ("published_to", "2025-09-30"),
        ("formats", "html"),
    ]
    asked = [("question", "How much?"), *conditions, ("as_of", "2026-01-01"), ("previous", "Why?")]
    page = client.get("/", params=urlencode(asked)).text
    chosen = DocumentFilter((EVIL.id, "pens.txt"), date(2025, 3, 1), date(2025, 9, 30), ("html",))
    assert canned.conversations == [(("Why?",), chosen)]
    chips = list_chips(page)
    assert list(chips) == [
        EVIL.title,
        "Pens",
        "HTML",
        "From 1 March 2025",
        "Until 30 September 2025",
    ]
    removed = [conditions[place] for place in (0, 1, 4, 2, 3)]
    for rest, condition in zip(chips.values(), removed, strict=True):
        assert rest == [one for one in asked if one != condition]
    (whole,) = re.findall(r'class="chip-all"><a href="([^"]*)"', page)
    assert parse_qsl(urlsplit(html.unescape(whole)).query) == [
        one for one in asked if one not in conditions
    ]
    assert 'aria-label="Remove: Pens"' in page
    assert "1 of 3 documents" in strip_tags(page)
    # The form sends the same filter again, and the follow-up's form as well.
    kept = [*conditions, ("as_of", "2026-01-01")]
    assert sorted(list_fields(page)) == sorted(
        [("question", "How much?"), *kept, ("previous", "Why?")]
    )
    assert list_fields(page, 1) == [
        ("question", ""),
        *[*conditions, ("as_of", "2026-01-01")],
        ("previous", "Why?"),
        ("previous", "How much?"),
    ]


def test_a_format_is_one_however_it_is_written(generation: Generation) -> None:
    client, _ = open_client(generation)
    page = client.get("/?formats=.TXT&formats=txt").text
    assert list_chips(page) == {"TXT": []}
    assert "2 of 3 documents" in strip_tags(page)
    assert [field for field in list_fields(page) if field[0] == "formats"] == [("formats", "txt")]


def test_chips_are_in_the_language_of_the_page(generation: Generation) -> None:
    client, _ = open_client(generation)
    page = client.get("/zh/?published_from=2025-03-01&published_to=2025-09-30").text
    assert list(list_chips(page)) == ["2025年3月1日起", "2025年9月30日止"]
    assert "3 篇文档中的 1 篇" in strip_tags(page)
    assert 'href="/zh/?published_to=2025-09-30"' in page


def test_an_empty_day_of_a_form_is_not_given(generation: Generation) -> None:
    client, canned = open_client(generation)
    for path in ("/", "/api/v1/query", "/answers/chart.svg"):
        client.get(path, params="question=x&published_from=&published_to=")
    assert canned.conversations == [((), DocumentFilter())] * 3
    wrong = client.get("/?question=x&published_from=soon")
    assert wrong.status_code == 422
    assert "published_from: write a day as 2025-03-01" in strip_tags(wrong.text)


def test_a_document_that_is_not_there_is_an_error_whose_chip_can_be_removed(
    generation: Generation,
) -> None:
    client, _ = open_client(generation)
    page = client.get("/?question=Why%3F&documents=gone%3Cb%3E.txt&documents=pens.txt")
    assert page.status_code == 422
    assert read_page(page.text)[:2] == [
        "There is no such document", "no document 'gone<b>.txt'"
    ]  # fmt: skip
    assert list_chips(page.text) == {
        "gone<b>.txt": [("question", "Why?"), ("documents", "pens.txt")],
        "Pens": [("question", "Why?"), ("documents", "gone<b>.txt")],
    }
    assert 'value="Why?"' in page.text
    assert "aria-invalid" not in page.text


def test_previous_questions_that_can_not_be_asked_do_not_stay_in_the_form(
    generation: Generation,
) -> None:
    client, _ = open_client(generation)
    given = [("previous", one) for one in ("", "?", "x" * 2001, "One  more?", *"abcde")]
    page = client.get("/", params=[("question", "Why?"), *given]).text
    assert [value for name, value in list_fields(page) if name == "previous"] == list("abcde")
    few = client.get("/", params=[("question", "Why?"), *given[:4]]).text
    assert ("previous", "One more?") in list_fields(few)


def test_of_many_documents_the_first_are_offered_and_those_chosen(shared_make: Maker) -> None:
    generation = shared_make.generation(*MANY)
    address = PageAddress(question="x", documents=[MANY[-1].id, MANY[3].id, MANY[3].id])
    picker = make_picker(generation.catalog, address)
    offered = [document.id for document in picker.documents]
    others = [document.id for document in MANY if document is not MANY[3]]
    assert offered == [MANY[-1].id, MANY[3].id, *others[:MOST_OFFERED]]
    assert [document.is_chosen for document in picker.documents][:3] == [True, True, False]
    assert (picker.total, picker.selected, picker.more_documents) == (len(MANY), 2, 8)
    page = open_client(generation)[0].get("/").text
    assert "10 more documents are not shown." in strip_tags(page)
    assert re.search(r'data-unscripted>.*?<a href="/documents">', page)


def test_of_many_conditions_the_first_have_a_chip_and_all_can_be_removed(
    shared_make: Maker,
) -> None:
    client, _ = open_client(shared_make.generation(*MANY))
    page = client.get("/", params=[("documents", one.id) for one in MANY[:20]]).text
    assert len(list_chips(page)) == 6
    assert re.search(r"and 14 more\s+Ask all documents", strip_tags(page))
    assert len(list_fields(page)) == 23  # the question, two days and 20 documents


@pytest.mark.parametrize(
    ("within", "count"),
    [
        (DocumentFilter(), 3),
        (DocumentFilter((EVIL.id, "none.txt")), 1),
        (DocumentFilter(formats=("txt", "pdf")), 2),
        (DocumentFilter(formats=(".TXT", "txt", " Txt")), 2),
        (DocumentFilter(tuple(f"{n}.txt" for n in range(40_000))), 0),
        (DocumentFilter(published_from=date(2025, 3, 1)), 1),
        (DocumentFilter(published_to=date(2025, 2, 28)), 1),
        (DocumentFilter(("pens.txt",), published_to=date(2026, 1, 1)), 0),
        (DocumentFilter(("x' OR 'a' = 'a",)), 0),
    ],
)
def test_the_documents_that_meet_a_filter_are_counted(
    generation: Generation, within: DocumentFilter, count: int
) -> None:
    assert generation.catalog.count_selected(within) == count


def test_formats_are_counted_and_lines_found_by_id(generation: Generation) -> None:
    catalog = generation.catalog
    assert catalog.formats == (("html", 1), ("txt", 2))
    ids = ["pens.txt", "none.txt", EVIL.id]
    assert [line.title for line in catalog.find_lines(ids)] == ["Pens", EVIL.title]
    assert catalog.find_lines([]) == []


def test_a_document_leads_to_asking_only_it(generation: Generation) -> None:
    client, _ = open_client(generation)
    page = client.get(f"/documents/{EVIL.id.replace('?', '%3F').replace('#', '%23')}").text
    (href,) = re.findall(r'<a href="(/\?documents=[^"]*)">Ask only this document</a>', page)
    assert list(list_chips(client.get(html.unescape(href)).text)) == [EVIL.title]
