"""The table of an answer as CSV; of an answer without one, its parts."""

import csv
import io
from collections.abc import Iterator

from assistant.api.schema import AnswerBody, CellBody, PartBody

COLUMNS = (
    "label",
    "column",
    "text",
    "formula",
    "document_id",
    "document_title",
    "published",
    "quote",
    "href",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_answer_csv(body: AnswerBody) -> str:
    """A row for each cell or part, with its first citation; only the header where it abstained."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for label, column, cell in _list_cells(body):
        cited = body.citations[cell.citations[0] - 1] if cell and cell.citations else None
        values = (
            label,
            column,
            cell.text if cell else "",
            (cell.formula if cell else None) or "",
            *((cited.document_id, cited.document_title) if cited else ("", "")),
            cited.published.isoformat() if cited and cited.published else "",
            *((cited.quote, cited.href) if cited else ("", "")),
        )
        writer.writerow(map(guard_cell, values))
    return written.getvalue()


def guard_cell(text: str) -> str:
    """A text that a spreadsheet shows and does not calculate.

    >>> guard_cell("=1+1"), guard_cell("2,999 yuan")
    ("'=1+1", '2,999 yuan')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _list_cells(body: AnswerBody) -> Iterator[tuple[str, str, CellBody | PartBody | None]]:
    """The label, column and content of each cell; None where the documents do not say."""
    if body.table is None:
        for part in body.answer.parts if body.answer else ():
            yield "", "", part
        return
    for row in body.table.rows:
        for column, cell in zip(body.table.columns, row.cells, strict=True):
            yield row.label, column, cell
