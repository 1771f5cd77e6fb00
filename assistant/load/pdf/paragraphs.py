"""Lines of a region become paragraphs; a paragraph goes on in the next column or on the next page.

What lies between its two parts (a running head, a footnote, a caption, a box) does not cut it: on
the page where it begins it is put before it, on the page where it ends after it. So every span is
on the page that its offset says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.load.pdf.captions import CAPTION
from assistant.load.pdf.lines import LIST_MARK, Line
from assistant.load.pdf.words import PlacedTable, enclose
from assistant.load.text_lines import ends_like_a_sentence

WIDER_GAP = 1.3  # of the usual distance between lines
LARGER = 1.15  # than the size of most letters
INDENT = 0.8  # of the size
LONG = 0.85  # of the width of its column is a line that may be full without being justified
LEAST_FULL = 20  # characters: no text is set in narrower columns
WIDER_COLUMN = 1.5  # than the one where a paragraph ends has none of its lines
WIDE_WORD = 1.3  # of the usual width of as many letters
DEEPEST_INDENT = 3  # of the size, of the first line of a paragraph
LEAST_WIDE = 3  # lines of justified text
LOOK_AHEAD = 30  # paragraphs between two parts of one
LEAST_CONTINUED = 20  # characters of the end of a sentence that does not end like one
_MARK = re.compile(r"(?<!\s)\s*\[[^\]]{1,5}\]$")  # of a footnote
_ITEM = re.compile(rf"{LIST_MARK.pattern}\s")
_BULLET = re.compile(r"[•◦▪‣●○■□·]")


@dataclass(slots=True)
class Paragraph:
    """Lines that are read as one, with the numbers (from 0) of their pages; or a table.

    `wraps` says of each line whether it goes on in the next, else it is a line by itself. `left`
    and `right` are the edges of the column in which it ends. `is_aside` for what does not belong to
    the running text: heads and feet, text that runs in another direction, captions, footnotes.
    """

    lines: list[Line]
    pages: list[int]
    left: float = 0.0
    right: float = 0.0
    wraps: list[bool] = field(default_factory=list)
    is_boilerplate: bool = False
    is_aside: bool = False
    table: PlacedTable | None = field(default=None)

    @property
    def is_bold(self) -> bool:
        return bool(self.lines) and all(line.is_bold for line in self.lines)

    @property
    def size(self) -> float:
        return self.lines[0].size if self.lines else 0.0


def find_paragraphs(lines: Sequence[Line], page: int, gap: float) -> Iterator[Paragraph]:
    """The paragraphs of a region from its lines, from the top; `gap` is usual between lines."""
    if not lines:
        return
    column = enclose(line.box for line in [line for line in lines if line.text] or lines)
    left, right = column.left, column.right
    paragraph = Paragraph([], [], left, right)
    for above, line in pairwise([None, *_confirm_rows(lines, left, right)]):
        if line is None:
            continue
        if above is not None and _ends_paragraph(above, line, paragraph, gap):
            yield _finish(paragraph)
            paragraph = Paragraph([], [], left, right)
        paragraph.lines.append(line)
        paragraph.pages.append(page)
    yield _finish(paragraph)


def _finish(paragraph: Paragraph) -> Paragraph:
    first = paragraph.lines[0]
    paragraph.is_aside = first.is_note or bool(CAPTION.match(first.text))
    paragraph.wraps = [
        line.text[:1].islower() or _is_full(above, line, paragraph)
        for above, line in pairwise(paragraph.lines)
    ] + [False]
    return paragraph


def _confirm_rows(lines: Sequence[Line], left: float, right: float) -> Iterator[Line]:
    """The lines; one as wide as its column is no row, if those of running text are as wide."""
    wide = [
        line.box.left - left < DEEPEST_INDENT * line.size
        and right - line.box.right < INDENT * line.size
        for line in lines
    ]
    text = sum(is_wide and not line.is_row for is_wide, line in zip(wide, lines, strict=True))
    for is_wide, line in zip(wide, lines, strict=True):
        yield line._replace(is_row=False) if is_wide and text >= LEAST_WIDE else line


def find_usual_gap(lines: Sequence[Line]) -> float:
    """The usual distance between a line and the next of the same size; 0 if there is none."""
    gaps = sorted(
        above.baseline - line.baseline
        for above, line in pairwise(lines)
        if above.baseline > line.baseline and not differ(above, line)
    )
    return gaps[len(gaps) // 4] if gaps else 0.0


def _ends_paragraph(above: Line, line: Line, paragraph: Paragraph, gap: float) -> bool:
    if differ(above, line) or above.is_row or line.is_row:
        return True
    if above.baseline - line.baseline > max(WIDER_GAP * gap, 0.5 * line.size):
        return True
    if line.is_note or _BULLET.match(line.text) or _ends_heading(above, line, paragraph):
        return True
    is_full = _is_full(above, line, paragraph)
    is_clause = is_full and above.text[-1:] in ":;," and line.text[:1].islower()
    is_over = (ends_like_a_sentence(above.text) and not is_clause) or not is_full
    if is_over and (_ITEM.match(line.text) or line.text.startswith("[")):
        return True
    shift = abs(line.box.left - above.box.left) > INDENT * line.size
    return is_over and (shift or _is_last(above, line, paragraph))


def _ends_heading(above: Line, line: Line, paragraph: Paragraph) -> bool:
    """Whether bold lines above are a heading of what begins in a line, and no emphasis in it."""
    return (
        not line.is_bold
        and all(each.is_bold for each in paragraph.lines)
        and not line.text[:1].islower()
        and not _is_full(above, line, paragraph)
    )


def _is_last(above: Line, line: Line, paragraph: Paragraph) -> bool:
    """Whether a line ends a sentence and leaves room for more."""
    return ends_like_a_sentence(above.text) and not _is_full(above, line, paragraph)


def _is_full(above: Line, line: Line, paragraph: Paragraph) -> bool:
    """Whether the first word of a line has no room in the line above, which is rather long."""
    if len(above.text) < LEAST_FULL and above.text.isascii():
        return False
    first = line.text.split(" ", 1)[0]
    width = WIDE_WORD * line.box.width * (len(first) + 1) / max(1, len(line.text))
    is_long = above.box.right - paragraph.left > LONG * (paragraph.right - paragraph.left)
    return is_long or above.box.right + width > paragraph.right - 0.3 * line.size


def differ(above: Line, line: Line) -> bool:
    return abs(above.size - line.size) > (LARGER - 1) * max(above.size, line.size)


def join_paragraphs(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Paragraphs in reading order, those that go on elsewhere put together."""
    waiting = list(paragraphs)
    ordered: list[Paragraph] = []
    while waiting:
        paragraph = waiting.pop(0)
        before: list[Paragraph] = []
        while (place := _find_continuation(paragraph, waiting)) is not None:
            following, between = waiting[place], waiting[:place]
            page = following.pages[0]
            is_over_page = page != paragraph.pages[-1]
            if is_over_page and _is_stranded(paragraph, between):
                break
            first = paragraph.pages[0]
            moved = [each for each in between if is_over_page and each.pages[0] <= first]
            before += moved
            waiting[: place + 1] = [each for each in between if each not in moved]
            paragraph.lines += following.lines
            paragraph.pages += following.pages
            paragraph.wraps[-1:] = [True, *following.wraps]
            paragraph.left, paragraph.right = following.left, following.right
        place = _count_before_headings(ordered, paragraph) if before else len(ordered)
        ordered[place:place] = before
        ordered.append(paragraph)
    return ordered


def _count_before_headings(ordered: Sequence[Paragraph], paragraph: Paragraph) -> int:
    """How many paragraphs are above the headings of one: nothing comes between those and it."""
    count = len(ordered)
    while count and _is_heading_of(ordered[count - 1], paragraph):
        count -= 1
    return count


def _is_heading_of(above: Paragraph, paragraph: Paragraph) -> bool:
    if above.is_aside or above.is_boilerplate or above.table:
        return False
    is_larger = above.size > LARGER * paragraph.size or above.is_bold > paragraph.is_bold
    return is_larger and above.pages == [paragraph.pages[0]] * len(above.pages)


def _is_stranded(paragraph: Paragraph, between: Sequence[Paragraph]) -> bool:
    """Whether text between two parts would move to another page: a third page follows."""
    is_third = len(set(paragraph.pages)) > 1
    return is_third and any(
        each.pages[0] == paragraph.pages[-1] and not each.is_boilerplate for each in between
    )


def _find_continuation(paragraph: Paragraph, following: Sequence[Paragraph]) -> int | None:
    """The place of the paragraph that goes on with one, among those that follow it."""
    if not _is_unfinished(paragraph):
        return None
    skipped = False
    for place, other in enumerate(following[:LOOK_AHEAD]):
        if other.pages[0] > paragraph.pages[-1] + 1:
            return None
        if other.is_boilerplate:
            continue
        first = other.lines[0] if other.lines else None
        if first is None or other.is_aside or first.is_row or differ(paragraph.lines[-1], first):
            # Below a heading begins something new, unless it begins in small letters.
            skipped |= first is not None and first.size > LARGER * paragraph.lines[-1].size
            continue
        is_new = _ITEM.match(first.text) or _BULLET.match(first.text)
        may_go_on = not (skipped or is_new) and _may_go_on(paragraph, other)
        may_be_cut = not skipped or _may_be_cut(paragraph, other)
        may_go_on |= may_be_cut and first.text[:1].islower()
        if may_go_on and (place == 0 or _goes_on(other)):
            return place
        if len(other.lines) > 1 or _goes_on(other):
            return None
        skipped = True  # the label of something
    return None


def _may_be_cut(paragraph: Paragraph, other: Paragraph) -> bool:
    """Whether a paragraph may go on below a heading, which is no title below the head of a page."""
    is_line = len(paragraph.lines) == 1 and paragraph.pages[-1] == other.pages[0]
    return not is_line and _is_full(paragraph.lines[-1], other.lines[0], paragraph)


def _goes_on(other: Paragraph) -> bool:
    """Whether a paragraph may be the end of a sentence, and no label of a figure."""
    text = other.lines[-1].text
    return len(other.lines) > 1 or len(text) >= LEAST_CONTINUED or ends_like_a_sentence(text)


def _is_unfinished(paragraph: Paragraph) -> bool:
    if paragraph.table or paragraph.is_boilerplate or paragraph.is_aside:
        return False
    last = paragraph.lines[-1]
    words = _MARK.sub("", last.text).rstrip(",;，；、")
    if last.is_row or ends_like_a_sentence(words):
        return False
    return len(paragraph.lines) > 1 or last.text.count(" ") >= 3 or len(last.text) > 30


def _may_go_on(paragraph: Paragraph, other: Paragraph) -> bool:
    """Whether a line that begins with a capital or a digit goes on with a paragraph.

    The lines before must be as wide as their column, and be a sentence rather than a heading.
    """
    last, first = paragraph.lines[-1], other.lines[0]
    is_full = _is_full(last, first, paragraph) or last.text[-1:] in "-,;"
    is_indented = first.box.left > other.left + INDENT * last.size
    is_wider = other.right - other.left > WIDER_COLUMN * (paragraph.right - paragraph.left)
    return is_full and not (is_indented or is_wider) and (
        len(paragraph.lines) > 1 or last.text[:1].islower() or len(last.text) > 60
    )  # fmt: skip
