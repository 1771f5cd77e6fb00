"""A person's way through the pages, in a real browser."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ViewportSize

from assistant.serve.app import create_app
from assistant.settings import Settings
from tests.browser.visiting import ANSWER, BEHIND, DESKTOP, PHONE, QUARK, served, visit
from tests.conftest import ARTICLE_ID


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_question_is_asked_and_its_citation_followed(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(address)
        page.get_by_role("textbox", name="Question").fill(QUARK)
        page.get_by_role("button", name="Ask").click()
        assert page.locator(".answer .words").inner_text() == ANSWER
        assert page.get_by_role("textbox", name="Question").input_value() == QUARK
        assert "Read 10 of 40 passages in 1 document" in page.locator("main").inner_text()
        page.locator(".answer").get_by_role("link", name="1").click()
        assert page.url.endswith("#citation-1")
        page.get_by_role("link", name="Open in the document").first.click()
        mark = page.locator("mark")
        assert "".join(mark.all_text_contents()) == ANSWER
        box = page.locator("#cited").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= viewport["height"]
        assert page.locator("#text").text_content() == article_text()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_span_is_answered_and_marked_stronger_than_its_sentence(
    browser: Browser, span_address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(f"{span_address}/?question={quote(QUARK)}")
        assert page.locator(".answer .words").inner_text() == "2,999 yuan"
        assert page.locator(".confidence").inner_text().startswith("Confidence 83\xa0%, ")
        assert page.locator("#citation-1 q").text_content() == ANSWER
        assert page.locator("#citation-1 q strong").text_content() == "2,999 yuan"
        page.locator("summary", has_text="Other candidates").click()
        assert page.locator("#citation-2 .words").inner_text() == "Song Gang"
        assert page.locator("#citation-2 .quiet").inner_text() == "Confidence 31\xa0%"
        page.locator("#citation-1").get_by_role("link", name="Open in the document").click()
        assert page.locator("mark").text_content() == ANSWER
        assert page.locator("mark strong").text_content() == "2,999 yuan"
        behind = [page.locator(name).evaluate(BEHIND) for name in ("main", "mark", "mark strong")]
        assert len(set(behind)) == 3
        box = page.locator("mark strong").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= viewport["height"]
        assert page.locator("#text").text_content() == article_text()


def article_text() -> str:
    path = Path(__file__).parents[2] / "corpus" / ARTICLE_ID
    return path.read_bytes().decode()


def test_a_sample_question_is_answered(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(address)
        page.get_by_role("link", name=QUARK).click()
        assert page.locator(".answer .words").inner_text() == ANSWER


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_unanswerable_question_gets_the_closest_passages(
    browser: Browser, address: str, viewport: ViewportSize
) -> None:
    with visit(browser, viewport) as page:
        page.goto(f"{address}/?question=Who+won+the+2022+World+Cup%3F")
        assert page.get_by_role("heading", name="The documents do not say").is_visible()
        assert page.locator(".answer").count() == 0
        page.get_by_role("link", name="Open in the document").first.click()
        assert page.locator("mark").count() >= 1


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
        assert page.get_by_role("heading", name="There is no index yet").is_visible()
        assert page.locator("code", has_text="assistant index").is_visible()


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/documents")
        page.goto(address)
        page.keyboard.press("/")
        page.keyboard.type("Who is Song Gang?")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?question=*")
        assert "Song Gang" in page.locator(".answer .words").inner_text()


def test_an_answer_is_copied_with_its_citations(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/?question={quote(QUARK)}")
        page.get_by_role("button", name="Copy with citations").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("#markdown").input_value()
        assert f"{ANSWER}[^1]" in copied
        assert f"[^1]: “{ANSWER}” — The entry of Xiaomi" in copied


def test_a_span_is_copied_with_its_sentence(browser: Browser, span_address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{span_address}/?question={quote(QUARK)}")
        page.get_by_role("button", name="Copy with citations").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "\n\n2,999 yuan[^1]\n\n" in copied
        assert f"[^1]: “{ANSWER}” — The entry of Xiaomi" in copied
