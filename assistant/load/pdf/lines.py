"""Words of a page become lines, and the parts of lines that are side by side."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.load.pdf.initials import join_initials
from assistant.load.pdf.words import Box, Word, enclose
from assistant.load.superscripts import is_note_mark, write_superscript

SAME_BASELINE = 0.15  # of the larger size: how far baselines of a line are apart at most
SAME_ROW = 0.45  # of the larger size: the same for lines side by side, as fields and their labels
SPLIT_GAP = 0.8  # of the size: a wider gap may lie between two columns
SPACE_GAP = 0.12  # of the size: a wider gap between words drawn apart is a space
NOTE_GAP = 1.2  # of the size, between a mark and the footnote that it begins
GLUED_GAP = 0.3  # of the size: how far a footnote mark may be from its word
SMALLEST, SMALLER = 0.45, 0.85  # of the letters of its line is a superscript or subscript
RAISED, LOWERED = 0.15, -0.05  # of the size of the line, from its baseline
ROW_GAP = 1.5  # of the size: a line with a wider gap is a row of a table or form
MUCH_LARGER = 1.5  # than the text in its row is a title
LIST_MARK = re.compile(r"(?:[•◦▪‣●○■□·*–—\-]|\(?[0-9]{1,3}[.)]|\(?[A-Za-z][.)]|[ivxl]{1,5}[.)])")
_MARK = re.compile(r"[*†‡§¶#]{1,3}|[0-9]{1,3}(?:\s?[,–-]\s?[0-9]{1,3})*|[a-z](?:,[a-z])*")
_NAME = re.compile(r"[^\W\d_]{3}")
_RAISED_DIGITS = re.compile(r"(?<=[\d.,;:!?)])[⁰¹²³⁴⁵⁶⁷⁸⁹]+")  # characters of their own


class Line(NamedTuple):
    """A line of a page, or the part of one before a wide gap.

    `size` is that of most of its letters; `order` that of its first word in drawing. `is_row` if
    wide gaps separate its parts, `is_note` if it begins with the raised mark of a footnote.
    """

    text: str
    box: Box
    baseline: float
    size: float
    order: int
    direction: int = 0
    is_row: bool = False
    is_recognised: bool = False
    is_bold: bool = False
    is_note: bool = False

    @property
    def shown(self) -> Box:
        """Its rectangle on the page as it is shown."""
        return self.box.turn(self.direction)


def find_lines(words: Sequence[Word]) -> list[Line]:
    """Lines of words of one direction, which are in the order in which they are drawn."""
    words = join_initials(words)
    is_slanted = bool(words) and bool(words[0].direction % 90)
    runs = list(_find_slanted_runs(words) if is_slanted else _find_runs(words))
    # A superscript that begins a line begins a footnote.
    marks = {run[0].text for run in runs if len(run) > 1 and _is_raised(run[0], *_measure(run))}
    return [_write_line(run, marks) for run in runs]


def _find_runs(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that follow each other on a line without a wide gap."""
    run: list[Word] = []
    for word in words:
        if run and not _follows(run, word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _find_slanted_runs(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words of slanted text that are drawn one after the other on the same line."""
    run: list[Word] = []
    for word in words:
        if run and abs(word.baseline - run[-1].baseline) > SAME_BASELINE * word.size:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _follows(run: Sequence[Word], word: Word) -> bool:
    last, size = run[-1], max(run[-1].size, word.size)
    gap = word.box.left - last.box.right
    if not -0.5 * size < gap <= NOTE_GAP * size:
        return False
    if abs(word.baseline - last.baseline) <= SAME_BASELINE * size:
        return gap <= SPLIT_GAP * size
    # After a superscript the line goes on where it was before it.
    if any(
        abs(word.baseline - each.baseline) <= SAME_BASELINE * size
        and each.size > SMALLER * word.size
        for each in run[-4:-1]
    ):
        return gap <= SPLIT_GAP * min(last.size, word.size) or not word.is_spaced
    is_script = SMALLEST * size < min(last.size, word.size) <= SMALLER * size
    begins_note = len(run) == 1 and last.size < word.size and last.baseline > word.baseline
    widest = NOTE_GAP if begins_note and _MARK.fullmatch(last.text) else GLUED_GAP
    return is_script and abs(word.baseline - last.baseline) < 0.6 * size and gap < widest * size


def _measure(run: Sequence[Word]) -> tuple[float, float]:
    """The size and the baseline that most letters of a line have."""
    sizes: Counter[tuple[float, float]] = Counter()
    for word in run:
        sizes[round(word.size, 1), round(word.baseline, 1)] += len(word.text)
    # A larger size wins if it has nearly as many letters: "x" with a long index.
    most = max(sizes.values())
    return max(key for key, count in sizes.items() if count * 2 >= most)


def _is_raised(word: Word, size: float, baseline: float) -> bool:
    return word.size <= SMALLER * size and word.baseline - baseline > RAISED * size


def _write_line(run: Sequence[Word], marks: set[str]) -> Line:
    size, baseline = _measure(run)
    text, place = "", 0
    while place < len(run):
        word, before = run[place], run[place - 1] if place else None
        raised = word.text
        place += 1
        if _is_raised(word, size, baseline):
            while (
                place < len(run)
                and _is_raised(run[place], size, baseline)
                and not run[place].is_spaced
            ):
                raised += run[place].text
                place += 1
            after = "".join(f"{' ' * each.is_spaced}{each.text}" for each in run[place : place + 1])
            text += _write_raised(text, raised, after, marks)
        else:
            is_apart = before and _is_apart(before, word, size, baseline)
            is_apart = is_apart and (word.is_spaced or text[-1:] != "°")
            text += (" " if is_apart and text[-1:] != " " else "") + word.text
    text = _RAISED_DIGITS.sub(
        lambda found: _write_raised(
            text[: found.start()],
            unicodedata.normalize("NFKC", found[0]),
            text[found.end() :],
            marks,
        ),
        text,
    )
    return Line(
        text[:-1].replace("\xad", "") + text[-1:],
        enclose(word.box for word in run),
        baseline,
        size,
        run[0].order,
        run[0].direction,
        is_recognised=run[0].is_recognised,
        is_bold=all(word.is_bold for word in run),
        is_note=_is_raised(run[0], size, baseline) and text.startswith("["),
    )


def _write_raised(before: str, raised: str, after: str, marks: set[str]) -> str:
    """A superscript; a number is a note's mark if a footnote of the page begins with it."""
    if not before and is_note_mark(raised):
        return f"[{raised.strip('[]()')}] "
    written = write_superscript(before, raised, after)
    if raised.isalpha() and raised not in marks and before[-1].isalpha() and "[" in written:
        return raised  # LaTeX writes its name so
    if raised in marks and written.startswith("^"):
        written = write_superscript(before, raised, after, is_link=True)
    return written


def _is_apart(before: Word, word: Word, size: float, baseline: float) -> bool:
    """Whether a space is between two words of a line."""
    gap = word.box.left - before.box.right
    if word.order != before.order + 1:
        return gap > SPACE_GAP * size
    if _is_raised(before, size, baseline) and not before.is_spaced:
        is_new = word.is_spaced and (gap > GLUED_GAP * size or word.text[0] not in ".,;:)]/")
        return is_new or word.text[0].isalnum()
    return word.is_spaced or gap > 1.5 * SPACE_GAP * size + 0.02


def merge_rows(lines: Iterable[Line]) -> list[Line]:
    """The lines of a column from its top: parts on one baseline are joined from left to right."""
    return [_join_parts(parts) for row in find_rows(lines) for parts in _split_title(row)]


def _split_title(row: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """The parts of a row before and after a name in much larger letters: each is read by itself."""
    first = 0
    for place, (left, right) in enumerate(pairwise(row), start=1):
        small, large = sorted((left, right), key=lambda part: part.size)
        is_title = large.size > MUCH_LARGER * small.size and _NAME.search(large.text)
        is_apart = right.box.left - left.box.right > ROW_GAP * large.size
        if is_title and is_apart and _NAME.search(small.text):
            yield row[first:place]
            first = place
    yield row[first:]


def find_rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines grouped by baselines, from the top; in a row from left to right, without overlap."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-line.baseline, line.box.left)):
        for row in reversed(rows[-4:]):
            size = max(line.size, row[0].size)
            if (
                line.text
                and row[0].text  # not the place of a table
                and abs(row[0].baseline - line.baseline) <= SAME_ROW * size
                and not any(
                    line.box.left < part.box.right - 0.3 * size
                    and part.box.left < line.box.right - 0.3 * size
                    for part in row
                )
            ):
                row.append(line)
                break
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.box.left)
    return rows


def _join_parts(row: Sequence[Line]) -> Line:
    if len(row) == 1:
        return row[0]
    text, is_row = row[0].text, row[0].is_row
    longest = max(row, key=lambda part: len(part.text))
    for left, right in pairwise(row):
        gap = right.box.left - left.box.right
        text += (" " if gap > SPACE_GAP * longest.size else "") + right.text
        is_mark = left is row[0] and LIST_MARK.fullmatch(left.text)
        is_row = is_row or (gap > ROW_GAP * longest.size and not is_mark)
    return longest._replace(
        text=text,
        box=enclose(part.box for part in row),
        order=min(part.order for part in row),
        is_row=is_row,
        is_recognised=any(part.is_recognised for part in row),
        is_bold=all(part.is_bold for part in row),
        is_note=row[0].is_note,
    )
