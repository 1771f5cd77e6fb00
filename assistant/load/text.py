"""Plain text: title, date, headings and boilerplate are recognised by the layout of the lines."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice, zip_longest
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
    for line in islice(read_lines(text), HEADER_LINES):
        if title is None and _is_navigation(line.text):
            boilerplate.append((line.start, line.end))
        elif is_byline(line.text, below_title=title is not None):
            return title, find_date(line.text), [*boilerplate, (line.start, line.end)]
        elif title is None and line.alone and len(line.text) <= LONGEST_TITLE:
            title = line
        else:
            break
    # A first line that reads like a sentence is a title only if a byline is below it.
    if title and ends_like_a_sentence(title.text):
        title = None
    return title, None, boilerplate


def find_headings(text: str, start: int = 0) -> list[Heading]:
    """Short lines between blank lines that do not end like a sentence."""
    lines = list(read_lines(text, start))
    befores = [True, *(line.alone for line in lines)]
    return [
        Heading(line.start, line.end, line.text, 2)
        for line, before in zip(lines[:-1], befores, strict=False)
        if before and line.alone and _looks_like_a_heading(line.text)
    ]


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
