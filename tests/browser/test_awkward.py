"""Hostile and awkward documents in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from assistant.pages.app import create_app
from assistant.records import Answer, Document, Guess
from tests.answers import ABSENT, answer_from, assistant_of
from tests.browser.visiting import follow, served, visit
from tests.conftest import AWKWARD_TEXT

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "</textarea></mark></title><script>alert(4)</script>\"' onmouseover=alert(5) x={{ 7*7 }}"
)
FAMILY = "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."


def hostile_answer(text: str) -> Answer:
    document = Document(
        "a/<script>alert(6)</script>.txt", HOSTILE, text, source="javascript:alert(7)",
        extra={HOSTILE: HOSTILE},
    )  # fmt: skip
    return replace(answer_from(document, text, HOSTILE), question=HOSTILE, missing=(HOSTILE,))


def test_scripts_in_documents_and_questions_never_run(browser: Browser) -> None:
    text = f"{HOSTILE} The glasses cost 9 yuan. ![](http://elsewhere.example/x.png)"
    answered = hostile_answer(text)
    unsure = replace(
        answered,
        question=f"{HOSTILE}?",
        status="abstained",
        kind="none",
        parts=(),
        abstention=ABSENT.abstention,
        best_guess=Guess(HOSTILE, 0.3, (1,)),
    )
    app = create_app(assistant_of(answered, unsure))
    with served(app) as address, visit(browser) as page:
        for answer, words in ((answered, ".answer .words"), (unsure, ".guess .words")):
            page.goto(f"{address}/?question={quote(answer.question)}")
            assert page.locator(words).text_content() == HOSTILE
            assert (
                page.get_by_role("textbox", name="Question").first.input_value() == answer.question
            )
            assert page.locator(".passages mark").text_content() == text
            scripts = page.locator("script").evaluate_all("all => all.map((one) => one.src)")
            names = [script.rsplit("/", 1)[1] for script in scripts]
            assert names == ["page.js", "answer.js", "conversation.js", "feedback.js"]
            follow(page.get_by_role("link", name="Open in the document").first)
            assert page.locator("#text").text_content() == text
            expect(page.locator("a[href^=javascript]")).to_have_count(0)


CAFE = "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days."
MARKED = [
    (FAMILY, "The family 👨‍👩‍👧‍👦"),
    (FAMILY, "1,999 yuan"),
    (FAMILY, "the glasses."),
    (CAFE, "Zoe\u0308"),
    (CAFE, "１２ days"),
    ("سعرها ألف يوان.", "ألف"),
]


@pytest.fixture(scope="module")
def awkward() -> Iterator[str]:
    """Where an awkward document is served; the question for each words is these words."""
    document = Document("awkward.txt", "Awkward", AWKWARD_TEXT)
    answers = [
        replace(answer_from(document, quoted, words), question=words) for quoted, words in MARKED
    ]
    with served(create_app(assistant_of(*answers))) as address:
        yield address


@pytest.mark.parametrize(("quoted", "words"), MARKED)
def test_a_span_after_awkward_characters_is_marked_exactly(
    browser: Browser, awkward: str, quoted: str, words: str
) -> None:
    with visit(browser) as page:
        page.goto(f"{awkward}/?question={quote(words)}")
        assert page.locator(".answer .words").text_content() == words
        assert page.locator("#citation-1 q strong").text_content() == words
        assert page.locator(".passages mark").text_content() == quoted
        assert page.locator(".passage-text").text_content() == AWKWARD_TEXT
        follow(page.get_by_role("link", name="Open in the document").first)
        assert page.locator("mark").text_content() == quoted
        assert page.locator("mark strong").text_content() == words
        assert page.locator("#text").text_content() == AWKWARD_TEXT
