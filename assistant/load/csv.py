"""CSV: rows of cells, parted by what parts most of its first rows alike."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from assistant.errors import LoadError
from assistant.load.rows import Sheets
from assistant.records import Document

DELIMITERS = ",;\t|"
ROWS_LOOKED_AT, LOOKED_AT = 20, 100_000  # rows and characters that tell what parts cells


def load_csv(content: str, name: str) -> Iterable[Document | LoadError]:
    """One document: a paragraph for each row, with the header's words in it."""
    if not content.strip():
        return [LoadError(f"{name} is empty", hint="remove it or put rows in")]
    sheets = Sheets(name)
    try:
        delimiter = max(DELIMITERS, key=lambda mark: _count_alike(content, mark))
        sheets.add_rows(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
        return [sheets.load()]
    except LoadError as error:
        return [error]
    except csv.Error as error:
        return [LoadError(f"{name} is no table ({error})", hint="look for a quote left open")]


def _count_alike(content: str, delimiter: str) -> tuple[int, bool, int]:
    """How many of the first rows a delimiter parts into as many cells, two at least; whether it
    seldom stands inside a number ("2,5"); and how many cells these rows have.
    """
    start = content[:LOOKED_AT]
    rows = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
    counts: Counter[int] = Counter()
    with suppress(csv.Error):  # what is wrong is told when all is read
        counts.update(len(row) for row in islice(rows, ROWS_LOOKED_AT) if len(row) > 1)
    alike, cells = max(((rows, cells) for cells, rows in counts.items()), default=(0, 0))
    in_numbers = len(re.findall(rf"\d{re.escape(delimiter)}\d", start))
    return alike, 2 * in_numbers < start.count(delimiter), cells
