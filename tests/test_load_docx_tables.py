from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.docx import load_docx
from tests.loading import assert_valid
from tests.office import docx_parts, make_zip, paragraph
from tests.word import cell, load, read, run, table

CASES = Path(__file__).parent / "data" / "cases"


def test_the_case_table_rows_without_header() -> None:
    content = (CASES / "table-rows-without-header" / "docx" / "tariff.docx").read_bytes()
    document = load_docx(content, "tariff.docx")
    assert document.text.split("\n\n") == [
        "Tram tariff",
        "Zone: A; Adult: 2.40; Child: 1.20; Valid for: 60 minutes",
        "Zone: B; Adult: 3.10; Child: 1.55; Valid for: 90 minutes",
        "Zone: C; Adult: 4.75; Child: 2.35; Valid for: a whole day",
    ]
    assert [document.text[row.start : row.end] for row in document.rows] == (
        document.text.split("\n\n")[1:]
    )
    assert_valid(document)


def test_a_row_marked_as_header_may_have_numbers() -> None:
    body = table(["Depot", "1", "2"], ["North", "12", "15"], header=True)
    assert read(body) == ["Depot: North; 1: 12; 2: 15"]
    first = '<w:trPr><w:cnfStyle w:val="100000000000"/></w:trPr>'
    assert read(body.replace("<w:trPr><w:tblHeader/></w:trPr>", first)) == [
        "Depot: North; 1: 12; 2: 15"
    ]


def test_a_table_that_has_only_a_header_is_kept() -> None:
    assert read(table(["Depot", "Driver"], header=True)) == ["Depot; Driver"]
    assert read(table(["Depot", "Driver"])) == ["Depot: Driver"]


def test_merged_cells_are_repeated_over_what_they_cover() -> None:
    restart, merged = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        ["Depot", "Shift", "Driver"],
        [cell("South", restart), "Early", "Ann"],
        [cell("", merged), "Late", "Piet Vos"],
        [cell("All depots", '<w:gridSpan w:val="2"/>'), "Tom"],
        [cell("", merged), "Night", "Una"],
    )
    assert read(body) == [
        "Depot: South; Shift: Early; Driver: Ann",
        "Depot: South; Shift: Late; Driver: Piet Vos",
        "Depot: All depots; Shift: All depots; Driver: Tom",
        "Shift: Night; Driver: Una",
    ]


def test_two_rows_of_a_header_are_joined() -> None:
    two = '<w:gridSpan w:val="2"/>'
    restart, merged = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    marked = table(
        [cell("Offence", restart), cell("2023", two), cell("2024", two)],
        [cell("", merged), "Adult", "Child", "Adult", "Child"],
        ["Smoking", "50", "25", "30", "15"],
    )
    expected = "Offence: Smoking; 2023 Adult: 50; 2023 Child: 25; 2024 Adult: 30; 2024 Child: 15"
    assert read(marked) == [expected]
    unmarked = marked.replace(restart, "").replace(merged, "")
    assert read(unmarked) == [expected]


def test_a_merged_row_is_no_header_but_a_label() -> None:
    all_columns = '<w:gridSpan w:val="2"/>'
    body = table(
        [cell("Tariff of 2026", all_columns)],
        ["Zone", "Price"],
        ["A", "2.40"],
        [cell("At night", all_columns)],
        ["A", "4.80"],
    )
    document = load(body)
    assert document.text.split("\n\n") == [
        "Tariff of 2026", "Zone: A; Price: 2.40", "At night", "Zone: A; Price: 4.80",
    ]  # fmt: skip
    assert [each.labels for each in document.tables] == [("Zone", "Price")]


def test_columns_in_which_no_cell_begins_are_left_out() -> None:
    span = '<w:gridSpan w:val="{}"/>'
    rows = [["Zone", "Price"], ["A", "2.40"]]
    wide = [[cell(row[0], span.format(3)), cell(row[1], span.format(40))] for row in rows]
    document = load(table(*wide))
    assert document.text == "Zone: A; Price: 2.40"
    assert document.tables[0].labels == ("Zone", "Price")


def test_the_rows_of_a_nested_table_repeat_the_row_that_they_are_in() -> None:
    inner = table(["Shift", "Driver"], ["Early", "Ann"], ["Late", "Tom Okoro"], header=True)
    body = table(["Depot", "Phone", "Shifts"], ["South", "12", cell(inner)])
    assert read(body) == [
        "Depot: South; Phone: 12",
        "Depot: South; Phone: 12; Shift: Early; Driver: Ann",
        "Depot: South; Phone: 12; Shift: Late; Driver: Tom Okoro",
    ]


def test_tables_that_only_arrange_text_are_read_as_text() -> None:
    inner = table(["Zone", "Price"], ["A", "2.40"])
    column = table([cell(paragraph("Fees", "heading1") + paragraph("They rise."))], [cell(inner)])
    document = load(column)
    assert document.text.split("\n\n") == ["Fees", "They rise.", "Zone: A; Price: 2.40"]
    assert [heading.text for heading in document.headings] == ["Fees"]
    row = table([cell(paragraph("Left one.") + paragraph("Left two.")), "Right."])
    assert read(row) == ["Left one.", "Left two.", "Right."]
    assert read(table(["Valid until", "31 March 2026"])) == ["Valid until: 31 March 2026"]


def test_cells_in_content_controls_and_the_notes_in_cells_are_read() -> None:
    price = f"<w:p>{run('2.40')}<w:r><w:footnoteReference w:id='1'/></w:r></w:p>"
    body = (
        "<w:tbl><w:sdt><w:sdtContent><w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr><w:sdt>"
        f"<w:sdtContent>{cell('Price')}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"
        f"<w:tr>{cell('A')}{cell(price)}</w:tr></w:tbl>"
    )
    footnotes = f'<w:footnote w:id="1">{paragraph("At night 4.80.")}</w:footnote>'
    assert read(body, footnotes=footnotes)[-2:] == ["A: 2.40 [1]", "[1] At night 4.80."]


def nest(depth: int) -> str:
    content = paragraph("x")
    for _ in range(depth):
        content = table(["i", "j"], [cell(content + paragraph("y")), "a"], ["b", "c"], header=True)
    return content


def test_tables_nested_as_deep_as_the_parser_allows_are_read_and_deeper_ones_are_damaged() -> None:
    document = load(nest(40))
    assert document.text.count("i: b; j: c") == 40
    with pytest.raises(LoadError, match=r"x\.docx is damaged"):
        load(nest(100))


def test_a_cell_over_a_million_columns_is_narrowed() -> None:
    wide = cell("wide", '<w:gridSpan w:val="1000000"/>')
    document = load(table(["Zone", "Price"], *[[wide, "x"]] * 100))
    assert len(document.text) < 10_000


def test_a_table_of_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.load.grids.MOST_CELLS", 5)
    assert read(table(["a", "b"], ["c", "d"], header=True)) == ["a: c; b: d"]
    with pytest.raises(LoadError, match=r"x\.docx has a table of more than 5 cells: split it"):
        load(table(["a", "b"], ["c", "d"], ["e", "f"]))


properties = st.sampled_from(
    ["", '<w:gridSpan w:val="2"/>', '<w:gridSpan w:val="999999999999"/>', "<w:vMerge/>",
     '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="-3"/><w:vMerge/>']
)  # fmt: skip
contents = st.sampled_from(["", "a", "12", "<w:p/>", table(["i", "j"], ["k", "l"]), "Total"])
rows = st.lists(st.lists(st.builds(cell, contents, properties), max_size=4), max_size=5)


@given(rows=rows, header=st.booleans())
def test_any_table_gives_a_valid_document(rows: list[list[str]], header: bool) -> None:
    content = make_zip(docx_parts(paragraph("Start.") + table(*rows, header=header)))
    assert_valid(load_docx(content, "x.docx"))


@given(rows=st.lists(st.lists(contents, max_size=4), max_size=5))
def test_no_number_of_a_table_is_lost(rows: list[list[str]]) -> None:
    written = [[cell(each) for each in row] for row in rows]
    document = load(paragraph("Start.") + table(*written))
    assert document.text.count("12") >= sum(each == "12" for row in rows for each in row)
