"""Which tables of answers become charts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.api.rendering import render_answer
from assistant.pages.answer_charts import plot_table
from assistant.pages.charts import PlotPoint, draw_chart
from assistant.records import AnswerCell, AnswerRow, AnswerTable, Kind
from tests.answers import ANSWERED, COMPARED

FILES = Path("/proc/self/fd")


def plot(kind: Kind, *rows: tuple[str, str | None]) -> list[PlotPoint]:
    table = AnswerTable(
        ("value",),
        tuple(
            AnswerRow(label, (AnswerCell(text, (1,)) if text else None,)) for label, text in rows
        ),
    )
    return plot_table(render_answer(replace(COMPARED, kind=kind, table=table)))


def test_a_comparison_has_a_bar_for_each_row_with_a_number() -> None:
    found = plot("comparison", ("Quark", "2,999 yuan"), ("Meta", None), ("Xiaomi", "1,999\nyuan"))
    assert found == [
        PlotPoint("Quark", 2999.0, None, "2,999 yuan"),
        PlotPoint("Xiaomi", 1999.0, None, "1,999 yuan"),
    ]


def test_a_trend_is_a_line_over_time() -> None:
    found = plot(
        "trend", ("in 2023", "5 million units"), ("the first half of 2024", "7 million units")
    )
    days = [date(2023, 1, 1).toordinal(), date(2024, 1, 1).toordinal()]
    assert found == [
        PlotPoint("in 2023", 5e6, None, "5 million units", days[0]),
        PlotPoint("the first half of 2024", 7e6, None, "7 million units", days[1]),
    ]


def test_a_trend_with_the_same_time_twice_has_bars() -> None:
    found = plot("trend", ("2023", "5 %"), ("2023", "7 %"))
    assert [(point.label, point.day) for point in found] == [("2023", None), ("2023", None)]


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
    assert plot_table(render_answer(ANSWERED)) == []


@pytest.mark.parametrize("days", [(None, None), (1, 366)])
def test_a_chart_is_drawn_without_styles_the_same_each_time(
    days: tuple[int | None, int | None],
) -> None:
    points = [
        PlotPoint("2023", 1, None, "1 unit", days[0]),
        PlotPoint("2024", 2, 3, "2 to 3 units", days[1]),
    ]
    drawn = draw_chart("Sales", points, dark=False)
    assert "<title>Sales. 2023: 1 unit; 2024: 2 to 3 units.</title>" in drawn
    assert [f">{words}</text>" in drawn for words in ("1 unit", "2 to 3 units")] == [True, True]
    assert " style=" not in drawn
    assert "<style" not in drawn
    assert draw_chart("Sales", points, dark=False) == drawn
    assert "#ffffff" not in draw_chart("Sales", points, dark=True)


@pytest.mark.skipif(not FILES.is_dir(), reason="the system does not list open files")
def test_threads_that_draw_keep_no_fonts_open() -> None:
    together = threading.Barrier(3)

    def draw(_: int) -> None:
        together.wait(60)
        draw_chart(
            "Sales",
            [PlotPoint("Quark", 1.0, None, "1"), PlotPoint("Meta", 2.0, None, "2")],
            dark=False,
        )
        together.wait(60)

    with ThreadPoolExecutor(3) as threads:
        draw_chart("Sales", [PlotPoint("Quark", 1.0, None, "1")], dark=False)
        before = sorted(map(str, FILES.iterdir()))
        list(threads.map(draw, range(3)))
        assert sorted(map(str, FILES.iterdir())) == before
