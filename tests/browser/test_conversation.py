"""A conversation, the history of a browser and the picker of documents, in a browser."""

import json
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from assistant.api.access import HEADERS
from tests.answers import ABSENT, ANSWERED, DECIDED
from tests.browser.awkward import BEFORE, FOLLOW_UP, HOSTILE, LONG, SHORT_ANSWER
from tests.browser.places import ask
from tests.browser.visiting import WIDE, check_accessible, click, press, visit

PHONE: ViewportSize = {"width": 375, "height": 740}
KEPT = "JSON.parse(localStorage.getItem('assistant.history')).map(({ address }) => address)"


def read_query(page: Page) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(page.url).query, keep_blank_values=False)


def open_history(page: Page) -> Locator:
    page.locator("[data-history] > summary").click()
    return page.locator("[data-history] [data-list]")


def open_picker(page: Page) -> Locator:
    page.locator("[data-picker] > summary").click()
    return page.locator("[data-picker]")


# A conversation


@pytest.mark.parametrize(
    ("window", "javascript"), [(PHONE, True), (WIDE, False)], ids=["phone", "wide, plain"]
)
def test_one_asks_on_and_takes_back_what_was_carried_over(
    browser: Browser, sites: dict[str, str], window: ViewportSize, javascript: bool
) -> None:
    with visit(browser, window, javascript=javascript) as page:
        page.goto(sites["awkward"] + ask(SHORT_ANSWER.question, "&formats=txt&as_of=2026-01-01"))
        box = page.get_by_role("textbox", name="Ask a follow-up question")
        box.focus()
        page.keyboard.type(FOLLOW_UP.question)
        press(page, "Enter")
        kept = [("formats", "txt"), ("as_of", "2026-01-01")]
        asked, before = ("question", FOLLOW_UP.question), ("previous", SHORT_ANSWER.question)
        assert read_query(page) == [asked, *kept, before]
        expect(page.locator("h1")).to_have_text(FOLLOW_UP.question)
        chip = page.locator(".carried")
        expect(chip).to_contain_text(HOSTILE)
        answer = page.locator(".answer").bounding_box()
        assert answer is not None
        assert answer["y"] < window["height"]  # it is seen first
        trail = page.get_by_role("list", name="This conversation").get_by_role("listitem")
        expect(trail).to_have_text([SHORT_ANSWER.question, FOLLOW_UP.question])
        remove = chip.get_by_role("link", name="Ask this question by itself")
        size = remove.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44
        click(remove)
        assert read_query(page) == [asked, *kept]
        click(page.locator(".suggestions a").nth(1))
        assert read_query(page) == [("question", f"Who said {HOSTILE}?"), *kept]


def test_the_box_on_top_asks_in_the_same_conversation(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser) as page:
        page.goto(sites["awkward"] + ask(FOLLOW_UP.question, f"&previous={quote(BEFORE)}"))
        page.keyboard.press("/")
        expect(page.locator("#question")).to_be_focused()
        page.keyboard.type("short answer")
        press(page, "Enter")
        assert read_query(page) == [("question", "short answer"), ("previous", BEFORE)]


def test_a_conversation_is_printed_with_what_was_carried_over_and_no_controls(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser) as page:
        page.goto(sites["awkward"] + ask(FOLLOW_UP.question, "&documents=many.txt"))
        page.emulate_media(media="print")
        expect(page.locator(".carried .chip-words")).to_be_visible()
        for hidden in (".chip-remove", ".next", "[data-history]", ".scope", "#question"):
            expect(page.locator(hidden).first).to_be_hidden()


# History


def test_questions_are_kept_in_this_browser_the_latest_first(
    browser: Browser, sites: dict[str, str]
) -> None:
    site = sites["awkward"]
    with visit(browser) as page:
        page.goto(site)
        expect(page.locator("[data-history]")).to_be_hidden()  # there is none yet
        more = f"&documents=many.txt&previous={quote(HOSTILE)}"
        page.goto(site + "/zh" + ask(FOLLOW_UP.question, more))
        page.goto(site + ask("x" * 2001))  # an error is not kept
        page.goto(site + ask(HOSTILE))
        page.goto(site + ask(FOLLOW_UP.question, more))  # once, and now the latest
        page.goto(site + ask(FOLLOW_UP.question, f"{more}&explain=1"))
        page.goto(f"{site}/zh/")
        entries = open_history(page).get_by_role("link")
        expect(entries).to_have_text([FOLLOW_UP.question, HOSTILE])
        check_accessible(page)
        page.keyboard.press("Tab")
        expect(entries.first).to_be_focused()
        press(page, "Enter")
        assert page.url.startswith(f"{site}/zh/?")
        assert read_query(page) == [
            ("question", FOLLOW_UP.question),
            ("documents", "many.txt"),
            ("previous", HOSTILE),
        ]
        expect(open_history(page).locator("[aria-current=page]")).to_have_text(FOLLOW_UP.question)


def test_the_history_is_cleared_and_brought_back(browser: Browser, sites: dict[str, str]) -> None:
    with visit(browser, PHONE) as page:
        page.goto(sites["awkward"] + ask("short answer"))
        entries = open_history(page).get_by_role("link")
        page.get_by_role("button", name="Clear history").click()
        expect(entries).to_have_count(0)
        expect(page.locator("[data-cleared]")).to_have_text("The history is cleared.")
        assert page.evaluate("localStorage.length") == 0
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        check_accessible(page)
        page.keyboard.press("Enter")
        expect(entries).to_have_text(["short answer"])
        expect(page.get_by_role("button", name="Clear history")).to_be_focused()
        page.keyboard.press("Enter")
        expect(entries).to_have_count(0)
        page.goto(sites["awkward"])
        expect(page.locator("[data-history]")).to_be_hidden()


def test_at_most_100_questions_are_kept_and_whatever_else_is_stored_is_left_out(
    browser: Browser, sites: dict[str, str]
) -> None:
    site = sites["awkward"]
    bad = [
        *("javascript:alert(1)", "//evil.example/", "/\\evil.example", "https://evil.example"),
        *("", 7, None, "/?a b", "/documents", "/?\n"),
    ]
    entries: list[object] = [{"question": "x", "address": address} for address in bad]
    entries += [
        {"question": question, "address": "/?question=y"} for question in ("", " ", 7, None)
    ]
    entries += [None, 7, "x", [], {}, {"question": "<b>no address</b>"}]
    good = [{"question": f"<b>{n}</b>", "address": f"/?question={n}"} for n in range(120)]
    set_history = "(text) => localStorage.setItem('assistant.history', text)"
    with visit(browser) as page:
        page.goto(site)
        for stored in ("{", "null", "7", '"x"', "{}", json.dumps(entries)):
            page.evaluate(set_history, stored)
            page.reload()
            expect(page.locator("[data-history]")).to_be_hidden()
        page.evaluate(set_history, json.dumps([*entries, *good]))
        page.goto(site + ask("short answer"))
        links = open_history(page).get_by_role("link")
        expect(links).to_have_count(100)
        assert links.nth(1).inner_text() == "<b>0</b>"
        assert links.nth(99).inner_text() == "<b>98</b>"
        assert page.evaluate(f"{KEPT}.length") == 100
        expect(page.locator("[data-history] b")).to_have_count(0)


DISABLED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("", "SecurityError"); },
});"""
ABSENT_STORAGE = 'Object.defineProperty(window, "localStorage", { value: null });'
FULL = """const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
  if (value.length > 150) throw new DOMException("", "QuotaExceededError");
  set.call(this, key, value);
};"""


@pytest.mark.parametrize(
    ("storage", "kept"),
    [(DISABLED, 0), (ABSENT_STORAGE, 0), (FULL, 2)],
    ids=["disabled", "absent", "full"],
)
def test_a_page_works_without_storage(
    browser: Browser, sites: dict[str, str], storage: str, kept: int
) -> None:
    with visit(browser) as page:
        page.add_init_script(storage)
        for number in range(4):
            page.goto(sites["awkward"] + ask(f"question {number}"))
            page.locator("#next").wait_for()
        expect(page.locator("[data-history] [data-list] a")).to_have_count(kept)
        expect(page.locator("[data-history]")).to_be_visible(visible=kept > 0)
        page.keyboard.press("/")
        expect(page.locator("#question")).to_be_focused()


def test_without_javascript_there_is_no_history(browser: Browser, sites: dict[str, str]) -> None:
    with visit(browser, javascript=False) as page:
        for path in ("/", ask("short answer")):
            page.goto(sites["awkward"] + path)
            expect(page.get_by_text("History", exact=True)).to_be_hidden()


# The picker


@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_documents_are_chosen_by_keyboard(
    browser: Browser, sites: dict[str, str], javascript: bool
) -> None:
    with visit(browser, PHONE, javascript=javascript) as page:
        page.goto(sites["awkward"])
        picker = page.locator("[data-picker]")
        expect(picker.locator("summary")).to_have_text("All documents")
        page.get_by_role("textbox", name="Question").first.fill("short answer")
        page.locator("[data-picker] > summary").focus()
        page.keyboard.press("Enter")
        expect(picker.get_by_role("checkbox", name="Sixty prices")).to_be_visible()
        expect(picker.get_by_label("Search titles")).to_be_visible(visible=javascript)
        choice = picker.get_by_role("checkbox", name="Sixty prices")
        choice.focus()
        page.keyboard.press("Space")
        picker.get_by_role("checkbox", name="TXT 3", exact=True).check()
        picker.get_by_label("Until").fill("2026-01-31")
        if javascript:
            expect(picker.locator("summary")).to_have_text("Some documents")
            check_accessible(page)
        click(picker.get_by_role("button", name="Ask these documents"))
        assert read_query(page) == [
            ("question", "short answer"),
            ("documents", "many.txt"),
            ("formats", "txt"),
            ("published_to", "2026-01-31"),
        ]
        chips = page.get_by_role("list", name="Only these documents are asked")
        words = chips.locator(".chip-words")
        expect(words).to_have_text(["Sixty prices", "TXT", "Until 31 January 2026"])
        click(chips.get_by_role("link", name="Remove: TXT"))
        expect(page.locator(".chip-words")).to_have_count(2)
        click(page.get_by_role("link", name="Ask all documents"))
        assert read_query(page) == [("question", "short answer")]


def test_the_list_is_searched_and_keeps_what_is_chosen(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser, WIDE) as page:
        page.goto(sites["awkward"])
        picker = open_picker(page)
        search, found = picker.get_by_label("Search titles"), picker.locator("[data-found]")
        options = picker.locator("[data-options] input")
        expect(options).to_have_count(4)
        expect(found).to_have_text("4 documents")
        search.fill("PRICES many")
        expect(options).to_have_count(1)
        expect(found).to_have_text("1 found")
        options.check()
        expect(picker.locator("summary")).to_have_text("1 of 4 documents")
        expect(found).to_have_text("1 of 4 documents")
        search.fill("folder-without")
        expect(found).to_have_text("1 found")
        values = "(found) => found.map((input) => `${input.value.slice(0, 10)} ${input.checked}`)"
        assert options.evaluate_all(values) == ["many.txt true", f"{LONG.id[:10]} false"]
        search.fill("nothing of the kind")
        expect(found).to_have_text("No document found.")
        expect(options).to_have_count(1)
        search.press("Enter")  # asks nothing
        search.fill("")
        expect(options).to_have_count(4)
        assert page.url == f"{sites['awkward']}/"
        options.nth(0).check()
        options.nth(0).uncheck()
        options.nth(1).uncheck()
        options.nth(2).uncheck()
        picker.get_by_role("checkbox", name="Sixty prices").uncheck()
        expect(picker.locator("summary")).to_have_text("All documents")


def test_all_documents_of_a_large_index_are_searched_on_the_server(
    browser: Browser, sites: dict[str, str]
) -> None:
    """The page is served with `data-complete` changed: an index of this size takes long to make."""
    lines = [{"id": f"<b>{n}</b>.txt", "title": f"<i>Report</i> {n}"} for n in range(50)]
    asked: list[str] = []
    failing = False

    def serve(route: Route) -> None:
        asked.append(urlsplit(route.request.url).query)
        is_many = "Report" in asked[-1]
        listed, count = (lines, 1234) if is_many else (lines[:1], 1)
        body = json.dumps({"documents": listed, "count": count})
        status = 503 if failing else 200
        route.fulfill(status=status, headers=HEADERS, content_type="application/json", body=body)

    def change(route: Route) -> None:
        response = route.fetch()
        text = response.text().replace('data-complete="yes"', 'data-complete="no"')
        route.fulfill(response=response, body=text)

    with visit(browser, PHONE) as page:
        page.route(re.compile(r"/api/v1/documents\?"), serve)
        page.route(re.compile(r"/\?documents"), change)
        page.goto(f"{sites['awkward']}/?documents=many.txt")
        picker = open_picker(page)
        search, found = picker.get_by_label("Search titles"), picker.locator("[data-found]")
        search.fill(" Report ")
        expect(found).to_have_text("1,234 found, the first 50 are shown.")
        assert asked == [urlencode({"query": "Report", "limit": 50})]
        options = picker.locator("[data-options] li")
        expect(options).to_have_count(51)
        expect(options.nth(0).locator("input")).to_be_checked()
        assert options.nth(1).inner_text().split("\n") == ["<i>Report</i> 0", "<b>0</b>.txt"]
        options.nth(1).locator("input").check()
        search.fill("one")
        expect(found).to_have_text("1 found")
        expect(options).to_have_count(2)
        check_accessible(page)
        failing = True
        search.fill("other")
        expect(found).to_have_text("The search failed: only these documents can be chosen.")
        page.get_by_role("textbox", name="Question").first.fill("short answer")
        click(picker.get_by_role("button", name="Ask these documents"))
        assert ("documents", "<b>0</b>.txt") in read_query(page)
        assert ("documents", "many.txt") in read_query(page)


def test_going_back_restores_what_was_chosen_and_says_so(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser, WIDE) as page:
        page.goto(sites["awkward"])
        picker = open_picker(page)
        picker.get_by_role("checkbox", name="Sixty prices").check()
        page.get_by_role("textbox", name="Question").first.fill("short answer")
        click(page.get_by_role("button", name="Ask").first)
        page.go_back()
        expect(page.locator("[data-picker] > summary")).to_have_text("1 of 4 documents")
        expect(page.locator("input[value='many.txt']")).to_be_checked()


def test_a_filter_that_can_not_be_used_is_removed_by_its_chip(
    browser: Browser, sites: dict[str, str]
) -> None:
    with visit(browser, PHONE) as page:
        page.goto(sites["awkward"] + ask("short answer", "&documents=gone.txt&formats=txt"))
        expect(page.locator("h1")).to_have_text("There is no such document")
        click(page.get_by_role("link", name="Remove: gone.txt"))
        expect(page.locator("h1")).to_have_text("short answer")
        assert read_query(page) == [("question", "short answer"), ("formats", "txt")]


def test_after_not_sure_and_not_in_the_documents_one_asks_on(
    browser: Browser, address: str
) -> None:
    with visit(browser, PHONE, javascript=False) as page:
        page.goto(address + ask(ABSENT.question))
        page.get_by_role("textbox", name="Ask a follow-up question").fill(DECIDED.question)
        press(page, "Enter")
        assert ("previous", ABSENT.question) in read_query(page)
        expect(page.locator(".verdict")).to_have_text("No.")
        click(page.get_by_role("list", name="This conversation").get_by_role("link"))
        assert read_query(page) == [("question", ABSENT.question)]
        expect(page.locator("h1")).to_have_text(ABSENT.question)
        assert ANSWERED.question not in page.locator("main").inner_text()
