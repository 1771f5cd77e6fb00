"""A person's way through the pages, in a real browser."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    ViewportSize,
)

from assistant.answer import Assistant
from assistant.index.generation import Generation
from assistant.records import Document
from assistant.serve.app import create_app
from assistant.settings import Settings
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, Maker
from tests.test_schema import LOGIT_OF_31, LOGIT_OF_83, PLAIN, WordReader, assistant_of

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
QUARK = "How much do the Quark AI glasses cost?"
ANSWER = (
    "According to the plan, the standard version of Quark AI glasses is priced at 2,999 yuan, "
    "basically equal to the cost."
)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an app while it is served by a real server."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(article_index: Path) -> Iterator[str]:
    """Where whole sentences are the answers."""
    assistant = Assistant.open(article_index, settings=Settings(reader="sentence"))
    with served(create_app(assistant)) as found:
        yield found


@pytest.fixture(scope="module")
def span_address(article_index: Path) -> Iterator[str]:
    """Where the answer is a few words of ANSWER, and another candidate is known."""
    reader = WordReader({"2,999 yuan": LOGIT_OF_83, "Song Gang": LOGIT_OF_31}, weighing=PLAIN)
    assistant = Assistant.of(Generation.open(article_index), reader, Settings())
    with served(create_app(assistant)) as found:
        yield found


class Watched:
    """A page, and what went wrong on it: errors, dialogs, requests to elsewhere."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"error {error}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog {dialog.message}"))
        page.on("console", self._hear)
        page.on("request", lambda request: self._see(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that is an error has its status told in the console; that is no fault of its.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.problems.append(f"console {message.text}")

    def _see(self, url: str) -> None:
        if not url.startswith("http://127.0.0.1:"):
            self.problems.append(f"request to {url}")


@contextmanager
def visit(
    browser: Browser,
    viewport: ViewportSize = DESKTOP,
    *,
    javascript: bool = True,
    dark: bool = False,
) -> Iterator[Page]:
    """A page that must stay without problems, and as wide as its window."""
    context = browser.new_context(
        viewport=viewport,
        java_script_enabled=javascript,
        color_scheme="dark" if dark else "light",
        permissions=["clipboard-read", "clipboard-write"],
    )
    watched = Watched(context.new_page())
    try:
        yield watched.page
        assert watched.problems == []
    finally:
        context.close()


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


BEHIND = "(element) => getComputedStyle(element).backgroundColor"


def test_a_span_is_told_apart_on_paper_and_in_forced_colors(
    browser: Browser, span_address: str
) -> None:
    with visit(browser) as page:
        page.goto(f"{span_address}/?question={quote(QUARK)}")
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
                page.get_by_role("link", name="Open in the document").first.click()


def check_stands_out(strong: Locator) -> None:
    assert strong.evaluate("(element) => getComputedStyle(element).fontWeight") == "700"
    assert strong.evaluate(BEHIND) != strong.locator("..").evaluate(BEHIND)


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


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "</textarea></mark></title><script>alert(4)</script>\"' onmouseover=alert(5) x={{ 7*7 }}"
)


def test_scripts_in_documents_and_questions_never_run(browser: Browser, make: Maker) -> None:
    text = f"{HOSTILE} The glasses cost 9 yuan. ![](http://elsewhere.example/x.png)"
    document = Document(
        "a/<script>alert(6)</script>.txt", HOSTILE, text, source="javascript:alert(7)",
        extra={HOSTILE: HOSTILE},
    )  # fmt: skip
    app = create_app(make.assistant(document, threshold=0))
    with served(app) as address, visit(browser) as page:
        question = f"{HOSTILE} glasses cost?"
        page.goto(f"{address}/?question={quote(question)}")
        words = page.locator(".answer .words").inner_text()
        assert " ".join(words.split()) in " ".join(text.split())
        assert page.get_by_role("textbox", name="Question").input_value() == question
        page.get_by_role("link", name="Open in the document").first.click()
        assert page.locator("#text").text_content() == text
        page.goto(f"{address}/documents")
        assert page.locator("script").count() == 1  # page.js and no other
        assert page.locator("a[href^=javascript]").count() == 0


def test_an_awkward_text_is_marked_exactly(browser: Browser, make: Maker) -> None:
    document = Document("awkward.txt", "Awkward", AWKWARD_TEXT)
    app = create_app(make.assistant(document, threshold=0))
    with served(app) as address, visit(browser) as page:
        for question in ("How many yuan did the family pay?", "Zoë lenses days?", "سعرها ألف يوان"):
            page.goto(f"{address}/?question={quote(question)}")
            words = page.locator(".answer .words").text_content()
            assert words
            assert words in AWKWARD_TEXT
            page.get_by_role("link", name="Open in the document").first.click()
            assert "".join(page.locator("mark").all_text_contents()) == words


def test_a_span_behind_awkward_characters_is_marked_exactly(browser: Browser, make: Maker) -> None:
    document = Document("awkward.txt", "Awkward", AWKWARD_TEXT)
    for words in (
        "The family 👨‍👩‍👧‍👦",
        "1,999 yuan",
        "the glasses.",
        "Zoe\u0308",
        "１２ days",
        "ألف",
    ):
        app = create_app(assistant_of(make, {words: 1.0}, document))
        with served(app) as address, visit(browser) as page:
            page.goto(f"{address}/?question=Who+paid%3F")
            assert page.locator(".answer .words").text_content() == words
            assert page.locator("#citation-1 q strong").text_content() == words
            page.get_by_role("link", name="Open in the document").first.click()
            assert page.locator("mark strong").text_content() == words
            assert page.locator("#text").text_content() == AWKWARD_TEXT


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
    browser: Browser, address: str, span_address: str, viewport: ViewportSize, dark: bool
) -> None:
    """WCAG AA: text stands out 4.5 to 1 from what is behind it, and nothing overflows."""
    with visit(browser, viewport, dark=dark) as page:
        questions = [f"/?question={quote(text)}" for text in (QUARK, "Who won the Cup?", "?")]
        moved = f"/documents/{ARTICLE_ID}?start=0&end=11&quote=x"
        paths = (
            "/",
            *questions,
            "/players",
            "/players/xiaomi",
            "/trends",
            "/documents",
            moved,
            "/docs",
            "/none",
        )
        page.goto(f"{span_address}{questions[0]}")
        marked = page.locator(".open").first.get_attribute("href")
        spans = [f"{span_address}{path}" for path in (questions[0], marked)]
        for path in (*(f"{address}{path}" for path in paths), *spans):
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
            found = page.evaluate(CONTRAST)
            assert found["seen"] > 5
            assert found["low"] == [], path
            assert found["wide"] <= 0, path
            assert found["headings"] == 1, path


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
