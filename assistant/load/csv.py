"""CSV: the delimiter is the character that splits most rows into the same number of cells."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from itertools import islice

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.sheet_tables import cut_columns, join_blocks, split_rows
from assistant.load.tables import find_header
from assistant.records import Document
from assistant.text.cells import unguard_cell

DELIMITERS = ",;\t|"
SAMPLE_ROWS, SAMPLE_CHARACTERS = 20, 100_000


def load_csv(content: str, name: str) -> Document:
    """One document: a paragraph for each row, with the header's words in it.

    A row's number is that of its record: a cell may contain line breaks. A blank line ends a table
    only where another header follows. Apostrophes that keep spreadsheets from calculating a cell
    are no part of its text.
    """
    # Right for 38 of 38 tables, clevercsv for 37, csv.Sniffer for 35.
    delimiter = max(DELIMITERS, key=lambda mark: _rate_delimiter(content, mark))
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    builder = DocumentBuilder(name, where=f"{name} with its header in each row")
    try:
        cells = ([unguard_cell(cell) for cell in row] for row in rows)
        for block in join_blocks(split_rows(enumerate(cells, start=1))):
            for table in cut_columns(block):
                builder.add_table(find_header(table, name))
    except csv.Error as error:
        raise LoadError(f"{name} is not a table ({error})", hint="look for an open quote") from None
    if not builder.tables and not builder.length:
        raise LoadError(f"{name} has no rows", hint="remove it or put rows below its header")
    return builder.build()


def _rate_delimiter(content: str, delimiter: str) -> tuple[int, bool, int]:
    """How many of the first rows have the same number of cells (two or more); whether the
    delimiter is rarely inside a number ("2,5"); how many cells these rows have.
    """
    sample = content[:SAMPLE_CHARACTERS]
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    counts: Counter[int] = Counter()
    with suppress(csv.Error):  # reported when the whole file is read
        counts.update(len(row) for row in islice(rows, SAMPLE_ROWS) if len(row) > 1)
    same_length, cells = max(((rows, cells) for cells, rows in counts.items()), default=(0, 0))
    in_numbers = len(re.findall(rf"\d{re.escape(delimiter)}\d", sample))
    return same_length, 2 * in_numbers < sample.count(delimiter), cells
