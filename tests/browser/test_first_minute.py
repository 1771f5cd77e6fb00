"""The first page in a browser: the command, the progress, and the index that appears."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.index.progress import ProgressFile
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.browser.visiting import click, resize, served, visit

WIDTHS = (320, 375, 768, 1440)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that writes its progress only when a test says so is not taken for dead."""
    monkeypatch.setattr("assistant.index.progress.STALE_SECONDS", 3600.0)


def look(page: Page, address: str) -> None:
    """The page at every width: nothing is wider than the window."""
    for width in WIDTHS:
        resize(page, width, 800)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


def test_the_first_minute_from_the_command_to_the_question_box(
    browser: Browser, article_index: Path, tmp_path: Path, terms_reader: None
) -> None:
    del terms_reader
    corpus, indexes = tmp_path / "corpus", tmp_path / "indexes"
    corpus.mkdir()
    (corpus / "a.pdf").write_bytes(b"%PDF")
    settings = Settings(corpus=corpus, indexes=indexes)
    command = f"assistant index --corpus {corpus} --indexes {indexes}"
    with served(create_app(settings=settings)) as address, visit(browser) as page:
        look(page, address)
        page.keyboard.press("Tab")
        button = page.get_by_role("button", name="Copy")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == command
        expect(button).to_be_focused()

        building = indexes / "building"  # moved when it is complete
        building.mkdir(parents=True)
        (indexes / "default").symlink_to(building)
        file = ProgressFile(building)
        file.begin("reading", 4)
        file.write()
        expect(page.get_by_role("heading", level=1)).to_have_text("The documents are being indexed")
        progress = page.get_by_role("progressbar", name="Progress of this step")
        expect(progress).to_have_attribute("value", "0")
        again = page.get_by_role("link", name="Check again")
        again.focus()
        file.advance(3)
        file.write()
        expect(progress).to_have_attribute("value", "3")
        expect(again).to_be_focused()

        (indexes / "default").unlink()
        (indexes / "default").symlink_to(article_index)
        expect(page.get_by_role("textbox", name="Question")).to_be_visible()


def test_without_javascript_the_page_is_loaded_by_its_link(
    browser: Browser, article_index: Path, tmp_path: Path, terms_reader: None
) -> None:
    del terms_reader
    settings = Settings(indexes=tmp_path)
    with (
        served(create_app(settings=settings)) as address,
        visit(browser, javascript=False) as page,
    ):
        page.goto(f"{address}/zh/documents")
        expect(page.locator("h1")).to_have_text("还没有索引")
        expect(page.get_by_role("button")).to_be_hidden()
        (tmp_path / "default").symlink_to(article_index)
        click(page.get_by_role("link", name="再次检查"))
        expect(page.locator(".documents, table").first).to_be_visible()
        assert page.url == f"{address}/zh/documents"


def test_a_new_index_does_not_take_away_what_is_typed(
    browser: Browser, article_index: Path, tmp_path: Path, terms_reader: None
) -> None:
    del terms_reader
    index = tmp_path / "default"
    index.mkdir()
    for path in article_index.iterdir():
        if not path.name.startswith("."):
            (index / path.name).symlink_to(path)
    file = ProgressFile(index)
    file.write()
    settings = Settings(indexes=tmp_path)
    with served(create_app(settings=settings)) as address, visit(browser) as page:
        page.goto(address)
        notice = page.get_by_text("A new index is being built.")
        expect(notice).to_be_visible()
        page.keyboard.press("/")
        page.keyboard.type("How much")
        (index / ".progress").unlink()
        expect(notice).to_be_hidden()
        expect(page.get_by_role("textbox", name="Question")).to_have_value("How much")


@pytest.mark.parametrize("dark", [False, True])
def test_errors_fit_every_width(browser: Browser, address: str, dark: bool) -> None:
    with visit(browser, dark=dark) as page:
        look(page, f"{address}/zh/documents/{'long' * 40}")
        look(page, f"{address}/?question={'x' * 2001}")
        expect(page.get_by_role("search")).to_be_visible()
        expect(page.get_by_role("textbox", name="Question")).to_have_value("x" * 2001)
