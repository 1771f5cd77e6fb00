"""CSV: rows of cells, parted by what parts its first line into most of them."""

import csv
import io
from collections.abc import Iterable

from assistant.errors import LoadError
from assistant.load.rows import Sheets
from assistant.records import Document

DELIMITERS = ",;\t|"


def load_csv(content: str, name: str) -> Iterable[Document | LoadError]:
    """One document: a paragraph for each row, with the header's words in it."""
    first = next((line for line in io.StringIO(content) if line.strip()), None)
    if first is None:
        return [LoadError(f"{name} is empty", hint="remove it or put rows in")]
    sheets = Sheets(name)
    try:
        delimiter = max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark))))
        sheets.add_rows(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
        return [sheets.load()]
    except LoadError as error:
        return [error]
    except csv.Error as error:
        return [LoadError(f"{name} is no table ({error})", hint="look for a quote left open")]
