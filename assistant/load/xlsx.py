"""XLSX: the rows of each sheet, values as stored."""

import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from assistant.load.office import check_office, damaged
from assistant.load.tables import TableText
from assistant.records import Document

Value = int | float | str | bool | time | date | datetime | timedelta


def load_xlsx(content: bytes, name: str) -> Document:
    """One document: each sheet's rows below its name, where there is more than one sheet."""
    title, created = check_office(content, name)
    from python_calamine import CalamineError, CalamineWorkbook

    tables = TableText(name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet_name in book.sheet_names:
            # Empty rows and columns count, so that the numbers are those a spreadsheet shows.
            rows = book.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False)
            if len(book.sheet_names) > 1 and rows:
                tables.add_heading(" ".join(sheet_name.split()) or "Sheet")
            tables.add_rows([write_value(value) for value in row] for row in rows)
    except CalamineError as error:
        raise damaged(name, error) from None
    return replace(tables.load(title), published=created)


def write_value(value: Value) -> str:
    """A cell's value as text: 3 for 3.0, dates as 2025-09-09, times only where there are some."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
