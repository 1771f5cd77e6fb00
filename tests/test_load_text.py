"""Plain text: title, headings, boilerplate, date; lines with a date in Markdown too."""

from datetime import date

import pytest

from assistant.load import load_corpus
from assistant.load.markdown import load_markdown
from assistant.load.text import load_text
from tests.conftest import ARTICLE_ID, CORPUS
from tests.loading import slices


def test_the_article_is_separated_from_its_boilerplate() -> None:
    corpus = load_corpus(CORPUS)
    (article,) = corpus.documents
    assert article.id == ARTICLE_ID
    assert article.text.encode() == (CORPUS / ARTICLE_ID).read_bytes()
    assert article.title == (
        "The entry of Xiaomi and Alibaba is changing the situation of the AI "
        '"hundred-mirror battle".'
    )
    assert article.published == date(2025, 9, 9)
    assert article.boilerplate == ((0, 11), (107, 133))
    headings, boilerplate = slices(article)
    assert boilerplate == ["HomeArticle", "新莓daybreak2025-09-09 15:19"]
    assert headings == [
        article.title,
        "Xiaomi's Initial Exploration of the Ecosystem",
        "Alibaba's Ambition for Terminal Devices",
        "The Intensifying Competition in the AI - Glasses Market",
    ]
    assert [file.path for file in corpus.skipped] == ["README.md"]
    assert len(corpus.questions) == 6


@pytest.mark.parametrize(
    ("text", "title", "published", "headings", "boilerplate"),
    [
        ("A first line\n\nThe text.", "A first line", None, ["A first line"], []),
        ("One sentence. Another one.", "x", None, [], []),
        ("A sentence stands first.\n\nAnd another.", "x", None, [], []),
        ("Title\nruns on\n\nText.", "x", None, [], []),
        ("Home > News > Technology\n\nTitle\n\nText.", "Title", None, ["Title"],
         ["Home > News > Technology"]),
        ("Title\r\n\r\nBy A. Writer, 9 September 2025\r\n\r\nText.", "Title", date(2025, 9, 9),
         ["Title"], ["By A. Writer, 9 September 2025"]),
        ("Title\n\nSales rose on 2025-09-09.\n", "Title", None, ["Title"], []),
        ("2024-02-30\n\nText.", "x", None, [], ["2024-02-30"]),
        ("Title\n\nText one.\n\nPart Two\n\nText two.\n\nA lone end", "Title", None,
         ["Title", "Part Two"], []),
        ("Sales of 2024-05-01\n\nText.", "Sales of 2024-05-01", None, ["Sales of 2024-05-01"], []),
        ("Menu\n\nA first line that is a sentence.\n\nText.", "x", None, [], ["Menu"]),
        ("A title line.\n\n2024-02-30\n\nText.", "A title line.", None, ["A title line."],
         ["2024-02-30"]),
    ],
)  # fmt: skip
def test_plain_text_is_recognised_by_its_layout(
    text: str, title: str, published: date | None, headings: list[str], boilerplate: list[str]
) -> None:
    document = load_text(text, "x.txt")
    assert (document.title, document.published) == (title, published)
    assert slices(document) == (headings, boilerplate)
    assert document.text == text


@pytest.mark.parametrize(
    ("line", "is_byline"),
    [
        ("Launch date: 2026-03-01", False),
        ("- Revenue 1,000 on 2024-05-01", False),
        ("Grew 9 May 2024", False),
        ("Some text 2024-01-01 here", False),
        ("Opened: 2024-05-01 10:00", False),
        ("Published: 2024-05-01", True),
        ("By A. Writer, 2024-05-01", True),
        ("A. Writer 2024-05-01 10:00", True),
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_a_line_with_a_date_below_a_title_is_a_byline_only_if_it_shows_it(
    name: str, line: str, is_byline: bool
) -> None:
    below = f"{line}\n\nText."
    if name == "x.txt":
        document = load_text(f"Title\n\n{below}", name)
    else:
        document = load_markdown(f"# Title\n\n{below}".encode(), name)
    assert document.title == "Title"
    assert slices(document)[1] == ([line] if is_byline else [])
    assert (document.published is not None) is is_byline


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("2. Opening hours\nThe office opens at nine on weekdays.", ["2. Opening hours"]),
        ("§ 4 Fees\nThe fee is 40 euros for a lost ticket.", ["§ 4 Fees"]),
        ("Section 3: Fees\nThe fee is 40 euros for a lost ticket,\nor more.", ["Section 3: Fees"]),
        ("It ends.\n2.1 Fees\nThe fee is 40 euros for a ticket.", ["2.1 Fees"]),
        ("LOST PROPERTY\nThings that are found are kept here.", ["LOST PROPERTY"]),
        ("Fees\nThe fee for a lost ticket is 40 euros.", ["Fees"]),
        ("Fees\n----\nnone", ["Fees\n----"]),
        # wrapped prose, lists, addresses, items with their text
        ("The fee for a lost ticket\nIs 40 euros, and more in May.", []),
        ("1. Flour\n2. Water\n3. Salt", []),
        ("Loom shop\n12 Mill Lane\nTel. 01 234", []),
        ("1. Mix the flour with water\nand let it rest for an hour.", []),
        ("so it is. And\n2. Fees\nshort", []),
        ("Monday 9-12\nTuesday 10-13 and on the way home", []),
    ],
)  # fmt: skip
def test_headings_stand_above_their_text_also_without_blank_lines(
    text: str, headings: list[str]
) -> None:
    assert slices(load_text(f"The title\n\n{text}\n\nIt ends.", "x.txt"))[0][1:] == headings


@pytest.mark.parametrize(
    ("text", "title", "boilerplate"),
    [
        ("Tram rules\nDate: 3 May 2024\n\nText.", "Tram rules", ["Date: 3 May 2024"]),
        ("Tram rules\nAuthor: X\nDate: 3 May 2024\n\nText.", "Tram rules", ["Date: 3 May 2024"]),
        ("Title: Tram rules\nDate: 3 May 2024\n\nText.", "Tram rules", ["Date: 3 May 2024"]),
        ("Tram rules\n==========\n3 May 2024\n\nText.", "Tram rules",
         ["==========", "3 May 2024"]),
        ("==========\nTram rules\n==========\n\nBy X, 3 May 2024\n\nText.", "Tram rules",
         ["==========", "==========", "By X, 3 May 2024"]),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_lines_below_a_title(
    text: str, title: str, boilerplate: list[str]
) -> None:
    document = load_text(text, "x.txt")
    assert (document.title, document.published) == (title, date(2024, 5, 3))
    assert slices(document) == ([title], boilerplate)
