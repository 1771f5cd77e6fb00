"""XLSX: the tables of each sheet as displayed, and what is hidden or has no value."""

import io
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from lxml import etree

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.grid import find_tables
from assistant.load.office import check_office, make_damage_error
from assistant.load.workbook import Range, Rows, Sheet, SheetName, Workbook, name_column
from assistant.records import Document

MOST_MERGED = 2_000_000  # cells that merged ranges cover
SHOWN = 5  # cells, columns or sheets named in a message


def load_xlsx(content: bytes, name: str) -> Document:
    """One document: the tables of each visible sheet, below its name where there are several."""
    title, created = check_office(content, name)
    builder = DocumentBuilder(name, where=f"{name} with its header in each row")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            hidden = _add_sheets(builder, Workbook(archive))
    except (BadZipFile, etree.XMLSyntaxError, ValueError, LookupError, OverflowError) as error:
        raise make_damage_error(name, error) from None
    if not builder.tables and not builder.length:
        if hidden:
            raise LoadError(f"{name} shows nothing: {hidden}", hint="unhide what it should show")
        raise LoadError(f"{name} has no rows", hint="remove it or put rows below its header")
    return builder.build(title=title or PurePosixPath(name).stem, published=created)


def _add_sheets(builder: DocumentBuilder, book: Workbook) -> str:
    """Add the visible sheets of a workbook, and report the rest; what is hidden, in words."""
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden]
    names = [sheet.name for sheet in book.sheets if sheet.is_hidden]
    hidden = [f"{_count(names, 'sheet')} ({_list_some(names)})"] if names else []
    unknown: list[str] = []
    for each in visible:
        sheet = book.read_sheet(each)
        _fill_merged(sheet.rows, sheet.merged)
        hidden += _drop_hidden(sheet, f" of “{each.name}”" if len(book.sheets) > 1 else "")
        unknown += [f"{name_column(column)}{row}" for row, column in sheet.unknown]
        _add_sheet(builder, sheet, each if len(visible) > 1 else None)
        for cell, comment in book.read_comments(each):
            if comment:
                builder.add(f"Comment on {cell}: {comment}")
    if hidden:
        builder.report("hidden_parts", f"Hidden parts are left out: {'; '.join(hidden)}")
    if unknown:
        have = "formula has" if len(unknown) == 1 else "formulas have"
        message = f"{len(unknown):,} {have} no stored value: {_list_some(unknown)}"
        builder.report("formulas_without_value", message)
    return "; ".join(hidden)


def _add_sheet(builder: DocumentBuilder, sheet: Sheet, named: SheetName | None) -> None:
    if not sheet.rows:
        return
    if named is not None:
        builder.add_heading(" ".join(named.name.split()) or "Sheet", 1)
    for table in find_tables(_list_rows(sheet), builder.name):
        builder.add_table(table)


def _list_rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """The rows with text, as lists of cells; where rows or columns are empty, one empty one."""
    used = sorted({column for row in sheet.rows.values() for column in row})
    columns: list[int | None] = []
    for column in used:
        if columns and _is_gap(columns[-1] or 0, column, sheet.hidden_columns):
            columns.append(None)
        columns.append(column)
    above = None
    for number in sorted(sheet.rows):
        if above is not None and _is_gap(above, number, sheet.hidden_rows):
            yield number - 1, []
        row = sheet.rows[number]
        yield number, ["" if column is None else row.get(column, "") for column in columns]
        above = number


def _is_gap(before: int, after: int, hidden: set[int]) -> bool:
    """Whether a row or column between two others is empty, and not hidden."""
    between = after - before - 1
    return between > sum(before < place < after for place in hidden) if between else False


def _fill_merged(rows: Rows, merged: Sequence[Range]) -> None:
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
            raise ValueError(f"merged cells cover more than {MOST_MERGED:,}")
        for number in numbers:
            if number in rows and each.first_row <= number <= each.last_row:
                for column in columns:
                    rows[number].setdefault(column, text)


def _drop_hidden(sheet: Sheet, where: str) -> list[str]:
    """Remove hidden rows and columns; those that held text, in words."""
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
    return [f"{_count(p, kind)}{where} ({_list_some(p)})" for kind, p in found.items() if p]


def _count(things: Sequence[str], name: str) -> str:
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"


def _list_some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
