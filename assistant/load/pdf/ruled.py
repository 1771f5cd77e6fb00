"""Tables between horizontal rules of the same ends, in which space separates columns."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.load.pdf.cells import FoundRow, FoundTable, WordLine, group_lines, split_line
from assistant.load.pdf.columns import (
    LABEL_GAP,
    Columns,
    LineCells,
    count_prose,
    cut_line,
    find_columns,
    is_one_row,
    join_lines,
    read_header,
    read_rows,
)
from assistant.load.pdf.rules import Rule, Rules
from assistant.load.pdf.words import Box, Word, enclose

LEAST_GAP = 0.45  # space between columns, of the size of letters
MOST_TRIES = 300  # pairs of rules on a page
MOST_HEADER_LINES = 4
NEAR = 2.5  # of the size of letters: a header is at most that far above a rule
CLOSE = 4.0  # points between the ends of rules, and of text beyond them


def find_ruled(words: Sequence[Word], rules: Rules) -> Iterator[FoundTable]:
    """The tables between horizontal rules of the same ends; the highest first."""
    tries = 0
    for group in _group_ends(rules.horizontal):
        first = 0
        while first < len(group) - 1:
            for last in range(len(group) - 1, first, -1):
                tries += 1
                if tries > MOST_TRIES:
                    return
                table = _read_between(words, group[first : last + 1], rules.horizontal)
                if table is not None:
                    yield table
                    first = last
                    break
            first += 1


def _group_ends(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Horizontal rules with the same ends, from top to bottom."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: -rule.place):
        for group in groups:
            if abs(group[0].start - rule.start) < CLOSE > abs(group[0].end - rule.end):
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) > 1]


def _read_between(
    words: Sequence[Word], bounds: Sequence[Rule], rules: Sequence[Rule]
) -> FoundTable | None:
    """The table from the first to the last of some rules, and a header above; None for no table."""
    top, bottom = bounds[0], bounds[-1]
    lines = group_lines(
        word for word in words
        if top.start - CLOSE <= word.box.left and word.box.right <= top.end + CLOSE
    )  # fmt: skip
    inside = [line for line in lines if bottom.place < line[0].baseline < top.place]
    above = _find_header_above([line for line in lines if line[0].baseline > top.place], top)
    header = above or [
        line for line in inside if len(bounds) > 2 and line[0].baseline > bounds[1].place
    ]
    body = [line for line in inside if line not in header]
    if not body or len(body) + len(header) < 2 or len(header) > MOST_HEADER_LINES:
        return None
    columns = find_columns(body if len(body) > 1 else [*header, *body], least=LEAST_GAP)
    columns = Columns(top.start, columns.gaps, top.end)
    cut = [cut_line(line, columns) for line in body]
    if any(line.is_prose for line in cut):
        return None
    if not columns.gaps or count_prose(cut, columns) > len(columns.gaps) - 1:
        return None
    rows = list(_read_bands(cut, columns, bounds))
    is_marked = bool(header) and len(rows) >= len(bounds) - (not above)
    box = Box(
        top.start,
        bottom.place,
        top.end,
        max(top.place, enclose(word.box for word in lines[0]).top if above else 0),
    )
    return FoundTable(
        box, [*read_header(header, columns, rules), *rows], len(header) if is_marked else None
    )


def _find_header_above(lines: Sequence[WordLine], top: Rule) -> list[WordLine]:
    """The line right above a rule, if it has several parts: some tables have no rule above it."""
    if not lines:
        return []
    line = lines[-1]
    is_near = line[0].baseline - top.place < NEAR * line[0].size
    return [line] if is_near and len(split_line(line, LABEL_GAP)) > 1 else []


def _read_bands(
    lines: Sequence[LineCells], columns: Columns, bounds: Sequence[Rule]
) -> Iterator[FoundRow]:
    """The rows of lines: those between two rules are one row, or have several."""
    is_row_ruled = len(bounds) > 3
    for upper, lower in pairwise(bounds):
        band = [line for line in lines if lower.place < line.baseline < upper.place]
        if is_row_ruled and len(band) > 1 and is_one_row(band, columns):
            yield join_lines(band)
        else:
            yield from read_rows(band, columns)
