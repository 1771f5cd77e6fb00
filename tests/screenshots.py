"""The screenshots of README and guide: `python -m tests.screenshots` takes them again.

It needs Chromium and the index that `make run` builds; trends and the PDF are those of
`tests/data/files`, which it indexes as `files`.
"""

import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from assistant.answer import Assistant
from assistant.api.rendering import quote_href
from assistant.build import build_index
from assistant.pages.app import create_app
from assistant.read import PACKAGED
from assistant.settings import read_settings
from tests.browser.conftest import launch
from tests.browser.visiting import QUARK, served

WEB = Path(__file__).parent.parent / "web"
FOLDER = WEB / "static" / "guide"
FILES = Path(__file__).parent / "data" / "files"
PDF = "kelp_recruitment_lindrun.pdf"
CITED = (
    "Recruitment rose at three of the four sites, most strongly where urchins had also been "
    "removed by hand."
)
COLOURS = 48  # of a picture: text stays sharp, and the file is small


def open_page(browser: Browser, width: int, height: int, *, touch: bool = False) -> Page:
    viewport: ViewportSize = {"width": width, "height": height}
    return browser.new_page(viewport=viewport, device_scale_factor=2, has_touch=touch)


def save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    with Image.open(BytesIO(page.screenshot(animations="disabled"))) as image:
        picture = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(FOLDER / f"{name}.png", optimize=True)
    page.close()


def take_answer(browser: Browser, address: str) -> None:
    page = open_page(browser, 1440, 800)
    page.goto(f"{address}/?question={QUARK}")
    expect(page.locator("mark.cited").last).to_be_visible()
    save(page, "answer")
    page = open_page(browser, 390, 640, touch=True)
    page.goto(f"{address}/?question={QUARK}")
    page.locator("a.reference").first.tap()
    save(page, "phone")


def take_files(browser: Browser, address: str, text: str) -> None:
    page = open_page(browser, 1000, 665)
    page.goto(f"{address}/trends")
    save(page, "trends")
    page = open_page(browser, 1000, 600)
    start = text.index(CITED)
    href = quote_href(PDF, start, start + len(CITED), CITED)
    page.goto(f"{address}{href.replace('?', '?view=pages&')}")
    save(page, "page")


def main() -> None:
    settings = read_settings()
    index = settings.indexes / "files"
    build_index(FILES, index, embedder=PACKAGED)
    files = settings.model_copy(update={"corpus": FILES, "index": "files"})
    article, others = Assistant.open(settings=settings), Assistant.open(settings=files)
    FOLDER.mkdir(exist_ok=True)
    with (
        served(create_app(article, settings=settings)) as address,
        served(create_app(others, settings=files)) as files_address,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright.chromium)
        take_answer(browser, address)
        take_files(browser, files_address, others.document(PDF).text)
        browser.close()
    shutil.copyfile(FOLDER / "answer.png", WEB / "screenshot.png")


if __name__ == "__main__":
    main()
