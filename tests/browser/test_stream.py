"""A page asks with the browser's own EventSource."""

from playwright.sync_api import Browser

from tests.answers import UNSURE
from tests.browser.visiting import visit

LISTEN = """question => new Promise((done) => {
  const heard = [];
  const events = new EventSource(`/api/v1/query?question=${encodeURIComponent(question)}`);
  for (const name of ["retrieved", "answer", "done", "error"]) {
    events.addEventListener(name, ({ data }) => {
      heard.push([name, JSON.parse(data)]);
      if (name === "done" || name === "error") { events.close(); done(heard); }
    });
  }
})"""


def test_a_page_hears_the_steps_of_an_answer(browser: Browser, address: str) -> None:
    with visit(browser) as page:
        page.goto(f"{address}/documents")
        heard = page.evaluate(LISTEN, UNSURE.question)
        asked = f"{address}/api/v1/query?question={UNSURE.question}"
        assert [name for name, _ in heard] == ["retrieved", "answer", "done"]
        assert heard[-1][1] == page.request.get(asked).json()
