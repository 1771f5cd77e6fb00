import json
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from assistant.load.pdf import load_pdf
from assistant.load.pdf.rules import MOST_RULES
from assistant.records import Document
from tests.drawing import Rule, Word, draw_grid, draw_pdf, set_rows
from tests.loading import assert_valid

DATA = Path(__file__).parent / "data"
# Made with pdflatex, Chromium, ReportLab, and pandoc with LibreOffice; their cells in cells.json.
PRODUCED = json.loads((DATA / "tables/cells.json").read_text(encoding="utf-8"))
FARES = [
    ["Zone", "Adult", "Child", "Valid"],
    ["A", "2.40", "1.20", "1 hour"],
    ["B", "3.10", "", "2 hours"],
    ["C", "4.75", "2.35", "all day"],
]
PROSE = "the ferry ran on all days but two and nobody was heard to object to that".split()


def read(*pages: tuple[list[Word], list[Rule]]) -> Document:
    document = load_pdf(draw_pdf(*pages), "x.pdf")
    assert_valid(document)
    return document


def list_cells(document: Document) -> list[list[list[str]]]:
    """The labels and the rows of each table."""
    return [
        [list(table.labels)]
        + [[document.text[start:end] for start, end in row.cells] for row in table.rows]
        for table in document.tables
    ]


@pytest.mark.parametrize("name", [name for name in PRODUCED if name != "pages.pdf"])
def test_the_tables_of_a_producer_are_read_cell_by_cell(name: str) -> None:
    document = load_pdf((DATA / "tables" / name).read_bytes(), name)
    assert list_cells(document) == PRODUCED[name]
    assert_valid(document)


def test_a_table_that_goes_on_without_its_header_keeps_its_labels() -> None:
    document = load_pdf((DATA / "tables/pages.pdf").read_bytes(), "pages.pdf")
    first, second = list_cells(document)
    assert [*first, *second[1:]] == PRODUCED["pages.pdf"][0]
    assert second[0] == ["Town", "Population", "Mayor"]


def test_the_rows_of_the_tariff_are_read_with_its_header() -> None:
    case = DATA / "cases/table-rows-without-header/tariff.pdf"
    document = load_pdf(case.read_bytes(), "tariff.pdf")
    assert document.text == (
        "Tram tariff\n\n"
        "Zone: A; Adult: 2.40; Child: 1.20; Valid for: 60 minutes\n\n"
        "Zone: B; Adult: 3.10; Child: 1.55; Valid for: 90 minutes\n\n"
        "Zone: C; Adult: 4.75; Child: 2.35; Valid for: a whole day"
    )
    assert [(place.page, round(place.top)) for place in document.places[1:]] == [
        (1, 742), (1, 724), (1, 706),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["no rules", "a grid", "three rules", "a rule below each row"])
def test_empty_cells_keep_their_column(kind: str) -> None:
    ys = [712 - 14 * number for number in range(5)]
    rules = {
        "no rules": [],
        "a grid": draw_grid([66, 170, 260, 350, 420], ys),
        "three rules": [(66.0, float(y), 420.0, float(y)) for y in (ys[0], ys[1], ys[-1])],
        "a rule below each row": [(66.0, float(y), 420.0, float(y)) for y in ys[1:]],
    }[kind]
    document = read((set_rows(FARES), rules))
    assert list_cells(document) == [FARES]


def test_a_table_stands_where_it_is_read() -> None:
    above = [("Fares are these.", 72.0, 740.0)]
    below = [("They hold until May.", 72.0, 600.0)]
    document = read(([*above, *set_rows(FARES), *below], []))
    assert [words[:5] for words in document.text.split("\n\n")] == [
        "Fares", "Zone:", "Zone:", "Zone:", "They ",
    ]  # fmt: skip


def test_lines_of_a_cell_are_joined() -> None:
    rows = [
        ["Part", "Use", "Price"],
        ["XR-550", "filter for the pump of the", "41.20"],
        ["", "harbour office in winter", ""],
        ["KL-9", "hose", "12.75"],
    ]
    words = set_rows(rows, columns=(72, 140, 330))
    expected = [
        rows[0],
        ["XR-550", "filter for the pump of the harbour office in winter", "41.20"],
        rows[3],
    ]
    assert list_cells(read((words, []))) == [expected]
    ruled = draw_grid([66, 130, 300, 380], [712, 698, 670, 656])
    assert list_cells(read((words, ruled))) == [expected]


def test_a_merged_cell_is_repeated_and_a_title_is_no_label() -> None:
    words = set_rows(
        [["Fares 2024", "", ""], ["Depot", "Shift", "Driver"], ["North", "Early", "Mia"]]
    )
    words += [("Late", 180, 658), ("Tom", 270, 658)]
    rules = [
        rule
        for rule in draw_grid([66, 170, 260, 350], [712, 698, 684, 670, 654])
        if rule not in ((66, 670, 350, 670), (170, 654, 170, 712), (260, 654, 260, 712))
    ]
    rules += [(170, 670, 350, 670), (170, 654, 170, 698), (260, 654, 260, 698)]
    document = read((words, rules))
    assert document.text.startswith("Fares 2024\n\nDepot; Shift; Driver\n\nDepot: North")
    assert list_cells(document) == [
        [["Depot", "Shift", "Driver"], ["North", "Early", "Mia"], ["North", "Late", "Tom"]]
    ]


NO_TABLES = {
    "prose in two columns": [
        (" ".join(PROSE[n % 5 : n % 5 + 6]), x, 700.0 - 12 * n)
        for n in range(20) for x in (72.0, 330.0)
    ],
    "a table of contents": set_rows(
        [[f"Chapter {n}", "", "", str(7 * n)] for n in range(1, 9)]
    ),
    "a list": set_rows([[f"{n}.", " ".join(PROSE[:n])] for n in range(3, 9)], columns=(72, 110)),
    "a form": set_rows([["Name:", "Town:"], ["Street:", "Phone:"], ["Day:", "Place:"]]),
    "two addresses": set_rows(
        [["Harbour Office", "Liv Strand"], ["Pier Street 4", "Hill Road 17"],
         ["5003 Bergen", "8006 Bodo"], ["Norway", "Norway"]], columns=(72, 330)),
    "lines of a program": set_rows(
        [["1", "def f(x):", ""], ["2", "return x", "# result"], ["3", "b = 1", "# one"],
         ["4", "c = 22", "# two"]], columns=(72, 110, 300)),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_TABLES)
def test_other_aligned_words_are_no_table(kind: str) -> None:
    assert read((NO_TABLES[kind], [])).tables == ()


def test_frames_around_text_are_no_table() -> None:
    words = [(" ".join(PROSE[:8]), 72.0, y) for y in (700.0, 640.0, 580.0)]
    frames = [rule for y in (715, 655, 595) for rule in draw_grid([60, 540], [y, y - 40])]
    assert read((words, frames)).tables == ()


def test_a_page_of_very_many_rules_is_a_drawing() -> None:
    grid = draw_grid([66, 170, 260, 350, 420], [712 - 14 * n for n in range(5)])
    words = [
        ("Zone", 72.0, 700.0),
        ("Adult", 180.0, 700.0),
        ("A", 72.0, 686.0),
        ("2", 180.0, 686.0),
    ]
    assert read((words, grid)).tables
    dashes = [(12.0 * (n % 40), 4.0 * (n // 40), 12.0 * (n % 40) + 9, 4.0 * (n // 40))
              for n in range(MOST_RULES + 1)]  # fmt: skip
    assert not read((words, [*grid, *dashes])).tables


def test_a_frame_at_the_same_place_is_no_part_of_a_table() -> None:
    grid = draw_grid([66, 170, 260, 350, 420], [712 - 14 * n for n in range(5)])
    frame = draw_grid([260, 420], [800, 760])
    document = read(([*set_rows(FARES), ("Open at nine", 266, 775)], [*grid, *frame]))
    assert list_cells(document) == [FARES]


def test_names_and_values_in_turn_are_pairs() -> None:
    rows = [["Pump:", "KL-9", "Serial no.:", "55-1203"], ["Built:", "1998", "Pressure:", "6 bar"]]
    columns = [66, 170, 260, 350, 420]
    document = read((set_rows(rows), draw_grid(columns, [712, 698, 684])))
    expected = "Pump: KL-9; Serial no.: 55-1203\n\nBuilt: 1998; Pressure: 6 bar"
    assert document.text == expected
    words = set_rows(
        [["Ship", "Oslo Star", "Length", "84 m"], ["Town", "Bergen in Norway", "", ""]]
    )
    spanned = [*draw_grid([66, 170, 420], [712, 698, 684]), *draw_grid([260, 350], [712, 698])]
    assert read((words, spanned)).text == "Ship: Oslo Star; Length: 84 m\n\nTown: Bergen in Norway"


def test_a_header_of_words_is_not_taken_for_names_and_values() -> None:
    rows = [["Name", "Town", "Team", "Coach"], ["Anna", "Oslo", "Blue", "Tom"]]
    document = read((set_rows(rows), draw_grid([66, 170, 260, 350, 420], [712, 698, 684])))
    assert list_cells(document) == [rows]


def test_rows_without_rules_inside_a_merged_cell_are_rows() -> None:
    words = set_rows([["Depot", "Shift", "Driver"], ["", "Early", "Mia"], ["", "Late", "Tom"]])
    words += [("North", 72.0, 679.0)]
    document = read((words, draw_grid([66, 170, 260, 350], [712, 698, 666])))
    assert list_cells(document) == [
        [["Depot", "Shift", "Driver"], ["North", "Early", "Mia"], ["North", "Late", "Tom"]]
    ]
    assert len({place.bottom for place in document.places[-2:]}) == 2


@pytest.mark.parametrize("shift", [0, 15, -12])
def test_a_label_over_the_middle_of_columns_is_that_of_each(shift: int) -> None:
    rows = [["Town", "Summer", "Winter", "Adult", "Child"], ["Orm", "120", "15", "9.00", "4.50"],
            ["Bo", "90", "3", "8.00", "4.00"], ["Ulv", "60", "2", "7.00", "3.50"]]  # fmt: skip
    columns = (72, 160, 220, 290 + shift, 350 + shift)
    words = set_rows(rows, columns=columns, top=686)
    words += [("Visitors", 187, 700), ("Price", 322 + shift, 700)]
    rules = [(66.0, y, 420.0, y) for y in (712.0, 680.0, 640.0)]
    assert list_cells(read((words, rules))) == [
        [["Town", "Visitors Summer", "Visitors Winter", "Price Adult", "Price Child"], *rows[1:]]
    ]


def test_a_caption_between_two_tables_belongs_to_neither() -> None:
    words = [("Table 1: Fares of the year before", 40, 720), *set_rows(FARES)]
    words += [("Table 2: Fares of this year", 40, 636), *set_rows(FARES, top=616)]
    ys = [712.0, 696.0, 654.0, 628.0, 612.0, 570.0]
    document = read((words, [(66.0, y, 420.0, y) for y in ys]))
    assert list_cells(document) == [FARES, FARES]
    assert "\n\nTable 2: Fares of this year\n\n" in document.text


def test_a_label_without_values_is_a_note() -> None:
    rows = [[*FARES[0], "Signature"], *([*row, ""] for row in FARES[1:])]
    words = set_rows(rows, columns=(72, 150, 220, 290, 360))
    grid = draw_grid([66, 145, 215, 285, 355, 440], [712 - 14 * n for n in range(5)])
    assert read((words, grid)).text.split("\n\n")[0] == "Signature"


def test_a_table_is_not_lost_in_the_row_of_a_text() -> None:
    words = set_rows([["a", ""], ["12", "b"]], columns=(72, 180), top=690)
    rules = [(66.0, 686.0, 260.0, 686.0), (170.0, 666.0, 170.0, 700.0)]
    document = read(([*words, ("on the right", 300, 700)], rules))
    assert {"a", "12; b", "on the right"} == set(document.text.split("\n\n"))


places = st.integers(1, 55).map(lambda n: 10.0 * n)
words = st.tuples(st.sampled_from(["a", "12", "3.5", "Total", "of the", "-", "x:"]), places, places)
rules = st.one_of(
    st.tuples(places, places, places).map(lambda r: (r[0], r[2], r[1], r[2])),
    st.tuples(places, places, places).map(lambda r: (r[2], r[0], r[2], r[1])),
    st.tuples(places, places, places, places),
)


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.lists(words, max_size=40), st.lists(rules, max_size=25)),
        min_size=1,
        max_size=2,
    )
)
def test_no_words_and_rules_crash_the_loader(pages: list[tuple[list[Word], list[Rule]]]) -> None:
    document = load_pdf(draw_pdf(*pages, ([("text", 300.0, 700.0)], [])), "x.pdf")
    assert_valid(document)
    read = "".join(document.text.split())
    for text in {text for words, _ in pages for text, _x, _y in words}:
        assert "".join(text.split())[:1] in read  # words may be drawn over each other
    assert all(
        place.start < place.end and 1 <= place.page <= len(pages) + 1 for place in document.places
    )
