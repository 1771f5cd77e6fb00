"""How soon an answer page shows something, and how large pages are, over the index in
indexes/default: `python -m tests.benchmarks.pages`.

First contentful paint counts from the first byte of the response, which the server sends when it
has the answer. Every question is asked in a window of its own, without a cache.
"""

from statistics import median
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from assistant.questions.index_questions import read_index_questions
from tests.benchmarks.asking import QUESTIONS, Server
from tests.browser.conftest import launch

ASKED = 9
WINDOWS = {"phone": (375, 740), "desktop": (1440, 900)}
PAGES = ("/", "/players", "/players/xiaomi", "/trends", "/documents", "/docs", "/guide")
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const [{ responseStart }] = performance.getEntriesByType("navigation");
  for (const { name, startTime } of list.getEntries())
    if (name === "first-contentful-paint") resolve(startTime - responseStart);
}).observe({ type: "paint", buffered: true }))"""
# Bytes of HTML, styles and scripts as transferred.
BYTES = """() => performance.getEntries().filter(({ entryType, name }) =>
  entryType === "navigation" || /[.](css|js)$/.test(name.split("?")[0]))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""


def measure_page(browser: Browser, url: str, size: tuple[int, int]) -> tuple[float, int]:
    """Milliseconds from the response to the first contentful paint of a page, and its bytes."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    paint: float = page.evaluate(FIRST_PAINT)
    size_in_bytes: int = page.evaluate(BYTES)
    context.close()
    return paint, size_in_bytes


def main() -> None:
    texts = [question.question for question in read_index_questions(QUESTIONS)][:ASKED]
    server = Server()
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        measure_page(browser, f"{server.address}/", WINDOWS["desktop"])  # warm up
        for window, size in WINDOWS.items():
            paints, sizes = [], []
            for text in texts:
                url = f"{server.address}/?question={quote(text)}"
                paint, in_bytes = measure_page(browser, url, size)
                paints.append(paint)
                sizes.append(in_bytes)
            print(
                f"answer page, {window}: first contentful paint {median(paints):.0f} ms after the "
                f"answer (largest {max(paints):.0f}), {median(sizes) / 1000:.1f} kB "
                f"(largest {max(sizes) / 1000:.1f})"
            )
        for path in PAGES:
            paint, in_bytes = measure_page(browser, server.address + path, WINDOWS["desktop"])
            print(
                f"{path}: first contentful paint {paint:.0f} ms after the response, "
                f"{in_bytes / 1000:.1f} kB"
            )
        browser.close()
    server.stop()


if __name__ == "__main__":
    main()
