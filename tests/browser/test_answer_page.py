"""Citations at their numbers, and the document next to the answer or over it, in a browser."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from assistant.api.access import HEADERS
from tests.answers import CHARTED, DISAGREEING, LISTED, REPHRASED, UNSURE
from tests.browser.visiting import ANSWER, QUARK, WIDE, click, resize, visit

PHONE: ViewportSize = {"width": 375, "height": 740}
TABLET: ViewportSize = {"width": 768, "height": 1024}
FIRST_QUOTE, SECOND_QUOTE = "Quark glasses cost 2,999 yuan.", "It cost 1,999 yuan in May."
PANES = "**/documents/**view=pane*"


def ask(page: Page, address: str, question: str) -> None:
    page.goto(f"{address}/?question={quote(question)}")


def find_pane(page: Page) -> Locator:
    return page.get_by_role("region", name="The document")


def find_number(page: Page, number: int) -> Locator:
    return page.locator(".answer, .abstained").get_by_role(
        "link", name=f"Citation {number}", exact=True
    )


def is_inside(inner: Locator, outer: Locator) -> bool:
    one, other = inner.bounding_box(), outer.bounding_box()
    assert one is not None
    assert other is not None
    return one["y"] >= other["y"] and one["y"] + one["height"] <= other["y"] + other["height"]


def test_the_document_next_to_the_answer_follows_the_citation(
    browser: Browser, address: str
) -> None:
    with visit(browser, WIDE) as page:
        ask(page, address, QUARK)
        expect(find_pane(page).locator("mark strong")).to_have_text("2,999 yuan")
        assert find_pane(page).locator("#cited").text_content() == ANSWER
        assert is_inside(find_pane(page).locator("#cited"), find_pane(page))
        assert page.evaluate("scrollY") == 0
        ask(page, address, LISTED.question)
        expect(find_pane(page).locator("#cited")).to_have_text(FIRST_QUOTE)
        find_number(page, 2).click()
        expect(find_pane(page).locator("#cited")).to_have_text(SECOND_QUOTE)
        expect(find_number(page, 2)).to_have_attribute("aria-current", "true")
        expect(page.locator(".citation.selected")).to_have_attribute("id", "citation-2")
        link = page.get_by_role("link", name="Open in the document, citation 1", exact=True)
        link.click()
        expect(find_pane(page).locator("#cited")).to_have_text(FIRST_QUOTE)
        assert page.url == f"{address}/?question={quote(LISTED.question)}"
        expect(page.locator("#cited")).to_have_count(1)
        with page.context.expect_page() as opened:
            link.click(modifiers=["Control"])
        expect(opened.value).to_have_url(re.compile("#cited$"))
        assert "view=pane" not in opened.value.url
        page.emulate_media(media="print")
        expect(page.locator(".pane")).to_be_hidden()


def test_the_page_says_that_the_document_loads_and_that_it_failed(
    browser: Browser, address: str
) -> None:
    with visit(browser, WIDE) as page:
        held: list[Route] = []
        page.route(PANES, lambda route: held.append(route))
        ask(page, address, LISTED.question)
        expect(find_pane(page)).to_have_text("Loading the document…")
        expect(find_pane(page)).to_have_attribute("aria-busy", "true")
        while not held:
            page.wait_for_timeout(10)
        held.pop().fulfill(status=503, headers=HEADERS)
        expect(find_pane(page)).to_have_text(
            "The document could not be loaded. Open it on a page of its own"
        )
        expect(page.locator("[data-pane][aria-busy]")).to_have_count(0)
        click(find_pane(page).get_by_role("link"))
        expect(page.locator("mark")).to_have_text(FIRST_QUOTE)


def test_a_quote_is_shown_at_its_number_under_the_pointer(browser: Browser, address: str) -> None:
    with visit(browser, TABLET) as page:
        ask(page, address, LISTED.question)
        card = page.get_by_role("group", name="Citation 1")
        find_number(page, 1).hover()
        expect(card).to_be_visible()
        expect(card.locator("q")).to_have_text(FIRST_QUOTE)
        expect(page.locator("#main > :not(.reading) [id], .card [id]")).to_have_count(0)
        card.locator("q").hover()
        page.wait_for_timeout(400)  # longer than it takes to hide
        expect(card).to_be_visible()
        page.get_by_role("heading", level=1).hover()
        expect(card).to_be_hidden()
        find_number(page, 1).hover()
        expect(card).to_be_visible()
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()


def test_the_keyboard_opens_quotes_and_documents_and_gets_its_place_back(
    browser: Browser, address: str
) -> None:
    with visit(browser, TABLET) as page:
        ask(page, address, LISTED.question)
        number, card = find_number(page, 1), page.get_by_role("group", name="Citation 1")
        page.get_by_role("button", name="Ask").first.focus()
        page.keyboard.press("Tab")
        expect(number).to_be_focused()
        expect(card).to_be_visible()
        expect(number).to_have_accessible_description(
            "# Prices " + FIRST_QUOTE + " Nobody makes money."
        )
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        expect(number).to_be_focused()
        page.keyboard.press("Enter")
        expect(card).to_be_visible()
        page.keyboard.press("Tab")
        expect(card.get_by_role("link")).to_be_focused()
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        expect(number).to_be_focused()
        page.keyboard.press("Enter")
        expect(card).to_be_visible()
        page.keyboard.press("Tab")
        expect(card.get_by_role("link")).to_be_focused()
        page.keyboard.press("Enter")
        sheet = page.get_by_role("dialog", name="The document")
        expect(sheet.locator("#cited")).to_have_text(FIRST_QUOTE)
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(number).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        expect(find_number(page, 2)).to_be_focused()
        expect(page.get_by_role("group", name="Citation 2")).to_be_visible()


def test_on_a_phone_a_document_is_a_sheet_that_back_closes(browser: Browser, address: str) -> None:
    with visit(browser, PHONE, touch=True) as page:
        ask(page, address, UNSURE.question)
        asked = page.url
        find_number(page, 1).tap()
        card = page.get_by_role("group", name="Citation 1")
        expect(card).to_be_visible()
        find_number(page, 1).tap()
        expect(card).to_be_hidden()
        find_number(page, 1).tap()
        expect(card).to_be_visible()
        page.get_by_role("heading", level=1).tap()
        expect(card).to_be_hidden()
        link = page.locator("#citation-1").get_by_role("link", name="Open in the document")
        sheet = page.get_by_role("dialog", name="The document")
        for close in (page.go_back, sheet.get_by_role("button", name="Close").tap):
            link.tap()
            expect(sheet.locator("mark strong")).to_have_text("4 hours")
            close()
            expect(sheet).to_be_hidden()
            expect(link).to_be_focused()
            assert page.url == asked


@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_no_outcome_is_wider_than_its_window(
    browser: Browser, address: str, javascript: bool
) -> None:
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with visit(browser, javascript=javascript) as page:
        for answer in (LISTED, CHARTED, DISAGREEING, UNSURE):
            ask(page, address, answer.question)
            for width in (320, 375, 768, 1100, 2560):
                resize(page, width, 800)
                assert page.evaluate(wide) == 0, (answer.question, width)


def test_a_comparison_has_a_chart_and_is_downloaded_as_csv(browser: Browser, address: str) -> None:
    with visit(browser, TABLET, dark=True) as page:
        ask(page, address, CHARTED.question)
        image = page.get_by_role("img")
        image.evaluate("(element) => element.decode()")
        assert image.evaluate("(element) => element.naturalWidth") > 300
        assert "scheme=dark" in image.evaluate("(element) => element.currentSrc")
        with page.expect_download() as download:
            page.get_by_role("link", name="This table as CSV").click()
        assert download.value.suggested_filename == "answer.csv"
        assert download.value.path().read_text().startswith('"label","column","text","formula",')


@pytest.mark.parametrize("javascript", [True, False])
def test_a_rephrased_answer_says_so_and_opens_to_the_documents_words(
    browser: Browser, address: str, javascript: bool
) -> None:
    for viewport in (PHONE, WIDE):
        with visit(browser, viewport, javascript=javascript) as page:
            ask(page, address, REPHRASED.question)
            expect(page.locator(".answer .words")).to_have_text(
                ["Quark glasses cost 2,999 yuan.", "It cost 1,999 yuan in May."]
            )
            note = page.locator(".rephrased")
            expect(note).to_be_visible()
            expect(note).to_have_text("Written by model-1b-instruct from the sentences cited.")
            original = page.locator("details.original li .words")
            expect(original.first).to_be_hidden()
            page.get_by_text("In the documents’ own words").click()
            expect(original.first).to_be_visible()
            expect(original).to_have_text(["2,999 yuan", "1,999 yuan"])
