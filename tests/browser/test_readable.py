"""What stands out from what, on the screen and on paper, in a real browser."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize

from tests.answers import EVERY
from tests.browser.visiting import BEHIND, DESKTOP, PHONE, QUARK, follow, visit
from tests.conftest import ARTICLE_ID, ROOT

GUIDE = ROOT / "web" / "guide"


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


CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const low = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility()) continue;
    seen += 1;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push([e.className, walk.currentNode.data.trim().slice(0, 30), ratio]);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return {low, seen, wide, headings: document.querySelectorAll("h1").length};
}"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_readable(
    browser: Browser, address: str, viewport: ViewportSize, dark: bool
) -> None:
    """WCAG AA: text stands out 4.5 to 1 from what is behind it, and nothing overflows."""
    with visit(browser, viewport, dark=dark) as page:
        asked = (QUARK, *(answer.question for answer in EVERY), "x" * 2001)
        questions = [f"/?question={quote(text)}" for text in asked]
        moved = f"/documents/{ARTICLE_ID}?start=0&end=11&quote=x"
        paths = (
            "/",
            *questions,
            f"{questions[0]}&explain=1&as_of=2025-03-01",
            "/players",
            "/players/xiaomi",
            "/trends",
            "/documents",
            moved,
            "/docs",
            "/guide",
            *(f"/guide/{path.stem}" for path in GUIDE.glob("[a-z]*.md")),
            "/none",
        )
        page.goto(f"{address}{questions[0]}")
        marked = page.locator(".open").first.get_attribute("href")
        for path in (*paths, marked):
            page.goto(f"{address}{path}")
            page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
            found = page.evaluate(CONTRAST)
            assert found["seen"] > 5
            assert found["low"] == [], path
            assert found["wide"] <= 0, path
            assert found["headings"] == 1, path
