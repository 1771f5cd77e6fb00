"""The chart of an answer's table, where its cells have numbers of one unit."""

from collections.abc import Sequence
from itertools import repeat

from assistant.api.schema import AnswerBody, TableBody
from assistant.figures.amounts import Amount
from assistant.figures.periods import Period, find_times
from assistant.figures.scan import find_amounts
from assistant.pages.charts import PlotPoint

LEAST_POINTS = 2


def plot_table(body: AnswerBody) -> list[PlotPoint]:
    """The values of a table, a point for each row; [] if they can't be compared.

    Each row has to have one number, all of the same unit; rows without a cell are left out. The
    points of a trend have days if its rows have different times.
    """
    read = _read_values(body.table) if body.table is not None else []
    if len(read) < LEAST_POINTS or len({amount.unit.name for _, _, amount in read}) != 1:
        return []
    days = _read_days([row for row, _, _ in read]) if body.kind == "trend" else None
    return [
        PlotPoint(
            row,
            float(amount.value),
            None if amount.highest is None else float(amount.highest),
            " ".join(words.split()),
            day,
        )
        for day, (row, words, amount) in zip(days or repeat(None), read, strict=False)
    ]


def _read_values(table: TableBody) -> list[tuple[str, str, Amount]]:
    """The label, words and amount of each row with a cell; [] if one has no single amount."""
    found = []
    for row in table.rows:
        cells = [cell for cell in row.cells if cell is not None]
        amounts = [amount for cell in cells for amount in find_amounts(cell.text, [])]
        if cells and len(amounts) != 1:
            return []
        if amounts:
            found.append((row.label, cells[0].text, amounts[0]))
    return found


def _read_days(labels: Sequence[str]) -> list[int] | None:
    """The first day of the time in each label, as ordinals; None unless all differ."""
    periods = [_read_period(label) for label in labels]
    days = [period.start.toordinal() for period in periods if period is not None]
    return days if len(set(days)) == len(labels) else None


def _read_period(label: str) -> Period | None:
    return next((time.period for time in find_times(label, None)), None)
