"""What stands out from what, on the screen and on paper, in a real browser."""

from urllib.parse import quote

from playwright.sync_api import Browser, Locator

from tests.browser.visiting import BEHIND, QUARK, follow, visit


def test_a_span_stands_out_on_paper_and_in_forced_colors(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/?question={quote(QUARK)}")
        for pages_strong in ("q strong", "mark strong"):
            strong = page.locator(pages_strong).first
            page.emulate_media(media="print")
            check_stands_out(strong)
            line = "(element) => getComputedStyle(element).textDecorationThickness"
            assert strong.evaluate(line) == "3px"  # printers may leave out what is behind
            page.emulate_media(media="screen", forced_colors="active")
            check_stands_out(strong)
            page.emulate_media(forced_colors="none")
            if pages_strong == "q strong":
                follow(page.get_by_role("link", name="Open in the document").first)


def check_stands_out(strong: Locator) -> None:
    assert strong.evaluate("(element) => getComputedStyle(element).fontWeight") == "700"
    assert strong.evaluate(BEHIND) != strong.locator("..").evaluate(BEHIND)
