"""How soon a browser paints an answer: `python -m tests.benchmarks.painting`.

Measured over a loopback connection, with the index in use, in the system's Chromium and with a
cold cache: from the request to the first contentful paint, less the answer's own time, which is
the `timing_ms.total` of the same question, asked right before.
"""

from statistics import median
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from assistant.answer import Assistant
from assistant.pages.app import create_app
from tests.browser.conftest import launch
from tests.browser.visiting import served

RUNS = 15
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) =>
  resolve(list.getEntriesByName("first-contentful-paint")[0].startTime)
).observe({type: "paint", buffered: true}))"""


def main() -> None:
    assistant = Assistant.open()
    (question, *_) = assistant.generation.store.sample_questions
    times: list[float] = []
    beyond: list[float] = []
    with served(create_app(assistant)) as address, sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        for _ in range(RUNS):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            body = page.request.get(f"{address}/api/v1/query", params={"question": question})
            times.append(body.json()["timing_ms"]["total"])
            page.goto(f"{address}/?question={quote(question)}")
            beyond.append(page.evaluate(PAINTED) - times[-1])
            page.close()
        browser.close()
    print(f"first contentful paint beyond the answer's own time, {RUNS} visits:")
    print(f"median {median(beyond):.0f} ms, longest {max(beyond):.0f} ms")
    print(f"the answer itself: median {median(times):.0f} ms")


if __name__ == "__main__":
    main()
