"""Headers, sections, notes and pairs of tables whose rows are not marked."""

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import tables
from assistant.load.builder import DocumentBuilder
from assistant.load.header import find_kind
from assistant.load.tables import LoadedTable, SpanningCell, fill_spans, find_header
from assistant.records import Document
from tests.loading import assert_valid


def load(*rows: str) -> Document:
    """A table of rows whose cells are separated by bars."""
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    builder = DocumentBuilder("x")
    builder.add_table(find_header(enumerate(cells, start=1), "x"))
    document = builder.build()
    assert_valid(document)
    return document


@pytest.mark.parametrize(
    ("rows", "written"),
    [
        # A header of one row, of two, and of two with units.
        (["Zone|Adult|Child", "B|3.10|1.55"], ["Zone: B; Adult: 3.10; Child: 1.55"]),
        (["Zone|2022|", "|Sales|Profit", "North|5|2"],
         ["Zone: North; 2022 Sales: 5; 2022 Profit: 2"]),
        (["Zone|2022|2022", "Zone|Sales|Profit", "North|5|2"],
         ["Zone: North; 2022 Sales: 5; 2022 Profit: 2"]),
        (["Depot|Staff|", "|Early|Late", "North|Ana|Bo"],
         ["Depot: North; Staff Early: Ana; Staff Late: Bo"]),
        (["Item|Price|Time", "|EUR|min", "Tea|3.10|5"],
         ["Item: Tea; Price EUR: 3.10; Time min: 5"]),
        (["Item|Price (EUR)", "Tea|3.10", "Milk|2"],
         ["Item: Tea; Price (EUR): 3.10", "Item: Milk; Price (EUR): 2"]),
        # Rows have names, columns don't.
        (["|Adult|Child", "A|2.40|1.20"], ["A; Adult: 2.40; Child: 1.20"]),
        # Columns that are headed by years, days and numbers.
        (["Vendor|2023|2024", "Rokid|5|9"], ["Vendor: Rokid; 2023: 5; 2024: 9"]),
        (["Line|2025-01-01|2025-01-02", "A|5|6"], ["Line: A; 2025-01-01: 5; 2025-01-02: 6"]),
        (["Week|1|2|3", "Ana|off|day|day"], ["Week: Ana; 1: off; 2: day; 3: day"]),
        (["Age|0-5 years|6-12 years", "Swim|2|4"], ["Age: Swim; 0-5 years: 2; 6-12 years: 4"]),
        (["Customer|Current|30 days|60 days", "Rokid|5|0|3"],
         ["Customer: Rokid; Current: 5; 30 days: 0; 60 days: 3"]),
        # A title and a date above the header.
        (["Fares||2025-01-01|", "Zone|Adult|Child|Valid", "A|2|1|1 h"],
         ["Fares; 2025-01-01", "Zone: A; Adult: 2; Child: 1; Valid: 1 h"]),
        # A name that stands for the rows below it, and cells that are only empty.
        (["Depot|Shift|Buses", "North|Early|5", "|Late|3", "South|Early|4", "|Late|2"],
         ["Depot: North; Shift: Early; Buses: 5", "Depot: North; Shift: Late; Buses: 3",
          "Depot: South; Shift: Early; Buses: 4", "Depot: South; Shift: Late; Buses: 2"]),
        (["Depot|Shift|Buses", "North|Early|5", "|Late|3", "South|Early|4", "|Total|9"],
         ["Depot: North; Shift: Early; Buses: 5", "Shift: Late; Buses: 3",
          "Depot: South; Shift: Early; Buses: 4", "Shift: Total; Buses: 9"]),
        # No header: the first row has values as the others have.
        (["Rokid|2014|5", "Xiaomi|2010|7"], ["Rokid; 2014; 5", "Xiaomi; 2010; 7"]),
        (["Rokid|2014|Misa Zhu", "Xiaomi|2010|Lei Jun"],
         ["Rokid; 2014; Misa Zhu", "Xiaomi; 2010; Lei Jun"]),
        # Names with their values.
        (["Opening:|9:00", "Phone|555-123"], ["Opening: 9:00", "Phone: 555-123"]),
        (["Owner|Ana Lind", "Address|Main St 5", "Opening|9:00"],
         ["Owner: Ana Lind", "Address: Main St 5", "Opening: 9:00"]),
        (["Invoice|2024-017", "Date|2024-03-01"], ["Invoice: 2024-017", "Date: 2024-03-01"]),
        # A first row of words above words may be either: it is kept.
        (["Depot|Shift|Driver", "North|Early|Ana"],
         ["Depot; Shift; Driver", "Depot: North; Shift: Early; Driver: Ana"]),
        (["Depot|Shift|Driver", "North|Early|Ana", "East|Early|Bo", "West|Late|Cy"],
         ["Depot: North; Shift: Early; Driver: Ana", "Depot: East; Shift: Early; Driver: Bo",
          "Depot: West; Shift: Late; Driver: Cy"]),
        # Cells that say there is nothing.
        (["Zone|Adult|Child", "A|n/a|–", "B|3|–"],
         ["Zone: A; Adult: n/a; Child: –", "Zone: B; Adult: 3; Child: –"]),
    ],
)  # fmt: skip
def test_rows_are_written_with_their_header(rows: list[str], written: list[str]) -> None:
    assert load(*rows).text.split("\n\n") == written


def test_a_section_stands_in_front_of_its_rows_and_is_no_value() -> None:
    document = load(
        "Fares of 2025", "Zone|Adult|Child", "North|North|North", "A|2.40|1.20", "South||", "B|3|4",
        "Source: the office||",
    )  # fmt: skip
    assert document.text.split("\n\n") == [
        "Fares of 2025", "North", "North; Zone: A; Adult: 2.40; Child: 1.20", "South",
        "South; Zone: B; Adult: 3; Child: 4", "Source: the office",
    ]  # fmt: skip
    values = [[document.text[a:b] for a, b in row.cells if a < b] for row in document.rows]
    assert values[:2] == [["North"], ["A", "2.40", "1.20"]]
    assert document.tables[0].labels == ("Zone", "Adult", "Child")


def test_sections_without_a_header_are_found_too() -> None:
    document = load("North||", "A|2.40|1.20", "South||", "B|3|4")
    assert document.text.split("\n\n") == [
        "North", "North; A; 2.40; 1.20", "South", "South; B; 3; 4"
    ]  # fmt: skip


def test_a_row_without_values_is_no_section() -> None:
    document = load("Zone|Adult|Child", "A|2.40|1.20", "C||", "D|3|4")
    assert document.text.split("\n\n")[1:] == ["C", "Zone: D; Adult: 3; Child: 4"]


def test_a_row_of_more_values_does_not_lose_them() -> None:
    document = load(*(f"Key {n}|{n}" for n in range(80)), "Last|1|2")
    assert document.text.split("\n\n")[79:] == ["Key 79: 79", "Last: 1; 2"]


def test_a_marked_header_is_used_as_it_is() -> None:
    builder = DocumentBuilder("x")
    header = [["Depot", "Staff", "Staff"], ["Depot", "Early", "Late"]]
    body = [(None, ["North side", "North side", "North side"]), (None, ["A", "Ana", "Bo"])]
    builder.add_table(LoadedTable(header, body))
    assert builder.build().text == (
        "North side\n\nNorth side; Depot: A; Staff Early: Ana; Staff Late: Bo"
    )


def test_a_merged_cell_is_repeated_over_what_it_spans() -> None:
    rows = [
        [SpanningCell("Depot", rows=2), SpanningCell("Staff", columns=2)],
        [SpanningCell("Early"), SpanningCell("Late")],
        [SpanningCell("North"), SpanningCell("Ana", columns=2)],
        [SpanningCell("South"), SpanningCell("Bo"), SpanningCell("Cy")],
    ]
    builder = DocumentBuilder("x")
    builder.add_table(find_header(((None, cells) for cells in fill_spans(rows)), "x"))
    assert builder.build().text.split("\n\n") == [
        "Depot: North; Staff Early: Ana; Staff Late: Ana",
        "Depot: South; Staff Early: Bo; Staff Late: Cy",
    ]


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "TABLE_ROWS", 3)
    with pytest.raises(LoadError, match="x has more than 3 rows: split it"):
        load("a|b", "1|2", "3|4", "5|6")


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("3.10", "number"), ("1,250.00", "number"), ("$5", "number"), ("25 %", "number"),
        ("90 minutes", "measure"), ("-5", "number"), ("(5)", "number"), ("40g", "measure"),
        ("2024", "year"), ("2023/24", "year"), ("2023 Sales", "text"), ("9:00", "time"),
        ("9:00-17:00", "time"), ("2025-09-09", "date"), ("9.9.2025", "date"), ("1st", "text"),
        ("0-5 years", "text"), ("Q1 2024", "text"), ("–", ""), ("n/a", ""), ("", ""),
        ("IC 204", "text"), ("5 September 2025", "date"),
    ],
)  # fmt: skip
def test_the_kind_of_a_cell(cell: str, kind: str) -> None:
    assert find_kind(cell) == kind


cell = st.text(alphabet="ab12.:-% ", max_size=5)


@given(st.lists(st.lists(cell, max_size=4), min_size=1, max_size=8))
def test_no_cell_is_lost(rows: list[list[str]]) -> None:
    if not any(part.strip() for row in rows for part in row):
        return
    builder = DocumentBuilder("x")
    builder.add_table(find_header(enumerate(rows, start=1), "x"))
    if not builder.length:
        return
    document = builder.build()
    assert_valid(document)
    # A label of a column without values is in no row.
    labels = " ".join(label for table in document.tables for label in table.labels)
    for row in rows:
        for part in row:
            assert " ".join(part.split()).rstrip(" :") in f"{document.text} {labels}"
