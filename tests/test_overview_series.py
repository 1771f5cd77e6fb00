"""Series over time, in sentences and in tables: one measure each, or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from assistant.index.catalog import Catalog
from assistant.overview.cells import read_unit_of, read_value
from assistant.overview.choose import DocumentFigure, Filter, choose_figures
from assistant.overview.comparing import find_comparisons
from assistant.overview.mentions import find_best_sentences
from assistant.overview.series import choose_series
from assistant.pages.plots import plot_points
from assistant.pages.shown_series import describe_difference
from assistant.records import Document, Offsets, Player, Table, TableRow
from assistant.words import read_words
from tests.conftest import Maker

PLAYERS = (
    Player("ferrano", "Ferrano", "company"),
    Player("rebar", "Ferrano Rebar", "product", (), "ferrano"),
    Player("brasteel", "Brasteel", "company"),
)


def store_of(make: Maker, *texts: str) -> Catalog:
    documents = [
        Document(f"{n}.txt", f"Document {n}", text, published=date(2025, 5, 5))
        for n, text in enumerate(texts)
    ]
    return make.generation(*documents, players=PLAYERS).catalog


def read_series(catalog: Catalog) -> list[list[str]]:
    """The words and times of the points of each series, those that changed most first."""
    return [
        [f"{words_of(catalog, point)} ({write_time(point)})" for point in series.points]
        for series in choose_series(catalog, Filter())
    ]


def words_of(catalog: Catalog, point: DocumentFigure) -> str:
    return catalog.document(point.document_id).text[point.figure.start : point.figure.end]


def write_time(point: DocumentFigure) -> str:
    return point.figure.period.words if point.figure.period else ""


@pytest.mark.parametrize(
    ("text", "series"),
    [
        (
            "Ferrano's sales were $41 million in 2022, $47 million in 2023, $58 million in 2024.",
            ["$41 million (2022)", "$47 million (2023)", "$58 million (2024)"],
        ),
        (
            "Ferrano's debt was $5 million in 2024. The debt of Ferrano was $4 million in 2023.",
            ["$4 million (2023)", "$5 million (2024)"],
        ),
        (
            "Ferrano opened 40 mills in 2022. Ferrano opened 30 mills in 2023.",
            ["40 mills (2022)", "30 mills (2023)"],
        ),
        (
            "According to IDC, shipments were 5 units in 2022. According to IDC, shipments were 7 "
            "units in 2023.",
            ["5 units (2022)", "7 units (2023)"],
        ),
    ],
)
def test_values_of_one_measure_at_several_times_are_a_series(
    make: Maker, text: str, series: list[str]
) -> None:
    assert read_series(store_of(make, text)) == [series]


@pytest.mark.parametrize(
    "text",
    [
        # another place, part, act, player, source, unit, direction, length of time
        "Ferrano's debt was $4 million in 2023. In Brazil, Ferrano's debt was $1 million in 2024.",
        "Ferrano's debt was $4 million in 2023. Overseas, Ferrano's debt was $1 million in 2024.",
        "Sales of steel in China were $4 million in 2023. Sales of steel worldwide were $9 million "
        "in 2024.",
        "Ferrano spent $4 million on furnaces in 2022. Ferrano spent $1 million on ships in 2023.",
        "Ferrano hired 300 workers in 2022. Ferrano dismissed 120 workers in 2023.",
        "Ferrano's profit was $4 million in 2022. Brasteel's profit was $5 million in 2023.",
        "Ferrano's price was $4 in 2022. The price of Ferrano Rebar was $5 in 2023.",
        "According to IDC, sales were $4 million in 2022. According to Lotu, sales were $5 million "
        "in 2023.",
        "Ferrano's sales were $4 million in 2022. Ferrano's sales were 5 million yuan in 2023.",
        "Ferrano's sales grew by 5% in 2022. Ferrano's sales fell by 4% in 2023.",
        "Ferrano's margin was 11% in 2022. Ferrano's margin rose by 4% in 2023.",
        "Ferrano's sales were $4 million in 2022. Ferrano's sales were $1 million in the first "
        "quarter of 2023.",
        # whose is unknown
        "American Fool sold 5 million copies in 1982. Appetite sold 30 million copies in 1987.",
        "He played six games in 2021. The other played seven games in 2016.",
        "The number was 48 million in 2011. Elsewhere in that land, the number was 41 million in "
        "2012.",
        # one time twice, with two values
        "Ferrano's sales were $4 million in 2022. Ferrano's sales were $5 million in 2023. "
        "Ferrano's sales were $9 million in 2023.",
        # no time, one time
        "Ferrano's sales were $4 million. Ferrano's sales were $5 million in 2023.",
    ],
)
def test_values_of_different_measures_are_no_series(make: Maker, text: str) -> None:
    assert read_series(store_of(make, text)) == []


def test_more_figures_than_can_be_of_one_thing_are_no_series(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Ferrano's sales were $41 million in 2022, $47 million in 2023, $58 million in 2024."
    monkeypatch.setattr("assistant.overview.series.MOST_POINTS", 3)
    assert len(read_series(store_of(make, text))) == 1
    monkeypatch.setattr("assistant.overview.series.MOST_POINTS", 2)
    assert read_series(store_of(make, text)) == []


def test_the_best_sentence_is_a_definition_among_the_first_documents(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["They like Ferrano.", "Ferrano makes steel.", "Brasteel grew in May."]
    catalog = store_of(make, *texts)
    best = {id: mention.read(catalog) for id, mention in find_best_sentences(catalog).items()}
    assert best == {"ferrano": texts[1], "brasteel": texts[2]}
    monkeypatch.setattr("assistant.overview.mentions.MOST_DOCUMENTS", 1)
    catalog = store_of(make, *texts)
    assert find_best_sentences(catalog)["ferrano"].read(catalog) == texts[0]


def test_figures_without_owner_and_source_are_joined_only_in_one_document(make: Maker) -> None:
    first, second = "Steel output was 5 tonnes in 2022.", "Steel output was 7 tonnes in 2023."
    assert read_series(store_of(make, first, second)) == []
    assert read_series(store_of(make, f"{first} {second}")) == [
        ["5 tonnes (2022)", "7 tonnes (2023)"]
    ]


def test_the_largest_relative_change_of_firm_values_comes_first(make: Maker) -> None:
    catalog = store_of(
        make,
        "Ferrano's debt was $10 in 2022 and $9 in 2023. Ferrano's margin was 4.2% in 2022 and 10% "
        "in 2023. Ferrano's stock was 100 tonnes in 2022. Ferrano's stock will be 900 tonnes in "
        "2026. Ferrano's profit was $5 in 2022, $5 in 2023.",
    )
    found = choose_series(catalog, Filter())
    assert [(s.metric, s.relative_change) for s in found] == [
        ("Ferrano's margin", pytest.approx(1.381, abs=1e-3)),
        ("Ferrano's debt", pytest.approx(-0.1)),
        ("Ferrano's profit", 0.0),
        ("Ferrano's stock", None),  # one firm value
    ]
    words = read_words("en")
    assert [describe_difference(series, words) for series in found] == [
        "up 5.8 points",
        "down 10 %",
        "unchanged",
        "",
    ]


def with_table(labels: Sequence[str], *rows: Sequence[str]) -> Document:
    """A document that is a table."""
    text, placed = "", []
    for row in rows:
        start, cells = len(text), list[Offsets]()
        for label, cell in zip(labels, row, strict=True):
            text += f"{label}: "
            cells.append((len(text), len(text) + len(cell)))
            text += f"{cell}; "
        placed.append(TableRow(start, len(text) - 2, tuple(cells)))
        text += "\n"
    day = date(2025, 5, 5)
    table = Table(tuple(labels), tuple(placed))
    return Document("t.csv", "Table", text, published=day, tables=(table,))


@pytest.mark.parametrize(
    ("labels", "rows", "series"),
    [
        (
            ("Operator", "2022", "2023"),
            (("Ferrano", "1,204", "1,190"), ("Brasteel", "340", "680")),
            {"Brasteel": ["340 (2022)", "680 (2023)"], "Ferrano": ["1,204 (2022)", "1,190 (2023)"]},
        ),
        (
            ("Route", "Riders", "Punctuality 2022/23", "Punctuality 2023/24"),
            (("12", "500", "80%", "84%"), ("14", "600", "77%", "n/a")),
            {"12: Punctuality": ["80% (2022/23)", "84% (2023/24)"]},
        ),
        (
            ("Month", "Shop", "Visitors", "Note"),
            (
                ("2024-01", "North", "10", ""),
                ("2024-01", "South", "50", ""),
                ("2024-02", "North", "15", "snow"),
                ("2024-02", "South", "55", ""),
            ),
            {
                "North: Visitors": ["10 (2024-01)", "15 (2024-02)"],
                "South: Visitors": ["50 (2024-01)", "55 (2024-02)"],
            },
        ),
        # Each row is of another thing.
        (
            ("Name", "Amount", "Received on"),
            (("Ann", "£5", "4 March 2024"), ("Bob", "£9", "5 March 2024")),
            {},
        ),
        # A quarter and a year; two units; no year; two rows of one name.
        (("Item", "Q1 2024", "2024"), (("Steel", "5", "20"),), {}),
        (("Item", "2023", "2024"), (("Steel", "5 kg", "20 m"),), {}),
        (("Item", "May", "June"), (("Steel", "5", "20"),), {}),
        (("Item", "2023", "2024"), (("Steel", "5", "20"), ("Steel", "6", "21")), {}),
        (("Year", "Number"), (("2023", "1"), ("2024", "2")), {}),
    ],
)
def test_tables_have_a_series_for_each_row_or_column_of_numbers(
    make: Maker,
    labels: Sequence[str],
    rows: Sequence[Sequence[str]],
    series: dict[str, list[str]],
) -> None:
    catalog = make.generation(with_table(labels, *rows), players=PLAYERS).catalog
    metrics = [one.metric for one in choose_series(catalog, Filter())]
    assert dict(zip(metrics, read_series(catalog), strict=True)) == series
    assert all(
        point.figure.sentence[1] for s in choose_series(catalog, Filter()) for point in s.points
    )


def test_a_row_that_names_a_player_is_of_it(make: Maker) -> None:
    table = with_table(("Operator", "2022", "2023"), ("Ferrano", "5", "6"), ("Other", "7", "8"))
    catalog = make.generation(table, players=PLAYERS).catalog
    assert [s.owner for s in choose_series(catalog, Filter())] == ["ferrano", None]
    assert [s.owner for s in choose_series(catalog, Filter(player="ferrano"))] == ["ferrano"]


def test_a_cell_is_a_value_only_as_a_whole() -> None:
    read = {
        text: value and (float(value.value), value.unit)
        for text in ("-£300", "12,400", "-13.8 %", "1.2 million", "−5", "n/a", "2 of 3", "19:30")
        for value in [read_value(text)]
    }
    assert read == {
        "-£300": (-300, "GBP"),
        "12,400": (12400, ""),
        "-13.8 %": (-13.8, "%"),
        "1.2 million": (1200000, ""),
        "−5": (-5, ""),
        "n/a": None,
        "2 of 3": None,
        "19:30": None,
    }
    assert [read_unit_of(words) for words in ("kg", "%", "see note")] == ["kg", "%", ""]


def test_players_are_compared_by_one_measure_at_one_time(make: Maker) -> None:
    catalog = store_of(
        make,
        "Ferrano's price is $4. The price of Ferrano Rebar is $5. Brasteel's price is $6. "
        "Ferrano's debt was $4 in 2022. Brasteel's debt was $5 in 2023. Ferrano's stake is 5%. "
        "Ferrano's stake is 6%. Brasteel's stake is 7%.",
    )
    found = find_comparisons(catalog, choose_figures(catalog, Filter()))
    assert [
        [(point.figure.owner, words_of(catalog, point)) for point in one.points] for one in found
    ] == [[("brasteel", "$6"), ("ferrano", "$4")]]


def test_a_plot_is_as_high_as_its_values_from_zero(make: Maker) -> None:
    catalog = store_of(make, "Ferrano's debt was $5 in 2022, $10 in 2023 and $10 in 2024.")
    (series,) = choose_series(catalog, Filter())
    plot = plot_points(series.points)
    assert [(dot.x, dot.y) for dot in plot.dots] == [(14, 48), (160, 14), (306, 14)]
    assert plot.zero == 82
    assert [segment.firm for segment in plot.segments] == [True, True]
    low = replace(series.points[0].figure, value=-series.points[0].figure.value)
    plot = plot_points([series.points[0]._replace(figure=low), *series.points[1:]])
    assert [dot.y for dot in plot.dots] == [82, 14, 14]
    assert plot.zero == pytest.approx(59.3)
