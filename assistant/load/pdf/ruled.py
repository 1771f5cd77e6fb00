"""Tables between horizontal rules of the same ends, in which space separates columns."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.load.pdf.cells import (
    FoundRow,
    FoundTable,
    WordLine,
    count_words,
    group_lines,
    is_caption,
    split_line,
)
from assistant.load.pdf.columns import (
    LABEL_GAP,
    Columns,
    LineCells,
    cut_line,
    find_columns,
    is_one_row,
    join_lines,
    read_header,
    read_rows,
)
from assistant.load.pdf.plausible import MOST_WORDS, count_prose, is_filled, is_head, is_table
from assistant.load.pdf.rules import Rule, Rules
from assistant.load.pdf.words import Box, Word, enclose

LEAST_GAP = 0.45  # space between columns, of the size of letters
MOST_TRIES = 100  # pairs of rules on a page
MOST_HEADER_LINES = 4
COLUMN_GAP = 1.0  # of the size of letters, between two columns of text
NEAR = 2.5  # of the size of letters: a header is at most that far above a rule
WIDER = 1.6  # than the distance of the next two lines is the one below a running head
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
        word
        for word in words
        if top.start - CLOSE <= word.box.left and word.box.right <= top.end + CLOSE
    )
    inside = [line for line in lines if bottom.place < line[0].baseline < top.place]
    if not inside or _has_caption(words, top, bottom) or _has_empty_band(inside, bounds):
        return None
    above = _find_beyond(lines[::-1], top, rules, is_above=True)
    below = _find_beyond(lines, bottom, rules, is_above=False)
    if len(above) > 1 or len(below) > 1:
        return None  # rows without rules
    header = above or [
        line for line in inside if len(bounds) > 2 and line[0].baseline > bounds[1].place
    ]
    first_band = [line for line in inside if line[0].baseline > bounds[1].place]
    if above and all(len(split_line(line, LABEL_GAP)) < 2 for line in first_band):
        return None  # a caption below the rule of a running head
    body = [line for line in (*inside, *below) if line not in header]
    if not body or len(body) + len(header) < 2 or len(header) > MOST_HEADER_LINES:
        return None
    columns = find_columns(body if len(body) > 1 else [*header, *body], least=LEAST_GAP)
    columns = Columns(top.start, columns.gaps, top.end)
    cut = [cut_line(line, columns) for line in body]
    end = below[-1][0].baseline - below[-1][0].size if below else bottom.place
    ends = [*bounds, Rule(end, bottom.start, bottom.end)] if below else bounds
    rows = list(_read_bands(cut, columns, ends))
    labels = read_header(header, columns, rules)
    if above and is_head(labels[0].cells, rows, is_far=_is_far(above[0], cut)):
        return _read_between([word for word in words if word not in above[0]], bounds, rules)
    if not _is_plausible([*labels, *rows], cut, columns, len(bounds)):
        return None
    is_marked = bool(header) and len(rows) >= len(ends) - (not above)
    box = enclose([Box(top.start, end, top.end, top.place), *(row.box for row in labels)])
    return FoundTable(box, [*labels, *rows], len(header) if is_marked else None)


def _is_far(above: WordLine, lines: Sequence[LineCells]) -> bool:
    """Whether a line is farther above the first of some lines than that is above the next."""
    steps = [
        one - other for one, other in pairwise([above[0].baseline, *(n.baseline for n in lines)])
    ]
    return steps[0] > WIDER * max(steps[1:2], default=steps[0])


def _has_caption(words: Sequence[Word], top: Rule, bottom: Rule) -> bool:
    """Whether a caption between two rules shows that they are those of different tables."""
    lines = group_lines(word for word in words if bottom.place < word.baseline < top.place)
    return any(
        is_caption(part) and part[0].box.left < top.end and top.start < part[-1].box.right
        for line in lines
        for part in split_line(line, COLUMN_GAP)
    )


def _has_empty_band(lines: Sequence[WordLine], bounds: Sequence[Rule]) -> bool:
    """Whether there is nothing between two rules that are no double rule."""
    size = lines[0][0].size
    return any(
        upper.place - lower.place > size
        and not any(lower.place < line[0].baseline < upper.place for line in lines)
        for upper, lower in pairwise(bounds)
    )


def _is_plausible(
    rows: Sequence[FoundRow], lines: Sequence[LineCells], columns: Columns, bounds: int
) -> bool:
    """Whether rows between rules are a table; two rules may be the frame of anything."""
    if not columns.gaps or any(line.is_prose for line in lines):
        return False
    if bounds < 3:
        return is_table(rows, lines, columns)
    return is_filled(rows) and count_prose(lines, columns) < len(columns.extents)


def _find_beyond(
    lines: Sequence[WordLine], edge: Rule, rules: Sequence[Rule], *, is_above: bool
) -> list[WordLine]:
    """The lines of several parts right above or below an edge, the nearest first.

    A header may have no rule above it, and the edge of a shaded row no row with rules below it.
    """
    found: list[WordLine] = []
    place = edge.place
    for line in lines:
        baseline, size = line[0].baseline, line[0].size
        if (baseline > edge.place) != is_above:
            continue
        is_cut = any(
            min(place, baseline) < rule.place < max(place, baseline)
            for rule in rules
            if abs(rule.place - edge.place) > size / 2
        )
        parts = split_line(line, LABEL_GAP)
        is_row = len(parts) > 1 + (not is_above) and max(map(count_words, parts)) <= MOST_WORDS
        if is_cut or not is_row or abs(baseline - place) > NEAR * size:
            break
        found.append(line)
        place = baseline
    return found


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
