"""The lines of a plain text, and which of them are headings."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import NamedTuple

from assistant.records import Heading

LONGEST_HEADING = 100
_STOPS = tuple(".!?:;,。！？：；，…")
_CLOSERS = "\"'”’」』）)]"
# A number of a section: "2.", "2.1", "IV.", "Section 3", "§ 4".
_SECTION = re.compile(
    r"(?:(?:section|chapter|part|article|annex|appendix|clause)\s+[\dA-Z][\w.]{0,8}|§+\s*\d[\w.]{0,8}"
    r"|(?P<number>\d{1,3}(?:\.\d{1,3}){1,4}|\d{1,3}(?=[.)]))|[IVXLC]{1,5}(?=[.)])|[A-H](?=[.)]))"
    r"[.):]?[ \t–-]+(?=[^\W\d_])",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[-*+•–]\s|\d{1,3}[.)]\s")
RULE = re.compile(r"([=\-~^\"'`#*+_.:])\1{2,}")  # a line of signs below a heading
LONGEST_GLUED = 80  # characters of a heading with its text on the next line
LEAST_PROSE_WORDS = 5  # of that text
LOWEST_LEVEL = 6
_LINE = re.compile(r"\S(?:[^\r\n]*\S)?")
LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Line(NamedTuple):
    """A stripped line that is not blank; `alone` if a blank line or the end follows."""

    start: int
    end: int
    text: str
    alone: bool


def read_lines(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of a text that are not blank, from an offset on."""
    # One by one: a file may have a hundred million lines.
    for line, following in pairwise(chain(_LINE.finditer(text, start), [None])):
        if line is not None:
            breaks = (
                LINE_BREAK.findall(text, line.end(), following.start()) if following else "\n\n"
            )
            yield Line(line.start(), line.end(), line[0], alone=len(breaks) > 1)


def find_headings(text: str, start: int = 0) -> list[Heading]:
    """The headings of a plain text: short lines that do not end like a sentence.

    They are between blank lines, or above a line of signs; or are numbered, in capitals or cut
    short, with prose on the next line.
    """
    headings: list[Heading] = []
    begins = True  # whether a line is the first after a blank line or the end of a sentence
    is_first = True
    for line, following in pairwise(read_lines(text, start)):
        is_apart = is_first and line.alone
        if RULE.fullmatch(line.text) or not _looks_like_a_heading(line.text):
            pass
        elif RULE.fullmatch(following.text) and not line.alone and begins:
            headings.append(Heading(line.start, following.end, line.text, 2))
        elif is_apart or (begins and not line.alone and is_glued(line, following)):
            headings.append(Heading(line.start, line.end, line.text, _find_level(line.text)))
        is_first = line.alone
        begins = line.alone or ends_like_a_sentence(line.text) or bool(RULE.fullmatch(line.text))
    return headings


def is_glued(line: Line, following: Line) -> bool:
    """Whether a line is a heading of the prose on the next one.

    It is numbered or in capitals, or it ends where the first word below would have had room.
    """
    words = following.text.split()
    if len(line.text) > LONGEST_GLUED or _ITEM.match(following.text):
        return False
    if not following.text[0].isupper() or len(words) < LEAST_PROSE_WORDS:
        return False
    if _SECTION.match(line.text) or (line.text.isupper() and not following.text.isupper()):
        return True
    is_sentence = following.alone and ends_like_a_sentence(following.text)
    is_short = len(line.text) + 1 + len(words[0]) < len(following.text)
    return is_sentence and is_short and len(line.text.split()) <= len(words) // 2


def _find_level(line: str) -> int:
    section = _SECTION.match(line)
    number = section["number"] if section else None
    return min(2 + number.count("."), LOWEST_LEVEL) if number else 2


def ends_like_a_sentence(line: str) -> bool:
    """Whether a line ends with punctuation, perhaps inside closing quotes or brackets."""
    return line.rstrip(_CLOSERS).endswith(_STOPS)


def _looks_like_a_heading(line: str) -> bool:
    if len(line) > LONGEST_HEADING or ends_like_a_sentence(line):
        return False
    first = line.lstrip("\"'“‘(「『")[:1]
    return (
        first.isupper()
        or first.isdigit()
        or first == "§"
        or (first.isalpha() and not first.islower())
    )
