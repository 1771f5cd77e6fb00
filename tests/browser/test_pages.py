"""A person's way through the pages, in a real browser."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.answers import ABSENT, ANSWERED, DECIDED, UNSURE
from tests.browser.visiting import (
    ANSWER,
    BEHIND,
    DESKTOP,
    PHONE,
    QUARK,
    click,
    follow,
    press,
    served,
    visit,
)
from tests.conftest import ARTICLE_ID


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_question_is_asked_and_its_citation_followed(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(address)
        page.get_by_role("textbox", name="Question").fill(QUARK)
        click(page.get_by_role("button", name="Ask").first)
        assert page.locator(".answer .words").inner_text() == "2,999 yuan"
        assert page.get_by_role("textbox", name="Question").first.input_value() == QUARK
        likely = page.locator(".likelihood")
        assert likely.inner_text() == "Very likely"
        likely.locator("summary").click()
        expect(likely.locator("p").first).to_be_visible()
        assert "that this is right is 83\xa0%." in likely.inner_text()
        assert "Read 10 of 40 passages in 1 document." in page.locator("main").inner_text()
        if not javascript:
            page.locator(".answer").get_by_role("link", name="1").click()
            expect(page).to_have_url(re.compile("#citation-1$"))
            expect(page.get_by_role("region", name="The document")).to_be_hidden()
            assert page.locator("main").evaluate("(main) => main.offsetWidth") < 800
        assert page.locator("#citation-1 q").text_content() == ANSWER
        assert page.locator("#citation-1 q strong").text_content() == "2,999 yuan"
        page.locator("summary", has_text="Other candidates").click()
        expect(page.locator("#citation-2 q")).to_be_visible()
        assert page.locator("#citation-2 q").inner_text() == "Song Gang"
        assert page.locator("#citation-2 > .quiet").inner_text() == "Confidence 31\xa0%"
        numbers = page.locator("#citation-2").evaluate(
            "(element) => getComputedStyle(element, '::before').content"
        )
        assert numbers == '"2"'
        follow(page.locator("#citation-1").get_by_role("link", name="Open in the document"))
        assert page.locator("mark").text_content() == ANSWER
        assert page.locator("mark strong").text_content() == "2,999 yuan"
        behind = [page.locator(name).evaluate(BEHIND) for name in ("main", "mark", "mark strong")]
        assert len(set(behind)) == 3
        expect(page.locator("mark strong")).to_be_in_viewport(ratio=1)
        assert page.locator("#text").text_content() == article_text()


def article_text() -> str:
    path = Path(__file__).parents[2] / "corpus" / ARTICLE_ID
    return path.read_bytes().decode()


def test_a_sample_question_is_answered(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(address)
        click(page.get_by_role("link", name=QUARK))
        assert page.locator(".answer .words").inner_text() == "2,999 yuan"


SIZE = "(element) => parseFloat(getComputedStyle(element).fontSize)"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_what_is_not_sure_is_shown_smaller_with_its_source_and_marks(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(f"{address}/?question={quote(ANSWERED.question)}")
        answered = page.locator(".answer .words").evaluate(SIZE)
        page.goto(f"{address}/?question={quote(UNSURE.question)}")
        expect(page.get_by_role("heading", name="Not sure. The closest:")).to_be_visible()
        expect(page.locator(".answer")).to_have_count(0)
        guess = page.locator(".guess .words")
        assert guess.inner_text() == "4 hours"
        assert guess.evaluate(SIZE) < answered
        marks = page.locator(".passages mark")
        assert marks.all_text_contents() == ["A battery lasts 4 hours.", "Nobody makes money."]
        expect(marks.first).to_be_visible()
        assert marks.first.evaluate(BEHIND) != page.locator("main").evaluate(BEHIND)
        follow(page.locator("#citation-1").get_by_role("link", name="Open in the document"))
        assert page.locator("mark strong").text_content() == "4 hours"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_not_in_the_documents_gets_the_closest_passages(
    browser: Browser, address: str, viewport: ViewportSize
) -> None:
    with visit(browser, viewport) as page:
        page.goto(f"{address}/?question={quote(ABSENT.question)}")
        expect(page.get_by_role("heading", name="Not in the documents")).to_be_visible()
        expect(page.locator(".answer, .guess")).to_have_count(0)
        expect(page.locator(".passages mark").first).to_be_visible()
        follow(page.get_by_role("link", name="Open in the document").first)
        expect(page.locator("mark")).to_have_count(1)
        page.go_back()
        click(page.get_by_role("link", name="What the documents say about Quark"))
        assert page.locator("h1").inner_text() == "Quark"


@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_the_day_of_a_question_stays_for_the_next(
    browser: Browser, address: str, javascript: bool
) -> None:
    with visit(browser, javascript=javascript) as page:
        page.goto(f"{address}/?as_of=2025-03-01")
        page.get_by_role("textbox", name="Question").fill(QUARK)
        click(page.get_by_role("button", name="Ask").first)
        assert "As of 1 March 2025" in page.locator("main").inner_text()
        click(page.get_by_role("link", name="How it was found"))
        assert "as_of=2025-03-01" in page.url
        assert "As of 1 March 2025" in page.locator("main").inner_text()
        expect(page.locator("#explanation")).to_be_visible()


def test_a_question_that_can_not_be_asked_says_why(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/?question={'x' * 2001}")
        assert "The question has 2,001 characters" in page.locator("#problem").inner_text()


def test_what_is_not_there_has_a_page_too(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/documents/none.txt")
        assert "No document 'none.txt'" in page.locator("main").inner_text()


def test_without_an_index_the_page_says_how_to_build_it(browser: Browser, tmp_path: Path) -> None:
    settings = Settings(indexes=tmp_path)
    with served(create_app(settings=settings)) as address, visit(browser) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="There is no index yet")).to_be_visible()
        expect(page.locator("code", has_text="assistant index")).to_be_visible()


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/documents")
        page.goto(address)
        page.keyboard.press("/")
        expect(page.get_by_role("textbox", name="Question")).to_be_focused()
        page.keyboard.type(DECIDED.question)
        press(page, "Enter")
        assert page.url.startswith(f"{address}/?question=")
        assert page.locator(".answer").inner_text().startswith("No.\n")


def test_an_answer_is_copied_with_its_citations(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        for question, words, cited in (
            (QUARK, "2,999 yuan[^1]", f"[^1]: “{ANSWER}” — The entry of Xiaomi"),
            (UNSURE.question, "Not sure. The closest:\n\n4 hours[^1]", "[^1]: “A battery lasts"),
        ):
            page.goto(f"{address}/?question={quote(question)}")
            page.get_by_role("button", name="Copy with citations").click()
            expect(page.locator("[data-copied]")).to_have_text("Copied")
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied == page.locator("#markdown").input_value()
            assert f"\n\n{words}\n\n" in copied
            assert cited in copied
