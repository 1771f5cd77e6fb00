import csv
import io

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import limits
from assistant.load.csv import load_csv
from assistant.load.tables import LONGEST_LABEL
from assistant.split import Splitter
from assistant.text.cells import unguard_cell
from tests.loading import assert_valid, slices

TABLE = 'Company,Price,Note\nRokid,"2,999 yuan","new, ""big""\nand cheap"\n\nXiaomi,,"old; used"\n'


def test_a_row_is_a_passage_with_its_header() -> None:
    document = load_csv(TABLE, "a/prices.csv")
    assert document.text == (
        'Company: Rokid; Price: 2,999 yuan; Note: new, "big" and cheap\n\n'
        "Company: Xiaomi; Note: old; used"
    )
    assert (document.title, slices(document)) == ("prices", ([], []))
    (table,) = document.tables
    assert table.labels == ("Company", "Price", "Note")
    assert [row.number for row in table.rows] == [2, 4]
    assert [[document.text[a:b] for a, b in row.cells] for row in table.rows] == [
        ["Rokid", "2,999 yuan", 'new, "big" and cheap'],
        ["Xiaomi", "", "old; used"],
    ]
    splitter = Splitter(lambda texts: [len(text.split()) for text in texts], 64, target=60)
    assert [passage.text for passage in splitter.split(document)] == [
        'Company: Rokid; Price: 2,999 yuan; Note: new, "big" and cheap',
        "Company: Xiaomi; Note: old; used",
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected(mark: str) -> None:
    table = f"Company{mark}Price{mark}Year\nRokid, Ltd.{mark}x; y{mark}2025".replace(
        "Rokid, Ltd.", '"Rokid, Ltd."'
    ).replace("x; y", '"x; y"')
    document = load_csv(table, "x.csv")
    assert document.text == "Company: Rokid, Ltd.; Price: x; y; Year: 2025"


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("1,2\n3,4", ["1; 2", "3; 4"]),
        ("Rokid,$2,999.00\nXiaomi,3", ["Rokid; $2; 999.00", "Xiaomi; 3"]),
        ("alone\nlines\nof one", ["alone", "lines", "of one"]),
        ("Report of May\n\na,b\nc,d,e\n", ["Report of May", "a; b", "a: c; b: d; e"]),
    ],
)
def test_a_table_without_a_header_has_its_cells_as_text(table: str, rows: list[str]) -> None:
    document = load_csv(table, "x.csv")
    assert document.text.split("\n\n") == rows


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "x.csv has no rows: remove it or put rows below its header"),
        (
            'a,b\n"' + "x" * 200_000,
            "x.csv is not a table (field larger than field limit (131072)): look for an open quote",
        ),
    ],
)
def test_a_file_without_a_table_is_refused_by_name(table: str, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        load_csv(table, "x.csv")
    assert str(caught.value) == message


def test_a_long_header_does_not_grow_with_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    table = f"{'h' * 5000},b\n" + "x,y\n" * 100
    document = load_csv(table, "x.csv")
    assert len(document.text) < 100 * (LONGEST_LABEL + 30)
    assert limits.TEXT_CHARACTERS == 256_000_000
    monkeypatch.setattr(limits, "TEXT_CHARACTERS", 1000)
    whole = "x.csv with its header in each row"
    with pytest.raises(LoadError, match=f"{whole} has more than 1,000 characters: split it"):
        load_csv(table, "x.csv")


cells = st.text(alphabet="ab,;\"'\n\r\t|é新👍: ", max_size=8)


@given(rows=st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=6))
def test_the_words_of_a_table_come_back_in_order(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    # Only the first rows decide the delimiter, and only theirs repeat.
    rows = [["w", "x", "y", "z"]] * 15 + [["v", *row] for row in rows]
    csv.writer(written).writerows([["Name", "Price", "Year", "Note"], *rows])
    document = load_csv(written.getvalue(), "x.csv")
    filled = [[" ".join(unguard_cell(cell).split()) for cell in row] for row in rows]
    assert document.text == "\n\n".join(map(write_row, filled))
    assert_valid(document)


def write_row(cells: list[str]) -> str:
    """A row as text; one that has only its first cell is no value of a column."""
    if not any(cells[1:]):
        return cells[0]
    labels = ["Name: ", "Price: ", "Year: ", "Note: ", ""]
    return "; ".join(f"{a}{b}" for a, b in zip(labels, cells, strict=False) if b)


@given(st.text(max_size=60))
def test_any_text_is_a_table_or_a_named_refusal(text: str) -> None:
    try:
        load_csv(text.replace("\0", ""), "x.csv")
    except LoadError as refusal:
        message = refusal.message
    else:
        return
    assert message.startswith("x.csv ")


def test_a_title_above_the_table_does_not_decide_the_delimiter() -> None:
    document = load_csv("Umsatz, 2025\nFirma;Preis\nRokid;2,5\nMeta;3,5\n", "a.csv")
    assert "Firma: Rokid; Preis: 2,5" in document.text


def test_years_may_head_columns() -> None:
    document = load_csv("Vendor,2023,2024\nRokid,5,9\n", "a.csv")
    assert "Vendor: Rokid; 2023: 5; 2024: 9" in document.text


def test_lines_may_end_in_carriage_returns_alone() -> None:
    document = load_csv("Vendor,Price\rRokid,5\r", "a.csv")
    assert "Vendor: Rokid; Price: 5" in document.text


def test_a_row_of_more_columns_than_a_spreadsheet_has_is_refused() -> None:
    with pytest.raises(LoadError, match=r"x\.csv has more than 16,384 columns: split it"):
        load_csv(f"a{',' * 16_384}b\n1,2\n", "x.csv")
