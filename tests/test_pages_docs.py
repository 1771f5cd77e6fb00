"""The page that describes the API, in both languages."""

import re
from html.parser import HTMLParser

import pytest

from tests.answers import ANSWERED, client_of
from tests.conftest import LOCAL


class _Lists(HTMLParser):
    """Collects the groups of definition lists, each as the tags in it, and tags out of place."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[str]] = []
        self.misplaced: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        parent = self._open[-1] if self._open else ""
        if parent == "dl" and tag == "div":
            self.groups.append([])
        elif tag in ("dt", "dd") and self._open[-2:] == ["dl", "div"]:
            self.groups[-1].append(tag)
        elif parent == "dl" or tag in ("dt", "dd"):
            self.misplaced.append(tag)
        if tag not in ("meta", "link"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_term_of_a_definition_list_has_a_description(language: str) -> None:
    lists = _Lists()
    lists.feed(client_of(ANSWERED).get(f"/{language}/docs").text)
    assert lists.misplaced == []
    assert len(lists.groups) > 50
    for group in lists.groups:
        assert group in (["dt", "dd"], ["dt", "dd", "dd"])


def test_the_api_is_described_in_english_on_a_chinese_page() -> None:
    page = client_of(ANSWERED).get("/zh/docs").text
    assert "<title>API – 文档问答</title>" in page
    assert "<h1>JSON API</h1>" in page
    assert '<p class="quiet">接口和字段的说明只有英文。</p>' in page
    assert '<dd class="quiet">string，必填</dd>' in page
    assert '<dd class="quiet">string 的列表，默认值 []</dd>' in page
    assert '<dd lang="en">1 to 2,000 characters</dd>' in page
    assert re.search('<h2 id="[^"]*" lang="en">Ask a question</h2>', page)
    assert "只有英文" not in client_of(ANSWERED).get("/en/docs").text


def test_what_is_no_json_is_described_too() -> None:
    page = client_of(ANSWERED).get("/docs").text
    assert '<p lang="en">JSON Lines in UTF-8: on each line a question as <code>POST' in page
    assert "Successful Response. With <code>Accept: text/event-stream</code>: the events" in page


def test_the_example_of_a_request_has_the_address_of_the_api() -> None:
    for path in ("/docs", "/zh/docs"):
        assert f"curl -s {LOCAL}/api/v1/query \\" in client_of(ANSWERED).get(path).text


def test_every_request_is_described_and_mcp_is_pointed_at() -> None:
    client = client_of(ANSWERED)
    for path, guide in (("/docs", "/guide/mcp"), ("/zh/docs", "/zh/guide/mcp")):
        page = client.get(path).text
        assert f'<a href="{guide}"><code>/mcp</code></a>' in page
        assert not re.search(r"<p[^>]*></p>", page)  # a heading with nothing below
