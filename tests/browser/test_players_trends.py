"""A person's way to players and figures, in a real browser."""

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from tests.browser.visiting import DESKTOP, visit

NARROW: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_player_is_found_and_its_sentence_followed(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(address)
        page.get_by_role("link", name="Players").click()
        page.get_by_role("link", name="Xiaomi", exact=True).click()
        assert page.locator("h1").inner_text() == "Xiaomi"
        first = page.locator(".sentences q").first.text_content()
        assert first is not None
        assert first.startswith("Xiaomi started to contact and research smart glasses")
        page.locator("summary").click()
        assert page.locator(".mentions li").count() == 34
        assert is_as_wide_as_its_window(page)
        page.locator(".sentences").get_by_role("link", name="Open in the document").first.click()
        assert page.locator("mark").text_content() == first
        assert page.locator("mark strong").text_content() == "Xiaomi"
        assert is_in_view(page.locator("mark strong"), viewport)


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_figures_are_chosen_drawn_and_followed(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(address)
        page.get_by_role("link", name="Trends").click()
        page.get_by_role("textbox", name="What is measured").fill("battery life")
        page.get_by_role("combobox", name="Unit").select_option("h")
        page.get_by_role("button", name="Show").click()
        image = page.get_by_role("img")
        assert image.get_attribute("alt") == (
            "Battery life. Xiaomi: 8.6 hours; Ray-Ban Meta: 4 - hour."
        )
        wait_until(page, "document.images[0].naturalWidth > 0")
        box = image.bounding_box()
        assert box is not None
        assert box["width"] <= viewport["width"]
        assert is_as_wide_as_its_window(page)
        table = page.get_by_role("region", name="Figures", exact=True)
        assert table.locator("tbody th").all_inner_texts() == ["8.6 hours", "4 - hour"]
        table.get_by_role("link", name="4 - hour").click()
        assert page.locator("mark strong").text_content() == "4 - hour"
        assert is_in_view(page.locator("mark strong"), viewport)


def test_the_chart_is_another_in_the_dark_and_itself_on_paper(
    browser: Browser, address: str
) -> None:
    with visit(browser, dark=True) as page:
        page.goto(f"{address}/trends?unit=h")
        wait_until(page, "document.images[0].naturalWidth > 0")
        assert page.evaluate("document.images[0].currentSrc").endswith("scheme=dark")
        page.emulate_media(media="print")
        wait_until(page, "document.images[0].currentSrc.endsWith('unit=h')")
        chart = page.evaluate("document.images[0].currentSrc")
        page.goto(chart)  # by itself, where the policy forbids styles
        assert page.evaluate("document.documentElement.tagName") == "svg"
        fills = "[...document.querySelectorAll('path')].map((p) => getComputedStyle(p).fill)"
        assert page.evaluate(fills)[0] == "rgb(255, 255, 255)"


def wait_until(page: Page, holds: str) -> None:
    """Playwright's own waiting needs an eval that the pages' policy forbids."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)


def is_as_wide_as_its_window(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wide


def is_in_view(place: Locator, viewport: ViewportSize) -> bool:
    box = place.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= viewport["height"]
