"""The report of an evaluation, opened from its file in a real browser."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.answer import Assistant
from assistant.evaluate.header import Options, describe
from assistant.evaluate.page import DETAILED, write_page
from assistant.evaluate.plan import plan_assistant
from assistant.evaluate.questions import Asked
from assistant.evaluate.report import summarise
from assistant.evaluate.rows import REPORT, open_rows, read_header, read_rows
from assistant.evaluate.running import run, write_body
from assistant.records import Document
from tests.browser.test_pages import DESKTOP, PHONE
from tests.conftest import Maker

HOSTILE = (
    '<img src=x onerror="alert(1)"></script><script>alert(2)</script> {{ 7 * 7 }} \u2028 </table>'
)
TEXT = f"Quark glasses cost 9 yuan {HOSTILE} or more.\n\nNobody makes money. Xiaomi sells phones."
COUNT = 10_000


def make_run(make: Maker, folder: Path) -> Assistant:
    assistant = make.assistant(Document(f"{HOSTILE[:20]}.txt", HOSTILE, TEXT), threshold=0.4)
    asked = [
        Asked(f"{HOSTILE} 1", f"What do Quark glasses cost {HOSTILE}", (HOSTILE,), kind=HOSTILE),
        Asked("2", "What do Quark glasses cost?", ("Quark glasses cost 9 yuan",), kind="fact"),
        Asked("3", "Who is it?", ("nobody here",), kind="who"),
        Asked("4", "Which zebra dances?", (), kind="trap"),
    ]
    report = run(
        plan_assistant(assistant, asked, describe(folder, asked, "index", Options())), folder
    )
    write_page(folder, report, None)
    return assistant


@pytest.fixture
def open_page(browser: Browser, make: Maker, tmp_path: Path) -> Path:
    del browser
    make_run(make, tmp_path / "run")
    return tmp_path / "run" / "report.html"


def visit(browser: Browser, path: Path, *, javascript: bool = True, phone: bool = False) -> Page:
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, java_script_enabled=javascript, offline=True
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"error {error}"))
    page.on("dialog", lambda dialog: problems.append(f"dialog {dialog.message}"))
    page.on("console", lambda message: problems.append(f"console {message.text}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:")) else
        problems.append(f"request {request.url}"),
    )  # fmt: skip
    page.goto(path.as_uri())
    assert problems == []
    return page


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_report_opens_offline_and_says_what_was_found(
    browser: Browser, open_page: Path, javascript: bool, phone: bool
) -> None:
    page = visit(browser, open_page, javascript=javascript, phone=phone)
    rows = page.locator("#table tbody tr")
    assert rows.count() == 4
    assert [rows.nth(n).locator("td").nth(2).inner_text() for n in range(4)] == [
        "wrong", "wrongly refused", "rightly refused", "right",
    ]  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]  # type: ignore[index]
    assert page.locator("#filter").is_visible() is javascript
    right = rows.nth(3)
    right.locator("summary").click()
    marked = "".join(right.locator("blockquote mark").all_text_contents())
    assert marked.startswith("Quark glasses cost 9 yuan")
    assert page.locator(".plots img").count() >= 2
    assert all(
        page.locator(".plots img").nth(n).evaluate("image => image.naturalWidth > 0")
        for n in range(page.locator(".plots img").count())
    )
    page.context.close()


def test_hostile_text_becomes_no_markup(browser: Browser, open_page: Path) -> None:
    page = visit(browser, open_page)
    assert page.locator("#table img, #table script, #table iframe").count() == 0
    assert page.locator("script").count() == 1
    asked = page.locator("tbody summary").filter(has_text="alert(2)")
    assert asked.text_content() == f"What do Quark glasses cost {HOSTILE}"
    assert "{{ 7 * 7 }}" in page.locator("#table").inner_text()
    # What were markup all the same would not run.
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=1\">')"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    page.context.close()


def test_questions_are_sorted_and_filtered(browser: Browser, open_page: Path) -> None:
    page = visit(browser, open_page)
    rows = page.locator("#table tbody tr:visible")
    page.get_by_role("button", name="Question").click()
    firsts = [rows.nth(n).locator("td").nth(1).inner_text()[:5] for n in range(4)]
    assert firsts == sorted(firsts)
    header = page.locator("#table th").nth(1)
    assert header.get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="No.").click()
    page.get_by_role("button", name="No.").click()
    assert [rows.nth(n).locator("td").first.inner_text() for n in range(4)] == list("4321")
    page.locator("#outcome").select_option("wrongly refused")
    assert (rows.count(), page.locator("#shown").inner_text()) == (1, "1 of 4 questions")
    page.locator("#outcome").select_option("")
    page.locator("#filter").fill("ZEBRA")
    expect(page.locator("#shown")).to_have_text("1 of 4 questions")
    assert "zebra dances" in rows.first.inner_text()
    page.context.close()


def test_ten_thousand_questions_stay_small_and_open(
    browser: Browser, make: Maker, tmp_path: Path
) -> None:
    make_run(make, tmp_path / "few")
    few = list(read_rows(tmp_path / "few"))
    folder = tmp_path / "many"
    folder.mkdir()
    ids = [str(n) for n in range(COUNT)]
    with open_rows(folder, read_header(tmp_path / "few"), ids, resume=False) as (_, writer):
        for number, own_id in enumerate(ids):
            row = few[number % 4]
            question = f"{own_id} {'and what of the longer question that people ask ' * 2}?"
            writer.write(
                row.model_copy(update={"id": own_id, "question": question, "kind": "fact"})
            )
    report = summarise(folder)
    write_body(folder / REPORT, report)
    write_page(folder, report, None)
    assert (folder / "report.html").stat().st_size < 15 * 2**20
    began = time.perf_counter()
    page = visit(browser, folder / "report.html")
    whole = time.perf_counter() - began
    own = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd / 1000")
    print(f"opened in {own:.1f} s, with a browser window for it in {whole:.1f} s")
    assert page.locator("#table tbody tr").count() == COUNT
    assert page.locator("#table tbody tr > td:nth-child(2) > details").count() == DETAILED
    assert page.locator("#shown").inner_text() == "10,000 of 10,000 questions"
    page.context.close()
