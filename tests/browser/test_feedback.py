"""Feedback on the page of an answer, and an answer selected in a document, in a browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from assistant.api.access import HEADERS
from assistant.feedback.record import Feedback, QuotedPlace
from assistant.feedback.storage import FILE, read_feedback
from assistant.load.csv import load_csv
from assistant.pages.app import create_app
from assistant.records import Document
from assistant.settings import Settings
from tests.answers import ABSENT, ANSWERED, LISTED, UNSURE, answer_from, assistant_of
from tests.browser.visiting import WIDE, check_accessible, click, served, visit
from tests.conftest import AWKWARD_TEXT

PHONE: ViewportSize = {"width": 375, "height": 740}
LONG = Document("far/odd 👩🏽‍🚀.txt", "Odd", f"{AWKWARD_TEXT}\n\n" * 150)
TABLE = load_csv("Fares 👩🏽‍🚀\n\nZone,Adult\nA,2.40\nB,𝟙.20\n", "a.csv")
ODD = replace(answer_from(LONG, "Nobody else did.", None), question="Who else?")
ADULT = replace(answer_from(TABLE, "2.40", None), question="What is the fare?")
# Selects the nth of some words in the document that is shown.
SELECT = """([words, nth]) => {
    const text = document.querySelector("[data-document-id]");
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    let at = -1;
    const whole = nodes.map((node) => node.data).join("");
    for (let n = 0; n < nth; n += 1) at = whole.indexOf(words, at + 1);
    const find = (place, isEnd) => {
        for (const node of nodes) {
            if (place < node.length || (isEnd && place === node.length)) return [node, place];
            place -= node.length;
        }
    };
    const range = document.createRange();
    range.setStart(...find(at, false));
    range.setEnd(...find(at + words.length, true));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    answers = (ANSWERED, LISTED, UNSURE, ABSENT)
    assistant = assistant_of(*answers, ODD, ADULT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.api.feedback.MOST_SENT", "1000/minute")
        with served(create_app(assistant, settings=Settings(feedback=folder))) as address:
            yield address


@pytest.fixture
def stored(folder: Path) -> Path:
    (folder / FILE).unlink(missing_ok=True)
    return folder


def read(folder: Path) -> list[Feedback]:
    return [feedback for feedback in read_feedback(folder) if feedback]


def ask(page: Page, site: str, question: str) -> Locator:
    page.goto(f"{site}/?question={quote(question)}")
    return page.locator(".feedback")


def select(page: Page, words: str, *, nth: int = 1) -> Locator:
    """The bar that appears when words of the document that is shown are selected."""
    page.evaluate(SELECT, [words, nth])
    bar = page.get_by_role("group", name="Selected words")
    expect(bar.locator("[data-words]")).to_have_text(" ".join(words.split()))
    return bar


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desktop", "phone"])
def test_feedback_is_sent_in_place_by_keyboard(
    browser: Browser, site: str, stored: Path, viewport: ViewportSize
) -> None:
    with visit(browser, viewport, dark=viewport is PHONE) as page:
        row = ask(page, site, ANSWERED.question)
        expect(row.get_by_label("The correct answer")).to_be_hidden()
        button = row.get_by_role("button", name="Wrong", exact=True)
        button.focus()
        page.keyboard.press("Enter")
        expect(row.get_by_role("status")).to_have_text("Thank you. Your feedback is stored.")
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-pressed", "true")
        check_accessible(page)
        row.get_by_label("The correct answer").fill("<b>1,999</b> yuan")
        page.keyboard.press("Enter")
        expect(row.get_by_role("status")).to_have_text("Thank you. The correct answer is stored.")
        expect(row.get_by_label("The correct answer")).to_be_hidden()
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-pressed", "true")
        right = row.get_by_role("button", name="Right", exact=True)
        right.click()
        expect(right).to_have_attribute("aria-pressed", "true")
        expect(row.get_by_label("The correct answer")).to_be_hidden()
        assert page.url == f"{site}/?question={quote(ANSWERED.question)}"
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
    said = [(feedback.verdict, feedback.correct_answer) for feedback in read(stored)]
    assert said == [("wrong", None), ("wrong", "<b>1,999</b> yuan"), ("right", None)]


def test_feedback_is_sent_without_a_script(browser: Browser, site: str, stored: Path) -> None:
    with visit(browser, PHONE, javascript=False) as page:
        row = ask(page, f"{site}/zh", UNSURE.question)
        click(row.get_by_role("button", name="应该知道答案"))
        expect(row.get_by_role("status")).to_have_text("谢谢，您的反馈已保存。")
        assert page.url.startswith(f"{site}/zh/?question=")
        assert page.url.endswith("&feedback=should_have_known#feedback")
        row.get_by_label("正确答案").fill("四小时")
        click(row.get_by_role("button", name="发送"))
        expect(row.get_by_role("status")).to_have_text("谢谢，您的反馈已保存。")
    first, second = read(stored)
    assert (first.verdict, first.correct_answer) == ("should_have_known", None)
    assert (second.verdict, second.correct_answer) == ("should_have_known", "四小时")


def test_each_outcome_has_its_verdicts(browser: Browser, site: str) -> None:
    expected = [
        (ANSWERED, ["Right", "Wrong", "Wrong source", "Should have said it does not know"]),
        (UNSURE, ["Right", "Wrong", "Should have known", "Should have said it does not know"]),
        (ABSENT, ["Right", "Should have known"]),
    ]
    with visit(browser, PHONE, javascript=False) as page:
        for answer, verdicts in expected:
            row = ask(page, site, answer.question)
            assert row.locator(".verdicts").get_by_role("button").all_inner_texts() == verdicts


def test_a_failure_is_said(browser: Browser, site: str) -> None:
    with visit(browser) as page:
        row = ask(page, site, ANSWERED.question)
        busy = {**HEADERS, "Retry-After": "5"}
        responses = [(429, busy), (507, HEADERS), (503, HEADERS), (503, busy)]

        def respond(route: Route) -> None:
            status, headers = responses.pop(0)
            route.fulfill(status=status, headers=headers)

        page.route("**/api/v1/feedback", respond)
        button = row.get_by_role("button", name="Right", exact=True)
        for said in (
            "That was a lot of feedback.",
            "could not be stored",
            "could not be stored",
            "could not be sent. Try again.",
        ):
            button.click()
            expect(row.get_by_role("status")).to_contain_text(said)
            expect(button).to_have_attribute("aria-pressed", "false")


PLACES = [
    ("👨‍👩‍👧‍👦 paid 1,999 yuan", 1),
    ("Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days", 2),
    ("النظارات الذكية غالية", 1),
    ("سعرها ألف يوان", 3),
    ("Zero\u200bwidth words and a clef 𝄞 end", 2),
    ("for the glasses.\r\nCafe\u0301", 2),
]


def test_what_is_selected_is_the_same_words_to_python(
    browser: Browser, site: str, stored: Path
) -> None:
    with visit(browser, WIDE) as page:
        ask(page, site, ODD.question)
        page.goto(f"{site}/documents/{quote(LONG.id)}")
        for words, nth in PLACES:
            bar = select(page, words, nth=nth)
            bar.get_by_role("button", name="This is the answer").click()
            expect(bar.get_by_role("status")).to_have_text("Thank you. Your feedback is stored.")
            page.evaluate("getSelection().removeAllRanges(); document.activeElement.blur()")
            expect(bar).to_be_hidden()
        check_accessible(page)
    expected = []
    for words, nth in PLACES:
        start = -1
        for _ in range(nth):
            start = LONG.text.index(words, start + 1)
        expected.append(QuotedPlace(LONG.id, start, start + len(words), words))
    assert [feedback.selected for feedback in read(stored)] == expected
    assert {feedback.question for feedback in read(stored)} == {ODD.question}


def test_words_of_a_part_that_was_loaded_later_are_selected(
    browser: Browser, site: str, stored: Path
) -> None:
    with visit(browser, WIDE) as page:
        ask(page, site, ODD.question)
        page.goto(f"{site}/documents/{quote(LONG.id)}")
        first = page.locator(".part").first.text_content() or ""
        nth = first.count("𝟙𝟚𝟛 lenses") + 2
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        expect(page.locator(".part").nth(1)).to_be_attached()
        bar = select(page, "𝟙𝟚𝟛 lenses", nth=nth)
        bar.get_by_role("button").click()
        expect(bar.get_by_role("status")).to_have_text("Thank you. Your feedback is stored.")
    (feedback,) = read(stored)
    assert feedback.selected is not None
    start = feedback.selected.start
    assert LONG.text[start : feedback.selected.end] == "𝟙𝟚𝟛 lenses"
    assert LONG.text.count("𝟙𝟚𝟛 lenses", 0, start) == nth - 1


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["pane", "sheet"])
def test_an_answer_is_selected_next_to_the_answer(
    browser: Browser, site: str, stored: Path, viewport: ViewportSize
) -> None:
    with visit(browser, viewport) as page:
        row = ask(page, site, ANSWERED.question)
        row.get_by_role("button", name="Wrong source").click()
        expect(row.get_by_role("status")).to_have_text("Thank you. Your feedback is stored.")
        if viewport is PHONE:
            page.get_by_role("link", name="Open in the document").first.click()
        expect(page.locator("#cited")).to_be_visible()
        bar = select(page, "Nobody makes money.")
        expect(bar).to_contain_text(f"Answer to: {ANSWERED.question}")
        check_accessible(page)
        bar.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(bar.get_by_role("status")).to_have_text("Thank you. Your feedback is stored.")
    feedback = read(stored)[-1]
    assert feedback.verdict == "wrong_source"
    assert feedback.selected is not None
    assert feedback.selected.quote == "Nobody makes money."


def test_cells_of_a_table_are_selected_with_what_is_between_them(
    browser: Browser, site: str, stored: Path
) -> None:
    with visit(browser, WIDE) as page:
        ask(page, site, ABSENT.question)
        page.goto(f"{site}/documents/a.csv")
        page.evaluate("""() => {
            const cells = document.querySelectorAll("tbody tr:last-child [data-start]");
            const [first, last] = [...cells].map((cell) => cell.firstChild);
            getSelection().setBaseAndExtent(first, 0, last, last.length);
        }""")
        bar = page.get_by_role("group", name="Selected words")
        bar.get_by_role("button").click()
        expect(bar.get_by_role("status")).to_have_text("Thank you. Your feedback is stored.")
    (feedback,) = read(stored)
    start, end = TABLE.text.index("B", TABLE.text.index("2.40")), TABLE.text.index(".20") + 3
    assert feedback.selected == QuotedPlace("a.csv", start, end, TABLE.text[start:end])
    assert feedback.verdict == "should_have_known"


def test_without_a_question_nothing_can_be_the_answer(browser: Browser, site: str) -> None:
    with visit(browser, WIDE) as page:
        page.goto(f"{site}/documents/{quote(LONG.id)}")
        page.evaluate(SELECT, ["paid 1,999 yuan", 1])
        page.wait_for_timeout(400)
        expect(page.locator(".answer-bar")).to_have_count(0)
