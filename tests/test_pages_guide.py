"""The guide on pages: what its Markdown becomes, and what an address can reach."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.pages.guide import list_pages, render_guide
from tests.answers import ANSWERED, client_of
from tests.conftest import ROOT

GUIDE = ROOT / "web" / "guide"
PAGE = """\
# Asking `it`

See [scale](scale.md#searching-it), [all](README.md), [more](https://example.org/a.md), `--top-k`.

![growth](../static/growth.svg)

## What is "it"?

| A | B |
|---|--:|
| x | 1 |

    <script>alert(1)</script>

<b>bold</b> [run](javascript:alert(2))
"""


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A client of an app whose guide has two pages, of which it lists one, and one that is not."""
    (tmp_path / "guide").mkdir()
    listed = "# Guide\n\n- [Asking](asking.md): questions\n- [Gone](gone.md)\n"
    for name, text in (("README", listed), ("asking", PAGE), ("hidden", "# Hidden")):
        (tmp_path / "guide" / f"{name}.md").write_text(text, encoding="utf-8")
    (tmp_path / "secret.md").write_text("a private note", encoding="utf-8")
    monkeypatch.setattr("assistant.pages.guide.web_folder", lambda: tmp_path)
    return client_of(ANSWERED)


def test_the_guide_lists_its_pages_and_shows_them(guide: TestClient) -> None:
    contents = guide.get("/guide")
    assert contents.status_code == 200
    assert '<a href="/guide/asking">Asking</a>: questions' in contents.text
    assert list_pages() == ["asking", "gone"]
    page = guide.get("/guide/asking")
    assert page.status_code == 200
    assert "<title>Asking it – Assistant</title>" in page.text
    assert '<a href="/guide">All pages of the guide</a>' in page.text
    assert '<a href="/guide"' in guide.get("/").text


def test_the_guide_is_in_english_and_its_links_keep_the_language_of_the_page(
    guide: TestClient,
) -> None:
    page = guide.get("/zh/guide/asking").text
    assert '<article class="guide" lang="en">' in page
    assert "指南目前只有英文版。" in page
    assert 'href="/zh/guide/scale#searching-it"' in page
    assert '<a href="/guide' not in page
    assert '<a href="/zh/guide/asking">Asking</a>' in guide.get("/zh/guide").text


@pytest.mark.parametrize(
    "name",
    ["gone", "hidden", "README", "none", "../secret", "..%2Fsecret", "%2e%2e%2fsecret",
     "asking.md", "asking%00", "ASKING", "asking/", "/etc/passwd"],
)  # fmt: skip
def test_unlisted_guide_pages_are_not_found(guide: TestClient, name: str) -> None:
    response = guide.get(f"/guide/{name}", follow_redirects=False)
    assert response.status_code in ((400,) if "%00" in name else (404, 307))
    assert "a private note" not in response.text


def test_markdown_becomes_html_that_the_policy_allows() -> None:
    title, html = render_guide(PAGE)
    assert title == "Asking it"
    assert '<h1 id="asking-it">Asking <code>it</code></h1>' in html
    assert '<h2 id="what-is-it">' in html
    assert re.findall(r'href="([^"]*)"', html) == [
        "/guide/scale#searching-it", "/guide", "https://example.org/a.md",
    ]  # fmt: skip
    assert '<code class="option">--top-k</code>' in html
    assert '<p class="wide" tabindex="0"><img src="/static/growth.svg"' in html
    assert '<div class="table" role="group" aria-label="Table" tabindex="0"><table>' in html
    assert '<td class="right">1</td>' in html
    assert "style=" not in html
    assert "<script" not in html
    assert "<b>" not in html


def test_every_page_of_the_guide_is_listed_and_opens() -> None:
    client, names = client_of(ANSWERED), list_pages()
    assert len(names) == len(set(names)) >= 1
    there = {path.stem for path in GUIDE.glob("*.md")} - {"README"}
    assert there <= set(names)
    for name in ["", *(f"/{name}" for name in there)]:
        page = client.get(f"/guide{name}")
        assert page.status_code == 200
        assert " style=" not in page.text
        for link in re.findall(r'href="(/guide/[^"#]*)', page.text):
            assert link.removeprefix("/guide/") in names
