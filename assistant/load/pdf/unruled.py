"""Tables without rules: lines with aligned parts, and space between columns.

Pages of prose in columns, lists, tables of contents, forms and addresses look alike in part: a
table has short cells, and numbers or three columns.
"""

from collections.abc import Iterator, Sequence
from itertools import dropwhile, pairwise
from math import inf

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
    EVEN,
    LABEL_GAP,
    Columns,
    cut_line,
    find_columns,
    read_header,
    read_rows,
)
from assistant.load.pdf.plausible import LEAST_ROWS, MOST_WORDS, is_head, is_table
from assistant.load.pdf.rules import Rule, Rules
from assistant.load.pdf.words import Word, enclose

LEAST_GAP = 0.7  # space between columns, of the size of letters
FARTHEST = 3.5  # of the size of letters: lines of a table are not farther apart
WIDER = 1.6  # than the other distances between lines of a table
BEYOND = 3.0  # of the size of letters: how far labels may extend beyond the columns
MOST_TRIES = 3  # first lines for the same rows
MANY_LINES = 4
GUTTER_LINES = 8  # and more on both sides show that a page has columns
Space = tuple[float, float]


def find_unruled(words: Sequence[Word], rules: Rules) -> Iterator[FoundTable]:
    """The tables of words in aligned columns."""
    for side in _split_page(words):
        lines = group_lines(side)
        first = tried = 0
        while first < len(lines) - 1:
            run = _find_run(lines, first)
            if _begins_above(run):
                first += 1
                continue
            table = None
            if len(run) >= LEAST_ROWS:
                table = _read_run(run, lines[:first][-1:], rules.horizontal)
                tried = 0 if table is not None else tried + 1
            if table is not None:
                yield table
            is_over = table is not None or tried == MOST_TRIES
            tried = 0 if is_over else tried
            first += len(run) if is_over else 1


def _split_page(words: Sequence[Word]) -> list[Sequence[Word]]:
    """The words left and right of the space between two columns of prose; or all words."""
    lines = group_lines(words)
    if len(lines) < GUTTER_LINES:
        return [words]
    for gutter in _list_gutters(lines):
        left = [word for word in words if word.box.right <= gutter]
        right = [word for word in words if word.box.left >= gutter]
        if min(map(_count_prose_lines, (left, right))) >= GUTTER_LINES:
            return [*_split_page(left), *_split_page(right)]
    return [words]


def _list_gutters(lines: Sequence[WordLine]) -> list[float]:
    """Places that most lines leave free, with words on both sides."""
    starts: dict[int, int] = {}
    for line in lines:
        for part in split_line(line, LEAST_GAP)[1:]:
            place = round(part[0].box.left)
            starts[place] = starts.get(place, 0) + 1
    found = [place for place, count in starts.items() if count >= GUTTER_LINES]
    return [place - 1.0 for place in sorted(found, key=lambda place: -starts[place])[:3]]


def _count_prose_lines(words: Sequence[Word]) -> int:
    return sum(count_words(line) > MOST_WORDS for line in group_lines(words))


def _find_run(lines: Sequence[WordLine], first: int) -> list[WordLine]:
    """The lines from the first on that leave the same spaces free, and have parts around them."""
    run, widest = [lines[first]], 0.0
    free = _list_free(lines[first])
    if len(free) < 3 or is_caption(lines[first]):
        return run
    left, right = run[0][0].box.left, run[0][-1].box.right
    for above, line in pairwise(lines[first:]):
        if above[0].baseline - line[0].baseline > FARTHEST * max(above[0].size, line[0].size):
            break
        step = above[0].baseline - line[0].baseline
        if is_caption(line):
            break
        if len(run) >= LEAST_ROWS and step > WIDER * widest:  # another table begins
            break
        widest = max(widest, step)
        common = _intersect(free, _list_free(line), LEAST_GAP * line[0].size)
        left, right = min(left, line[0].box.left), max(right, line[-1].box.right)
        inner = [space for space in common if left < space[0] and space[1] < right]
        before = [space for space in free if space[0] > -inf and space[1] < inf]
        lost = len(before) - sum(any(a < d and c < b for a, b in inner) for c, d in before)
        if not inner or (lost and len(run) > 2):
            break
        run.append(line)
        free = common
    while len(run) > 1 and len(_list_free(run[-1])) < 3:
        run.pop()
    return run


def _begins_above(run: Sequence[WordLine]) -> bool:
    """Whether the first line is a running head above a table: it is farther than the rows are.

    If it is not, titles below it or a part of it next to the table show it.
    """
    if len(run) < LEAST_ROWS:
        return False
    steps = [above[0].baseline - line[0].baseline for above, line in pairwise(run)]
    usual = max(steps[1 : 1 + LEAST_ROWS])
    is_far = steps[0] > WIDER * usual
    if is_far and len(run) > LEAST_ROWS:
        return True
    body = list(dropwhile(lambda line: len(split_line(line, LEAST_GAP)) < 2, run[1:]))
    is_even = steps[0] <= EVEN * usual and len(body) == len(run) - 1
    return len(body) > 1 and _is_head_of(body, run[0], is_far=is_far, is_even=is_even)


def _is_head_of(body: Sequence[WordLine], line: WordLine, *, is_far: bool, is_even: bool) -> bool:
    """Whether a line is a running head rather than the header of the lines below.

    `is_far` if it is farther from them than they are from each other, `is_even` if it is as near.
    """
    columns = find_columns(body, least=LEAST_GAP)
    labels = read_header([line], columns, ())[0].cells
    if len(body) < LEAST_ROWS:  # the end of a table that began on the page before
        return is_far and not all(labels)
    is_beside = any(
        part[0].box.left > columns.right or part[-1].box.right < columns.left
        for part in split_line(line, LEAST_GAP)
    )
    if is_even and not is_beside:
        return False
    rows = list(read_rows([cut_line(line, columns) for line in body], columns))
    return is_head(labels, rows, is_far=False)


def _list_free(line: WordLine) -> list[Space]:
    """The spaces left of, between and right of the parts of a line."""
    groups = split_line(line, LEAST_GAP)
    edges = [-inf]
    for group in groups:
        edges += [group[0].box.left, group[-1].box.right]
    edges.append(inf)
    return list(zip(edges[::2], edges[1::2], strict=True))


def _intersect(one: Sequence[Space], other: Sequence[Space], least: float) -> list[Space]:
    found = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(start, end) for start, end in found if end - start >= least]


def _read_run(
    run: Sequence[WordLine], above: Sequence[WordLine], rules: Sequence[Rule]
) -> FoundTable | None:
    """The table of lines, None if it is none; `above` is the line above them, if any."""
    header, body = _split_header(run)
    columns = find_columns(body, least=LEAST_GAP)
    cut = [cut_line(line, columns) for line in run]
    if not columns.gaps or not is_table(list(read_rows(cut, columns)), cut, columns):
        return None
    if len(body) >= MANY_LINES:  # they leave no narrow space free by chance
        columns = find_columns(body, least=LABEL_GAP)
    rows = list(read_rows([cut_line(line, columns) for line in body], columns))
    if not header and above and _is_header(above[0], body, columns, rows):
        header = above
    box = enclose(word.box for line in (*header, *body) for word in line)
    return FoundTable(box, [*read_header(header, columns, rules), *rows])


def _split_header(run: Sequence[WordLine]) -> tuple[Sequence[WordLine], Sequence[WordLine]]:
    """The first line, if the others have more columns without it, and the others."""
    gaps = [find_columns(lines, least=LEAST_GAP).gaps for lines in (run, run[1:])]
    place = int(len(gaps[1]) > len(gaps[0]) and len(run) > LEAST_ROWS)
    return run[:place], run[place:]


def _is_header(
    line: WordLine, body: Sequence[WordLine], columns: Columns, rows: Sequence[FoundRow]
) -> bool:
    """Whether a line has labels for most columns of the lines below, and is no running head."""
    step = line[0].baseline - body[0][0].baseline
    usual = body[0][0].baseline - body[1][0].baseline
    beyond = BEYOND * line[0].size
    inside = (
        columns.left - beyond <= line[0].box.left and line[-1].box.right <= columns.right + beyond
    )
    if step > FARTHEST * line[0].size or not inside or cut_line(line, columns).is_prose:
        return False
    labels = read_header([line], columns, ())[0].cells
    if step > EVEN * usual and is_head(labels, rows, is_far=step > WIDER * usual):
        return False
    return sum(map(bool, labels)) > len(columns.gaps) / 2 + 0.5
