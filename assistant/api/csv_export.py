"""Answers and figures as CSV with a header, for spreadsheets.

Every text is guarded, also one that is only a number: it is shown as the document has it. The
columns `value` and `highest` are numbers, written by this module, and stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.api.contents import FigureBody, render_figures
from assistant.api.schema import AnswerBody, CellBody, PartBody
from assistant.figures.numbers import strip_zeros
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure
from assistant.text.cells import guard_cell

ANSWER_COLUMNS = (
    "label column text formula document_id document_title published quote href"
).split()
FIGURE_COLUMNS = (
    "words value highest unit relation status change compared_with period_start period_end "
    "period_words owner owner_name metric source document_id document_title start end sentence href"
).split()


def render_answer_csv(body: AnswerBody) -> str:
    """A row for each cell of an answer's table, or for each part of one without a table, with its
    first citation; only the header where it abstained. In the documents' words: values for a
    spreadsheet are no sentences.
    """
    return _write_rows(ANSWER_COLUMNS, (_describe_cell(body, *cell) for cell in _list_cells(body)))


def render_figures_csv(catalog: Catalog, chosen: Sequence[DocumentFigure]) -> str:
    """A row for each figure; numbers with all digits."""
    bodies = render_figures(catalog, chosen).figures
    rows = (_describe_figure(*pair) for pair in zip(chosen, bodies, strict=True))
    return _write_rows(FIGURE_COLUMNS, rows)


def _write_rows(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    written = io.StringIO()
    # All texts are quoted: some spreadsheets also separate cells at semicolons.
    writer = csv.DictWriter(written, columns, extrasaction="ignore", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _guard(row: Mapping[str, object]) -> dict[str, object]:
    return {name: guard_cell(v) if isinstance(v, str) else v for name, v in row.items()}


def _describe_figure(chosen: DocumentFigure, body: FigureBody) -> dict[str, object]:
    figure, period = chosen.figure, body.period.model_dump() if body.period else {}
    numbers = {"value": figure.value, "highest": figure.highest}
    return _guard(
        body.model_dump() | {f"period_{name}": value for name, value in period.items()}
    ) | {name: "" if n is None else f"{strip_zeros(n):f}" for name, n in numbers.items()}


def _describe_cell(
    body: AnswerBody, label: str, column: str, cell: CellBody | PartBody | None
) -> dict[str, object]:
    cited = body.citations[cell.citations[0] - 1] if cell and cell.citations else None
    source = cited.model_dump() if cited else {}
    said = cell.model_dump() if cell else {}
    return _guard(source | {"label": label, "column": column} | said)


def _list_cells(body: AnswerBody) -> Iterator[tuple[str, str, CellBody | PartBody | None]]:
    """The label, column and content of each cell; None where the documents do not say."""
    if body.table is None:
        answer = body.extractive or body.answer
        for part in answer.parts if answer else ():
            yield "", "", part
        return
    for row in body.table.rows:
        for column, cell in zip(body.table.columns, row.cells, strict=True):
            yield row.label, column, cell
