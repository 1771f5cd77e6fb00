"""Visits to the pages, which a real server serves, in a real browser."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
)

WIDE: ViewportSize = {"width": 1440, "height": 900}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE = 60_000  # milliseconds that a test waits for what is to come, on the slowest machine
QUARK = "How much do the Quark AI glasses cost?"
ANSWER = (
    "According to the plan, the standard version of Quark AI glasses is priced at 2,999 yuan, "
    "basically equal to the cost."
)
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # the rules that need it are of no level chosen
}
# Of many rows or entries, which are alike, the first are checked.
RUN_AXE = """async (options) => (await axe.run(
  { exclude: ["tbody tr:nth-child(n+20)", "li:nth-child(n+20)"] }, options
)).violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`))"""
BEHIND = "(element) => getComputedStyle(element).backgroundColor"


class ReadyServer(uvicorn.Server):
    """A server that says when it is ready, or that it failed."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, port=0, log_level="warning"))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an app while it is served by a real server."""
    server = ReadyServer(app)
    thread = threading.Thread(target=server.run)
    thread.start()
    server.ready.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


class Watched:
    """A page, and what went wrong on it: errors, dialogs, requests to elsewhere."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"error {error}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog {dialog.message}"))
        page.on("console", self._hear)
        page.on("request", lambda request: self._see(request.url))
        page.on("response", self._check)

    def _hear(self, message: ConsoleMessage) -> None:
        # The console reports the status of an error page, which is no fault of the page.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.problems.append(f"console {message.text}")

    def _see(self, url: str) -> None:
        if not url.startswith("http://127.0.0.1:"):
            self.problems.append(f"request to {url}")

    def _check(self, response: Response) -> None:
        headers = response.headers
        if not is_strict(headers.get("content-security-policy", "")):
            self.problems.append(f"{response.url} has a weak policy")
        if headers.get("x-content-type-options") != "nosniff":
            self.problems.append(f"{response.url} may be sniffed")


def is_strict(policy: str) -> bool:
    """Whether a Content-Security-Policy allows nothing but what comes from our own origin."""
    directives = {
        name: values
        for name, *values in (directive.split() for directive in policy.split(";") if directive)
    }
    allowed = {value for values in directives.values() for value in values}
    closed = ("default-src", "base-uri", "frame-ancestors")
    return allowed == {"'self'", "'none'"} and all(
        directives.get(name) == ["'none'"] for name in closed
    )


def check_accessible(page: Page) -> None:
    """That axe-core finds nothing wrong with a page as it is now, with what is open on it."""
    assert find_violations(page) == []


def find_violations(page: Page) -> list[str]:
    """What axe-core finds wrong: rules and elements."""
    for frame in page.frames:
        frame.evaluate(f"() => {{ if (!globalThis.axe) {AXE_SCRIPT} }}")
    # The rule about targets is of WCAG 2.2, and off by default.
    rules = {"target-size": {"enabled": True}}
    found: list[str] = page.evaluate(RUN_AXE, {**AXE_OPTIONS, "rules": rules})
    return found


@contextmanager
def visit(
    browser: Browser,
    viewport: ViewportSize = DESKTOP,
    *,
    javascript: bool = True,
    dark: bool = False,
    touch: bool = False,
) -> Iterator[Page]:
    """A page that must stay without problems, and as wide as its window."""
    context = browser.new_context(
        viewport=viewport,
        java_script_enabled=javascript,
        color_scheme="dark" if dark else "light",
        has_touch=touch,
        permissions=["clipboard-read", "clipboard-write"],
        extra_http_headers={"X-Request-ID": "visit"},  # error pages show it: always the same
    )
    context.set_default_timeout(PATIENCE)
    watched = Watched(context.new_page())
    try:
        yield watched.page
        assert watched.problems == []
    finally:
        context.close()


@contextmanager
def loading(page: Page) -> Iterator[None]:
    """Wait until the page that is opened meanwhile has loaded, whatever its address."""
    with page.expect_event("load"):
        yield


def click(link: Locator) -> None:
    """Click what opens another page, and wait until that has loaded."""
    with loading(link.page):
        link.click()


def press(page: Page, key: str) -> None:
    """Press a key that opens another page, and wait until that has loaded."""
    with loading(page):
        page.keyboard.press(key)


def resize(page: Page, width: int, height: int = 900) -> None:
    """Change the window, and wait until the page has its width."""
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator("html")).to_have_js_property("clientWidth", width)


def follow(link: Locator) -> None:
    """Open what a link leads to, also where a script would show it on the same page."""
    address = link.evaluate("(element) => element.href")
    link.page.goto(address)
