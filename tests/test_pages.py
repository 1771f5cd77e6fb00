import html
import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from assistant.records import Document, Heading
from assistant.schema import AnswerBody
from assistant.schema.rendering import quote_href, render_answer
from assistant.serve.app import create_app
from assistant.serve.example import EXAMPLE
from assistant.serve.pages import Place, Segment, cut_segments, render_markdown
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, LOCAL, Maker
from tests.test_schema import LOGIT_OF_31, LOGIT_OF_83, PLAIN, assistant_of
from tests.test_serve import QUARK, strip_tags


def test_the_page_shows_as_many_passages_as_the_api_gives(client: TestClient) -> None:
    body = client.post("/api/v1/query", json={"question": QUARK}).json()
    page = client.get("/", params={"question": QUARK}).text
    assert len(body["passages"]) == 8
    assert "Passages searched (8)" in page
    place = page.index("Passages searched (8)")
    hrefs = [html.escape(passage["href"]) for passage in body["passages"]]
    assert [href for href in hrefs if href in page[place:]] == hrefs


def test_the_page_of_an_unknown_script_says_that_it_can_not_be_read(client: TestClient) -> None:
    page = client.get("/", params={"question": "夸克眼镜多少钱？"})
    assert page.status_code == 200
    assert '<h2 id="abstained">The question can’t be read</h2>' in page.text
    assert "The documents do not say" not in page.text
    assert "Closest passages" not in page.text


def test_a_link_marks_exactly_its_quote(client: TestClient) -> None:
    body = client.post("/api/v1/query", json={"question": QUARK}).json()
    for place in (*body["citations"], *body["passages"]):
        page = client.get(place["href"])
        marks = re.findall(r"<mark[^>]*>(.*?)</mark>", page.text, re.DOTALL)
        assert [strip_tags(mark) for mark in marks] == [place.get("quote", place.get("text"))]
        assert page.text.count('id="cited"') == 1
        assert "<strong" not in page.text


FAMILY = "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."
CAFE = "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days."


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("The family", FAMILY),
        ("1,999 yuan", FAMILY),
        ("the glasses.", FAMILY),
        ("Zoe\u0308", CAFE),
        ("１２ days", CAFE),
        ("ألف يوان", "سعرها ألف يوان."),
    ],
)
def test_both_pages_mark_a_span_exactly_in_its_sentence(
    make: Maker, words: str, quote: str
) -> None:
    document = Document("a 👍.txt", "A", AWKWARD_TEXT)
    assistant = assistant_of(make, {words: 1.0}, document)
    client = TestClient(create_app(assistant), base_url=LOCAL)
    before, behind = quote.split(words)
    nested = f'{before}<strong class="span">{words}</strong>{behind}'
    page = client.get("/", params={"question": "Who paid?"}).text
    assert f'<span class="words">{words}</span>' in page
    assert f'<q class="quote">{nested}</q>' in page
    (href,) = re.findall(r'class="open" href="([^"]*answer_start[^"]*)"', page)
    shown = client.get(html.unescape(href)).text
    assert f'<mark class="cited" id="cited" tabindex="-1">{nested}</mark>' in shown
    assert shown.count("<mark") == shown.count("<strong") == 1
    text = shown[shown.index('id="text"') :].partition(">")[2].partition("</div>")[0]
    assert strip_tags(text) == AWKWARD_TEXT


def test_a_span_across_headings_and_furniture_is_marked_as_one(make: Maker) -> None:
    text = "Prices\nmenu\nQuark costs 9."
    document = Document("a.txt", "A", text, headings=(Heading(0, 6, "Prices", 1),),
                        furniture=((7, 11),))  # fmt: skip
    client = TestClient(create_app(assistant_of(make, {}, document)), base_url=LOCAL)
    href = quote_href("a.txt", 0, len(text), text, marked=(3, 17))
    page = client.get(href).text
    (mark,) = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    (strong,) = re.findall(r"<strong[^>]*>(.*?)</strong>", mark, re.DOTALL)
    assert (strip_tags(mark), strip_tags(strong)) == (text, "ces\nmenu\nQuark")


@pytest.mark.parametrize(
    "answer",
    ["answer_start=9&answer_end=20", "answer_start=15&answer_end=41", "answer_start=15",
     "answer_start=20&answer_end=20", "answer_start=20&answer_end=15", "answer_end=20",
     "answer_start=a&answer_end=b", "answer_start=-1&answer_end=20", "answer_start=&answer_end=20",
     "answer_start=15&answer_end=1e1", "answer_start=15&answer_end=99999999999999999999"],
)  # fmt: skip
def test_a_link_whose_answer_is_not_in_its_quote_marks_nothing(make: Maker, answer: str) -> None:
    text = "No money. Quark glasses cost 2,999 yuan."
    client = TestClient(
        create_app(assistant_of(make, {}, Document("a", "A", text))), base_url=LOCAL
    )
    whole = quote_href("a", 10, 40, text[10:]).partition("#")[0]
    assert '<mark class="cited"' in client.get(f"{whole}&answer_start=&answer_end=").text
    for link in (f"{whole}&{answer}", f"/documents/a?{answer}"):
        page = client.get(link)
        assert page.status_code == 200
        assert "<mark" not in page.text
        assert "<strong" not in page.text
        assert "nothing is marked" in page.text


def test_where_the_document_moved_the_answer_is_not_marked_either(make: Maker) -> None:
    text = "No money. Quark glasses cost 2,999 yuan."
    client = TestClient(
        create_app(assistant_of(make, {}, Document("a", "A", text))), base_url=LOCAL
    )
    page = client.get(quote_href("a", 10, 40, "Quark glasses cost 1,999 yuan.", marked=(29, 39)))
    assert "<mark" not in page.text
    assert "<strong" not in page.text
    assert "nothing is marked" in page.text


PRICE = {"2,999 yuan": LOGIT_OF_83, "Nobody": LOGIT_OF_31}
SHOP = Document("a.txt", "A", "Quark glasses cost 2,999 yuan. Nobody makes money.")


def test_the_page_tells_the_confidence_of_the_answer_and_of_each_candidate(make: Maker) -> None:
    assistant = assistant_of(make, PRICE, SHOP, weighing=PLAIN)
    page = TestClient(create_app(assistant), base_url=LOCAL).get("/?question=Cost%3F").text
    shown = strip_tags(page)
    assert re.findall(r"Confidence \d+\xa0%", shown) == ["Confidence 83\xa0%", "Confidence 31\xa0%"]
    answer, _, others = shown.partition("Other candidates (1)")
    assert "Confidence 83\xa0%, the estimated probability that this is right" in answer
    assert "Nobody" not in answer.partition("Citations")[0]
    assert others.index("Nobody") < others.index("Confidence 31") < others.index("Nobody makes")


def test_the_page_without_a_confidence_does_not_speak_of_it(make: Maker) -> None:
    client = TestClient(create_app(assistant_of(make, PRICE, SHOP)), base_url=LOCAL)
    page = client.get("/?question=Cost%3F").text
    assert '<span class="words">2,999 yuan</span>' in page
    assert "confidence" not in page.lower()


def test_the_page_of_an_abstention_tells_no_confidence(make: Maker) -> None:
    assistant = replace(assistant_of(make, PRICE, SHOP, weighing=PLAIN), threshold=0.9)
    client = TestClient(create_app(assistant), base_url=LOCAL)
    page = client.get("/?question=Quark%3F").text
    assert "The documents do not say" in page
    assert "confidence" not in page.lower()


def test_the_markdown_of_a_span_has_its_sentence_and_source(make: Maker) -> None:
    body = render_answer(assistant_of(make, PRICE, SHOP, weighing=PLAIN).ask("Cost?"))
    assert render_markdown(body) == (
        "**Cost?**\n\n2,999 yuan[^1]\n\n"
        "[^1]: “Quark glasses cost 2,999 yuan.” — A, a.txt, characters 0-30"
    )


@pytest.mark.parametrize(
    "place",
    ["start=0&end=5&quote=000000", "start=5&end=0&quote=x", "start=a&end=b&quote=c",
     "start=99999999&end=99999999999&quote=x", "start=-5&end=3&quote=x", "start=1", "quote=x"],
)  # fmt: skip
def test_a_link_whose_quote_is_not_there_marks_nothing(client: TestClient, place: str) -> None:
    page = client.get(f"/documents/{ARTICLE_ID}?{place}")
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert "nothing is marked" in page.text


@pytest.mark.parametrize(
    ("cited", "span"),
    [((3, 25), None), ((3, 25), (3, 25)), ((3, 25), (3, 4)), ((3, 25), (24, 25)),
     ((0, len(AWKWARD_TEXT)), (29, 40)), ((29, 30), (29, 30)), (None, None)],
)  # fmt: skip
def test_segments_are_the_text(cited: tuple[int, int] | None, span: tuple[int, int] | None) -> None:
    document = Document("a", "A", AWKWARD_TEXT, furniture=((0, 7), (20, 30)))
    segments = list(cut_segments(document, Place(cited, span) if cited else None))
    assert "".join(segment.text for segment in segments) == AWKWARD_TEXT
    marked = "".join(segment.text for segment in segments if segment.cited)
    assert marked == (AWKWARD_TEXT[slice(*cited)] if cited else "")
    stronger = "".join(segment.text for segment in segments if segment.span)
    assert stronger == (AWKWARD_TEXT[slice(*span)] if span else "")
    pale = "".join(segment.text for segment in segments if segment.furniture)
    assert pale == AWKWARD_TEXT[0:7] + AWKWARD_TEXT[20:30]


def test_a_span_is_a_segment_of_its_quote() -> None:
    text = "Zoe\u0308 👨‍👩‍👧‍👦 paid 9 yuan. No!"
    start, end = text.index("9"), text.index("n.") + 1
    segments = list(cut_segments(Document("a", "A", text), Place((0, end + 1), (start, end))))
    assert segments == [
        Segment("Zoe\u0308 👨‍👩‍👧‍👦 paid ", cited=True, span=False, heading=None, furniture=False),
        Segment("9 yuan", cited=True, span=True, heading=None, furniture=False),
        Segment(".", cited=True, span=False, heading=None, furniture=False),
        Segment(" No!", cited=False, span=False, heading=None, furniture=False),
    ]


def test_many_headings_and_much_furniture_are_cut_in_one_go() -> None:
    count, line = 4000, "Head\nmenu\nText.\n"
    starts = range(0, count * len(line), len(line))
    document = Document(
        "a", "A", line * count,
        headings=tuple(Heading(n, n + 4, "Head", 1 + n % 2) for n in starts),
        furniture=tuple((n + 5, n + 9) for n in starts),
    )  # fmt: skip
    segments = list(cut_segments(document, None))
    assert "".join(segment.text for segment in segments) == document.text
    assert len(segments) == 4 * count
    found = [segment.heading for segment in segments if segment.text == "Head"]
    assert found == [1 + n % 2 for n in starts]
    assert {segment.text for segment in segments if segment.heading is None} == {
        "\n", "menu", "\nText.\n",
    }  # fmt: skip
    assert {segment.text for segment in segments if segment.furniture} == {"menu"}


@pytest.mark.parametrize(
    "cited",
    [
        None,
        (0, 8),
        (0, 12),
        *[(0, 5), (2, 4), (4, 8), (5, 18), (15, 17)],
    ],
)
def test_a_heading_keeps_its_level_where_a_quote_cuts_it(cited: tuple[int, int] | None) -> None:
    text = "One head\nText. Two head\n"
    headings = (Heading(0, 8, "One head", 1), Heading(15, 23, "Two head", 2))
    document = Document("a", "A", text, headings=headings)
    segments = cut_segments(document, Place(cited) if cited else None)
    levels = "".join(str(segment.heading or 0) * len(segment.text) for segment in segments)
    assert levels == "1" * 8 + "0" * 7 + "2" * 8 + "0"


MARKDOWN = """\
**Is \\*it\\* \\[a\\] \\`b\\` \\#c?**

“Two” \\<b\\> lines \\| 9\\_000 \\\\ yuan.[^1][^3]

[^1]: ““Two” \\<b\\> lines” — A \\*bold\\* title (2025-09-09), my\\_file.txt, characters 100-165
[^3]: “9\\_000 \\\\ yuan.” — B, b.txt, characters 7-9"""


def test_markdown_says_the_answer_and_nothing_else() -> None:
    (citation,) = AnswerBody.model_validate(EXAMPLE).citations
    words = "“Two” <b>\r\n lines | 9_000 \\ yuan."
    body = AnswerBody.model_validate(
        {
            **EXAMPLE,
            "question": "Is *it* [a]\n`b` #c?",
            "answer": {"text": words, "parts": [{"text": words, "citations": [1, 3]}]},
            "citations": [
                citation.model_copy(update=changed)
                for changed in (
                    {"quote": "“Two” <b>\r\n lines", "document_title": "A *bold*\ntitle",
                     "document_id": "my_file.txt"},
                    {"number": 2, "quote": "of an alternative"},
                    {"number": 3, "quote": "9_000 \\ yuan.", "document_title": "B",
                     "document_id": "b.txt", "start": 7, "end": 9, "published": None},
                )
            ],
        }
    )  # fmt: skip
    assert render_markdown(body) == MARKDOWN
    assert render_markdown(body.model_copy(update={"answer": None})) == ""


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7*7 }}"


def test_hostile_documents_and_questions_are_shown_as_text(make: Maker) -> None:
    name = '"><script>alert(3)</script>.txt'
    document = Document(
        name, HOSTILE, f"{HOSTILE} glasses cost 9 yuan.", source="javascript:alert(4)",
        extra={HOSTILE: HOSTILE},
    )  # fmt: skip
    client = TestClient(create_app(make.assistant(document, threshold=0)), base_url=LOCAL)
    question = f"{HOSTILE} glasses cost?"
    body = client.post("/api/v1/query", json={"question": question}).json()
    assert body["status"] == "answered"
    for address in ("/documents", body["citations"][0]["href"]):
        check_harmless(client.get(address).text)
    page = client.get("/", params={"question": question}).text
    check_harmless(page)
    assert "{{ 7*7 }}" in html.unescape(page)


def test_hostile_words_that_answer_are_shown_as_text(make: Maker) -> None:
    document = Document("a.txt", "A", f"It costs {HOSTILE} today.")
    client = TestClient(create_app(assistant_of(make, {HOSTILE: 1.0}, document)), base_url=LOCAL)
    (citation,) = client.get("/api/v1/query?question=x").json()["citations"]
    assert citation["answer_start"] == 9
    for address in ("/?question=x", citation["href"]):
        page = client.get(address).text
        check_harmless(page)
        (strong,) = re.findall(r"<strong[^>]*>(.*?)</strong>", page)
        assert strip_tags(strong) == HOSTILE


def check_harmless(page: str) -> None:
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
    assert "49" not in re.sub(r"&#?\w+;", "", page)
