"""A Document becomes Passages that end where sentences end.

A passage is a slice of its document inside one section. Whole paragraphs are put together until a
passage has about `target` word pieces; a paragraph that does not fit the embedder is cut between
sentences, and a sentence that does not fit is cut between words.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.records import Document, Heading, Offsets, Passage, covers, trim
from assistant.text import find_sentences

CountPieces = Callable[[Sequence[str]], list[int]]

TARGET_PIECES = 128
PREFIX_SHARE = 4  # title and heading in front take a fourth of what the embedder takes, at most
MOST_PIECES = 4  # of one character: it has four bytes at most, as UTF-8
LONGEST_PIECE = 10  # characters: to some tokenizers an unknown word of any length is one piece

_BREAK = r"(?:\r\n|(?<!\r)\n|\r(?!\n))"
_PARAGRAPH_BREAK = re.compile(rf"{_BREAK}[^\S\r\n]*{_BREAK}")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
# A digest or UUID: by chance a group of its digits may look like a word ("dead").
_HEX_ID = re.compile(r"(?=\D*\d)[\da-fA-F-]{8,}")


class Sentence(NamedTuple):
    start: int
    end: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between two headings, or between a heading and boilerplate.

    `headings` are those right above it: usually one, none after boilerplate.
    """

    heading: str
    headings: tuple[Heading, ...]
    paragraphs: tuple[Offsets, ...]


@dataclass(frozen=True, slots=True)
class Splitter:
    """Splits documents for one embedder.

    `count_pieces` gives the word pieces of each text and `max_pieces` how many the embedder takes,
    both without special ones; `target` is where a passage stops taking in more paragraphs.
    """

    count_pieces: CountPieces
    max_pieces: int
    target: int = TARGET_PIECES

    def split(self, document: Document) -> list[Passage]:
        """The passages of a document, in order, numbered from 0.

        Every character that is not space is in exactly one passage or in the boilerplate.
        """
        passages: list[Passage] = []
        for section in find_sections(document):
            start, packs = self._split_section(document, section)
            for sentences in packs:
                passages.append(
                    Passage(
                        document,
                        number=len(passages),
                        start=sentences[0].start if start is None else start,
                        end=sentences[-1].end,
                        heading=section.heading,
                        sentences=tuple((sentence.start, sentence.end) for sentence in sentences),
                    )
                )
                start = None
        return passages

    def embedded_text(self, passage: Passage) -> str:
        """What is embedded for a passage: its title and heading in front, unless it has them."""
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
        """Where the headings of a section begin, if it has some, and what goes together."""
        start = section.headings[0].start if section.headings else None
        first = section.paragraphs[0][0] if section.paragraphs else start
        above = "" if start is None else document.text[start:first]
        # A passage that holds one of the two has the other alone in front, perhaps cut less.
        lines = _list_distinct(find_title(document), section.heading)
        combinations = (lines, *([line] for line in lines))
        *prefixes, taken = self._weigh([*map(self._prefix, combinations), above])
        room = self.max_pieces - max(prefixes)
        paragraphs = [self._measure(document.text, p, room) for p in section.paragraphs]
        if start is not None and (not paragraphs or taken + paragraphs[0][0].pieces > room):
            # Headings with nothing below them, or no room for it, are sentences themselves.
            spans = [(heading.start, heading.end) for heading in section.headings]
            paragraphs = [*(self._measure(document.text, s, room) for s in spans), *paragraphs]
            start, taken = None, 0
        return start, _pack(paragraphs, room=room, target=min(self.target, room), taken=taken)

    def _measure(self, text: str, paragraph: Offsets, room: int) -> list[Sentence]:
        """The sentences of a paragraph with their word pieces; one that has no room is cut."""
        offsets = find_sentences(text, *paragraph)
        pieces = self._weigh_all(text, offsets)
        sentences: list[Sentence] = []
        for (start, end), count in zip(offsets, pieces, strict=True):
            if count <= room:
                sentences.append(Sentence(start, end, count))
            else:
                sentences.extend(self._cut(text, start, end, room))
        return sentences

    def _cut(self, text: str, start: int, end: int, room: int) -> Iterator[Sentence]:
        """Cut a sentence that has no room between words, and a word that has none anywhere."""
        words = [match.span() for match in _WORD.finditer(text, start, end)]
        step = max(1, room // MOST_PIECES)
        fitting: list[Offsets] = []
        for (word_start, word_end), count in zip(words, self._weigh_all(text, words), strict=True):
            length = word_end - word_start if count <= room else step
            places = range(word_start, word_end, length)
            fitting.extend((place, min(place + length, word_end)) for place in places)
        pieces = self._weigh_all(text, fitting)
        first, last, total = start, start, 0
        for (word_start, word_end), count in zip(fitting, pieces, strict=True):
            if total and total + count > room:
                yield Sentence(first, last, total)
                first, total = word_start, 0
            total += count
            last = word_end
        yield Sentence(first, last, total)

    def _prefix(self, lines: Sequence[str]) -> str:
        """Lines to put in front of a passage, cut to the share they may take."""
        prefix = "".join(f"{line}\n" for line in lines)
        while self._weigh([prefix])[0] > self.max_pieces // PREFIX_SHARE:
            lines = [line[: len(line) // 2] for line in lines]
            prefix = "".join(f"{line}\n" for line in lines)
        return prefix

    def _weigh_all(self, text: str, offsets: Sequence[Offsets]) -> list[int]:
        """The word pieces of stretches of a text, each with the space behind it."""
        ends = (_SPACE.match(text, end) for _, end in offsets)
        return self._weigh(
            [text[start : end.end()] for (start, _), end in zip(offsets, ends, strict=True) if end]
        )

    def _weigh(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of texts, never fewer than one for `LONGEST_PIECE` characters."""
        counts = self.count_pieces(texts) if texts else []
        return [
            max(count, -(-len(text) // LONGEST_PIECE))
            for text, count in zip(texts, counts, strict=True)
        ]


def heading_prefix(document: Document, heading: str) -> str:
    """What a passage under a heading is about: "title / heading", or what there is of the two.

    A title that is only an id is left out: to a reader it says nothing.

    >>> heading_prefix(Document("a.txt", "Glasses", "..."), "Price")
    'Glasses / Price'
    """
    title = "" if _is_id(document) else document.title
    return " / ".join(_list_distinct(title, heading))


def find_title(document: Document) -> str:
    """The title that is embedded: "" for an id, and for a file's name.

    A name may say something, but renaming a file should embed nothing.
    """
    path = PurePosixPath(document.id)
    is_name = document.title == path.stem or _ends_with(document.id, document.title)
    return "" if is_name or _is_id(document) else document.title


def _is_id(document: Document) -> bool:
    """Whether a title is the number of a line, or a part of the document's id without a word."""
    path, title = PurePosixPath(document.id), document.title
    is_line = title.startswith(f"{path.parent} line ")
    is_part = title in (*path.parts, path.stem) or _ends_with(document.id, title)
    return is_line or (is_part and not _has_word(title))


def _ends_with(document_id: str, title: str) -> bool:
    """Whether the last parts of an id are a title: the id that a line of a file gives itself."""
    return f"/{document_id}".endswith(f"/{title}")


def _list_distinct(*lines: str) -> list[str]:
    """Each line once, in order, without those that are empty."""
    return list(dict.fromkeys(line for line in lines if line))


def _has_word(text: str) -> bool:
    """Whether a text has a word of letters, as hex digests, UUIDs and numbers have not.

    >>> [_has_word(text) for text in ("Rokid 2", "b0-06", "5f0c6c2e-dead-4b7a-9d3c-0a1b2c3d4e5f")]
    [True, False, False]
    """
    return _LETTERS.search(text) is not None and _HEX_ID.fullmatch(text) is None


def find_sections(document: Document) -> Iterator[Section]:
    """The sections of a document, in order: headings and boilerplate end one."""
    heading = ""
    headings: list[Heading] = []
    paragraphs: list[Offsets] = []
    for start, end, mark in _cuts(document):
        paragraphs.extend(_find_paragraphs(document.text, start, end))
        if mark is None or paragraphs:
            if headings or paragraphs:
                yield Section(heading, tuple(headings), tuple(paragraphs))
            headings, paragraphs = [], []
        if mark is not None:
            heading = mark.text
            headings.append(mark)


def _cuts(document: Document) -> Iterator[tuple[int, int, Heading | None]]:
    """Spans of text, each with the heading that ends it; None: boilerplate, or the end."""
    marks: list[tuple[int, int, Heading | None]] = [
        *((start, end, None) for start, end in document.boilerplate),
        *(
            (heading.start, heading.end, heading)
            for heading in document.headings
            if not covers(document.boilerplate, heading.start, heading.end)
        ),
    ]
    position = 0
    for start, end, heading in sorted(marks, key=lambda mark: mark[:2]):
        yield position, start, heading
        position = end
    yield position, len(document.text), None


def _find_paragraphs(text: str, start: int, end: int) -> Iterator[Offsets]:
    position = start
    for match in [*_PARAGRAPH_BREAK.finditer(text, start, end), None]:
        stop = end if match is None else match.start()
        if text[position:stop].strip():
            yield trim(text, position, stop)
        position = stop if match is None else match.end()


def _pack(
    paragraphs: Sequence[Sequence[Sentence]], *, room: int, target: int, taken: int
) -> Iterator[list[Sentence]]:
    """Put whole paragraphs together up to the target, and sentences of a long one up to `room`.

    `taken` are the pieces of the headings that stand above the first.
    """
    current: list[Sentence] = []
    for paragraph in paragraphs:
        size = sum(sentence.pieces for sentence in paragraph)
        if current and taken + size > target:
            yield current
            current, taken = [], 0
        for sentence in paragraph:
            if current and taken + sentence.pieces > room:
                yield current
                current, taken = [], 0
            current.append(sentence)
            taken += sentence.pieces
    if current:
        yield current
