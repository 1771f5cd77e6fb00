"""Awkward content and paper: what is right to left, very long, in the dark or printed."""

from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect
from pypdfium2 import PdfDocument

from tests.answers import CHARTED, EVERY
from tests.browser.awkward import (
    ARABIC,
    ARABIC_ANSWER,
    ARABIC_SENTENCE,
    ARABIC_WORDS,
    HEBREW_ANSWER,
    HEBREW_SENTENCE,
    ROWS,
    SHORT_ANSWER,
    TABLE,
)
from tests.browser.places import PLACES, ask, cite
from tests.browser.visiting import check_accessible, resize, visit

WIDTHS = (375, 768, 1440)
DIRECTION = "(element) => getComputedStyle(element).direction"
# Whether a text, in its own paragraph, has its first letter to the right of its last one.
RUNS_LEFT = """(element) => {
  const range = document.createRange();
  const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const places = [];
  while (walk.nextNode()) {
    for (let n = 0; n < walk.currentNode.length; n += 1) {
      range.setStart(walk.currentNode, n);
      range.setEnd(walk.currentNode, n + 1);
      const box = range.getBoundingClientRect();
      if (box.width) places.push([box.top, box.left]);
    }
  }
  const first = places[0], line = places.filter(([top]) => Math.abs(top - first[0]) < 8);
  return first[1] > Math.min(...line.map(([, left]) => left)) && first[1] >= line.at(-1)[1];
}"""


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        (ARABIC_ANSWER.question, ARABIC_SENTENCE, ARABIC_WORDS),
        (HEBREW_ANSWER.question, HEBREW_SENTENCE, "8.6 שעות"),
    ],
    ids=["arabic", "hebrew"],
)  # fmt: skip
def test_text_from_right_to_left_runs_so_wherever_it_stands(
    browser: Browser, sites: dict[str, str], question: str, sentence: str, words: str
) -> None:
    with visit(browser) as page:
        for width in WIDTHS:
            resize(page, width)
            page.goto(sites["awkward"] + ask(question))
            quoted = page.locator("#citation-1 q")
            assert quoted.text_content() == sentence
            assert page.locator("#citation-1 q strong").text_content() == words
            for place in (quoted, page.locator("h1"), page.locator(".answer p").first):
                assert (
                    place.locator("xpath=ancestor-or-self::*[@dir][1]").evaluate(DIRECTION) == "rtl"
                )
            assert quoted.evaluate(RUNS_LEFT)
            assert page.locator("#citation-1 cite").evaluate(DIRECTION) == "rtl"
            # Interface words around keep their own direction.
            assert page.locator("main").evaluate(DIRECTION) == "ltr"


def test_a_document_from_right_to_left_has_each_paragraph_in_its_direction(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser) as page:
        for width in WIDTHS:
            resize(page, width)
            page.goto(sites["awkward"] + cite(ARABIC.id, ARABIC.text, HEBREW_SENTENCE))
            assert page.locator("h1").evaluate(DIRECTION) == "rtl"
            assert page.locator("#text").text_content() == ARABIC.text
            mark = page.locator("#text mark")
            assert mark.text_content() == HEBREW_SENTENCE
            assert mark.evaluate(RUNS_LEFT)
            assert is_at_its_start(page.locator("#text"), "Quark costs 9 yuan.", "left")
            assert is_at_its_start(page.locator("#text"), "الأسعار", "right")


def is_at_its_start(text: Locator, words: str, side: str) -> bool:
    """Whether the first of some words stands at this side of the text."""
    gap: float = text.evaluate(
        """(element, [words, side]) => {
          const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          while (walk.nextNode()) {
            const start = walk.currentNode.data.indexOf(words);
            if (start < 0) continue;
            range.setStart(walk.currentNode, start);
            range.setEnd(walk.currentNode, start + words.length);
            const edges = [range, element].map((part) => part.getBoundingClientRect()[side]);
            return Math.abs(edges[0] - edges[1]);
          }
          return Infinity;
        }""",
        [words, side],
    )
    return gap < 32


def test_a_table_of_thousands_of_rows_stays_small_and_leads_to_all(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser) as page:
        page.goto(f"{sites['awkward']}/documents/{TABLE.id}")
        assert page.evaluate("document.getElementsByTagName('*').length") < 2500
        assert f"{ROWS:,}" in page.locator("main").inner_text()
        row = f"K{ROWS - 3}"
        start = TABLE.text.index(row)
        page.goto(sites["awkward"] + cite(TABLE.id, TABLE.text, TABLE.text[start : start + 5]))
        assert page.locator("mark").first.text_content() == row
        expect(page.locator("mark").first).to_be_visible()


def test_a_short_answer_is_printed_on_one_sheet_with_its_source(
    browser: Browser, sites: dict[str, str], tmp_path: Path
) -> None:
    with visit(browser, dark=True) as page:
        page.goto(sites["awkward"] + ask(SHORT_ANSWER.question))
        href = page.locator("#citation-1 a.open").get_attribute("href")
        page.pdf(path=tmp_path / "answer.pdf")
    with PdfDocument(tmp_path / "answer.pdf") as printed:
        assert len(printed) == 1
        text = printed[0].get_textpage().get_text_range()
        picture = printed[0].render(scale=0.5).to_pil()
    assert "Copy with citations" not in text
    joined = "".join(text.split())
    for words in (
        SHORT_ANSWER.question,
        "2,999 yuan",
        SHORT_ANSWER.citations[0].quote,
        SHORT_ANSWER.citations[0].document.title,
        f"{href}",
    ):
        assert "".join(words.split()) in joined
    assert share_of_light(picture) > 0.9  # no dark paper


@pytest.mark.parametrize("name", ["charted", "guide-scale"])
def test_a_drawing_in_the_dark_is_no_white_box(
    browser: Browser, sites: dict[str, str], name: str
) -> None:
    place = PLACES[name]
    with visit(browser, dark=True) as page:
        page.goto(sites[place.site] + place.path)
        drawings = page.locator("main img:not([src$='.png'])")
        assert drawings.count() >= 1
        for drawing in drawings.all()[:3]:
            drawing.scroll_into_view_if_needed()
            drawing.evaluate("(image) => image.decode()")
            assert share_of_light(Image.open(BytesIO(drawing.screenshot()))) < 0.4


def share_of_light(picture: Image.Image) -> float:
    """How much of a picture is nearly white."""
    grey = picture.convert("L")
    return sum(grey.histogram()[200:]) / (grey.width * grey.height)


def test_the_skip_link_leads_past_what_all_pages_have(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/players")
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        box = skip.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        check_accessible(page)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator("main :focus")).to_have_count(1)


@pytest.mark.parametrize("width", WIDTHS)
def test_escape_closes_whatever_a_control_opens(browser: Browser, address: str, width: int) -> None:
    """Tabs go on from where they were, and what is open is accessible as well."""
    with visit(browser, {"width": width, "height": 900}) as page:
        page.goto(address + PLACES["answer"].path)
        opened = "dialog[open], :popover-open"
        for number in range(page.locator("main .reference, main .open").count()):
            control = page.locator("main .reference, main .open").nth(number)
            if not control.is_visible():
                continue
            control.focus()
            page.keyboard.press("Escape")
            expect(page.locator(opened)).to_have_count(0)
            expect(control).to_be_focused()


def test_an_answer_page_is_small(browser: Browser, sites: dict[str, str]) -> None:
    """HTML, styles and scripts, not compressed, without images and the document."""
    size = """() => performance.getEntries()
      .filter((entry) => entry.entryType === "navigation" || /\\.(css|js)$/.test(entry.name))
      .filter((entry) => !/document\\.(css|js)$/.test(entry.name))
      .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
    with visit(browser) as page:
        for site, question in (
            ("awkward", SHORT_ANSWER.question),
            ("article", SHORT_ANSWER.question),
        ):
            page.goto(sites[site] + f"/?question={quote(question)}")
            assert page.evaluate(size) < 80_000


def test_the_styles_of_documents_change_nothing_of_an_answer(
    browser: Browser, address: str
) -> None:
    """They are loaded with the first document that is shown next to it."""
    find_changed = """() => {
      const rules = (found) =>
        [...found].flatMap((rule) => rule.selectorText ?? rules(rule.cssRules));
      const sheet = [...document.styleSheets].find(({ href }) => href.endsWith("/document.css"));
      const selectors = rules(sheet.cssRules)
        .flatMap((list) => list.replaceAll(/::[a-z-]+/g, "").split(", "));
      return selectors.filter((selector) => [...document.querySelectorAll(selector)]
        .some((element) => !element.closest("[data-pane]")));
    }"""
    with visit(browser, {"width": 1440, "height": 900}) as page:
        for answer in (*EVERY[:-1], CHARTED):
            page.goto(address + ask(answer.question))
            page.locator(".pane-document").wait_for()
            assert page.evaluate(find_changed) == []
