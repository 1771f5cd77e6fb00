"""The language of a page."""

from tests.answers import ANSWERED, client_of


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
