"""The browser that the tests drive."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

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
