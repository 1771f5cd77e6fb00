"""Running heads, titles and sentences above tables of a PDF are none of their rows or labels."""

from pathlib import Path

import pytest

from assistant.load.pdf import load_pdf
from tests.drawing import Rule, set_rows
from tests.test_load_pdf_tables import list_cells, read

SEEDS = [
    ["Seed", "Packets", "Price"],
    *([f"Bean {n}", str(3 * n), f"{n}.{n}0"] for n in range(1, 8)),
]
NAMES = [["Name", "Town", "Trade"], *([f"Liv {n}", f"Bodo {n}", f"baker {n}"] for n in range(1, 8))]
TABLES = Path(__file__).parent / "data" / "tables"
WIDE, NARROW = (72.0, 270.0, 460.0), (160.0, 230.0, 300.0)
HEAD = ("Acme Seeds", "Catalogue 12")


def draw_head(y: float) -> list[tuple[str, float, float]]:
    return [(HEAD[0], 72, y), (HEAD[1], 440, y)]


@pytest.mark.parametrize("columns", [WIDE, NARROW])
@pytest.mark.parametrize("gap", [20, 24, 36, 60])
def test_a_running_head_is_no_header(columns: tuple[float, ...], gap: float) -> None:
    words = set_rows(SEEDS, columns=columns)
    document = read(([*draw_head(700 + gap), *words], []))
    assert list_cells(document) == [SEEDS]
    assert document.text.startswith("Acme Seeds Catalogue 12\n\nSeed: Bean 1; Packets: 3;")


@pytest.mark.parametrize("rows", [SEEDS, NAMES])
@pytest.mark.parametrize("columns", [WIDE, NARROW])
@pytest.mark.parametrize(
    "rules",
    [
        [(66.0, 728.0, 520.0, 728.0)],
        [(66.0, 728.0, 520.0, 728.0), (66.0, 696.0, 520.0, 696.0)],
        [(66.0, y, 520.0, y) for y in (728.0, 696.0, 590.0)],
        [(66.0, y, 520.0, y) for y in (728.0, 711.0, 696.0, 590.0)],
    ],
    ids=["below the head", "and the header", "and the table", "around the header"],
)
def test_a_running_head_over_a_rule_is_no_header(
    rows: list[list[str]], columns: tuple[float, ...], rules: list[Rule]
) -> None:
    document = read(([*draw_head(732), *set_rows(rows, columns=columns)], rules))
    assert list_cells(document) == [rows]
    assert document.text.startswith("Acme Seeds Catalogue 12\n\n")


def test_a_title_and_a_sentence_between_a_head_and_a_table_stay_text() -> None:
    above = [("Seed list", 261.0, 758.0), ("All beans are sold in packets of fifty.", 78.0, 738.0)]
    words = [*draw_head(800), *above, *set_rows(SEEDS, columns=(84, 284, 384), top=723, gap=18)]
    document = read((words, [(72, 795, 520, 795), (78, 718, 518, 718)]))
    assert list_cells(document) == [SEEDS]
    assert document.text.startswith(
        "Acme Seeds Catalogue 12\n\nSeed list\n\nAll beans are sold in packets of fifty.\n\nSeed:"
    )


def test_the_head_and_title_of_reportlab_are_no_labels() -> None:
    document = load_pdf((TABLES / "head_and_title.pdf").read_bytes(), "x.pdf")
    assert list_cells(document) == [SEEDS]
    assert document.text.startswith("Acme Seeds Catalogue 12\n\nSeed list\n\nWe sell beans.")


def test_the_head_of_latex_is_no_label_on_either_page() -> None:
    document = load_pdf((TABLES / "head_on_each_page.pdf").read_bytes(), "x.pdf")
    first, second = document.tables
    assert first.labels == second.labels == ("Article", "Quantity", "Price")
    rows = [document.text[row.start : row.end] for row in (*first.rows, *second.rows)]
    assert len(rows) == 60
    assert rows[37] == "Article: Part 38; Quantity: 7; Price: 114.50"


def test_a_head_as_near_as_the_rows_is_no_header() -> None:
    words = [*draw_head(728), *set_rows(SEEDS, columns=NARROW, gap=28)]
    assert list_cells(read((words, []))) == [SEEDS]
    titles = [("Seed list", 261.0, 756.0), ("All beans are sold in packets.", 78.0, 742.0)]
    words = [*draw_head(770), *titles, *set_rows(SEEDS, columns=WIDE, top=728)]
    assert list_cells(read((words, []))) == [SEEDS]


def test_a_label_of_rows_below_the_header_leaves_it_the_header() -> None:
    words = set_rows([["Fruit", "", ""], *SEEDS[1:4], ["Roots", "", ""], *SEEDS[4:]], top=686)
    document = read(([*set_rows(SEEDS[:1]), *words], []))
    assert {table.labels for table in document.tables} == {tuple(SEEDS[0])}


def test_a_header_that_is_repeated_below_a_head_is_the_header_of_each_page() -> None:
    pages = [SEEDS, [SEEDS[0], *([f"Pea {n}", str(n), f"{n}.50"] for n in range(1, 5))]]
    document = read(*(([*draw_head(736), *set_rows(page)], []) for page in pages))
    assert list_cells(document) == pages
    assert len(document.boilerplate) == 2


@pytest.mark.parametrize("columns", [WIDE, NARROW])
def test_a_running_head_above_the_last_row_of_a_table_is_no_label(
    columns: tuple[float, ...],
) -> None:
    pages = [SEEDS, [SEEDS[0], ["Bean 8", "24", "8.80"]]]
    words = [[*draw_head(724), *set_rows(page, columns=columns)] for page in pages]
    document = read(*((page, []) for page in words))
    assert list_cells(document) == [SEEDS]
    assert document.text.endswith("Catalogue 12\n\nSeed Packets Price\n\nBean 8 24 8.80")


def test_labels_of_groups_and_a_header_that_is_set_apart_are_kept() -> None:
    groups = [["", "Paper", "", "Glass"], ["Town", "Sales", "Profit", "Sales"]]
    body = [[f"Bodo {n}", f"{n}.5", f"{n}.6", f"{n}.7"] for n in range(1, 6)]
    document = read((set_rows([*groups, *body]), []))
    assert document.tables[0].labels == ("Town", "Paper Sales", "Paper Profit", "Glass Sales")
    words = set_rows(SEEDS[:1], top=726) + set_rows(SEEDS[1:])
    assert list_cells(read((words, []))) == [SEEDS]


def test_a_row_whose_first_text_has_two_lines_is_one_row() -> None:
    """The other cells stand in its middle, as browsers set them."""
    columns = (37.0, 88.0, 360.0, 425.0, 522.0)
    words = set_rows([["Pos.", "Description", "Qty", "Price", "Amount"]], columns=columns, top=595)
    words += [("Spiral mixer SM-40", 88, 574.5), ("Serial number 40-77182", 88, 561)]
    words += set_rows([["1", "", "1", "3,480.00", "3,480.00"]], columns=columns, top=568)
    rows = [["2", "Proving basket", "60", "6.40", "384.00"], ["3", "Blade", "4", "27.50", "110.00"]]
    words += set_rows(rows, columns=columns, top=541, gap=20)
    rules = [(34.0, y, 578.0, y) for y in (588.0, 555.0, 534.0, 514.0)]
    assert list_cells(read((words, rules))) == [
        [
            ["Pos.", "Description", "Qty", "Price", "Amount"],
            ["1", "Spiral mixer SM-40 Serial number 40-77182", "1", "3,480.00", "3,480.00"],
            *rows,
        ]
    ]


@pytest.mark.parametrize("count", [6, 30])
def test_a_long_label_over_a_column_of_numbers_stays_whole(count: int) -> None:
    """Columns that are aligned right: the label reaches far to the left of its numbers."""
    words = [
        ("Article", 201.0, 700.0),
        ("Quantity", 251.0, 700.0),
        ("Unit price (EUR)", 303.0, 700.0),
    ]
    for n in range(1, count):
        words += set_rows([[f"Part {n}", str(n % 7), f"{n % 9}.50"]],
                          columns=(201, 286, 362), top=700 - 14 * n)  # fmt: skip
    (table,) = read((words, [])).tables
    assert table.labels == ("Article", "Quantity", "Unit price (EUR)")
    assert len(table.rows) == count - 1
