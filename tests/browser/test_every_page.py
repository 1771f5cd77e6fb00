"""What holds for every page of PLACES, in its window of any width."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import html
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.places import ALIKE, PLACES
from tests.browser.visiting import find_violations, resize, visit

HERE = Path(__file__).parent
LAYOUT, CONTRAST, FOCUS, SAME = (
    (HERE / f"{name}.js").read_text(encoding="utf-8")
    for name in ("layout", "contrast", "focus", "same")
)
WIDTHS = (320, 375, 640, 768, 1440, 2560)  # 640: a window of 1280 px at 200 % zoom
THEMES = ((375, "dark"), (1440, "light"))
MAIN_CONTROLS = (
    "button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea, summary, "
    "header a, nav a, .more a, .actions a, .samples a"
)


class Opened(NamedTuple):
    """A page that is open, what was served for it, and the browser's protocol."""

    name: str
    page: Page
    served: bytes
    protocol: CDPSession

    def show(self, width: int, scheme: str = "light") -> None:
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        resize(self.page, width)
        wait_for_document(self.page)

    def find_layout_faults(
        self, widths: Iterable[int], *, enlarged: bool = False
    ) -> list[tuple[str, str]]:
        found = []
        for width in widths:
            self.show(width)
            faults = self.page.evaluate(LAYOUT, {"main": MAIN_CONTROLS, "enlarged": enlarged})
            found += [(f"{width} px", fault) for fault in faults]
        return found

    def expect(self, found: Iterable[tuple[str, str]]) -> None:
        """That nothing was found."""
        assert [f"{self.name}, {view}: {fault}" for view, fault in found] == []


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    with visit(browser) as page:
        yield page


def wait_for_document(page: Page) -> None:
    """Until the document next to an answer is there, which a wider window loads."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
    expect(page.locator("[data-pane][aria-busy]")).to_have_count(0)


@pytest.fixture(scope="module", params=PLACES)
def opened(request: pytest.FixtureRequest, window: Page, sites: dict[str, str]) -> Opened:
    """Each page in turn, opened once for all its tests, in their order."""
    place = PLACES[request.param]
    resize(window, 1440)
    response = window.goto(sites[place.site] + place.path)
    assert response is not None
    wait_for_document(window)
    return Opened(request.param, window, response.body(), window.context.new_cdp_session(window))


def test_what_is_served_has_no_inline_style_or_script(opened: Opened) -> None:
    tree = html.document_fromstring(opened.served)
    assert tree.xpath("//style | //script[not(@src)] | //*[@style]") == []
    assert [name for tag in tree.iter("*") for name in tag.attrib if name.startswith("on")] == []
    assert tree.xpath("//*[starts-with(@href, 'javascript:')]") == []


def test_the_focus_goes_through_all_controls_and_shows(opened: Opened) -> None:
    page = opened.page
    controls = page.evaluate(FOCUS)
    dates = page.locator("input[type=date]").count()
    wanted = min(25, len(controls)) if opened.name in ALIKE else len(controls)
    for press in range(2 * len(controls) + 4 * dates):  # some open what has a control, too
        page.keyboard.press("Tab")
        if press >= wanted - 1 and page.evaluate("focused.length") >= wanted:
            break
    focused = page.evaluate("focused")[: len(controls)]
    # A page that opens at marked text has the focus there, and comes to its top after its end.
    order = [*range(focused[0], len(controls)), *range(focused[0])]
    assert focused == order[: len(focused)], controls
    assert len(focused) >= wanted
    assert page.evaluate("unseen") == []
    page.evaluate("document.activeElement.blur()")


def test_all_but_what_is_scripted_is_there_without_javascript(opened: Opened) -> None:
    opened.expect([("", fault) for fault in opened.page.evaluate(SAME)])


def test_axe_finds_nothing_in_any_theme(opened: Opened) -> None:
    opened.page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
    found = []
    for width, scheme in THEMES[:1] if opened.name in ALIKE else THEMES:
        opened.show(width, scheme)
        faults = find_violations(opened.page)
        found += [(f"{width} px, {scheme}", fault) for fault in faults]
    opened.expect(found)


def test_text_stands_out_in_any_theme(opened: Opened) -> None:
    """WCAG AA: 4.5 to 1 from what is behind it, measured without what axe can't decide."""
    for width, scheme in THEMES:
        opened.show(width, scheme)
        found = opened.page.evaluate(CONTRAST)
        assert found["low"] == []
        assert found["seen"] > 5
        assert found["headings"] == 1


def test_nothing_overflows_overlaps_breaks_or_is_small(opened: Opened) -> None:
    widths = (320, 1440) if opened.name in ALIKE else WIDTHS
    opened.expect(opened.find_layout_faults(widths))


def test_nothing_overflows_or_overlaps_with_text_at_twice_its_size(opened: Opened) -> None:
    sizes = {"standard": 16, "fixed": 13}
    enlarged = {name: 2 * size for name, size in sizes.items()}
    opened.protocol.send("Page.setFontSizes", {"fontSizes": enlarged})
    widths = (375,) if opened.name in ALIKE else (375, 768, 1440)
    found = opened.find_layout_faults(widths, enlarged=True)
    opened.protocol.send("Page.setFontSizes", {"fontSizes": sizes})
    opened.expect(found)
