"""Files are dropped and chosen on the page of documents, and a document is deleted by keyboard."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from assistant.api.rebuilding import Rebuilding
from tests.browser.visiting import PHONE, WIDE, check_accessible, click, press, served, visit
from tests.changing import BELL, TOKEN, build_here, make_site
from tests.conftest import use_fake_models
from tests.reading import TermsReader

# What a browser does when files are dropped from the desktop, which Playwright can't.
DROP = """([name, content]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([content], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("h1").dispatchEvent(
      new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("adding")


@pytest.fixture(scope="module")
def may_build() -> threading.Event:
    """Cleared: a build waits, so that what is shown until it ends can be seen."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture(scope="module")
def address(folder: Path, may_build: threading.Event) -> Iterator[str]:
    def build(rebuilding: Rebuilding) -> str:
        may_build.wait(60)
        return build_here(rebuilding)

    with pytest.MonkeyPatch.context() as patch:
        use_fake_models(patch)
        patch.setattr("assistant.answer.open_reader", lambda *_: TermsReader())
        app = make_site(folder, patch)
        patch.setattr(Rebuilding, "_build", build)
        with served(app) as found:
            yield found


def file(name: str, content: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content.encode()}


def open_block(page: Page, address: str) -> None:
    page.goto(f"{address}/documents")
    page.get_by_text("Add documents").click()


def test_files_are_dropped_chosen_replaced_and_refused(
    browser: Browser, address: str, folder: Path, may_build: threading.Event
) -> None:
    with visit(browser, WIDE) as page:
        page.goto(f"{address}/documents")
        page.evaluate(DROP, ["bell.txt", BELL])
        item = page.get_by_role("list", name="Files that were sent").locator("> li")
        expect(item).to_contain_text("Waiting for the write token")
        box = page.get_by_label("Write token")
        expect(box).to_be_focused()
        page.keyboard.type("not-the-token")
        page.keyboard.press("Enter")
        expect(item).to_contain_text("this is not the write token")
        expect(box).to_be_focused()
        expect(box).to_have_value("")
        may_build.clear()
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        expect(item).to_contain_text("Added. Answers include it once the index is rebuilt.")
        may_build.set()
        expect(page.get_by_role("rowheader")).to_contain_text(["bell.txt", "ferry.txt"])
        expect(item).to_contain_text("In the index")
        expect(page.get_by_role("button", name="Add the files")).to_be_hidden()  # nothing waits
        assert page.evaluate("Object.values(sessionStorage)") == [TOKEN]
        check_accessible(page)

        # The token is known now, also on a new page: what is chosen is sent at once.
        open_block(page, address)
        chooser = page.get_by_label("Choose files, or drop them here")
        chooser.set_input_files(
            [file("bell.txt", "Another bell."), file("macro.docm", "x"), file("empty.txt", "")]
        )
        expect(item.nth(0)).to_contain_text("There is a file of this name already")
        expect(item.nth(1)).to_contain_text("save it as .docx")
        expect(item.nth(2)).to_contain_text("is empty")
        assert (folder / "corpus" / "bell.txt").read_text() == BELL
        check_accessible(page)
        may_build.clear()
        page.get_by_role("button", name="Replace it").press("Enter")
        expect(item.nth(0)).to_contain_text("Added. Answers include it")
        may_build.set()
        assert (folder / "corpus" / "bell.txt").read_text() == "Another bell."
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("dark", [False, True])
def test_the_form_is_accessible_on_a_phone(browser: Browser, address: str, dark: bool) -> None:
    with visit(browser, PHONE, dark=dark, touch=True) as page:
        open_block(page, address)
        check_accessible(page)
        page.goto(f"{address}/zh/delete/ferry.txt")
        check_accessible(page)


def test_without_javascript_files_are_sent_by_the_form(browser: Browser, address: str) -> None:
    with visit(browser, javascript=False) as page:
        open_block(page, address)
        page.get_by_label("Write token").fill(TOKEN)
        page.get_by_label("Choose files, or drop them here").set_input_files(
            [file("pier.txt", "The pier is long."), file("x.exe", "x")]
        )
        click(page.get_by_role("button", name="Add the files"))
        items = page.get_by_role("list", name="Files that were sent").locator("> li")
        expect(items.nth(0)).to_contain_text("Added. Answers include it")
        expect(items.nth(1)).to_contain_text("Not added")


def test_a_document_is_deleted_by_keyboard(browser: Browser, address: str, folder: Path) -> None:
    (folder / "corpus" / "old.txt").write_text("Old words.")
    with visit(browser) as page:
        page.goto(f"{address}/delete/old.txt")
        page.keyboard.press("Tab")
        box = page.get_by_label("Write token")
        box.focus()
        page.keyboard.type(TOKEN)
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Delete the file")).to_be_focused()
        press(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("The file was deleted")
        assert not (folder / "corpus" / "old.txt").exists()
        check_accessible(page)
        page.get_by_role("link", name="Back to the documents").focus()
        press(page, "Enter")
        expect(page.get_by_role("link", name="Delete ferry")).to_be_visible()
