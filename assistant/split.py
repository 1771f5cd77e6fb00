"""A Document becomes Passages that end where sentences end.

A passage is a slice of its document inside one section. Whole paragraphs are combined until a
passage has about `target` word pieces. A paragraph that is too long for the embedder is cut between
sentences; a sentence that is too long, between words.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.records import Document, Heading, Offsets, Passage, TableRow, covers, trim
from assistant.text import find_sentences, find_title, is_title_an_id

CountPieces = Callable[[Sequence[str]], list[int]]

TARGET_PIECES = 128
PREFIX_SHARE = 4  # title and heading take at most a fourth of the embedder's word pieces
MOST_PIECES = 4  # word pieces of a character, which has at most four bytes
LONGEST_CAPTION = 200  # characters
LONGEST_PIECE = 10  # characters: for some tokenizers an unknown word of any length is one piece

_BREAK = r"(?:\r\n|(?<!\r)\n|\r(?!\n))"
_PARAGRAPH_BREAK = re.compile(rf"{_BREAK}[^\S\r\n]*{_BREAK}")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\S+")


class Sentence(NamedTuple):
    start: int
    end: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Section:
    """The text between two headings or boilerplate, or a row of a table, and the headings directly
    above it.
    """

    heading: str
    headings: tuple[Heading, ...]
    paragraphs: tuple[Offsets, ...]
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Splitter:
    """Splits documents for one embedder.

    `count_pieces` counts the word pieces of each text, `max_pieces` is the embedder's limit, both
    without special pieces; `target` is the size at which a passage takes no more paragraphs.
    """

    count_pieces: CountPieces
    max_pieces: int
    target: int = TARGET_PIECES

    def split(self, document: Document) -> list[Passage]:
        """The passages of a document, in order, numbered from 0.

        Every character but space is in exactly one passage or in the boilerplate.
        """
        passages: list[Passage] = []
        for section in find_sections(document):
            start, groups = self._split_section(document, section)
            for group in groups:
                passages.append(
                    Passage(
                        document,
                        number=len(passages),
                        start=group[0].start if start is None else start,
                        end=group[-1].end,
                        heading=section.heading,
                        sentences=tuple((sentence.start, sentence.end) for sentence in group),
                    )
                )
                start = None
        return passages

    def embedded_text(self, passage: Passage) -> str:
        """The text to embed for a passage: with title and heading in front, unless it has them."""
        document = passage.document
        first, last = (
            bisect_left(document.headings, place, key=lambda heading: heading.start)
            for place in (passage.start, passage.end)
        )
        inside = {heading.text for heading in document.headings[first:last]}
        lines = _list_distinct(find_title(document), passage.heading)
        return self._prefix([line for line in lines if line not in inside]) + passage.text

    def _split_section(
        self, document: Document, section: Section
    ) -> tuple[int | None, Iterator[list[Sentence]]]:
        """The start of a section's headings if its first passage has them, and the sentences of
        each passage.
        """
        start = section.headings[0].start if section.headings else None
        first = section.paragraphs[0][0] if section.paragraphs else start
        above = "" if start is None else document.text[start:first]
        # A passage that has one of the two in its text has only the other in front.
        lines = _list_distinct(find_title(document), section.heading)
        combinations = (lines, *([line] for line in lines))
        *prefixes, taken = self._count([*map(self._prefix, combinations), above])
        room = self.max_pieces - max(prefixes)
        paragraphs = [
            self._cut_paragraph(document.text, paragraph, room, whole=section.is_row)
            for paragraph in section.paragraphs
        ]
        if start is not None and (not paragraphs or taken + paragraphs[0][0].pieces > room):
            # Headings with nothing below them, or no room for it, become sentences.
            spans = [(heading.start, heading.end) for heading in section.headings]
            headings = [self._cut_paragraph(document.text, span, room) for span in spans]
            paragraphs, start, taken = headings + paragraphs, None, 0
        return start, _group(paragraphs, room=room, target=min(self.target, room), taken=taken)

    def _cut_paragraph(
        self, text: str, paragraph: Offsets, room: int, *, whole: bool = False
    ) -> list[Sentence]:
        """The sentences of a paragraph with their word pieces; one that is too long is cut.

        `whole` takes the paragraph for one sentence.
        """
        sentences: list[Sentence] = []
        spans = [paragraph] if whole else find_sentences(text, *paragraph)
        for sentence in self._measure(text, spans):
            fits = sentence.pieces <= room
            sentences.extend([sentence] if fits else self._cut_sentence(text, sentence, room))
        return sentences

    def _cut_sentence(self, text: str, sentence: Sentence, room: int) -> Iterator[Sentence]:
        """Cut a sentence that is too long between words, and a word that is too long anywhere."""
        words = [match.span() for match in _WORD.finditer(text, sentence.start, sentence.end)]
        step = max(1, room // MOST_PIECES)
        fitting: list[Offsets] = []
        for start, end, pieces in self._measure(text, words):
            length = end - start if pieces <= room else step
            fitting.extend((at, min(at + length, end)) for at in range(start, end, length))
        first, last, total = sentence.start, sentence.start, 0
        for start, end, pieces in self._measure(text, fitting):
            if total and total + pieces > room:
                yield Sentence(first, last, total)
                first, total = start, 0
            total += pieces
            last = end
        yield Sentence(first, last, total)

    def _prefix(self, lines: Sequence[str]) -> str:
        """Lines to put in front of a passage, cut to the share they may take."""
        while True:
            prefix = "".join(f"{line}\n" for line in lines)
            if self._count([prefix])[0] <= self.max_pieces // PREFIX_SHARE:
                return prefix
            lines = [line[: len(line) // 2] for line in lines]

    def _measure(self, text: str, spans: Sequence[Offsets]) -> list[Sentence]:
        """Spans of a text with their word pieces, including the space after each."""
        ends = (_SPACE.match(text, end) for _, end in spans)
        texts = [text[start : e.end()] for (start, _), e in zip(spans, ends, strict=True) if e]
        return [Sentence(*span, n) for span, n in zip(spans, self._count(texts), strict=True)]

    def _count(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of texts, at least one for `LONGEST_PIECE` characters."""
        counts = self.count_pieces(texts) if texts else []
        return [
            max(count, -(-len(text) // LONGEST_PIECE))
            for text, count in zip(texts, counts, strict=True)
        ]


def heading_prefix(document: Document, heading: str) -> str:
    """The subject of a passage: title and heading, without a title that is only an id.

    >>> heading_prefix(Document("a.txt", "Glasses", "..."), "Price")
    'Glasses / Price'
    """
    title = "" if is_title_an_id(document) else document.title
    return " / ".join(_list_distinct(title, heading))


def _list_distinct(*lines: str) -> list[str]:
    """The lines without repeats and empty ones."""
    return list(dict.fromkeys(line for line in lines if line))


def find_sections(document: Document) -> Iterator[Section]:
    """The sections of a document, in order: each ends at a heading, boilerplate or a table's row.

    A row is a section of its own, below the heading of the table if there is nothing in between.
    A short paragraph directly above a table is its caption, and part of the heading of each row.
    """
    ends: list[tuple[int, int, Heading | TableRow | None]] = [
        *((row.start, row.end, row) for row in document.rows),
        *((start, end, None) for start, end in document.boilerplate),
        *(
            (heading.start, heading.end, heading)
            for heading in document.headings
            if not covers(document.boilerplate, heading.start, heading.end)
        ),
    ]
    ends.sort(key=lambda span: span[:2])
    firsts = {table.rows[0].start for table in document.tables}
    position, heading, caption = 0, "", ""
    headings: list[Heading] = []
    paragraphs: list[Offsets] = []
    for start, end, at in [*ends, (len(document.text), len(document.text), None)]:
        paragraphs.extend(_find_paragraphs(document.text, position, start))
        position = end
        if start in firsts:
            above = document.text[slice(*paragraphs[-1])] if paragraphs else ""
            caption = " ".join(above.split()) if len(above) <= LONGEST_CAPTION else ""
        if at is None or paragraphs:
            if headings or paragraphs:
                yield Section(heading, tuple(headings), tuple(paragraphs))
            headings, paragraphs = [], []
        if isinstance(at, Heading):
            heading = at.text
            headings.append(at)
        elif at is not None:
            words = " / ".join(_list_distinct(heading, caption))
            yield Section(words, tuple(headings), ((start, end),), is_row=True)
            headings = []


def _find_paragraphs(text: str, start: int, end: int) -> Iterator[Offsets]:
    position = start
    for match in [*_PARAGRAPH_BREAK.finditer(text, start, end), None]:
        stop = end if match is None else match.start()
        if text[position:stop].strip():
            yield trim(text, position, stop)
        position = stop if match is None else match.end()


def _group(
    paragraphs: Sequence[Sequence[Sentence]], *, room: int, target: int, taken: int
) -> Iterator[list[Sentence]]:
    """Combine whole paragraphs up to the target, and sentences of a long one up to `room`.

    `taken` counts the pieces of the headings above the first.
    """
    group: list[Sentence] = []
    for paragraph in paragraphs:
        size = sum(sentence.pieces for sentence in paragraph)
        if group and taken + size > target:
            yield group
            group, taken = [], 0
        for sentence in paragraph:
            if group and taken + sentence.pieces > room:
                yield group
                group, taken = [], 0
            group.append(sentence)
            taken += sentence.pieces
    if group:
        yield group
