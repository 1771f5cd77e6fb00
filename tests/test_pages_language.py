"""The language of a page."""

import re
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from assistant.api.wording import read_wording
from assistant.pages.app import create_app
from assistant.records import Abstention, AnswerCell, AnswerRow, AnswerTable, Document, Part
from tests.answers import ABSENT, ANSWERED, LISTED, answer_from, assistant_of, client_of
from tests.conftest import LOCAL


def test_the_address_or_the_browser_chooses_the_language() -> None:
    client = client_of(ANSWERED)
    english, chinese = '<html lang="en">', '<html lang="zh">'
    assert english in client.get("/guide/files").text
    page = client.get("/guide/files", headers={"Accept-Language": "zh-CN, en;q=0.5"})
    assert chinese in page.text
    assert page.headers["vary"] == "Accept-Language"
    assert page.headers["content-language"] == "zh"
    assert 'href="/documents"' in page.text
    assert english in client.get("/en/guide/files", headers={"Accept-Language": "zh"}).text


def test_links_keep_the_language_of_the_address() -> None:
    client = client_of(ANSWERED)
    page = client.get("/zh/", params={"question": ANSWERED.question}).text
    assert 'action="/zh/"' in page
    assert 'href="/zh/documents/' in page
    assert 'href="/documents' not in page
    assert 'href="/en/?question=' in page
    missing = client.get("/zh/none")
    assert missing.status_code == 404
    assert '<html lang="zh">' in missing.text


def test_an_address_has_its_alternatives_in_the_other_languages() -> None:
    client = client_of(ANSWERED)
    for address in ("/guide/files?a=1&b=2", "/zh/guide/files?a=1&b=2"):
        page = client.get(address).text
        assert re.findall(r'<link rel="alternate" hreflang="(.*?)" href="(.*?)">', page) == [
            ("x-default", "/guide/files?a=1&amp;b=2"),
            ("en", "/en/guide/files?a=1&amp;b=2"),
            ("zh", "/zh/guide/files?a=1&amp;b=2"),
        ]
    page = client.get("/en/guide/files?a=1&b=2").text
    assert '<a href="/zh/guide/files?a=1&amp;b=2" hreflang="zh" lang="zh">中文</a>' in page


def test_the_link_to_the_other_language_keeps_a_path_with_signs() -> None:
    document = Document("50% off? #1 价格.txt", "Prices", "It costs 9 yuan.")
    page = client_of(answer_from(document, "It costs 9 yuan.", None)).get(
        "/documents/50%25%20off%3F%20%231%20价格.txt"
    )
    assert page.status_code == 200
    assert 'href="/zh/documents/50%25%20off%3F%20%231%20%E4%BB%B7%E6%A0%BC.txt"' in page.text


def test_the_first_page_of_a_language_needs_no_slash() -> None:
    page = client_of(ANSWERED).get("/zh")
    assert (page.status_code, page.url.path) == (200, "/zh/")
    assert '<html lang="zh">' in page.text


def test_the_api_and_static_files_have_no_language() -> None:
    client = client_of(ANSWERED)
    for path in ("api/v1/query?question=x", "openapi.json", "static/style.css", "v1/models"):
        assert client.get(f"/{path}").status_code == 200
        assert client.get(f"/zh/{path}").status_code == 404
    assert (client.get("/mcp").status_code, client.get("/zh/mcp").status_code) == (405, 404)
    for path in ("livez", "readyz", "metrics"):
        assert client.get(f"/zh/{path}").status_code == 404


def test_an_abstention_is_explained_in_the_language_of_the_page() -> None:
    message = Abstention(
        "no_evidence",
        "The documents do not mention Rokid.",
        (1,),
        "not_mentioned",
        {"name": "Rokid"},
    )
    answer = replace(ABSENT, abstention=message)
    client, asked = client_of(answer), {"question": answer.question}
    assert "文档中没有提到 Rokid。" in client.get("/zh/", params=asked).text
    assert "The documents do not mention Rokid." in client.get("/en/", params=asked).text
    body = client.get("/api/v1/query", params=asked, headers={"Accept-Language": "zh"}).json()
    assert body["abstention"] == {
        "reason": "no_evidence",
        "message": "The documents do not mention Rokid.",
        "closest": [1],
        "code": "not_mentioned",
        "fields": {"name": "Rokid"},
    }


def test_a_count_a_table_and_its_copy_are_in_the_language_of_the_page() -> None:
    counted = Part("2", (1, 2), None, 0.7, "the entries counted", "counted")
    table = AnswerTable(
        ("value",), (AnswerRow("Quark", (AnswerCell("9 yuan", (1,)),)), AnswerRow("Meta", (None,)))
    )
    answer = replace(LISTED, kind="count", parts=(counted, *LISTED.parts), table=table)
    page = client_of(answer).get("/zh/", params={"question": answer.question}).text
    assert "按条目计数" in page
    assert '<th scope="col" dir="auto"><span class="words">值</span>' in page
    markdown = page.partition("<textarea")[2]
    assert "2[^1][^2] (按条目计数)" in markdown
    assert "shop/quark 1.txt, 第 10–40 个字符" in markdown
    assert "the entries counted" not in page


@pytest.mark.parametrize(
    ("published", "dated", "english", "chinese"),
    [
        (date(2025, 9, 3), "", "3 September 2025", "2025年9月3日"),
        (date(2024, 1, 1), "2024", "2024", "2024年"),
        (date(2024, 5, 1), "May 2024", "May 2024", "2024年5月"),
        (date(2024, 7, 1), "Q3 2024", "Q3 2024", "2024年第3季度"),
        (date(2024, 7, 1), "H2 2024", "H2 2024", "2024年下半年"),
        (date(2024, 5, 1), "late spring", "late spring", "late spring"),
        (None, "", "", ""),
    ],
)
def test_a_date_is_as_exact_in_chinese(
    published: date | None, dated: str, english: str, chinese: str
) -> None:
    document = Document("a.txt", "A", "It.", published=published, dated=dated)
    assert read_wording("en").describe_date(document) == english
    assert read_wording("zh").describe_date(document) == chinese


def test_a_root_path_of_the_server_is_no_language() -> None:
    app = create_app(assistant_of(ANSWERED))
    client = TestClient(app, base_url=LOCAL, root_path="/docs-server")
    page = client.get("/guide/files")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert 'href="/docs-server/documents"' in page.text
