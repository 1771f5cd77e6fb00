"""Plain text: title, date, headings and boilerplate are recognised by the layout of the lines."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice, pairwise, takewhile, zip_longest
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.load.fields import DATE, find_date
from assistant.records import Document, Heading, Offsets

# Words of menus and breadcrumbs. A line of nothing else above the text ("HomeArticle", "Home > News
# > Technology") is boilerplate.
NAVIGATION = frozenset(
    "home article articles news menu search login log in sign up subscribe share back top "
    "skip to content main contents navigation technology business about contact".split()
)
HEADER_LINES = 8  # where title, byline and menus are looked for
LONGEST_TITLE = 200
LONGEST_HEADING = 100
_STOPS = tuple(".!?:;,。！？：；，…")
_CLOSERS = "\"'”’」』）)]"
# A line with a date is a byline if it begins like one or has a time of day: "Launch date:
# 2026-03-01" is content, which must not be lost.
_BYLINE = re.compile(
    r"(?:by|from|von|par|author|written by|published|posted|updated|last updated|date)\b|作者|发布",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^\d:：]*[:：]\s*$")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
# A number of a section: "2.", "2.1", "IV.", "Section 3", "§ 4".
_SECTION = re.compile(
    r"(?:(?:section|chapter|part|article|annex|appendix|clause)\s+[\dA-Z][\w.]{0,8}|§+\s*\d[\w.]{0,8}"
    r"|(?P<number>\d{1,3}(?:\.\d{1,3}){1,4}|\d{1,3}(?=[.)]))|[IVXLC]{1,5}(?=[.)])|[A-H](?=[.)]))"
    r"[.):]?[ \t–-]+(?=[^\W\d_])",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[-*+•–]\s|\d{1,3}[.)]\s")
_RULE = re.compile(r"([=\-~^\"'`#*+_.:])\1{2,}")  # a line of signs below a heading
_FIELD = re.compile(r"[A-Z][\w -]{0,20}:\s")
_TITLE = re.compile(r"(?:title|subject)\s*:\s*(?=\S)", re.IGNORECASE)
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


def load_text(content: str, name: str) -> Document:
    """One document: the file."""
    title, published, boilerplate = _read_header(content)
    spans = [*boilerplate, (title.start, title.end)] if title else boilerplate
    headings = find_headings(content, max((end for _, end in spans), default=0))
    if title:
        headings.insert(0, Heading(title.start, title.end, title.text, 1))
    return Document(
        id=name,
        title=title.text if title else PurePosixPath(name).stem,
        text=content,
        published=published,
        headings=tuple(headings),
        boilerplate=tuple(boilerplate),
    )


def read_lines(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of a text that are not blank, from an offset on."""
    lines = list(_LINE.finditer(text, start))
    for line, following in zip_longest(lines, lines[1:]):
        breaks = LINE_BREAK.findall(text, line.end(), following.start()) if following else "\n\n"
        yield Line(line.start(), line.end(), line[0], alone=len(breaks) > 1)


def _read_header(text: str) -> tuple[Line | None, date | None, list[Offsets]]:
    """The title, the date and the boilerplate (menus, a byline) above a text."""
    title: Line | None = None
    boilerplate: list[Offsets] = []
    lines = list(islice(read_lines(text), HEADER_LINES + 1))
    for number, line in enumerate(lines[:HEADER_LINES]):
        if _RULE.fullmatch(line.text) or (title is None and _is_navigation(line.text)):
            boilerplate.append((line.start, line.end))
        elif is_byline(line.text, below_title=title is not None):
            return title, find_date(line.text), [*boilerplate, (line.start, line.end)]
        elif title is None and len(line.text) <= LONGEST_TITLE and _begins_text(lines[number:]):
            title = _cut_label(line)
        elif title is None or not _FIELD.match(line.text):
            break
    # A first line that reads like a sentence is a title only if a byline is below it.
    if title and ends_like_a_sentence(title.text):
        title = None
    return title, None, boilerplate


def _begins_text(lines: Sequence[Line]) -> bool:
    """Whether a first line stands apart from what follows, or has a byline below it."""
    line, *below = lines
    if line.alone or _TITLE.match(line.text):
        return True
    fields = takewhile(lambda each: _FIELD.match(each.text) or DATE.search(each.text), below)
    if any(is_byline(field.text, below_title=True) for field in fields):
        return True
    return bool(below) and (bool(_RULE.fullmatch(below[0].text)) or _is_glued(line, below[0]))


def _cut_label(line: Line) -> Line:
    label = _TITLE.match(line.text)
    cut = label.end() if label else 0
    return Line(line.start + cut, line.end, line.text[cut:], line.alone)


def find_headings(text: str, start: int = 0) -> list[Heading]:
    """The headings of a plain text: short lines that do not end like a sentence.

    They are between blank lines, or above a line of signs; or are numbered, in capitals or cut
    short, with prose on the next line.
    """
    lines = list(read_lines(text, start))
    headings: list[Heading] = []
    begins = True  # whether a line is the first after a blank line or the end of a sentence
    is_first = True
    for line, following in pairwise(lines):
        is_apart = is_first and line.alone
        if _RULE.fullmatch(line.text) or not _looks_like_a_heading(line.text):
            pass
        elif _RULE.fullmatch(following.text) and not line.alone and begins:
            headings.append(Heading(line.start, following.end, line.text, 2))
        elif is_apart or (begins and not line.alone and _is_glued(line, following)):
            headings.append(Heading(line.start, line.end, line.text, _find_level(line.text)))
        is_first = line.alone
        begins = line.alone or ends_like_a_sentence(line.text) or bool(_RULE.fullmatch(line.text))
    return headings


def _is_glued(line: Line, following: Line) -> bool:
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


def _is_navigation(line: str) -> bool:
    """Whether a line is made of menu words only; "HomeArticle" counts as two words."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", line)
    letters = sum(character.isalpha() for character in line)
    are_all_letters = bool(words) and sum(map(len, words)) == letters
    return are_all_letters and all(word.casefold() in NAVIGATION for word in words)


def is_byline(line: str, *, below_title: bool) -> bool:
    """Whether a line says when, and by whom, a text was written.

    A line of nothing but a date and a time is a byline anywhere; others are below a title only.
    """
    day = DATE.search(line)
    if day is None or ends_like_a_sentence(line):
        return False
    if not re.search(r"[^\W\d_]", _TIME.sub(" ", DATE.sub(" ", line))):
        return True
    if not below_title or (_LABEL.match(line[: day.start()]) and not _BYLINE.match(line)):
        return False
    return bool(_BYLINE.match(line) or _TIME.search(line))


def ends_like_a_sentence(line: str) -> bool:
    """Whether a line ends with punctuation, perhaps inside closing quotes or brackets."""
    return line.rstrip(_CLOSERS).endswith(_STOPS)


def _looks_like_a_heading(line: str) -> bool:
    if len(line) > LONGEST_HEADING or ends_like_a_sentence(line):
        return False
    first = line.lstrip("\"'“‘(「『")[:1]
    return first.isupper() or first.isdigit() or (first.isalpha() and not first.islower())
