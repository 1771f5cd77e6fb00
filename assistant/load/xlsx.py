"""XLSX: the rows of each sheet, values as stored."""

import io
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath

from python_calamine import CalamineError, CalamineWorkbook

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.office import check_office, make_damage_error
from assistant.load.tables import find_header
from assistant.records import Document

Value = int | float | str | bool | time | date | datetime | timedelta


def load_xlsx(content: bytes, name: str) -> Document:
    """One document: each sheet's rows below its name, where there is more than one sheet."""
    title, created = check_office(content, name)
    builder = DocumentBuilder(name, where=f"{name} with its header in each row")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheet_names:
            # With empty rows, so that rows are numbered as in a spreadsheet.
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            if len(book.sheet_names) > 1 and rows:
                builder.add_heading(" ".join(sheet.split()) or "Sheet", 1)
            written = ([write_value(value) for value in row] for row in rows)
            builder.add_table(find_header(enumerate(written, start=1), name))
    except CalamineError as error:
        raise make_damage_error(name, error) from None
    if not builder.tables:
        raise LoadError(f"{name} has no rows", hint="remove it or put rows below its header")
    return builder.build(title=title or PurePosixPath(name).stem, published=created)


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
