"""XLSX: the rows of each sheet, values as stored."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from assistant.load.office import check_office, make_damage_error
from assistant.load.tables import load_tables
from assistant.records import Document

Value = int | float | str | bool | time | date | datetime | timedelta


def load_xlsx(content: bytes, name: str) -> Document:
    """One document: each sheet's rows below its name, where there is more than one sheet."""
    title, created = check_office(content, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        document = load_tables(name, _read_sheets(book))
    except CalamineError as error:
        raise make_damage_error(name, error) from None
    return replace(document, title=title or document.title, published=created)


def _read_sheets(book: CalamineWorkbook) -> Iterator[tuple[str, Iterable[list[str]]]]:
    for name in book.sheet_names:
        # With empty rows, so that rows are numbered as in a spreadsheet.
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        heading = " ".join(name.split()) or "Sheet" if len(book.sheet_names) > 1 and rows else ""
        yield heading, ([write_value(value) for value in row] for row in rows)


def write_value(value: Value) -> str:
    """A cell's value as text: 3 for 3.0, dates as 2025-09-09, without a time at midnight."""
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
