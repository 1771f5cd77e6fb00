"""Running heads and feet, page numbers and the stamps of browsers, at the edges of pages.

A line is a running head if other pages have it at the same height: the same words and numbers,
except for a number that counts the pages.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from assistant.load.pdf.lines import Line, find_rows
from assistant.load.text_lines import ends_like_a_sentence

EDGE_ROWS = 4  # at the top and at the bottom of a page
LEAST_REPEATS = 3  # pages, 2 in a document of up to 4
LEAST_SHARE = 0.1  # of the pages have a running head, as those of a chapter have
SAME_HEIGHT = 2.0  # points
STAMP_GAP = 1.3  # of its size, between the stamp of a browser and the text
ALONE = 1.8  # of its size: a line is alone if the next is so far away
LARGER = 1.05  # than the page number in its row is a heading
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]{1,7}")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|pg\.?)?\s*[-–—|\[(]?\s*(\d{1,4})\s*[-–—|\])]?(?:\s*(?:of|/|von|de)\s*\d{1,4})?",
    re.IGNORECASE,
)
# The address and the date that browsers print on a page.
_STAMP = re.compile(
    r"(?:https?|file)://\S+(?:\s+\d+\s*(?:/|of)\s*\d+)?"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s.*)?",
    re.IGNORECASE,
)
_PAGE_WORDS = frozenset("page of seite von pg".split())


class _Edge(NamedTuple):
    """A line at an edge of a page: which edge, its words and numbers, and where it is."""

    page: int
    zone: str
    words: str
    numbers: tuple[int, ...]
    line: Line
    is_stamp: bool = False


def find_heads(pages: Sequence[Sequence[Line]]) -> dict[tuple[int, Line], bool]:
    """The heads and feet, each with the number of its page from 0; whether it is boilerplate.

    Of each with words of its own the first occurrence is none.
    """
    repeats = _Repeats(pages)
    found = [
        edge
        for number, lines in enumerate(pages)
        for edge in _walk_edges(number, lines, repeats.is_boilerplate)
    ]
    kept: dict[object, _Edge] = {}
    for edge in found:
        if not edge.is_stamp and _has_words(edge.line.text):
            kept.setdefault(repeats.name(edge), edge)
    first = {(edge.page, edge.line) for edge in kept.values()}
    return {(edge.page, edge.line): (edge.page, edge.line) not in first for edge in found}


class _Repeats:
    """How often the lines at the edges of all pages occur at each height."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        count = len(pages)
        self.least = 2 if count <= 4 else max(LEAST_REPEATS, count * LEAST_SHARE)
        self._counts: Counter[tuple[object, ...]] = Counter()
        for number, lines in enumerate(pages):
            for edge in _walk_edges(number, lines, lambda *_: True):
                for key in _list_keys(edge):
                    self._counts[edge.zone, edge.words, _round_height(edge), key] += 1

    def is_boilerplate(self, edge: _Edge, gap: float) -> bool:
        """Whether an edge's line repeats; `gap` is its distance to the next line in points."""
        if not re.search(r"\w", edge.line.text):  # a bullet
            return False
        number = _PAGE_NUMBER.fullmatch(edge.line.text)
        if number and int(number[1]) == edge.page + 1 and gap > ALONE * edge.line.size:
            return True
        if gap > STAMP_GAP * edge.line.size and _STAMP.fullmatch(edge.line.text):
            return True
        if self._count(edge, None) < self.least:
            return False
        counts_pages = [
            self._count(edge, (at, "counts", number - edge.page)) >= self.least
            for at, number in enumerate(edge.numbers)
        ]
        if any(counts_pages) and ends_like_a_sentence(edge.line.text) and _has_words(edge.words):
            return False  # a sentence that names its page
        return all(counts or self._is_constant(edge, at) for at, counts in enumerate(counts_pages))

    def name(self, edge: _Edge) -> object:
        """What the occurrences of a running head have in common: its words and other numbers."""
        constant = (n for at, n in enumerate(edge.numbers) if self._is_constant(edge, at))
        return edge.words, *constant

    def _is_constant(self, edge: _Edge, at: int) -> bool:
        return self._count(edge, (at, "is", edge.numbers[at])) >= self.least

    def _count(self, edge: _Edge, key: object) -> int:
        height = _round_height(edge)
        heights = (height - 1, height, height + 1)
        return sum(self._counts[edge.zone, edge.words, each, key] for each in heights)


def _list_keys(edge: _Edge) -> Iterator[object]:
    yield None
    for at, number in enumerate(edge.numbers):
        yield at, "is", number
        yield at, "counts", number - edge.page


def _round_height(edge: _Edge) -> int:
    return round(edge.line.baseline / SAME_HEIGHT)


def _walk_edges(
    page: int, lines: Sequence[Line], accept: Callable[[_Edge, float], bool]
) -> Iterator[_Edge]:
    """The lines from the top and from the bottom of a page, until a row is not accepted."""
    rows = find_rows(line for line in lines if not line.direction)
    for zone, inwards in (("top", rows), ("bottom", rows[::-1])):
        for place, row in enumerate(inwards[:EDGE_ROWS]):
            following = inwards[place + 1][0].baseline if place + 1 < len(inwards) else -1e9
            gap = abs(row[0].baseline - following)
            edges = [_describe(page, zone, line) for line in row]
            accepted = [edge for edge in edges if accept(edge, gap)]
            # A title in the row of a browser's date goes with it.
            if any(_STAMP.fullmatch(edge.line.text) for edge in accepted):
                accepted = [edge._replace(is_stamp=True) for edge in edges]
            if len(accepted) == len(edges):
                yield from accepted
                continue
            if gap > ALONE * row[0].size:  # a page number in the row of a heading
                numbers = [each for each in accepted if not _has_words(each.line.text)]
                yield from numbers
                # What is as large as the number is a running head that no other page has.
                size = max((each.line.size for each in numbers), default=0.0)
                yield from (
                    each for each in edges
                    if each not in accepted and each.line.size <= LARGER * size
                )  # fmt: skip
            break
    for line in lines:
        if line.direction:
            edge = _describe(page, f"side {line.direction}", line)
            if accept(edge, 0.0):
                yield edge


def _describe(page: int, zone: str, line: Line) -> _Edge:
    if _ROMAN.fullmatch(line.text):
        return _Edge(page, zone, "#", (_read_roman(line.text),), line)
    numbers = tuple(int(number[-9:]) for number in _NUMBER.findall(line.text)[:20])
    return _Edge(page, zone, _NUMBER.sub("#", line.text), numbers, line)


def _read_roman(words: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in words]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def _has_words(text: str) -> bool:
    if _STAMP.fullmatch(text):
        return False
    words = re.findall(r"[^\W\d_]{2,}", text)
    return any(word.lower() not in _PAGE_WORDS for word in words)
