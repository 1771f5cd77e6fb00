"""Players, figures and charts over a tiny corpus: API, pages, images."""

import csv
import html
import io
import re
from collections.abc import Mapping
from datetime import date

import pytest
from fastapi.testclient import TestClient

from assistant.pages.app import create_app
from assistant.records import Document, Player
from tests.answers import strip_tags
from tests.conftest import LOCAL, ROOT, Maker
from tests.test_pages_app import error

PLAYERS = (
    Player("xiaomi", "Xiaomi", "company", ("小米",), None, ("maker",)),
    Player("alibaba", "Alibaba", "company"),
    Player("quark", "Quark", "product", (), "alibaba"),
    Player("huawei", "Huawei", "company"),
)
DOCUMENTS = (
    Document(
        "shop/a b.txt",
        "Glasses & prices",
        "Xiaomi's glasses have a battery life of 8.6 hours. Alibaba's Quark glasses have a battery "
        "life of 4 hours. Many compare Xiaomi with Alibaba. Quark glasses will be priced at 2,999 "
        "yuan.",
        published=date(2025, 9, 9),
    ),
    Document(
        "b.txt",
        "The market",
        "According to IDC, the global shipment of smart glasses was 1 million units in 2023. "
        "IDC predicts that the global shipment of smart glasses will reach 2 million units in "
        "2024. According to Lotu, the global shipment of smart glasses was 3 million units in "
        "2022. Xiaomi grows.",
        published=date(2024, 2, 1),
    ),
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shop(shared_make: Maker) -> TestClient:
    assistant = shared_make.assistant(*DOCUMENTS, players=PLAYERS)
    return TestClient(create_app(assistant), base_url=LOCAL)


def words(response: object) -> list[str]:
    return [figure["words"] for figure in response.json()["figures"]]  # type: ignore[attr-defined]


def test_players_are_listed_with_their_counts(shop: TestClient) -> None:
    players = shop.get("/api/v1/players").json()["players"]
    assert [(p["id"], p["mentions"], p["documents"]) for p in players] == [
        ("xiaomi", 3, 2),
        ("alibaba", 2, 1),
        ("quark", 2, 1),
        ("huawei", 0, 0),
    ]
    assert players[0] == {
        "id": "xiaomi",
        "name": "Xiaomi",
        "kind": "company",
        "aliases": ["小米"],
        "owner": None,
        "roles": ["maker"],
        "mentions": 3,
        "documents": 2,
        "href": "/players/xiaomi",
    }


def test_a_player_is_shown_where_it_is_named(shop: TestClient) -> None:
    body = shop.get("/api/v1/players/xiaomi").json()
    assert [(d["document_id"], len(d["mentions"])) for d in body["found_in"]] == [
        ("shop/a b.txt", 2),
        ("b.txt", 1),
    ]
    second = body["found_in"][0]["mentions"][1]
    assert (second["start"], second["end"]) == (120, 126)
    assert (second["sentence"], second["sentence_start"]) == (
        "Many compare Xiaomi with Alibaba.",
        107,
    )
    assert second["href"] == (
        "/documents/shop/a%20b.txt?start=107&end=140&quote=63ca43"
        "&answer_start=120&answer_end=126#cited"
    )
    assert [m["sentence"] for m in body["sentences"]] == [
        "Xiaomi's glasses have a battery life of 8.6 hours.",  # begins with it, holds its figure
        "Xiaomi grows.",  # begins with it
        "Many compare Xiaomi with Alibaba.",
    ]
    assert body["beside"] == body["mentioned_with"]  # its older name
    (other,) = body["mentioned_with"]
    example = other.pop("example")
    assert other == {
        "player": "alibaba",
        "name": "Alibaba",
        "sentences": 1,
        "href": "/players/alibaba",
    }
    assert (example["sentence"], example["start"], example["end"]) == (second["sentence"], 132, 139)
    assert words(shop.get("/api/v1/players/xiaomi")) == ["8.6 hours"]


def test_a_company_has_the_figures_of_what_it_owns(shop: TestClient) -> None:
    body = shop.get("/api/v1/players/alibaba").json()
    assert [other["id"] for other in body["owns"]] == ["quark"]
    assert [figure["words"] for figure in body["figures"]] == ["4 hours", "2,999 yuan"]
    assert words(shop.get("/api/v1/figures?player=alibaba")) == ["4 hours", "2,999 yuan"]
    quark = shop.get("/api/v1/players/quark").json()
    assert (quark["owner"], quark["owner_name"], quark["owns"]) == ("alibaba", "Alibaba", [])


def test_a_figure_has_all_its_fields(shop: TestClient) -> None:
    body = shop.get("/api/v1/figures", params={"metric": "shipments", "to": "2022-12-31"}).json()
    assert body["count"] == 1
    (figure,) = body["figures"]
    sentence = (
        "According to Lotu, the global shipment of smart glasses was 3 million units in 2022."
    )
    start = DOCUMENTS[1].text.index("3 million")
    href = figure.pop("href")
    assert f"answer_start={start}&answer_end={start + 15}#cited" in href
    assert figure == {
        "words": "3 million units",
        "value": 3000000.0,
        "highest": None,
        "unit": "unit",
        "relation": "exactly",
        "status": "stated",
        "change": None,
        "compared_with": None,
        "period": {"start": "2022-01-01", "end": "2022-12-31", "words": "2022"},
        "owner": None,
        "owner_name": None,
        "metric": "global shipment of smart glasses",
        "source": "Lotu",
        "document_id": "b.txt",
        "document_title": "The market",
        "start": start,
        "end": start + 15,
        "sentence": sentence,
    }


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["8.6 hours", "4 hours", "2,999 yuan", "1 million units", "2 million units",
              "3 million units"]),
        ({"player": "", "metric": " ", "from": "", "to": "", "unit": ""}, 6),
        ({"player": "quark"}, ["4 hours", "2,999 yuan"]),
        ({"player": "huawei"}, []),
        ({"metric": "life batteries"}, ["8.6 hours", "4 hours"]),
        ({"metric": "battery price"}, []),
        ({"unit": "cny"}, ["2,999 yuan"]),
        ({"unit": "h", "player": "xiaomi"}, ["8.6 hours"]),
        ({"from": "2023-06-01"}, ["1 million units", "2 million units"]),
        ({"to": "2023-01-01"}, ["1 million units", "3 million units"]),
        ({"from": "2024-01-01", "to": "2024-12-31"}, ["2 million units"]),
        ({"from": "2030-01-01"}, []),
    ],
)  # fmt: skip
def test_figures_are_chosen_by_every_filter(
    shop: TestClient, filters: Mapping[str, str], found: list[str] | int
) -> None:
    chosen = words(shop.get("/api/v1/figures", params=filters))
    assert (len(chosen) if isinstance(found, int) else chosen) == found
    page = shop.get("/trends", params=filters).text
    assert f"{len(chosen)} of 6</span>" in page


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        ({"player": "nobody"}, "player: no player 'nobody'", "use an id from /api/v1/players"),
        ({"metric": "?!"}, "metric: '?!' has no words", "write what is measured"),
        ({"metric": "x" * 201}, f"metric: '{'x' * 20}'… has 201 characters", "write at most 200"),
        ({"from": "2024-02-30"}, "from: '2024-02-30' is not a date", "write it like 2025-12-31"),
        ({"to": "soon"}, "to: 'soon' is not a date", "write it like 2025-12-31"),
        ({"from": "2025-01-01", "to": "2024-01-01"}, "from: 2025-01-01 is after to: 2024-01-01",
         "swap them"),
        ({"unit": "yuan"}, "unit: no figure has the unit 'yuan'", "use one of unit, h, CNY"),
    ],
)  # fmt: skip
def test_a_bad_filter_is_refused_with_a_hint(
    shop: TestClient, filters: Mapping[str, str], message: str, hint: str
) -> None:
    response = shop.get("/api/v1/figures", params=filters)
    assert error(response) == (422, "bad_filter", message)
    assert response.json()["error"]["hint"] == hint
    page = shop.get("/trends", params=filters)
    assert page.status_code == 422
    assert message in strip_tags(page.text)
    assert f'value="{filters["from"]}"' in page.text if "from" in filters else True


def test_other_bad_requests_keep_the_one_form(shop: TestClient) -> None:
    assert error(shop.get("/api/v1/figures?format=xml"))[:2] == (422, "bad_request")
    assert error(shop.get("/api/v1/figures?colour=red"))[:2] == (422, "bad_request")
    assert error(shop.get("/api/v1/players/nobody")) == (
        404,
        "unknown_player",
        "no player 'nobody'",
    )
    page = shop.get("/players/nobody")
    assert page.status_code == 404
    assert 'class="notice problem"' in page.text


def test_csv_has_the_same_figures_as_json(shop: TestClient) -> None:
    response = shop.get("/api/v1/figures?format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="figures.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    figures = shop.get("/api/v1/figures").json()["figures"]
    for row, figure in zip(rows, figures, strict=True):
        period = figure.pop("period") or {"start": "", "end": "", "words": ""}
        figure |= {f"period_{name}": value for name, value in period.items()}
        assert row.keys() == figure.keys()
        assert float(row.pop("value")) == figure.pop("value")
        assert row == {name: "" if v is None else str(v) for name, v in figure.items()}
    assert [row["words"] for row in rows][2:4] == ["2,999 yuan", "1 million units"]


def hrefs(page: str) -> list[str]:
    return list(map(html.unescape, re.findall(r'href="(/documents/[^"]+#cited)"', page)))


@pytest.mark.parametrize("path", ["/trends", "/players/xiaomi", "/players/alibaba"])
def test_every_line_of_a_page_leads_to_its_marked_place(shop: TestClient, path: str) -> None:
    page = shop.get(path).text
    links = re.findall(r'<a href="(/documents/[^"]+#cited)" dir="auto">(.*?)</a>', page)
    assert links
    for href, said in links:
        marked = shop.get(html.unescape(href)).text
        strong = re.findall(r'<strong class="span"[^>]*>(.*?)</strong>', marked, re.DOTALL)
        assert strong == [said], href
    for href in hrefs(page):
        assert 'id="cited"' in shop.get(href).text


def test_the_pages_hold_the_documents_own_words(shop: TestClient) -> None:
    trends = strip_tags(shop.get("/trends").text)
    for said in ("8.6 hours", "2,999 yuan", "1 million units", "3 million units"):
        assert said in trends
    assert "1,000,000" not in trends
    assert "2 million units expected" in trends
    players = strip_tags(shop.get("/players").text)
    assert re.search(r"Xiaomi\s+3 mentions in 2 documents\s+Xiaomi's glasses have", players)
    assert re.search(r"Quark\s+of Alibaba\s+2 mentions in 1 document\s+Quark glasses", players)
    assert "no figures for it" in shop.get("/players/huawei").text
    assert "No document mentions it" in shop.get("/players/huawei").text


def test_without_players_the_pages_say_how_to_name_some(make: Maker) -> None:
    shop = TestClient(create_app(make.assistant(*DOCUMENTS)), base_url=LOCAL)
    for path in ("/players", "/trends"):
        page = shop.get(path)
        assert page.status_code == 200
        assert "<code>players.toml</code>" in page.text
        assert "<code>assistant players --suggest</code>" in page.text
    assert shop.get("/api/v1/players").json() == {"players": []}


def test_the_policy_stays_strict(shop: TestClient) -> None:
    policy = shop.get("/").headers["Content-Security-Policy"]
    for path in ("/players", "/players/quark", "/trends", "/api/v1/figures?format=csv"):
        response = shop.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Security-Policy"] == policy
        assert " style=" not in response.text
        assert "<script>" not in response.text


def test_templates_take_no_text_as_markup() -> None:
    for path in (ROOT / "web" / "templates").glob("*.html"):
        assert not re.search(r"\|\s*safe", path.read_text(encoding="utf-8")), path


def test_names_that_are_markup_stay_words(make: Maker) -> None:
    player = Player("x", "<b>Bold</b>", "company", ("Xiaomi",))
    assistant = make.assistant(DOCUMENTS[0], players=[player, *PLAYERS[1:]])
    shop = TestClient(create_app(assistant), base_url=LOCAL)
    for path in ("/players", "/players/x", "/trends"):
        page = shop.get(path).text
        assert "<b>Bold" not in page
        assert "&lt;b&gt;Bold" in page


def test_trends_open_with_series_in_words_drawn_and_as_a_table(shop: TestClient) -> None:
    page = shop.get("/trends").text
    assert re.findall(r'<h2 id="([^"]+)"', page) == ["series", "compared", "named", "figures"]
    (card,) = re.findall(r'<article class="series".*?</article>', page, re.DOTALL)
    said = " ".join(strip_tags(card).split())
    assert said.startswith(
        "Global shipment of smart glasses according to IDC The market "
        "1 million units to 2 million units expected 2023 to 2024 "
    )
    points = re.findall(
        r'<a href="([^"]+)" aria-label="([^"]+)">.*?<circle class="(dot[^"]*)"', card
    )
    assert [point[1:] for point in points] == [
        ("1 million units, 2023", "dot"),
        ("2 million units (expected), 2024", "dot unsure"),
    ]
    for (href, *_), value in zip(points, ("1 million units", "2 million units"), strict=True):
        marked = shop.get(html.unescape(href)).text
        assert re.findall(r'<strong class="span"[^>]*>(.*?)</strong>', marked) == [value]
    rows = re.findall(r'<th scope="row"><a[^>]*>(.*?)</a>', card)
    assert rows == ["1 million units", "2 million units"]
    assert not re.findall(r"<(?:script|style|image|text)\b", card)


def test_comparisons_have_a_bar_for_each_player(shop: TestClient) -> None:
    page = shop.get("/trends").text
    (card,) = re.findall(r'<article class="comparison".*?</article>', page, re.DOTALL)
    assert ">Battery life</h3>" in card
    rows = re.findall(r"<tr>\s*<th scope=.row.>.*?</tr>", card, re.DOTALL)
    assert [strip_tags(row).split() for row in rows] == [
        ["Xiaomi", "8.6", "hours"],
        ["Quark", "4", "hours"],
    ]
    assert re.findall(r'<rect class="full".*?width="([^"]+)"', card) == ["99.4", "45.9"]


@pytest.mark.parametrize(
    ("query", "series", "comparisons"),
    [
        ("metric=shipment", 1, 0),
        ("metric=battery", 0, 1),
        ("player=xiaomi", 0, 0),  # one figure is no comparison
        ("from=2023-06-01", 1, 0),
        ("to=2023-12-31", 0, 0),  # one time is no series
        ("unit=h", 0, 1),
    ],
)
def test_series_and_comparisons_follow_the_filters(
    shop: TestClient, query: str, series: int, comparisons: int
) -> None:
    page = shop.get(f"/trends?{query}").text
    assert page.count('class="series"') == series
    assert page.count('class="comparison"') == comparisons
    none = "None of these measures is stated for two points in time."
    assert (none in page) == (not series)


def test_empty_states_say_what_is_missing(shop: TestClient, make: Maker) -> None:
    plain = make.assistant(Document("a.txt", "A", "Nothing is counted here."), players=PLAYERS)
    page = TestClient(create_app(plain), base_url=LOCAL).get("/trends").text
    assert "No measure is stated for two points in time." in page
    assert "The documents have no figures." in page
    assert "No figure matches." in shop.get("/trends?metric=weight").text
    page = strip_tags(shop.get("/players?q=nobody").text)
    assert "0 players match “nobody”." in page


def test_players_are_searched_by_name_and_alias(shop: TestClient) -> None:
    for wanted, found in (("小米", ["xiaomi"]), ("AL", ["alibaba"]), ("<b>", []), ("u", ["quark"])):
        page = shop.get("/players", params={"q": wanted}).text
        listed = re.findall(r'<p class="player"><a href="/players/([^"]+)"', page)
        assert [player for player in listed if player != "huawei"] == found
    assert 'type="search"' not in shop.get("/players").text  # few enough to see at once


def test_pages_are_in_the_language_of_the_address(shop: TestClient) -> None:
    page = shop.get("/zh/trends").text
    assert "随时间的变化" in page
    assert 'aria-label="2 million units（预计），2024"' in page
    assert 'href="/zh/players/quark"' in page
    assert "What is Quark?" in shop.get("/zh/players/quark").text  # of the documents' language
    assert "全部主体" in shop.get("/zh/players/quark").text


def test_a_page_of_a_player_shows_the_first_mentions_and_counts_all(
    shop: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.pages.figures.MOST_ROWS", 1)
    page = strip_tags(shop.get("/players/xiaomi").text)
    assert "3 mentions in 2 documents" in page
    assert "2 mentions" in page
    assert "The first mention is shown." in page
    assert "The first of 2 documents is shown." in page


def test_a_player_is_asked_about_and_compared_with_one_of_its_kind(make: Maker) -> None:
    players = [
        Player("harbour", "Harbour Works", "company"),
        Player("ann", "Ann Lee", "person"),
        Player("yard", "Northgate Yard", "company"),
    ]
    text = "Harbour Works hired Ann Lee. Ann Lee left Harbour Works for Northgate Yard."
    assistant = make.assistant(Document("a.txt", "A", text), players=players)
    client = TestClient(create_app(assistant), base_url=LOCAL)
    page = client.get("/players/harbour").text
    found = re.findall(r">(Compare [^<]*)</a>", page)
    assert found == ["Compare Harbour Works and Northgate Yard."]
    assert ">Compare " not in client.get("/players/ann").text
