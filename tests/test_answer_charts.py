"""Which tables of answers become charts."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.api.rendering import render_answer
from assistant.pages.answer_charts import is_timed, plot_table
from assistant.pages.charts import PlotPoint, PlotSeries
from assistant.records import AnswerCell, AnswerRow, AnswerTable, Kind
from tests.answers import ANSWERED, COMPARED


def plot(kind: Kind, *rows: tuple[str, str | None]) -> list[PlotSeries]:
    table = AnswerTable(
        ("value",),
        tuple(
            AnswerRow(label, (AnswerCell(text, (1,)) if text else None,)) for label, text in rows
        ),
    )
    return plot_table(render_answer(replace(COMPARED, kind=kind, table=table)), label="Value")


def test_a_comparison_has_a_bar_for_each_row_with_a_number() -> None:
    found = plot("comparison", ("Quark", "2,999 yuan"), ("Meta", None), ("Xiaomi", "1,999\nyuan"))
    assert found == [
        PlotSeries("Quark", (PlotPoint(2999.0, None, "2,999 yuan", firm=True),)),
        PlotSeries("Xiaomi", (PlotPoint(1999.0, None, "1,999 yuan", firm=True),)),
    ]
    assert not is_timed(found)


def test_a_trend_is_a_line_over_time() -> None:
    found = plot(
        "trend", ("in 2023", "5 million units"), ("the first half of 2024", "7 million units")
    )
    days = [date(2023, 1, 1).toordinal(), date(2024, 1, 1).toordinal()]
    assert found == [
        PlotSeries(
            "Value",
            (
                PlotPoint(5e6, None, "5 million units", True, days[0], "in 2023"),
                PlotPoint(7e6, None, "7 million units", True, days[1], "the first half of 2024"),
            ),
        )
    ]
    assert is_timed(found)


def test_a_trend_with_the_same_time_twice_has_bars() -> None:
    found = plot("trend", ("2023", "5 %"), ("2023", "7 %"))
    assert [series.label for series in found] == ["2023", "2023"]


@pytest.mark.parametrize(
    "rows",
    [
        (("a", "5 %"), ("b", "7 units")),
        (("a", "5 %"), ("b", "more")),
        (("a", "5 % to 7 yuan and 8 yuan"), ("b", "7 %")),
        (("a", "5 %"), ("b", None)),
    ],
    ids=["two units", "no number", "two numbers", "one row"],
)
def test_what_can_not_be_compared_has_no_chart(rows: tuple[tuple[str, str | None], ...]) -> None:
    assert plot("comparison", *rows) == []


def test_an_answer_without_a_table_has_no_chart() -> None:
    assert plot_table(render_answer(ANSWERED), label="Value") == []
