"""A person's way through the documents, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from assistant.answer import Assistant
from assistant.api.rendering import quote_href
from assistant.build import build_index
from assistant.index.generation import Generation
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.browser.visiting import DESKTOP, PHONE, click, press, resize, served, visit
from tests.conftest import AWKWARD_TEXT, use_fake_models
from tests.pdfs import Page as PdfPage, draw_lines, write_pdf
from tests.reading import TermsReader

WIDTHS = (320, 375, 768, 1440, 2560)
CHAPTERS = "\n\n".join(
    f"Chapter {n}\n\nHere it begins, with many words.\n\n"
    + "\n\n".join(f"{AWKWARD_TEXT} Word {n}.{m}." for m in range(13))
    for n in range(20)
)
TARGET = "Word 11.7."
SCROLL_TO_END = "scrollTo(0, document.documentElement.scrollHeight)"
# How far down the image of a page the middle of what is outlined is.
FIND_MIDDLE = """(image) => {
  const sheet = image.getBoundingClientRect();
  const box = document.querySelector("rect.outlined").getBoundingClientRect();
  return (box.top + box.height / 2 - sheet.top) / sheet.height;
}"""
KILNS = [f"Kiln {n} was fired at {900 + n} degrees." for n in range(30)]


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("documents")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "chapters.txt").write_text(CHAPTERS, newline="")
    pages = [PdfPage(draw_lines(KILNS[n * 5 : n * 5 + 5], 60, 300)) for n in range(6)]
    (corpus / "kilns.pdf").write_bytes(write_pdf(pages, title="Kilns"))
    (corpus / "arabic.txt").write_text("سعرها ألف يوان.\n" * 9)
    (corpus / "a-very-long-name-without-any-space-at-all-in-it.txt").write_text("Short.")
    (corpus / "photo.png").write_bytes(b"x")
    with pytest.MonkeyPatch.context() as patch:
        use_fake_models(patch)
        build_index(corpus, folder / "index", embedder="fake")
        opened = Generation.open(folder / "index")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(generation: Generation) -> Iterator[str]:
    corpus = generation.folder.parent.parent / "corpus"
    assistant = Assistant.of(generation, TermsReader(), Settings())
    with served(create_app(assistant, settings=Settings(corpus=corpus))) as address:
        yield address


def link(generation: Generation, document: str, words: str) -> str:
    start = generation.catalog.document(document).text.index(words)
    return quote_href(document, start, start + len(words), words)


def is_as_wide_as_its_window(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wide


def test_the_list_is_searched_and_sorted_by_keyboard_without_a_script(
    browser: Browser, site: str
) -> None:
    with visit(browser, javascript=False) as page:
        page.goto(f"{site}/documents")
        page.get_by_role("link", name="Pages", exact=True).focus()
        press(page, "Enter")
        expect(page.get_by_role("columnheader", name="Pages")).to_have_attribute(
            "aria-sort", "descending"
        )
        first = page.get_by_role("rowheader").first
        expect(first.get_by_role("link")).to_have_text("Kilns")
        page.get_by_role("searchbox", name="Search titles and file names").focus()
        page.keyboard.type("KILNS pdf")
        press(page, "Enter")
        expect(page.get_by_role("rowheader")).to_have_count(1)
        assert page.url.endswith("/documents?q=KILNS+pdf&sort=pages&order=desc")
        click(page.get_by_role("link", name="Kilns"))
        expect(page.locator("h1")).to_have_text("Kilns")


def test_every_page_of_documents_fits_its_window(
    browser: Browser, site: str, generation: Generation
) -> None:
    places = [
        "/documents", "/zh/documents?q=zzz", "/documents/chapters.txt", "/documents/arabic.txt",
        link(generation, "kilns.pdf", KILNS[7]).replace("#", "&view=pages#"),
    ]  # fmt: skip
    with visit(browser, javascript=False) as page:
        for place in places:
            page.goto(f"{site}{place}")
            for width in WIDTHS:
                resize(page, width)
                assert is_as_wide_as_its_window(page), (place, width)
        page.goto(f"{site}/documents")
        resize(page, **PHONE)
        expect(page.get_by_role("columnheader")).to_have_count(
            6
        )  # a table for screen readers still
        expect(page.get_by_role("cell").first).to_be_visible()


def test_parts_are_added_as_they_come_near_without_moving_what_is_read(
    browser: Browser, site: str, generation: Generation
) -> None:
    with visit(browser) as page:
        page.goto(f"{site}{link(generation, 'chapters.txt', TARGET)}")
        cited = page.locator("#cited")
        expect(cited).to_be_in_viewport()
        text = page.locator("#text")
        assert text.text_content() != CHAPTERS
        count = int(page.locator(".parts").get_attribute("data-parts") or "")
        assert count > 3
        before = page.locator("[data-link=before] a")
        place = cited.bounding_box()
        for number in range(20):
            if before.is_hidden():
                break
            before.evaluate("(link) => link.click()")  # by a script: no scrolling to the link
            expect(page.locator("#text .part:focus")).to_have_count(1)
            page.locator("#text .part:focus").evaluate("(part) => part.blur()")
            now = cited.bounding_box()
            assert now == pytest.approx(place, abs=1), number  # a page scrolls by whole pixels
            place = now
        after = page.locator("[data-link=after]")
        for _ in range(20):
            parts = page.locator("#text .part").count()
            if after.is_hidden():
                break
            page.evaluate(SCROLL_TO_END)
            expect(page.locator("#text .part").nth(parts)).to_be_attached()
        assert text.text_content() == CHAPTERS
        expect(page.locator("#cited")).to_have_count(1)
        expect(page.locator("#text .part")).to_have_count(count)


def test_without_a_script_links_lead_through_all_parts_and_the_outline_to_places(
    browser: Browser, site: str
) -> None:
    with visit(browser, javascript=False) as page:
        page.goto(f"{site}/documents/chapters.txt")
        text = page.locator("#text").text_content() or ""
        while page.locator("[data-link=after] a").is_visible():
            click(page.locator("[data-link=after] a"))
            text += page.locator("#text").text_content() or ""
        assert text == CHAPTERS
        page.locator("summary", has_text="Outline").click()
        click(page.get_by_role("link", name="Chapter 3", exact=True))
        place = page.url.partition("#")[2]
        heading = page.locator(f"[id={place}]")
        expect(heading).to_be_in_viewport()
        assert "Chapter 3" in heading.inner_text()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_quote_is_outlined_on_its_page_and_in_view(
    browser: Browser, site: str, generation: Generation, viewport: ViewportSize
) -> None:
    with visit(browser, viewport) as page:
        page.goto(f"{site}{link(generation, 'kilns.pdf', KILNS[7])}")
        click(page.get_by_role("link", name="Page images"))
        expect(page.locator("#cited")).to_be_in_viewport()
        image = page.get_by_role("img", name="Page 2 of Kilns")
        image.evaluate("(image) => image.decode()")
        middle = image.evaluate(FIND_MIDDLE)
        assert middle == pytest.approx((842 - 300 + 12 * 2 - 3) / 842, abs=0.01)
        page.evaluate(SCROLL_TO_END)
        expect(page.get_by_role("img", name="Page 5 of Kilns")).to_be_attached()


PANE = """async (address) => {
    const { enhanceDocument } = await import("/static/document.js");
    document.querySelector("main").innerHTML = await (await fetch(address)).text();
    const article = document.querySelector("article");
    enhanceDocument(article.parentElement);
}"""


def test_a_pane_shows_the_quote_its_pages_and_more_of_the_text(
    browser: Browser, site: str, generation: Generation
) -> None:
    with visit(browser) as page:
        page.goto(f"{site}/documents/kilns.pdf")
        href = link(generation, "kilns.pdf", KILNS[7]).replace("#cited", "&view=pane")
        page.evaluate(PANE, href)
        expect(page.locator("mark")).to_have_text(KILNS[7])
        page.get_by_role("link", name="Page images").click()
        expect(page.get_by_role("img", name="Page 2 of Kilns")).to_be_visible()
        expect(page.locator("mark")).to_have_count(0)
        page.get_by_role("link", name="Text", exact=True).click()
        expect(page.locator("mark")).to_have_text(KILNS[7])
        page.evaluate(PANE, "/documents/chapters.txt?view=pane")
        page.evaluate(SCROLL_TO_END)
        expect(page.locator(".part").nth(1)).to_be_attached()


def test_a_printed_part_has_its_quote_marked_and_no_controls(
    browser: Browser, site: str, generation: Generation
) -> None:
    with visit(browser) as page:
        page.goto(f"{site}{link(generation, 'chapters.txt', TARGET)}")
        page.emulate_media(media="print")
        expect(page.locator("#cited")).to_be_visible()
        expect(page.locator(".part-link a").first).to_be_hidden()
        line = page.locator("#cited").evaluate("(e) => getComputedStyle(e).textDecorationLine")
        assert line == "underline"


def test_marks_are_announced_in_the_language_of_the_page(
    browser: Browser, site: str, generation: Generation
) -> None:
    with visit(browser) as page:
        page.goto(f"{site}/zh{link(generation, 'chapters.txt', TARGET)}")
        said = page.locator("#cited").evaluate(
            "(e) => ['::before', '::after'].map((side) => getComputedStyle(e, side).content)"
        )
        assert said == ['" [标记开始] "', '" [标记结束] "']
