from datetime import date
from pathlib import Path

import pytest

from assistant.errors import LoadError
from assistant.load.html import load_page
from tests.loading import slices


def test_html_is_laid_out_as_text_with_menus_as_boilerplate() -> None:
    page = """<?xml version="1.0" encoding="utf-8"?><html><head><title>T | Site</title>
    <link rel="canonical" href="https://example.org/a"><style>p{}</style>
    <meta property="article:published_time" content="2025-09-09T10:00"></head><body>
    <nav>Home <a>x</a></nav><article><h1>My <b>Title</b></h1><p>Para &amp; one.</p>
    <script>alert(1)</script><h2>Section 👍</h2><p>Para two.</p></article>
    <footer>Foot</footer></body></html>"""
    document = load_page(page, "x.html")
    assert (document.title, document.published) == ("My Title", date(2025, 9, 9))
    assert document.source == "https://example.org/a"
    assert slices(document) == (["My Title", "Section 👍"], ["Home x", "Foot"])
    assert "Para & one." in document.text
    assert "alert" not in document.text


@pytest.mark.parametrize("page", ["", "   ", "<html></html>", "<p> </p>", "<!-- -->"])
def test_html_without_text_is_refused(page: str) -> None:
    with pytest.raises(LoadError, match=r"x\.html has no text"):
        load_page(page, "x.html")


def test_a_script_address_is_not_a_source() -> None:
    page = '<link rel="canonical" href="javascript:alert(1)"><p>Text.</p>'
    assert load_page(page, "x.html").source is None


@pytest.mark.parametrize(
    ("page", "text", "boilerplate"),
    [
        ("<nav>Menu words</nav><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<footer>Menu words</footer><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<aside>Menu words</aside><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<div role=navigation>Menu words</div><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<nav>A<aside>B</aside></nav><p>Text.</p>", "A B Text.", ["A B"]),
        ("<p>On <time>9 May 2024</time> Xiaomi sold <button>1,999</button> glasses.</p>",
         "On 9 May 2024 Xiaomi sold 1,999 glasses.", []),
        ("<p>Text <form>in a form</form></p>", "Text in a form", []),
        ("<header><p>Text.</p></header>", "Text.", []),
        ("<body><form><p>All of it.</p></form></body>", "All of it.", []),
    ],
)  # fmt: skip
def test_only_menus_and_the_like_are_boilerplate(
    page: str, text: str, boilerplate: list[str]
) -> None:
    document = load_page(page, "x.html")
    assert " ".join(document.text.split()) == text
    assert [" ".join(piece.split()) for piece in slices(document)[1]] == boilerplate


@pytest.mark.parametrize("page", ["<nav>Home</nav>", "<nav>A</nav>\n<footer>B</footer>"])
def test_a_page_of_menus_is_refused(page: str) -> None:
    with pytest.raises(LoadError, match=r"x\.html has menus and no content: save the article's"):
        load_page(page, "x.html")


def test_headings_of_a_menu_are_not_headings_of_the_page() -> None:
    page = "<nav><h1>Site</h1><h2>Menu</h2></nav><h1>Title</h1><p>Text.</p>"
    document = load_page(page, "x.html")
    assert (document.title, slices(document)[0]) == ("Title", ["Title"])


@pytest.mark.parametrize(
    "mark",
    [
        '<meta property="article:published_time" content="2024-05-09T10:00">',
        '<meta name="date" content="2024-05-09">',
        '<time datetime="2024-05-09">yesterday</time>',
        "<time>9 May 2024</time>",
        '<meta name="DC.date.issued" content="2024-05-09">',
        '<meta name="created" content="2024-05-09T10:00:00">',
        '<meta itemprop="datePublished" content="2024-05-09">',
        '<span itemprop="datePublished" datetime="2024-05-09">x</span><time>1 May 2020</time>',
        '<script type="application/ld+json">{"@graph": [{"datePublished": "2024-05-09T08:00Z"}]}'
        "</script><time>1 May 2020</time>",
    ],
)
def test_the_date_of_a_page_comes_from_its_metadata_or_its_times(mark: str) -> None:
    assert load_page(f"{mark}<p>Text.</p>", "x.html").published == date(2024, 5, 9)


def test_a_page_with_several_highest_headings_has_its_title_element_as_title() -> None:
    page = "<title>The\n book</title><h1>One</h1><p>x</p><h1>Two</h1><p>y</p>"
    assert load_page(page, "x.html").title == "The book"
    assert load_page(page.replace("<h1>Two</h1>", ""), "x.html").title == "One"


def test_the_words_code_and_terms_of_a_shop_are_whole() -> None:
    case = Path(__file__).parent / "data/cases/html-inline-and-code/corpus/shop.html"
    assert load_page(case.read_text(), "shop.html").text.split("\n\n") == [
        "Loom shop",
        "The linen warp costs 24.90 euros a kilo.",
        "# start the loom\nloomctl start\n# stop the loom\nloomctl stop",
        "Shuttle: carries the weft",
        "Reed: beats the cloth",
    ]


def test_the_number_of_a_reef_is_apart_from_its_note() -> None:
    case = Path(__file__).parent / "data/cases/superscript-numbers/corpus/reef.html"
    text = load_page(case.read_text(), "reef.html").text
    assert text == "Reef\n\nThe reef of Ansa has 1,250 [3] coral colonies."


def test_a_date_without_a_day_is_kept_in_words() -> None:
    page = '<meta name="citation_publication_date" content="2024"><p>Text of 9 pages.</p>'
    document = load_page(page, "x.html")
    assert (document.published, document.dated) == (date(2024, 1, 1), "2024")
