"""Spreadsheets as a person sees them: XLSX and ODS, made by openpyxl and LibreOffice."""

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import sheets
from assistant.load.ods import load_ods
from assistant.load.xlsx import load_xlsx
from assistant.records import Document
from tests.conftest import ROOT
from tests.loading import assert_valid, slices
from tests.office import make_zip, xlsx_parts

CASES = ROOT / "tests" / "data" / "cases"
SHEET = "xl/worksheets/sheet1.xml"
MUSEUM = [
    "Museum of Clocks: visitors",
    "Month: May; 2023 Adults: 812; 2023 Pupils: 240; 2024 Adults: 900; 2024 Pupils: 310",
    "Month: June; 2023 Adults: 1045; 2023 Pupils: 198; 2024 Adults: 1100; 2024 Pupils: 205",
    "Month: July; 2023 Adults: 1630; 2023 Pupils: 90; 2024 Adults: 1580; 2024 Pupils: 77",
    "Month: Total; 2023 Adults: 3487; 2023 Pupils: 528; 2024 Adults: 3580; 2024 Pupils: 592",
    "Ticket: Day; Price: 9.50 EUR; Discount: 0 %",
    "Ticket: Evening; Price: 6.00 EUR; Discount: 25 %",
    "Ticket: Year; Price: 42.00 EUR; Discount: 10 %",
    "Guide: Ida Moen; Since: 1 May 2019",
    "Guide: Tom Okoro; Since: 30 Nov 2021",
]


def read(path: str, load: Callable[[bytes, str], Document] = load_xlsx) -> Document:
    document = load((CASES / path).read_bytes(), path)
    assert_valid(document)
    return document


def load_with(old: str, new: str, *rows: list[str | float | None]) -> Document:
    """A sheet of rows in whose XML something was replaced."""
    parts = xlsx_parts({"S": rows})
    assert old in str(parts[SHEET])
    return load_xlsx(make_zip(parts | {SHEET: str(parts[SHEET]).replace(old, new)}), "x.xlsx")


def test_the_tables_of_a_sheet_have_their_own_headers() -> None:
    document = read("sheet-two-tables/theatre.xlsx")
    assert document.text.split("\n\n") == [
        "Season", "Play: The Gull; Nights: 14", "Guest: Ida Moen; Fee: 5500",
        "Half years",
        "Zone: North; 2023 Sales: 12553; 2023 Profit: 2713",
        "Zone: North; 2022 Sales: 12138; 2022 Profit: 2284",
    ]  # fmt: skip
    assert slices(document)[0] == ["Season", "Half years"]
    assert [row.number for row in document.rows] == [2, 5, 3, 7]


def test_a_sheet_of_libreoffice_is_read_as_displayed() -> None:
    document = read("sheet-two-tables/museum.xlsx")
    shown = [
        row.replace("2019-05-01", "1 May 2019").replace("2021-11-30", "30 Nov 2021")
        for row in MUSEUM
    ]
    assert document.text.split("\n\n") == shown
    assert {notice.code for notice in document.notices} == {"hidden_parts"}
    assert [notice.message for notice in document.notices] == [
        "1 sheet is hidden and was left out: Plans; unhide what should be read",
        "1 row of “Visitors” is hidden and was left out: 15; unhide what should be read",
    ]


def test_an_ods_is_read_as_an_xlsx_is() -> None:
    document = read("sheet-two-tables-ods/museum.ods", load_ods)
    dates = {"Since: 1 May 2019": "Since: 2019-05-01", "Since: 30 Nov 2021": "Since: 2021-11-30"}
    expected = "\n\n".join(MUSEUM)
    for shown, written in dates.items():  # a date is what an ODS states it to be
        expected = expected.replace(shown, written)
    assert document.text.replace("%", " %") == expected
    assert document.notices == read("sheet-two-tables/museum.xlsx").notices
    assert [row.number for row in document.rows] == [
        row.number for row in read("sheet-two-tables/museum.xlsx").rows
    ]


def test_hidden_parts_and_formulas_without_value_are_reported() -> None:
    document = read("sheet-hidden-parts/halls.xlsx")
    assert document.text.split("\n\n") == [
        "Fees of the sports halls",
        "North region",
        "North region; Hall: Elm Hall; Weekday Hour: 12.50 EUR; Weekday Day: 80.00 EUR; "
        "Weekend Hour: 15.00 EUR; Weekend Day: 95.00 EUR; Note: with showers",
        "North region; Hall: Oak Hall; Weekday Hour: 9.00 EUR; Weekday Day: 60.00 EUR; "
        "Weekend Hour: 11.00 EUR; Weekend Day: 70.00 EUR",
        "South region",
        "South region; Hall: Fir Hall; Weekday Hour: 14.00 EUR; Weekday Day: 90.00 EUR; "
        "Weekend Hour: 17.25 EUR; Weekend Day: 110.00 EUR; "
        "Note: parking for twelve cars; the gate closes at ten",
        "South region; Hall: Ash Hall; Weekday Hour: 7.00 EUR; Weekday Day: 45.00 EUR; "
        "Weekend Hour: 9.00 EUR; Weekend Day: 55.00 EUR",
        "Name: Club A; Share: 25 %; Since: 2019-05-01",
        "Name: Club B; Share: 50 %; Since: 2020-06-01",
        "Name: Club C; Share: 25 %; Since: 2021-07-09",
        "Total",
        "Comment on B6: Only with a club card",
    ]
    assert [(notice.code, notice.message) for notice in document.notices] == [
        (
            "hidden_parts",
            "2 sheets are hidden and were left out: Costs, Very; unhide what should be read",
        ),
        (
            "hidden_parts",
            "1 row of “Fees 2025” is hidden and was left out: 18; unhide what should be read",
        ),
        (
            "hidden_parts",
            "1 column of “Fees 2025” is hidden and was left out: H; unhide what should be read",
        ),
        (
            "formulas_without_value",
            "1 formula has no stored value: B17; "
            "open the file in a spreadsheet program and save it",
        ),
    ]


def test_hidden_rows_do_not_separate_a_table() -> None:
    rows: list[list[str | float | None]] = [["a", "b"], ["x", 1], ["y", 2], ["z", 3]]
    document = load_with('<row r="3">', '<row r="3" hidden="1">', *rows)
    assert document.text == "a: x; b: 1\n\na: z; b: 3"
    assert [notice.message for notice in document.notices] == [
        "1 row is hidden and was left out: 3; unhide what should be read"
    ]


def test_hidden_columns_do_not_separate_a_table() -> None:
    columns = '<cols><col min="2" max="3" hidden="1"/></cols><sheetData>'
    rows: list[list[str | float | None]] = [["a", "b", None, "c", "d"], ["x", 1, None, 2, "y"]]
    document = load_with("<sheetData>", columns, *rows)
    assert document.text == "a: x; c: 2; d: y"
    assert document.notices[0].message == (
        "1 column is hidden and was left out: B; unhide what should be read"
    )


def test_a_workbook_that_shows_nothing_is_refused_with_its_reason() -> None:
    book = str(xlsx_parts({"S": [["a", "b"]]})["xl/workbook.xml"])
    hidden = book.replace("<sheet ", '<sheet state="veryHidden" ')
    content = make_zip(xlsx_parts({"S": [["a", "b"]]}) | {"xl/workbook.xml": hidden})
    with pytest.raises(LoadError) as caught:
        load_xlsx(content, "x.xlsx")
    assert str(caught.value) == (
        "x.xlsx shows nothing (1 sheet is hidden and was left out: S): unhide what should be read"
    )


def test_a_workbook_of_formulas_without_values_is_refused_with_its_reason() -> None:
    with pytest.raises(LoadError, match="has only formulas without a stored value: open the file"):
        load_with("<v>5.5</v>", "<f>1+1</f><v/>", [5.5])


def test_values_are_written_as_they_are_displayed() -> None:
    cells = (
        '<c t="b"><v>1</v></c><c t="e"><v>#DIV/0!</v></c><c t="str"><f>A1</f><v>made</v></c>'
        '<c t="d"><v>2025-09-09T00:00:00</v></c><c t="inlineStr"><is><r><t>rich </t></r>'
        '<r><t>text</t></r><rPh><t>no</t></rPh></is></c><c t="str"><v>a_x000D_b</v></c>'
    )
    document = load_with('<c r="A1"><v>5.5</v></c>', cells, [5.5])
    assert document.text == "yes; #DIV/0!; made; 2025-09-09; rich text; a b"


def test_one_cell_in_the_last_row_and_column_is_read() -> None:
    rows: list[list[str | float | None]] = [["a", "b"], ["c", "d"], ["e", "f"]]
    document = load_with('r="B3"', 'r="XFD1048576"', *rows)
    assert "f" in document.text.split("\n\n")[-1]


def test_a_merged_range_as_large_as_a_sheet_is_filled_where_there_is_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    merged = '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    rows: list[list[str | float | None]] = [["a", None], [None, 5], ["c", 6]]
    assert load_with("</sheetData>", merged, *rows).text.split("\n\n") == ["a", "a: 5", "c: 6"]
    monkeypatch.setattr(sheets, "MOST_MERGED", 5)
    with pytest.raises(LoadError, match=r"x\.xlsx has merged cells that cover more than 5"):
        load_with("</sheetData>", merged, *rows)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<row r="1">', '<row r="0">'), ('<row r="1">', '<row r="1048577">'),
        ('r="A1"', 'r="ZZZZ1"'), ('r="A1"', 'r="a1"'), ("<v>5.5</v>", "<v>five</v>"),
        ('<c r="A1">', '<c r="A1" t="s">'), ('<c r="A1">', '<c r="A1" s="x">'),
        ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:"/></mergeCells>'),
        ("</sheetData>", ""),
    ],
)  # fmt: skip
def test_a_damaged_sheet_is_refused(old: str, new: str) -> None:
    with pytest.raises(LoadError, match=r"x.xlsx is damaged"):
        load_with(old, new, [5.5])


def test_comments_in_the_markup_of_a_sheet_are_no_cells() -> None:
    document = load_with('<row r="1">', '<row r="1"><!-- x -->', ["a", "b"], ["x", 1])
    assert document.text == "a: x; b: 1"
    assert load_with("<v>5.5</v>", "<!-- x --><v>5.5</v>", [5.5]).text == "5.5"


@given(st.data())
def test_bytes_that_were_changed_are_read_or_refused(data: st.DataObject) -> None:
    parts = xlsx_parts({"S": [["Name", "Price"], ["Rokid", 3.5], ["Meta", 4]]})
    sheet = bytearray(str(parts[SHEET]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        sheet[data.draw(st.integers(0, len(sheet) - 1))] = data.draw(st.integers(32, 126))
    try:
        document = load_xlsx(make_zip(parts | {SHEET: bytes(sheet)}), "x.xlsx")
    except LoadError:
        return
    assert_valid(document)


def test_a_file_that_is_no_archive_is_refused() -> None:
    for load in (load_xlsx, load_ods):
        with pytest.raises(LoadError, match="is damaged"):
            load(b"PK", "x")
