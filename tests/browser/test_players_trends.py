"""A person's way to players and figures, in a real browser."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from assistant.pages.app import create_app
from tests.browser.visiting import click, press, resize, served, visit
from tests.conftest import Maker
from tests.test_overview import DOCUMENTS, PLAYERS
from tests.test_overview_series import with_table

WIDTHS = (320, 375, 768, 1440, 2560)
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
TABLET: ViewportSize = {"width": 768, "height": 1024}
VISITS = [(DESKTOP, True), (TABLET, False), (PHONE, False)]
LONG = "Sales of glasses with a display, of every make and in all markets that are counted"
DAYS = [(f"{day} May 2024", str(day * day)) for day in range(1, 31)]


@pytest.fixture(scope="module")
def trends(shared_make: Maker) -> Iterator[str]:
    """Where documents with series are served."""
    tables = with_table(("Day", LONG), *DAYS)
    with served(create_app(shared_make.assistant(*DOCUMENTS, tables, players=PLAYERS))) as found:
        yield found


@pytest.mark.parametrize(("viewport", "javascript"), VISITS, ids=["desktop", "tablet", "phone"])
def test_a_player_is_found_and_its_sentence_followed(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(address)
        click(page.get_by_role("link", name="Players"))
        page.get_by_role("searchbox", name="Search players").fill("xiao")
        click(page.get_by_role("button", name="Search"))
        expect(page.locator(".player a")).to_have_text(["Xiaomi", "Xiaoai"])
        click(page.get_by_role("link", name="Xiaomi", exact=True))
        expect(page.locator("h1")).to_have_text("Xiaomi")
        first = page.locator(".sentences q").first.text_content()
        assert first is not None
        assert first.startswith("Xiaomi started to contact and research smart glasses")
        together = page.locator("section", has_text="Named in one sentence with")
        expect(together.locator(".players li").first).to_contain_text("Like Xiaomi, Alibaba")
        page.locator(".folded summary").click()
        expect(page.locator(".mentions li")).to_have_count(34)
        assert is_as_wide_as_its_window(page)
        click(page.locator(".sentences a").first)
        assert page.locator("mark").text_content() == first
        expect(page.locator("mark strong")).to_have_text("Xiaomi")
        expect(page.locator("mark strong")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("viewport", "javascript"), VISITS, ids=["desktop", "tablet", "phone"])
def test_figures_are_chosen_and_followed(
    browser: Browser, address: str, viewport: ViewportSize, javascript: bool
) -> None:
    with visit(browser, viewport, javascript=javascript) as page:
        page.goto(f"{address}/trends")
        page.get_by_text("Choose player, measure and period").click()
        page.get_by_role("textbox", name="Measure").fill("battery life")
        page.get_by_role("combobox", name="Unit").select_option("h")
        button = page.get_by_role("button", name="Show")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] < 60  # one line
        click(button)
        compared = page.get_by_role("article", name="Battery life")
        expect(compared.locator("tbody th")).to_have_text(["Xiaomi", "Ray-Ban Meta"])
        assert is_as_wide_as_its_window(page)
        table = page.get_by_role("region", name="Figures", exact=True)
        expect(table.locator("tbody th")).to_have_text(["8.6 hours", "4 - hour"])
        click(table.get_by_role("link", name="4 - hour"))
        expect(page.locator("mark strong")).to_have_text("4 - hour")
        expect(page.locator("mark strong")).to_be_in_viewport(ratio=1)


def test_trends_fit_every_width_and_nothing_overprints(browser: Browser, trends: str) -> None:
    with visit(browser, PHONE) as page:
        page.goto(f"{trends}/trends")
        page.locator(".choice summary").click()
        page.locator(".series summary").first.click()
        for width in WIDTHS:
            resize(page, width)
            assert is_as_wide_as_its_window(page), width
            card = page.locator(".series").first
            boxes = [
                card.locator(part).bounding_box()
                for part in ("h3", ".origin", ".change", ".plot", ".axis", "details")
            ]
            for above, below in pairwise(boxes):
                assert above is not None
                assert below is not None
                assert above["y"] + above["height"] <= below["y"] + 0.5, width
                assert above["x"] + above["width"] <= width
        page.goto(f"{trends}/zh/trends?metric=sales")
        resize(page, 320)
        assert is_as_wide_as_its_window(page)


def test_a_point_is_reached_by_keyboard_and_followed(browser: Browser, trends: str) -> None:
    with visit(browser, DESKTOP, dark=True) as page:
        page.goto(f"{trends}/trends?metric=shipment")
        page.locator(".change a").last.focus()
        page.keyboard.press("Tab")
        point = page.locator(".plot a:focus")
        expect(point).to_have_attribute("aria-label", "1 million units, 2023")
        ring = point.locator(".dot").evaluate("(dot) => getComputedStyle(dot).stroke")
        assert ring == "rgb(138, 180, 255)"  # the colour of focus in the dark
        page.keyboard.press("Tab")
        expect(point).to_have_attribute("aria-label", "2 million units (expected), 2024")
        press(page, "Enter")
        expect(page.locator("mark strong")).to_have_text("2 million units")


def test_a_question_about_a_player_is_asked_from_its_page(browser: Browser, address: str) -> None:
    with visit(browser, PHONE, javascript=False) as page:
        page.goto(f"{address}/players/quark")
        link = page.get_by_role("link", name="What is Quark?")
        assert link.get_attribute("href") == "/?question=What%20is%20Quark%3F"
        page.get_by_role("textbox", name="Ask about Quark").fill("How heavy is Quark?")
        press(page, "Enter")
        expect(page).to_have_url(f"{address}/?question=How+heavy+is+Quark%3F")


def is_as_wide_as_its_window(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wide
