"""Tables in which space separates columns: between horizontal rules, or without any."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from assistant.load.pdf.cells import FoundRow, FoundTable, Line, find_box, group_lines, split_line
from assistant.load.pdf.columns import (
    CENTRED,
    Columns,
    LineCells,
    cut_line,
    find_columns,
    is_one_row,
    join_lines,
    read_header,
    read_rows,
)
from assistant.load.pdf.rules import Rule, Rules
from assistant.load.pdf.words import Box, Word

RULED_GAP, UNRULED_GAP = 0.45, 0.8  # least space between columns, of the size of letters
MOST_TRIES = 300  # of a pair of rules on a page
MOST_HEADER_LINES = 4
FARTHEST = 3.0  # lines of a table are at most that many times the size of letters apart
LEAST_ROWS = 3  # of a table without rules
PROSE_WORDS, PROSE_SHARE = 4.5, 0.75  # of a line; of the width of its column
_NUMBER = re.compile(r"[^\w]{0,3}\d[\d.,:/ ×xe–-]*[^\w]{0,2}\s?\w{0,3}\W?")
_BULLET = re.compile(r"\W+|\W?\w{1,3}[.):\]]|\W?\d+\W?")
_LEADERS = re.compile(r"(\. ?){4,}|_{3,}|…{2,}")


def find_ruled(words: Sequence[Word], rules: Rules) -> Iterator[FoundTable]:
    """The tables between horizontal rules of the same ends."""
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
            if abs(group[0].start - rule.start) < CENTRED > abs(group[0].end - rule.end):
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) > 1]


def _read_between(
    words: Sequence[Word], bounds: Sequence[Rule], rules: Sequence[Rule]
) -> FoundTable | None:
    """The table between the first and the last of some rules; a header may be above the first."""
    top, bottom = bounds[0], bounds[-1]
    within = [
        word for word in words
        if top.start - CENTRED <= word.box.left and word.box.right <= top.end + CENTRED
    ]  # fmt: skip
    lines = [line for line in group_lines(within) if line[0].baseline > bottom.place]
    inside = [line for line in lines if line[0].baseline < top.place]
    if len(inside) < 2:
        return None
    body = [line for line in inside if line[0].baseline < bounds[1].place]
    columns = find_columns(body if len(body) > 1 else inside, least=RULED_GAP)
    columns = Columns(top.start, columns.gaps, top.end)
    if not columns.gaps:
        return None
    header = _find_header_above(lines[: -len(inside)], top)
    if not header and len(bounds) > 2 and len(body) > 1:
        header = [line for line in inside if line[0].baseline > bounds[1].place]
    if len(header) > MOST_HEADER_LINES:
        header = []
    rest = [cut_line(line, columns) for line in inside if line not in header]
    rows = _read_bands(rest, columns, bounds)
    found = FoundTable(
        Box(top.start, bottom.place, top.end, find_box(header).top if header and header[0][0].baseline > top.place else top.place) if False else _bound(top, bottom, header),
        [*read_header(header, columns, rules), *rows],
        len(header) or None,
    )
    return None if _is_prose(rest, columns, most=1) or len(rows) < 1 else found
