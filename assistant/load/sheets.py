"""Sheets of a spreadsheet, as a loader found them, become tables; what is hidden is left out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.sheet_tables import find_tables
from assistant.load.wording import count_things, describe_hidden, list_some

MOST_MERGED = 2_000_000  # cells that merged ranges cover
_SAVE = "open the file in a spreadsheet program and save it"

Rows = dict[int, dict[int, str]]  # by row and column, both counted from 1


@dataclass(frozen=True, slots=True)
class Range:
    """Cells from one corner to the other, both included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells with text, and what is known about others.

    `unknown` are the cells with a formula but without its value. `comments` are notes on cells,
    each with the cell's name.
    """

    name: str = ""
    rows: Rows = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    unknown: list[tuple[int, int]] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)


def add_sheets(
    builder: DocumentBuilder, sheets: Iterable[Sheet], *, count: int, hidden: Sequence[str]
) -> None:
    """Add the `count` visible sheets of a file, below their names where there are several.

    `hidden` are the names of the others. Raises LoadError for a file that shows nothing.
    """
    left_out = [_name_hidden(hidden, "sheet")] if hidden else []
    unknown: list[str] = []
    for sheet in sheets:
        _fill_merged(sheet.rows, sheet.merged, builder.name)
        left_out += _drop_hidden(sheet, f" of “{sheet.name}”" if count > 1 or hidden else "")
        unknown += [f"{name_column(column)}{row}" for row, column in sheet.unknown]
        if sheet.rows and count > 1:
            builder.add_heading(" ".join(sheet.name.split()) or "Sheet", 1)
        for table in find_tables(_list_rows(sheet), builder.name):
            builder.add_table(table)
        for cell, comment in sheet.comments:
            builder.add(f"Comment on {cell}: {comment}")
    for each in left_out:
        builder.report("hidden_parts", f"{each}; unhide what should be read")
    if unknown:
        formulas = count_things(len(unknown), "formula", "has")
        message = f"{formulas} no stored value: {list_some(unknown)}; {_SAVE}"
        builder.report("formulas_without_value", message)
    if not builder.length:
        _refuse_empty(builder.name, left_out, has_formulas=bool(unknown))


def _refuse_empty(name: str, left_out: Sequence[str], *, has_formulas: bool) -> NoReturn:
    if left_out:
        problem = f"{name} shows nothing ({'; '.join(left_out)})"
        raise LoadError(problem, hint="unhide what should be read")
    if has_formulas:
        raise LoadError(f"{name} has only formulas without a stored value", hint=_SAVE)
    raise LoadError(f"{name} has no rows", hint="remove it or put rows below its header")


def name_column(column: int) -> str:
    """The letters of a column: "AA" for 27."""
    name = ""
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(65 + place) + name
    return name


def _list_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """The rows with text, as lists of cells; where rows or columns are empty, one empty one."""
    hidden_rows, hidden_columns = sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)
    used = sorted({column for row in sheet.rows.values() for column in row})
    columns: list[int | None] = []
    for column in used:
        if columns and _is_gap(columns[-1] or 0, column, hidden_columns):
            columns.append(None)
        columns.append(column)
    above = None
    for number in sorted(sheet.rows):
        if above is not None and _is_gap(above, number, hidden_rows):
            yield number - 1, []
        row = sheet.rows[number]
        yield number, ["" if column is None else row.get(column, "") for column in columns]
        above = number


def _is_gap(before: int, after: int, hidden: Sequence[int]) -> bool:
    """Whether a row or column between two others is empty, and not hidden."""
    return after - before - 1 > bisect_left(hidden, after) - bisect_right(hidden, before)


def _fill_merged(rows: Rows, merged: Sequence[Range], name: str) -> None:
    """Repeat the text of merged cells over all cells with which they were merged.

    Only in rows and columns with text: a range may be as large as a sheet.
    """
    left = MOST_MERGED
    widest = max((max(row) for row in rows.values()), default=0)
    for each in merged:
        text = rows.get(each.first_row, {}).get(each.first_column)
        if text is None:
            continue
        height = each.last_row - each.first_row + 1
        columns = range(each.first_column, min(each.last_column, widest) + 1)
        numbers = range(each.first_row, each.last_row + 1) if height < len(rows) else rows
        left -= len(numbers) * len(columns)
        if left < 0:
            problem = f"{name} has merged cells that cover more than {MOST_MERGED:,}"
            raise LoadError(problem, hint="unmerge them")
        for number in numbers:
            if number in rows and each.first_row <= number <= each.last_row:
                for column in columns:
                    rows[number].setdefault(column, text)


def _drop_hidden(sheet: Sheet, where: str) -> list[str]:
    """Remove hidden rows and columns; a message for each kind that held text."""
    columns = sorted(sheet.hidden_columns & {c for row in sheet.rows.values() for c in row})
    rows = [row for row in sorted(sheet.hidden_rows) if row in sheet.rows]
    for number in rows:
        del sheet.rows[number]
    for row in sheet.rows.values():
        for column in columns:
            row.pop(column, None)
    for number in [number for number, row in sheet.rows.items() if not row]:
        del sheet.rows[number]
    sheet.unknown[:] = [
        (row, column)
        for row, column in sheet.unknown
        if row not in sheet.hidden_rows and column not in sheet.hidden_columns
    ]
    found = {"row": [str(row) for row in rows], "column": list(map(name_column, columns))}
    return [_name_hidden(names, kind, where) for kind, names in found.items() if names]


def _name_hidden(names: Sequence[str], kind: str, where: str = "") -> str:
    return f"{describe_hidden(len(names), kind, where)}: {list_some(names)}"
