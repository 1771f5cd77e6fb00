"""Pages without text are drawn, and their text is recognised."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import isfinite
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from assistant.load.pdf.characters import Frame
from assistant.load.pdf.words import Box, Word
from assistant.load.recogniser import Recogniser

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST_STAMPED = 10  # words on a scanned page: its number, the name of the scanner's program
PICTURE_SHARE = 0.7  # of a page
MOST_PICTURES = 1000
DOTS_PER_INCH = 300  # what tesseract is trained for
MOST_DOTS = 30_000_000  # of a page: A3 at 300 dots per inch has 17 million
LEAST_CONFIDENCE = 30.0  # of 100: what is below is rarely a word
LARGEST_PAGE = 14_400.0  # points, the limit of PDF 1.7
# The height of letters, of their size.
LOW, HIGH, BELOW = 0.5, 0.22, 0.22
_HIGH = re.compile(r"[^acemnorsuvwxzgpqy.,;:_…·•*'\"–—-]")
_BELOW = re.compile(r"[gpqyjQ,;()\[\]]")
_RULE = re.compile(r"[|¦_\s]*")  # what is often recognised in the rules of a table


class _Seen(NamedTuple):
    """A word in dots from the top left of a picture."""

    text: str
    line: tuple[str, ...]
    left: float
    top: float
    width: float
    height: float


def is_scan(page: "PdfPage", words: Sequence[Word], frame: Frame) -> bool:
    """Whether a page has a picture in place of text; a few words may be stamped on it."""
    from pypdfium2 import raw

    if len(words) > MOST_STAMPED or any(word.is_recognised for word in words):
        return False
    pictures = islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4), MOST_PICTURES)
    boxes = [frame.show(Box(*picture.get_bounds())) for picture in pictures]
    width, height = frame.size
    return sum(box.width * box.height for box in boxes) >= PICTURE_SHARE * width * height


def recognise_page(page: "PdfPage", frame: Frame, recogniser: Recogniser) -> list[Word]:
    """The words of a page's picture, none if nothing is recognised."""
    width, height = (min(side, LARGEST_PAGE) for side in frame.size)
    if min(width, height) < 1:
        return []
    scale = min(DOTS_PER_INCH / 72, (MOST_DOTS / (width * height)) ** 0.5)
    words = recogniser.recognise(_draw(page, scale), round(scale * 72))
    return list(_place(_read_words(words), scale, frame.size[1]))


def _draw(page: "PdfPage", scale: float) -> bytes:
    """A page as a picture in the format PGM."""
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    dots = memoryview(bitmap.buffer).cast("B")
    rows = (dots[at : at + bitmap.width] for at in range(0, len(dots), bitmap.stride))
    picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)
    bitmap.close()
    return picture


def _read_words(table: str) -> Iterator[_Seen]:
    """The words of tesseract's TSV that are likely to be words."""
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        try:
            numbers = [float(row[name]) for name in ("left", "top", "width", "height", "conf")]
        except (KeyError, TypeError, ValueError):
            continue
        text = (row.get("text") or "").strip()
        if not all(map(isfinite, numbers)) or min(numbers[2:4]) <= 0:
            continue
        if not _RULE.fullmatch(text) and numbers[4] >= LEAST_CONFIDENCE:
            line = tuple(row[name] or "" for name in ("block_num", "par_num", "line_num"))
            yield _Seen(text, line, *numbers[:4])


def _place(words: Iterable[_Seen], scale: float, height: float) -> Iterator[Word]:
    """Words with their places on the page, in points from the bottom left.

    Their size and baseline are guessed from the heights of letters; words of a paragraph have the
    same size, words of a line the same baseline.
    """
    lines: dict[tuple[str, ...], list[_Seen]] = defaultdict(list)
    for word in words:
        lines[word.line].append(word)
    sizes: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for line in lines.values():
        sizes[line[0].line[:2]] += [_measure(word)[0] for word in line]
    order = 0
    for line in lines.values():
        size = round(2 * median(sizes[line[0].line[:2]]) / scale) / 2
        baseline = height - median(_measure(word)[1] for word in line) / scale
        for word in line:
            box = Box(
                word.left / scale,
                height - (word.top + word.height) / scale,
                (word.left + word.width) / scale,
                height - word.top / scale,
            )
            text = word.text.replace("\0", "")
            yield Word(text, box, baseline, max(size, 1.0), order, is_recognised=True)
            order += 1


def _measure(word: _Seen) -> tuple[float, float]:
    """The size of a word's letters, and their baseline from the top, in dots."""
    below = BELOW if _BELOW.search(word.text) else 0.0
    size = word.height / (LOW + below + (HIGH if _HIGH.search(word.text) else 0.0))
    return size, word.top + word.height - below * size
