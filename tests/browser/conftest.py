"""The browser that the tests drive, and what it visits."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

from assistant.answer import Assistant
from assistant.index.generation import Generation
from assistant.serve.app import create_app
from assistant.settings import Settings
from tests.browser.visiting import served
from tests.test_schema import LOGIT_OF_31, LOGIT_OF_83, PLAIN, WordReader

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launch(kind: BrowserType, *more: str) -> Browser:
    """The system's Chromium, with more arguments."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path, "no Chromium: run `make browser`, which says how to get one"
    # A container's root has no sandbox to use; the pages are ours and local.
    return kind.launch(executable_path=path, args=["--no-sandbox", *more])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


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
