"""Which paragraphs of a PDF are headings, of which level, and what of them is the title."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from assistant.load.builder import DocumentBuilder
from assistant.load.pdf.lines import LIST_MARK, Line
from assistant.load.pdf.paragraphs import LARGER, Paragraph
from assistant.load.text import LONGEST_TITLE
from assistant.load.text_lines import LOWEST_LEVEL, ends_like_a_sentence
from assistant.records import Heading

TITLE_PAGES = 3  # of a document, on which its title is looked for
NEXT_LINE = 1.6  # of its size: a line of a title is not farther from the one above
SAME_SIZE = 1.03
LONGEST_BOLD = 100  # characters of a heading that is no larger than the text
SMALLEST_BOLD = 0.95  # of the size of the text
MOST_BOLD = 0.3  # of the letters, or bold ones are no headings
_WORD = re.compile(r"[^\W\d_]{2}|[\u2e80-\uffef]")
_NUMBER = re.compile(r"\d[\d–/-]*")  # a year, in the last line of a title
_MARKS = re.compile(r" \[[\w*†‡§,]{1,5}\]")  # of authors, which name their addresses
_SECTION = re.compile(r"(?:\d+(?:\.\d+)*\.?|[A-Z]\.|[IVX]+\.?|§\s?\d+)\s")
_VALUE = re.compile(r"\d|[:=\\]")  # of a form or a sum, rather than the name of a section
_OPEN_END = re.compile(
    r"[:,–—-]$|\b(?:an?|and|at|by|for|from|in|of|on|or|the|to|with|und|der|für)$"
)


def join_title_lines(paragraphs: Iterable[Paragraph], body: float) -> Iterator[Paragraph]:
    """Paragraphs, with the lines of a large heading as one; `body` is the size of most letters."""
    title: Paragraph | None = None
    for paragraph in paragraphs:
        if title and _is_next_line(title, paragraph, body):
            title.lines += paragraph.lines
            title.pages += paragraph.pages
            title.wraps[-1:] = [True, *paragraph.wraps]
            continue
        if title:
            yield title
        title = paragraph
    if title:
        yield title


def _is_next_line(title: Paragraph, paragraph: Paragraph, body: float) -> bool:
    is_number = len(paragraph.lines) == 1 and _NUMBER.fullmatch(paragraph.lines[0].text)
    if not (_is_large(title, body) and (is_number or _is_large(paragraph, body))):
        return False
    above, line = title.lines[-1], paragraph.lines[0]
    gap = above.baseline - line.baseline
    sizes = sorted((above.size, line.size))
    return (
        title.pages[-1] == paragraph.pages[0]
        and 0 < gap <= NEXT_LINE * line.size
        and sizes[1] <= SAME_SIZE * sizes[0]
        and above.is_bold == line.is_bold
        and line.box.left < above.box.right
        and above.box.left < line.box.right
        and not (_SECTION.match(line.text) or LIST_MARK.match(line.text))
    )


def find_levels(paragraphs: Sequence[Paragraph], body: float) -> Mapping[int, int]:
    """The level of each heading, by its place among all paragraphs.

    Headings are larger than the text, or bold lines above it: those have one level, the lowest.
    """
    large = [n for n, each in enumerate(paragraphs) if _is_large(each, body)]
    sizes = sorted({round(paragraphs[n].size, 1) for n in large}, reverse=True)
    levels = {n: sizes.index(round(paragraphs[n].size, 1)) + 1 for n in large}
    if _find_bold_share(paragraphs) <= MOST_BOLD:
        following = [n for n, each in enumerate(paragraphs) if not each.is_boilerplate]
        for place, below in pairwise(following):
            is_bold = _is_bold_heading(paragraphs[place], paragraphs[below], body)
            if place not in levels and is_bold:
                levels[place] = LOWEST_LEVEL
    return {place: min(level, LOWEST_LEVEL) for place, level in levels.items()}


def _is_large(paragraph: Paragraph, body: float) -> bool:
    if paragraph.is_aside or not paragraph.lines or paragraph.size <= LARGER * body:
        return False
    words = _join(paragraph.lines)
    is_sentence = ends_like_a_sentence(words) and not words.endswith((":", "?", "!"))
    is_name = _WORD.search(words) is not None and len(_MARKS.findall(words)) < 2
    return len(words) <= LONGEST_TITLE and not is_sentence and is_name


def _is_bold_heading(paragraph: Paragraph, below: Paragraph, body: float) -> bool:
    """Whether a paragraph is bold and short, and names the text below."""
    if paragraph.is_aside or paragraph.is_boilerplate or not paragraph.is_bold:
        return False
    if paragraph.size < SMALLEST_BOLD * body or any(line.is_row for line in paragraph.lines):
        return False
    words = _join(paragraph.lines)
    name = _SECTION.sub("", words)
    is_short = len(words) <= LONGEST_BOLD and len(paragraph.lines) < 3
    is_name = _WORD.search(name) and not _VALUE.search(name) and not name[0].islower()
    return bool(
        is_short and is_name and not ends_like_a_sentence(words.rstrip("?")) and _is_text(below)
    )


def _is_text(below: Paragraph) -> bool:
    """Whether what is below a bold line is text, or a table."""
    if below.table:
        return True
    words = _join(below.lines)
    return not below.is_bold and not below.is_aside and (
        len(below.lines) > 1 or ends_like_a_sentence(words)
    )  # fmt: skip


def _find_bold_share(paragraphs: Sequence[Paragraph]) -> float:
    """The share of letters that are bold."""
    lines = [line for paragraph in paragraphs for line in paragraph.lines]
    bold = sum(len(line.text) for line in lines if line.is_bold)
    return bold / max(1, sum(len(line.text) for line in lines))


def _join(lines: Iterable[Line]) -> str:
    return " ".join(line.text for line in lines)


def find_first_title(builder: DocumentBuilder) -> str:
    """The largest heading of the first page that has one: of a book, not of one of its figures.

    With those right above and below that it goes on with: a colon, a preposition or a small letter
    show it. A bold line is a title if it is the first line.
    """
    first = 0
    for start, end in builder.boilerplate:
        first = end + 2 if start <= first else first
    for start, end in pairwise([*builder.page_starts[:TITLE_PAGES], builder.length]):
        headings = [
            heading
            for heading in builder.headings
            if start <= heading.start < end
            and (heading.level < LOWEST_LEVEL or heading.start <= first)
        ]
        if headings:
            return _join_around(headings, min(headings, key=lambda heading: heading.level))
    return ""


def _join_around(headings: Sequence[Heading], largest: Heading) -> str:
    first = last = headings.index(largest)
    while first > 0 and _go_on(headings[first - 1], headings[first]):
        first -= 1
    while last + 1 < len(headings) and _go_on(headings[last], headings[last + 1]):
        last += 1
    title = " ".join(heading.text for heading in headings[first : last + 1])
    return (title if len(title) <= LONGEST_TITLE else largest.text).rstrip(" :")


def _go_on(above: Heading, below: Heading) -> bool:
    """Whether two headings with nothing in between are one title."""
    is_next = below.start - above.end <= 2
    return is_next and bool(_OPEN_END.search(above.text) or below.text[:1].islower())
