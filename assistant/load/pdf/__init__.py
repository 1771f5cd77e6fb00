"""PDF: pdfium reads each page's lines; their places and sizes show what they are.

A wider gap separates paragraphs, larger letters make a heading, and a first or last line that is
repeated on page after page (a running head) is boilerplate.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from assistant.errors import LoadError, find_reason
from assistant.load.fields import find_date
from assistant.load.limits import check_length
from assistant.load.text import LONGEST_TITLE, ends_like_a_sentence
from assistant.records import Document, Heading, Offsets

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

WIDER_GAP = 1.3  # of a page's usual distance between lines
LARGER = 1.15  # than the size of most letters
LEAST_REPEATS = 3  # pages
LEAST_SHARE = 0.1  # of the pages have a running head, as those of a chapter have
LOWEST_LEVEL = 6
_SOFT_HYPHEN = "\ufffe"  # pdfium's sign for a hyphen that splits a word at the end of a line
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\uffff]")
_DATE = re.compile(r"^D?:?(\d{4})(\d\d)(\d\d)")  # D:20250909151900+08'00'
_MEANINGLESS = re.compile(r"[\W\d_]*")
_NO_TITLE = re.compile(r"(untitled|microsoft \w+ - .*|.*\.\w{3,4})?", re.IGNORECASE)


class Line(NamedTuple):
    """A line of a page; height of its letters and its place in points, 0 if unknown."""

    text: str
    size: float
    bottom: float


def load_pdf(content: bytes, name: str) -> Document:
    """One document, with the offsets at which its pages begin; a PDF without text is refused."""
    from pypdfium2 import PdfDocument, PdfiumError  # 8 MB, in the worker process only

    try:
        with PdfDocument(content) as pdf:
            pages = list(_read_pages(pdf, name))
            properties = pdf.get_metadata_dict(skip_empty=True)
    except PdfiumError as error:
        reason = find_reason(error)
        if "password" in reason.lower():
            problem = f"{name} is locked with a password"
            raise LoadError(problem, hint="save it again without one") from None
        raise LoadError(f"{name} is damaged ({reason})", hint="open it and save it again") from None
    if not any(pages):
        count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        raise LoadError(
            f"{name} has {count} and no text: a scan, or a drawing",
            hint="have its text recognised (ocrmypdf does) and put that file in",
        )
    return _lay_out(pages, name, properties)


def _read_pages(pdf: "PdfDocument", name: str) -> Iterator[list[Line]]:
    length = 0
    for page in pdf:
        lines = list(_read_lines(page))
        length += sum(len(line.text) for line in lines)
        check_length(length, name)
        yield lines
        page.close()


def _read_lines(page: "PdfPage") -> Iterator[Line]:
    textpage = page.get_textpage()
    text = textpage.get_text_range()
    for match in re.finditer(r"[^\r\n]+", text):
        for start, end in _split_off_column(textpage, text, *match.span()):
            words = _CONTROL.sub(" ", text[start:end].replace(_SOFT_HYPHEN, "")).strip()
            # By its first letter: a bullet may have another size.
            letter = re.compile(r"\w").search(text, start, end)
            bottom, top = _find_box(textpage, letter.start() if letter else start)
            if words:
                yield Line(words, top - bottom, bottom)
    textpage.close()


def _split_off_column(textpage: "PdfTextPage", text: str, start: int, end: int) -> list[Offsets]:
    """The lines in a line of pdfium, which puts single characters below a line at its end.

    34 with 5 below it is not 345.
    """
    below: list[Offsets] = []
    while end - start > 1 and not text[end - 2 : end].isspace():
        bottom, top = _find_box(textpage, end - 2)
        if bottom <= sum(_find_box(textpage, end - 1)) / 2 <= top:
            break
        below.insert(0, (end - 1, end))
        end -= 1
    return [(start, end), *below]


def _find_box(textpage: "PdfTextPage", place: int) -> tuple[float, float]:
    """The bottom and top of a character in points from below; 0 if unknown."""
    from pypdfium2 import raw

    character = raw.FPDFText_GetCharIndexFromTextIndex(textpage, place)
    if not 0 <= character < textpage.count_chars():
        return 0.0, 0.0
    _, bottom, _, top = textpage.get_charbox(character, loose=True)
    return bottom, max(bottom, top)


def _lay_out(pages: Sequence[Sequence[Line]], name: str, properties: dict[str, str]) -> Document:
    """The document of all pages: a blank line between paragraphs and between pages."""
    repeated = _find_repeated(pages)
    body = _find_body_size(pages)
    pieces: list[str] = []
    length = 0
    page_starts, boilerplate, large = [], [], []
    for lines in pages:
        gap = _find_usual_gap(lines)
        page_starts.append(length + (2 if pieces and lines else 0))
        for place, line in enumerate(lines):
            if pieces:
                is_same = place and not _ends_paragraph(lines[place - 1], line, gap)
                pieces.append("\n" if is_same else "\n\n")
                length += len(pieces[-1])
            pieces.append(line.text)
            offsets = length, length + len(line.text)
            length = offsets[1]
            if place in (0, len(lines) - 1) and _mask(line.text) in repeated:
                boilerplate.append(offsets)
            elif line.size > LARGER * body and not _MEANINGLESS.fullmatch(line.text):
                large.append((*offsets, round(line.size, 1)))
    text = "".join(pieces)
    headings = _find_headings(text, large)
    title = " ".join(properties.get("Title", "").split())
    if _NO_TITLE.fullmatch(title):
        first = min(headings, key=lambda heading: heading.level, default=None)
        title = first.text if first else PurePosixPath(name).stem
    return Document(
        id=name,
        title=title,
        text=text,
        published=find_date(_DATE.sub(r"\1-\2-\3 ", properties.get("CreationDate", ""))),
        headings=tuple(headings),
        boilerplate=tuple(boilerplate),
        page_starts=tuple(page_starts),
    )


def _find_headings(text: str, large: Sequence[tuple[int, int, float]]) -> list[Heading]:
    """Headings from lines of large letters; adjacent lines of the same size are one heading."""
    joined: list[tuple[int, int, float]] = []
    for start, end, size in large:
        if joined and joined[-1][2] == size and text[joined[-1][1] : start].count("\n") == 1:
            joined[-1] = joined[-1][0], end, size
        else:
            joined.append((start, end, size))
    found = [
        (start, end, size)
        for start, end, size in joined
        if end - start <= LONGEST_TITLE and not ends_like_a_sentence(text[start:end])
    ]
    sizes = sorted({size for _, _, size in found}, reverse=True)
    levels = {size: min(level, LOWEST_LEVEL) for level, size in enumerate(sizes, start=1)}
    return [
        Heading(start, end, " ".join(text[start:end].split()), levels[size])
        for start, end, size in found
    ]


def _find_repeated(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """The running heads: first and last lines that repeat, digits aside."""
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update({_mask(line.text) for line in (*lines[:1], *lines[-1:])})
    least = max(LEAST_REPEATS, len(pages) * LEAST_SHARE)
    return frozenset(words for words, count in counts.items() if count >= least)


def _mask(words: str) -> str:
    return re.sub(r"\d+", "#", words)


def _find_body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size that most letters have."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _find_usual_gap(lines: Sequence[Line]) -> float:
    """The distance between lines of a paragraph on a page, in points; 0 if unknown.

    The lower quartile: on a page of short paragraphs most distances are wider.
    """
    gaps = sorted(
        above.bottom - line.bottom
        for above, line in pairwise(lines)
        if above.bottom > line.bottom and not _differ(above, line)
    )
    return gaps[len(gaps) // 4] if gaps else 0.0


def _ends_paragraph(above: Line, line: Line, gap: float) -> bool:
    """Whether a paragraph ends between two lines; not between columns, where the next is higher."""
    return _differ(above, line) or above.bottom - line.bottom > WIDER_GAP * gap > 0


def _differ(above: Line, line: Line) -> bool:
    return abs(above.size - line.size) > (LARGER - 1) * max(above.size, line.size)
