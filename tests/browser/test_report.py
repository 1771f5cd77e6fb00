"""The report of an evaluation, opened from its file in a real browser."""

import time
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument

from assistant.answer import Assistant
from assistant.evaluate.page import DETAILED, write_page
from assistant.evaluate.report import summarise
from assistant.evaluate.rows import REPORT, open_rows, read_header
from assistant.evaluate.run import run, write_body
from assistant.questions.question import Question
from assistant.records import Document
from assistant.terminal import escape_lines
from tests.browser.conftest import launch
from tests.browser.visiting import DESKTOP, PATIENCE, PHONE
from tests.conftest import Maker
from tests.evaluating import plan_set, read_rows

HOSTILE = (
    '<img src=x onerror="alert(1)"></script><script>alert(2)</script> {{ 7 * 7 }} \u2028 </table>'
)
TEXT = f"Quark glasses cost 9 yuan {HOSTILE} or more.\n\nNobody makes money. Xiaomi sells phones."
EURO = f"{HOSTILE[:29]} 8 euro"
COUNT = 10_000
IS_SHOWN = "(row) => row.checkVisibility({ contentVisibilityAuto: true })"
# Two frames later: the first may still lay out what is near.
LAID_OUT = f"""(row) => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
    () => done(({IS_SHOWN})(row)))))"""


def make_run(make: Maker, folder: Path) -> Assistant:
    assistant = make.assistant(Document(f"{HOSTILE[:20]}.txt", HOSTILE, TEXT), threshold=0.4)
    asked = [
        Question(f"{HOSTILE} 1", f"What do Quark glasses cost {HOSTILE}", (EURO,), kind=HOSTILE),
        Question("2", "What do Quark glasses cost?", ("Quark glasses cost 9 yuan",), kind="fact"),
        Question("3", "Who is it?", ("nobody here",), kind="who"),
        Question("4", "Which zebra dances?", kind="none", reason="trap"),
    ]
    report = run(plan_set(assistant, asked), folder)
    write_page(folder, report, None)
    return assistant


def make_many(few_folder: Path, many: Path, count: int) -> Path:
    """A run of so many questions, from the rows of a run of few."""
    few = list(read_rows(few_folder))
    many.mkdir()
    ids = [str(n) for n in range(count)]
    with open_rows(many, read_header(few_folder), ids, resume=False) as (_, write):
        for number, id_ in enumerate(ids):
            question = f"{id_} {'and what of the longest question that one may ask ' * 39}?"
            changed = {"id": id_, "question": question, "kind": "fact"}
            write(few[number % 4].model_copy(update=changed))
    report = summarise(many)
    write_body(many / REPORT, report)
    write_page(many, report, None)
    return many


@pytest.fixture(scope="module")
def few(shared_make: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of few questions."""
    folder = tmp_path_factory.mktemp("report") / "few"
    make_run(shared_make, folder)
    return folder


@pytest.fixture(scope="module")
def some(few: Path) -> Path:
    """The folder of a run of 120 questions."""
    return make_many(few, few.parent / "some", 120)


@pytest.fixture
def open_page(few: Path) -> Path:
    return few / "report.html"


def visit(browser: Browser, path: Path, *, javascript: bool = True, phone: bool = False) -> Page:
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, java_script_enabled=javascript, offline=True
    )
    context.set_default_timeout(PATIENCE)
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
    expect(rows).to_have_count(4)
    assert rows.locator("td:nth-child(3)").all_text_contents() == [
        "wrong", "wrongly refused", "rightly refused", "right",
    ]  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]  # type: ignore[index]
    expect(page.locator("#filter")).to_be_visible(visible=javascript)
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
    expect(page.locator("#table img, #table script, #table iframe")).to_have_count(0)
    expect(page.locator("script")).to_have_count(1)
    asked = page.locator("tbody summary").filter(has_text="alert(2)")
    assert asked.text_content() == f"What do Quark glasses cost {escape_lines(HOSTILE)}"
    assert "{{ 7 * 7 }}" in page.locator("#table").inner_text()
    # What were markup all the same would not run.
    page.evaluate("""() => new Promise((done) => {
      document.body.insertAdjacentHTML("beforeend", '<img src=x onerror="window.ran=1">');
      document.body.lastElementChild.addEventListener("error", done);
    })""")
    assert page.evaluate("window.ran") is None
    page.context.close()


def test_questions_are_sorted_and_filtered(browser: Browser, open_page: Path) -> None:
    page = visit(browser, open_page)
    rows = page.locator("#table tbody tr")
    page.get_by_role("button", name="Question").click()
    expect(page.locator("#table th").nth(1)).to_have_attribute("aria-sort", "ascending")
    firsts = [text[:5] for text in rows.locator("td:nth-child(2)").all_text_contents()]
    assert firsts == sorted(firsts)
    page.get_by_role("button", name="No.").click()
    page.get_by_role("button", name="No.").click()
    expect(rows.locator("td:first-child")).to_have_text(list("4321"))
    page.locator("#outcome").select_option("wrongly refused")
    expect(page.locator("#shown")).to_have_text("1 of 4 questions")
    expect(rows).to_have_count(1)
    page.locator("#outcome").select_option("")
    expect(rows).to_have_count(4)
    page.locator("#filter").fill("ZEBRA")
    expect(page.locator("#shown")).to_have_text("1 of 4 questions")
    assert "zebra dances" in (rows.first.text_content() or "")
    page.context.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_screen_reader_gets_the_whole_table(browser: Browser, some: Path, phone: bool) -> None:
    path = some / "report.html"
    listening = launch(browser.browser_type, "--force-renderer-accessibility")
    page = visit(listening, path, phone=phone)
    tree = page.context.new_cdp_session(page)
    root = tree.send("DOM.getDocument")["root"]["nodeId"]
    table = tree.send("DOM.querySelector", {"nodeId": root, "selector": "#table"})
    nodes = tree.send("Accessibility.queryAXTree", {"nodeId": table["nodeId"]})["nodes"]
    roles = Counter(node["role"]["value"] for node in nodes)
    assert [roles[name] for name in ("table", "rowgroup", "columnheader", "row")] == [1, 4, 8, 121]
    cells = [node["name"]["value"] for node in nodes if node["role"]["value"] == "cell"]
    assert {"wrong", "wrongly refused", "rightly refused", "right"} <= set(cells)
    listening.close()


def test_a_print_holds_every_question(browser: Browser, some: Path, tmp_path: Path) -> None:
    page = visit(browser, some / "report.html")
    page.pdf(path=tmp_path / "print.pdf")
    page.context.close()
    with PdfDocument(tmp_path / "print.pdf") as printed:
        text = " ".join(leaf.get_textpage().get_text_range() for leaf in printed)
    # The questions are in what opens; closed, their answers are not printed.
    assert [n for n in range(120) if f"{n} and what" not in text] == []
    assert "Best candidate" not in text


def test_ten_thousand_questions_stay_small_and_open(
    browser: Browser, few: Path, tmp_path: Path
) -> None:
    folder = make_many(few, tmp_path / "many", COUNT)
    assert (folder / "report.html").stat().st_size < 15 * 2**20
    began = time.perf_counter()
    page = visit(browser, folder / "report.html")
    whole = time.perf_counter() - began
    own = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd / 1000")
    print(f"opened in {own:.1f} s, with a browser window for it in {whole:.1f} s")
    expect(page.locator("#table tbody tr")).to_have_count(COUNT)
    expect(page.locator("#table tbody tr > td:nth-child(2) > details")).to_have_count(DETAILED)
    shown, rows = page.locator("#shown"), page.locator("#table tbody tr")
    assert shown.inner_text() == "10,000 of 10,000 questions"
    # What is far below the window is not laid out, until somebody goes there.
    far = rows.nth(COUNT // 2)
    assert far.evaluate(LAID_OUT) is False
    far.scroll_into_view_if_needed()
    page.wait_for_function(IS_SHOWN, arg=far.element_handle())
    button = page.get_by_role("button", name="No.")
    button.click()
    button.click()
    expect(rows.first.locator("td").first).to_have_text(f"{COUNT}")
    assert [row.locator("td").first.text_content() for row in (rows.first, rows.last)] == [
        f"{COUNT}", "1",
    ]  # fmt: skip
    page.locator("#filter").fill(f"{COUNT - 1} and")
    expect(shown).to_have_text("1 of 10,000 questions")
    assert (rows.text_content() or "").count("and what") < 5  # a line, not the whole question
    page.locator("#filter").fill("no such words")
    expect(shown).to_have_text("0 of 10,000 questions")
    page.locator("#filter").fill("")
    expect(shown).to_have_text("10,000 of 10,000 questions")
    expect(rows).to_have_count(COUNT)
    page.context.close()
