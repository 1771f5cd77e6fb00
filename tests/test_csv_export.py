"""Answers and figures as CSV."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from assistant.api.csv_export import ANSWER_COLUMNS, render_answer_csv, render_figures_csv
from assistant.api.rendering import render_answer
from assistant.figures import Figure, Period
from assistant.load.csv import load_csv
from assistant.overview.choose import DocumentFigure
from assistant.records import Answer, AnswerCell, AnswerRow, AnswerTable, Document
from assistant.text.cells import guard_cell, unguard_cell
from tests.answers import ABSENT, COMPARED, LISTED, client_of
from tests.conftest import Maker

QUARK = [
    "shop/quark 1.txt", "Smart glasses", "2025-09-09", "Quark glasses cost 2,999 yuan.",
    "/documents/shop/quark%201.txt?start=10&end=40&quote=776d5b"
    "&answer_start=29&answer_end=39#cited",
]  # fmt: skip
BATTERY = [
    "b.txt", "Batteries", "", "It cost 1,999 yuan in May.",
    "/documents/b.txt?start=25&end=51&quote=2b76cb&answer_start=33&answer_end=43#cited",
]  # fmt: skip


def read_rows(answer: Answer) -> list[list[str]]:
    header, *rows = csv.reader(io.StringIO(render_answer_csv(render_answer(answer)), newline=""))
    assert header == ANSWER_COLUMNS
    return rows


def test_a_table_has_a_row_for_each_cell() -> None:
    assert read_rows(COMPARED) == [
        ["Quark", "price", "2,999 yuan", "", *QUARK],
        ["Quark", "weight", "", "", "", "", "", "", ""],
        ["the battery", "price", "1,999 yuan", "", *BATTERY],
        ["the battery", "weight", "1 kg", "0.5 + 0.5", *BATTERY],
    ]


def test_without_a_table_there_is_a_row_for_each_part() -> None:
    assert read_rows(LISTED) == [
        ["", "", "2,999 yuan", "", *QUARK],
        ["", "", "1,999 yuan", "", *BATTERY],
    ]
    assert read_rows(ABSENT) == []


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("x")',
        "+1",
        "-5 %",
        "@SUM(1)",
        "\tx",
        "\r=1",
        "＝1+1",
        "＠SUM(1)",
        '  "=1',
        "'=1",
    ],
)
def test_a_spreadsheet_shows_every_cell_as_text(text: str) -> None:
    table = AnswerTable((text,), (AnswerRow(text, (AnswerCell(text, (1,), text),)),))
    (row,) = read_rows(replace(COMPARED, table=table))
    assert row[:4] == [guard_cell(text)] * 4
    assert row[0].startswith(f"'{text[0]}")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1+1", "a;'=1+1"),  # with semicolons between cells, a cell begins there
        ("a\n@SUM(1)", "a\n'@SUM(1)"),
        ("a\t +1", "a\t' +1"),
        ("2 - 1 = 1", "2 - 1 = 1"),
        ("'tis", "'tis"),
        ("2,999 yuan", "2,999 yuan"),
    ],
)
def test_a_formula_is_guarded_wherever_a_cell_may_begin(text: str, written: str) -> None:
    assert guard_cell(text) == written


@given(st.text(alphabet="=+-@＝\t\r\n;,'\" a1\u3000"))
def test_a_guarded_cell_is_read_back(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text


def test_what_is_exported_can_be_added_as_a_document() -> None:
    formula = "=SUM(1) of sales"
    table = AnswerTable(("price",), (AnswerRow("Quark", (AnswerCell(formula, (1,), None),)),))
    written = render_answer_csv(render_answer(replace(COMPARED, table=table)))
    assert f'"Quark","price","\'{formula}"' in written
    document = load_csv(written, "answer.csv")
    assert f"text: {formula}" in document.text
    assert f"'{formula}" not in document.text


def test_the_api_gives_csv_for_download() -> None:
    response = client_of(COMPARED).get(
        "/api/v1/query", params={"question": COMPARED.question, "format": "csv"}
    )
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="answer.csv"'
    assert response.text == render_answer_csv(render_answer(COMPARED))


def test_figures_are_guarded_and_numbers_stay_numbers(make: Maker) -> None:
    text = "=Alpha sales fell to -5 units in 2024."
    start = text.index("-5 units")
    period = Period(date(2024, 1, 1), date(2024, 12, 31), "2024")
    figure = Figure(
        start, start + 8, (0, len(text)), Decimal("-5.0"), None, "unit", "exactly", "stated",
        None, None, period, None, "=Alpha sales", None,
    )  # fmt: skip
    catalog = make.generation(Document("a.txt", "@title", text)).catalog
    header, row = csv.reader(
        io.StringIO(render_figures_csv(catalog, [DocumentFigure("a.txt", figure)]), newline="")
    )
    shown = dict(zip(header, row, strict=True))
    assert [shown[name] for name in ("words", "value", "metric", "document_title", "sentence")] == [
        "'-5 units", "-5", "'=Alpha sales", "'@title", f"'{text}",
    ]  # fmt: skip
