"""Tables of a page become rows with their labels."""

from pathlib import Path

import pytest

from assistant.errors import LoadError
from assistant.load.html import load_html, load_page
from assistant.records import Document
from tests.loading import assert_valid

CASES = Path(__file__).parent / "data/cases"


def rows(document: Document) -> list[str]:
    return [document.text[row.start : row.end] for row in document.rows]


def load_case(path: str) -> Document:
    return load_html((CASES / path).read_bytes(), "x.html")


def read(page: str) -> list[str]:
    return load_page(page, "x.html").text.split("\n\n")


def test_a_cell_that_covers_rows_is_in_each_of_them() -> None:
    assert rows(load_case("table-merged-cells/corpus/depot.html")) == [
        "Depot: North; Shift: Early; Driver: Hilda Brandt",
        "Depot: North; Shift: Late; Driver: Tom Okoro",
        "Depot: South; Shift: Early; Driver: Lene Dahl",
        "Depot: South; Shift: Late; Driver: Piet Vos",
    ]


def test_a_header_of_two_rows_is_joined() -> None:
    document = load_case("table-merged-cells/corpus/fines.html")
    assert rows(document) == [
        "Offence: Smoking; 2023 Adult: 25; 2023 Child: 10; 2024 Adult: 35; 2024 Child: 15"
    ]
    (row,) = document.rows
    assert [document.text[a:b] for a, b in row.cells] == ["Smoking", "25", "10", "35", "15"]


def test_each_row_says_what_its_cells_are() -> None:
    assert rows(load_case("table-rows-without-header/html/corpus/tariff.html")) == [
        "Zone: A; Adult: 2.40; Child: 1.20; Valid for: 60 minutes",
        "Zone: B; Adult: 3.10; Child: 1.55; Valid for: 90 minutes",
        "Zone: C; Adult: 4.75; Child: 2.35; Valid for: a whole day",
    ]


def test_a_table_of_a_word_processor_has_the_same_rows() -> None:
    """LibreOffice writes neither <thead> nor <th>, but paragraphs in cells."""
    page = """<table width="643" cellpadding="4" cellspacing="0"><col width="128*"/>
    <tr valign="top"><td width="50%" style="border: none"><p>Depot</p></td>
    <td><p>Shift</p></td><td><p>Fare<sup>a</sup></p></td></tr>
    <tr><td rowspan="2"><p>North</p></td><td><p>Early</p></td><td><p>2.40</p></td></tr>
    <tr><td><p>Late</p></td><td><p>3.10</p></td></tr></table>"""
    assert read(page) == [
        "Depot: North; Shift: Early; Fare [a]: 2.40",
        "Depot: North; Shift: Late; Fare [a]: 3.10",
    ]


@pytest.mark.parametrize(
    ("page", "paragraphs"),
    [
        # row headers
        ("<table><tr><td><th>2023<th>2024<tr><th>Smoking<td>25<td>35</table>",
         ["Smoking; 2023: 25; 2024: 35"]),
        # names and values, as in an infobox
        ("<table><tr><th colspan=2>Reef<tr><th>Place<td>Ansa<tr><th>Area<td>12 km</table>",
         ["Reef", "Place: Ansa", "Area: 12 km"]),
        # a caption, a title in the head, a foot that is written first
        ("<table><caption>Fares</caption><thead><tr><th colspan=2>In euros<tr><th>Zone<th>Adult"
         "</thead><tfoot><tr><td>All<td>9</tfoot><tbody><tr><td>A<td>2</tbody></table>",
         ["Fares", "In euros", "Zone: A; Adult: 2", "Zone: All; Adult: 9"]),
        # a second header row further down
        ("<table><tr><th>Zone<th>Adult<tr><td>A<td>2<tr><th>Line<th>Stops<tr><td>7<td>30</table>",
         ["Zone: A; Adult: 2", "Line: 7; Stops: 30"]),
        # sections
        ("<table><tr><th>Zone<th>Adult<th>Child<tr><th colspan=3>Day<tr><td>A<td>2<td>1"
         "<tr><th colspan=3>Night<tr><td>A<td>4<td>2</table>",
         ["Day", "Day; Zone: A; Adult: 2; Child: 1",
          "Night", "Night; Zone: A; Adult: 4; Child: 2"]),
        # a cell that covers columns
        ("<table><tr><th>Shift<th>Mon<th>Tue<tr><td>Early<td colspan=2>Tom</table>",
         ["Shift: Early; Mon: Tom; Tue: Tom"]),
        # rowspan=0 goes down to the end
        ("<table><tr><th>D<th>S<tr><td rowspan=0>North<td>Early<tr><td>Late</table>",
         ["D: North; S: Early", "D: North; S: Late"]),
        # blocks in cells
        ("<table><tr><th>Fruit<th>Good for<tr><td>Lime<td><ul><li>scurvy<li>taste</ul>"
         "<tr><td>Fig<td><p>Jam.</p><p>Cakes.</p></table>",
         ["Fruit: Lime; Good for: scurvy, taste", "Fruit: Fig; Good for: Jam. Cakes."]),
        # a table in a cell
        ("<table><tr><th>Loom<th>Sizes<tr><td>Ara<td><table><tr><th>Size<th>Price<tr><td>S<td>9"
         "</table><tr><td>Bor<td>one size</table>",
         ["Loom: Bor; Sizes: one size", "Ara; Size: S; Price: 9"]),
        # only a header
        ("<table><tr><th>Zone<th>Adult</table>", ["Zone; Adult"]),
        ("<table><thead><tr><th>Zone<th>Adult</thead></table>", ["Zone; Adult"]),
        # hidden cells and rows
        ("<table><tr><th>Zone<th hidden>Key<th>Adult<tr><td>A<td hidden>k1<td>2"
         "<tr style='display:none'><td>B<td>3</table>", ["Zone: A; Adult: 2"]),
    ],
)  # fmt: skip
def test_tables_are_written_as_rows(page: str, paragraphs: list[str]) -> None:
    assert read(page) == paragraphs


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td><h1>Loom</h1><p>Text.</p><td><p>Aside.</table>",
        "<table role=presentation><tr><th>Loom<td>Text.<tr><td colspan=2>Aside.</table>",
        "<table><tr><td><table><tr><td>Loom</table><td><p>Text.<tr><td>Aside.</table>",
        "<table><tr><td>Loom<tr><td>Text.<tr><td>Aside.</table>",
    ],
)
def test_a_table_that_arranges_a_page_has_no_rows(page: str) -> None:
    document = load_page(page, "x.html")
    assert document.tables == ()
    assert document.text == "Loom\n\nText.\n\nAside."


def test_the_menu_in_a_cell_of_a_layout_is_boilerplate() -> None:
    menu = "".join(f"<a href=x>Link {n}</a><br>" for n in range(5))
    prose = "The linen warp costs 24.90 euros a kilo. " * 5
    document = load_page(f"<table><tr><td>{menu}<td>{prose}</table>", "x.html")
    ((start, end),) = document.boilerplate
    assert document.text[start:end].split("\n") == [f"Link {n}" for n in range(5)]


@pytest.mark.parametrize("span", ["colspan=1000 rowspan=65000", "colspan=99999999 rowspan=0"])
def test_merged_cells_that_repeat_too_much_are_refused(span: str) -> None:
    page = f"<table><tr><th>A<th>B{'<tr>' * 9}<td {span}>x<td>y{'<tr><td>z' * 9000}</table>"
    with pytest.raises(LoadError, match=r"x\.html has a table with too many merged cells"):
        load_page(page, "x.html")


def test_tables_may_be_nested_to_the_limit_of_the_parser() -> None:
    page = "<table><tr><th>a<td>" * 60 + "x" + "</table>" * 60
    assert "x" in load_page(page, "x.html").text


def test_an_empty_row_of_names_and_values_is_left_out() -> None:
    page = "<table><tr><th>Zone<td>1</tr><tr><th><td></tr><tr><th>Berth<td>2</tr></table>"
    document = load_page(page, "x.html")
    assert_valid(document)
    assert document.text.split("\n\n") == ["Zone: 1", "Berth: 2"]


def test_the_text_next_to_a_nested_table_is_in_its_rows_in_whichever_cell_it_is() -> None:
    inner = "<table><tr><th>Size<th>Fee<tr><td>S<td>2</table>"
    page = f"<table><tr><th>A<th>B<tr><td><td>Winter {inner}<tr><td>q<td>r</table>"
    assert read(page) == ["A: q; B: r", "Winter; Size: S; Fee: 2"]
