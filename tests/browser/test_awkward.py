"""Hostile and awkward documents in a real browser."""

from urllib.parse import quote

from playwright.sync_api import Browser

from assistant.records import Document
from assistant.serve.app import create_app
from tests.browser.visiting import served, visit
from tests.conftest import AWKWARD_TEXT, Maker
from tests.test_schema import assistant_of

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "</textarea></mark></title><script>alert(4)</script>\"' onmouseover=alert(5) x={{ 7*7 }}"
)


def test_scripts_in_documents_and_questions_never_run(browser: Browser, make: Maker) -> None:
    text = f"{HOSTILE} The glasses cost 9 yuan. ![](http://elsewhere.example/x.png)"
    document = Document(
        "a/<script>alert(6)</script>.txt", HOSTILE, text, source="javascript:alert(7)",
        extra={HOSTILE: HOSTILE},
    )  # fmt: skip
    app = create_app(make.assistant(document, threshold=0))
    with served(app) as address, visit(browser) as page:
        question = f"{HOSTILE} glasses cost?"
        page.goto(f"{address}/?question={quote(question)}")
        words = page.locator(".answer .words").inner_text()
        assert " ".join(words.split()) in " ".join(text.split())
        assert page.get_by_role("textbox", name="Question").input_value() == question
        page.get_by_role("link", name="Open in the document").first.click()
        assert page.locator("#text").text_content() == text
        page.goto(f"{address}/documents")
        assert page.locator("script").count() == 1  # page.js and no other
        assert page.locator("a[href^=javascript]").count() == 0


def test_an_awkward_text_is_marked_exactly(browser: Browser, make: Maker) -> None:
    document = Document("awkward.txt", "Awkward", AWKWARD_TEXT)
    app = create_app(make.assistant(document, threshold=0))
    with served(app) as address, visit(browser) as page:
        for question in ("How many yuan did the family pay?", "Zoë lenses days?", "سعرها ألف يوان"):
            page.goto(f"{address}/?question={quote(question)}")
            words = page.locator(".answer .words").text_content()
            assert words
            assert words in AWKWARD_TEXT
            page.get_by_role("link", name="Open in the document").first.click()
            assert "".join(page.locator("mark").all_text_contents()) == words


def test_a_span_behind_awkward_characters_is_marked_exactly(browser: Browser, make: Maker) -> None:
    document = Document("awkward.txt", "Awkward", AWKWARD_TEXT)
    for words in (
        "The family 👨‍👩‍👧‍👦",
        "1,999 yuan",
        "the glasses.",
        "Zoe\u0308",
        "１２ days",
        "ألف",
    ):
        app = create_app(assistant_of(make, {words: 1.0}, document))
        with served(app) as address, visit(browser) as page:
            page.goto(f"{address}/?question=Who+paid%3F")
            assert page.locator(".answer .words").text_content() == words
            assert page.locator("#citation-1 q strong").text_content() == words
            page.get_by_role("link", name="Open in the document").first.click()
            assert page.locator("mark strong").text_content() == words
            assert page.locator("#text").text_content() == AWKWARD_TEXT
