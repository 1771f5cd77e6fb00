"""Several tables on a sheet."""

import pytest

from assistant.load.sheet_tables import MOST_CUTS, cut_columns, find_tables, join_blocks, split_rows
from assistant.load.tables import join_labels


def grid(*rows: str) -> list[tuple[int, list[str]]]:
    return [(n, [cell.strip() for cell in row.split("|")]) for n, row in enumerate(rows, start=1)]


def label_tables(*rows: str) -> list[tuple[tuple[str, ...], list[int | None]]]:
    """The labels of each table and the numbers of its rows."""
    return [
        (join_labels(table.header), [number for number, _ in table.body])
        for table in find_tables(grid(*rows), "x")
    ]


def test_tables_below_each_other_have_their_own_headers() -> None:
    rows = "Play|Nights", "The Gull|14", "|", "Guest|Fee", "Ida Moen|5500"
    assert label_tables(*rows) == [(("Play", "Nights"), [2]), (("Guest", "Fee"), [5])]


def test_no_header_is_carried_over_an_empty_row() -> None:
    rows = "Play|Nights", "The Gull|14", "|", "Ida Moen|5500", "Bo Ek|400"
    assert label_tables(*rows) == [(("Play", "Nights"), [2]), ((), [4, 5])]


def test_tables_next_to_each_other_have_their_own_headers() -> None:
    rows = "Play|Nights||Guest|Fee", "The Gull|14||Ida Moen|5500"
    assert label_tables(*rows) == [(("Play", "Nights"), [2]), (("Guest", "Fee"), [2])]


def test_tables_next_to_each_other_may_differ_in_height() -> None:
    rows = (
        "Play|Nights||Guest|Fee", "The Gull|14||Ida Moen|5500", "The Owl|9||Bo Ek|400",
        "|||Cy Lund|300", "Hall|Seats||Di Maas|200", "Main|90||Ed Roth|100",
    )  # fmt: skip
    assert label_tables(*rows) == [
        (("Play", "Nights"), [2, 3]), (("Hall", "Seats"), [6]), (("Guest", "Fee"), [2, 3, 4, 5, 6]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        ("Zone|Sales||Share", "North|5||1", "South|7||2"),
        ("Zone|Sales||Costs|Profit", "North|5||1|3", "South|7||2|4"),
    ],
)
def test_an_empty_column_inside_a_table_separates_nothing(rows: tuple[str, ...]) -> None:
    (table,) = find_tables(grid(*rows), "x")
    assert [number for number, _ in table.body] == [2, 3]


def test_blocks_without_a_header_continue_the_table_above() -> None:
    rows = grid("Zone|Adult", "A|2", "|", "B|3", "|", "Play|Nights|Hall", "The Gull|14|Main")
    joined = list(join_blocks(split_rows(rows)))
    assert [[number for number, _ in block] for block in joined] == [[1, 2, 4], [6, 7]]


def test_a_header_after_an_empty_row_begins_a_table() -> None:
    rows = grid("Zone|Adult", "A|2", "|", "Guest|Fee", "Ida Moen|5500")
    joined = list(join_blocks(split_rows(rows)))
    assert [[number for number, _ in block] for block in joined] == [[1, 2], [4, 5]]


def test_a_block_of_one_table_is_not_cut() -> None:
    (block,) = split_rows(grid("Zone|Adult", "A|2"))
    assert [list(rows) for rows in cut_columns(block)] == [block]


def nest(depth: int) -> list[list[str]]:
    """Tables next to tables inside tables."""
    if not depth:
        return [["x", "y"], ["1", "2"]]
    inner = nest(depth - 1)
    width = len(inner[0])
    return [["l", "m", "", *row] for row in [*inner, [""] * width, ["f"] * width]]


def test_tables_inside_tables_are_separated_up_to_a_depth() -> None:
    tables = list(cut_columns([*enumerate(nest(60), start=1)]))
    assert len(tables) == 1 + 2 * MOST_CUTS


def test_columns_that_are_compared_too_often_stay_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    block = grid("Zone|Day||Zone|Day", "A|Mon||B|Tue")
    assert len([*cut_columns(block)]) == 2
    monkeypatch.setattr("assistant.load.sheet_tables.MOST_COMPARED", 3)
    assert len([*cut_columns(block)]) == 1
