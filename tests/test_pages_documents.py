"""The page of a document: what a link marks in it, and how it is cut."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from assistant.api.rendering import quote_href
from assistant.api.segments import Segment
from assistant.pages.documents import Marks, mark_parts
from assistant.pages.tables import cut_blocks
from assistant.records import Document, Heading
from tests.answers import ANSWERED, DECIDED, client_of, find_marks, hits_of, passage_of, strip_tags
from tests.conftest import AWKWARD_TEXT


def cut_document(document: Document, marks: Marks) -> list[Segment]:
    """The pieces of a document without tables, and their marks that a reader sees."""
    (block,) = cut_blocks(document, mark_parts(document, marks))
    return [Segment(text, found - {"first", "last"}) for text, found in block.pieces]


def client_over(document: Document) -> TestClient:
    """A client of an app that has a document."""
    return client_of(replace(ANSWERED, hits=hits_of(passage_of(document)), marks=()))


def test_a_link_marks_exactly_its_quote() -> None:
    client = client_of(DECIDED)
    body = client.post("/api/v1/query", json={"question": DECIDED.question}).json()
    for place in (*body["citations"], *body["passages"]):
        page = client.get(place["href"])
        assert find_marks(page.text) == [place.get("quote", place.get("text"))]
        assert page.text.count('id="cited"') == 1
        assert "<strong" not in page.text


def test_a_span_across_headings_and_boilerplate_is_marked_as_one() -> None:
    text = "Prices\nmenu\nQuark costs 9."
    document = Document("a.txt", "A", text, headings=(Heading(0, 6, "Prices", 1),),
                        boilerplate=((7, 11),))  # fmt: skip
    page = client_over(document).get(quote_href("a.txt", 0, len(text), text, marked=(3, 17))).text
    (mark,) = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    (strong,) = re.findall(r"<strong[^>]*>(.*?)</strong>", mark, re.DOTALL)
    assert (strip_tags(mark), strip_tags(strong)) == (text, "ces\nmenu\nQuark")
    assert "Pale text is boilerplate (menus, bylines)" in strip_tags(page)


PRICED = Document("a", "A", "No money. Quark glasses cost 2,999 yuan.")


@pytest.mark.parametrize(
    "answer",
    ["answer_start=9&answer_end=20", "answer_start=15&answer_end=41", "answer_start=15",
     "answer_start=20&answer_end=20", "answer_start=20&answer_end=15", "answer_end=20",
     "answer_start=a&answer_end=b", "answer_start=-1&answer_end=20", "answer_start=&answer_end=20",
     "answer_start=15&answer_end=1e1", "answer_start=15&answer_end=99999999999999999999"],
)  # fmt: skip
def test_a_link_whose_answer_is_not_in_its_quote_marks_nothing(answer: str) -> None:
    client = client_over(PRICED)
    whole = quote_href("a", 10, 40, PRICED.text[10:]).partition("#")[0]
    assert '<mark class="cited"' in client.get(f"{whole}&answer_start=&answer_end=").text
    for link in (f"{whole}&{answer}", f"/documents/a?{answer}"):
        page = client.get(link)
        assert page.status_code == 200
        assert "<mark" not in page.text
        assert "<strong" not in page.text
        assert "nothing is marked" in page.text


def test_where_the_document_moved_the_answer_is_not_marked_either() -> None:
    href = quote_href("a", 10, 40, "Quark glasses cost 1,999 yuan.", marked=(29, 39))
    page = client_over(PRICED).get(href).text
    assert "<mark" not in page
    assert "<strong" not in page
    assert "nothing is marked" in page


@pytest.mark.parametrize(
    "place",
    ["start=0&end=5&quote=000000", "start=5&end=0&quote=x", "start=a&end=b&quote=c",
     "start=99999999&end=99999999999&quote=x", "start=-5&end=3&quote=x", "start=1", "quote=x"],
)  # fmt: skip
def test_a_link_whose_quote_is_not_there_marks_nothing(place: str) -> None:
    page = client_over(PRICED).get(f"/documents/a?{place}")
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert "nothing is marked" in page.text


@pytest.mark.parametrize(
    ("cited", "span"),
    [((3, 25), None), ((3, 25), (3, 25)), ((3, 25), (3, 4)), ((3, 25), (24, 25)),
     ((0, len(AWKWARD_TEXT)), (29, 40)), ((29, 30), (29, 30)), (None, None)],
)  # fmt: skip
def test_segments_are_the_text(cited: tuple[int, int] | None, span: tuple[int, int] | None) -> None:
    document = Document("a", "A", AWKWARD_TEXT, boilerplate=((0, 7), (20, 30)))
    segments = cut_document(document, mark(cited, span))
    assert "".join(text for text, _ in segments) == AWKWARD_TEXT
    assert find(segments, "cited") == (AWKWARD_TEXT[slice(*cited)] if cited else "")
    assert find(segments, "span") == (AWKWARD_TEXT[slice(*span)] if span else "")
    assert find(segments, "boilerplate") == AWKWARD_TEXT[0:7] + AWKWARD_TEXT[20:30]


def mark(cited: tuple[int, int] | None, span: tuple[int, int] | None = None) -> Marks:
    return {name: [place] for name, place in (("cited", cited), ("span", span)) if place}


def find(segments: Iterable[Segment], name: str) -> str:
    return "".join(text for text, marks in segments if name in marks)


def test_a_span_is_a_segment_of_its_quote() -> None:
    text = "Zoe\u0308 👨‍👩‍👧‍👦 paid 9 yuan. No!"
    start, end = text.index("9"), text.index("n.") + 1
    segments = cut_document(Document("a", "A", text), mark((0, end + 1), (start, end)))
    assert [(piece, sorted(marks)) for piece, marks in segments] == [
        ("Zoe\u0308 👨‍👩‍👧‍👦 paid ", ["cited"]),
        ("9 yuan", ["cited", "span"]),
        (".", ["cited"]),
        (" No!", []),
    ]


def test_many_headings_and_much_boilerplate_are_cut_in_one_go() -> None:
    count, line = 4000, "Head\nmenu\nText.\n"
    starts = range(0, count * len(line), len(line))
    document = Document(
        "a", "A", line * count,
        headings=tuple(Heading(n, n + 4, "Head", 1 + n % 2) for n in starts),
        boilerplate=tuple((n + 5, n + 9) for n in starts),
    )  # fmt: skip
    segments = cut_document(document, {})
    assert "".join(text for text, _ in segments) == document.text
    assert len(segments) == 4 * count
    found = [marks for text, marks in segments if text == "Head"]
    assert found == [{f"level-{1 + n % 2}"} for n in starts]
    assert {text for text, marks in segments if "boilerplate" in marks} == {"menu"}
    assert {text for text, marks in segments if not marks} == {"\n", "\nText.\n"}


@pytest.mark.parametrize(
    "cited", [None, (0, 8), (0, 12), (0, 5), (2, 4), (4, 8), (5, 18), (15, 17)]
)
def test_a_heading_keeps_its_level_where_a_quote_cuts_it(cited: tuple[int, int] | None) -> None:
    text = "One head\nText. Two head\n"
    headings = (Heading(0, 8, "One head", 1), Heading(15, 23, "Two head", 2))
    segments = cut_document(Document("a", "A", text, headings=headings), mark(cited))
    assert find(segments, "level-1") == "One head"
    assert find(segments, "level-2") == "Two head"
