"""What a document's page lists of it: players and figures, with links to their places."""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient

from assistant.pages.app import create_app
from assistant.pages.outline import FEW_FIGURES
from assistant.records import Document, Player
from tests.answers import assistant_of, strip_tags
from tests.conftest import LOCAL, Maker

FIRST = "Xiaomi sold 2,000 units of glasses in 2024. Meta sold 900 units."
SECOND = "Xiaomi glasses cost 1,999 yuan in 2025."
TEXT = f"{FIRST}\n\n{SECOND}\n\n" + "".join(
    f"In 20{n:02} sales of lenses were {n + 100} units.\n\n" for n in range(10, 50)
)
DOCUMENT = Document("a.pdf", "A", TEXT, date(2025, 1, 1), page_starts=(0, TEXT.index(SECOND)))
PLAYERS = (Player("xiaomi", "Xiaomi", "company"), Player("meta", "Meta", "company"))


@pytest.fixture
def client(make: Maker) -> TestClient:
    generation = make.generation(DOCUMENT, players=PLAYERS)
    return TestClient(create_app(assistant_of(generation=generation)), base_url=LOCAL)


def test_players_are_listed_with_their_page_and_first_mention(client: TestClient) -> None:
    page = client.get("/documents/a.pdf").text
    found = page.partition('<ul class="found">')[2].partition("</ul>")[0]
    links = re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', found)
    assert [words for _, words in links] == ["Xiaomi", "2 mentions", "Meta", "1 mention"]
    assert links[0][0] == "/players/xiaomi"
    shown = client.get(links[1][0].replace("&amp;", "&")).text
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", shown) == ["Xiaomi"]
    assert "2 players" in page


def test_figures_are_listed_with_their_pages_and_link_to_their_sentences(
    client: TestClient,
) -> None:
    page = client.get("/documents/a.pdf").text
    table = page.partition('<details id="figures"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\".*?</tr>", table)
    assert len(rows) == FEW_FIGURES
    assert strip_tags(rows[0]).startswith("2,000 units")
    (cost,) = [row for row in rows if ">1,999 yuan<" in row]
    assert cost.endswith('<td class="number">2</td></tr>')
    href = re.findall(r'href="([^"]+)"', cost)[0].replace("&amp;", "&")
    shown = client.get(href).text
    assert strip_tags(re.findall(r"<mark.*?</mark>", shown)[0]) == SECOND
    assert re.findall(r"<strong class=\"span\"[^>]*>(.*?)</strong>", shown) == ["1,999 yuan"]
    whole = client.get("/documents/a.pdf?figures=all").text
    assert '<details id="figures" open>' in whole
    assert whole.count('<tr><th scope="row"') > FEW_FIGURES
    assert "Show more" in page
    assert "Show more" not in whole
