"""Plain text: title, date, headings and boilerplate told by how the lines stand."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.errors import LoadError
from assistant.load.dates import DATE, find_date
from assistant.records import Document, Heading, Offsets

# Words that menus and breadcrumbs are made of. A line of nothing else, above the text, is no
# content ("HomeArticle", "Home > News > Technology").
NAVIGATION = frozenset(
    "home article articles news menu search login log in sign up subscribe share back top "
    "skip to content main contents navigation technology business about contact".split()
)
HEADER_LINES = 8  # boilerplate stands above the text: further down nothing is taken for it
LONGEST_TITLE = 200
LONGEST_HEADING = 100
_STOPS = tuple(".!?:;,。！？：；，…")
_CLOSERS = "\"'”’」』）)]"
# What shows that a line with a date is a byline: how it begins, or a time of day. A date alone
# does not ("Launch date: 2026-03-01" is content), and content must not be lost.
_BYLINE = re.compile(
    r"(?:by|from|von|par|author|written by|published|posted|updated|last updated|date)\b|作者|发布",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^\d:：]*[:：]\s*$")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


class Line(NamedTuple):
    """A line that is not blank, without its surrounding space.

    `alone` says that a blank line (or the end) follows.
    """

    start: int
    end: int
    text: str
    alone: bool


class Header(NamedTuple):
    """What stands above the text: `end` is where the text begins."""

    title: Line | None
    published: date | None
    boilerplate: tuple[Offsets, ...]
    end: int


def load_text(content: str, name: str) -> Iterable[Document | LoadError]:
    """One document: the file."""
    if not content.strip():
        return [LoadError(f"{name} is empty", hint="remove it or put text in")]
    header = read_header(content)
    title = header.title
    headings = list(find_headings(content, header.end))
    if title:
        headings.insert(0, Heading(title.start, title.end, title.text, 1))
    return [
        Document(
            id=name,
            title=title.text if title else PurePosixPath(name).stem,
            text=content,
            published=header.published,
            headings=tuple(headings),
            boilerplate=header.boilerplate,
        )
    ]


def read_lines(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of a text that are not blank, from an offset on."""
    lines = list(_LINE.finditer(text, start))
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        stripped = line[1].strip()
        if stripped:
            offset = line.start() + line[1].index(stripped[0])
            alone = following is None or not following[1].strip()
            yield Line(offset, offset + len(stripped), stripped, alone)


def read_header(text: str) -> Header:
    """Tell menus, title and byline above a text from the text itself."""
    title: Line | None = None
    published = None
    has_byline = False
    boilerplate: list[Offsets] = []
    end = 0
    for _, line in zip(range(HEADER_LINES), read_lines(text), strict=False):
        if title is None and is_navigation(line.text):
            boilerplate.append((line.start, line.end))
        elif is_byline(line.text, below_title=title is not None):
            boilerplate.append((line.start, line.end))
            published = find_date(line.text)
            has_byline = True
            end = line.end
            break
        elif title is None and line.alone and len(line.text) <= LONGEST_TITLE:
            title = line
        else:
            break
        end = line.end
    # A first line that reads like a sentence is a title only where a byline stands below it.
    if title and not has_byline and ends_like_a_sentence(title.text):
        return Header(None, None, tuple(boilerplate), boilerplate[-1][1] if boilerplate else 0)
    return Header(title, published, tuple(boilerplate), end)


def find_headings(text: str, start: int) -> Iterator[Heading]:
    """Lines that stand alone between blank lines, short, and without a stop at their end."""
    lines = list(read_lines(text, start))
    previous_alone = True
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        stands_alone = previous_alone and line.alone and following is not None
        if stands_alone and looks_like_a_heading(line.text):
            yield Heading(line.start, line.end, line.text, 2)
        previous_alone = line.alone


def is_navigation(line: str) -> bool:
    """Whether a line is made of menu words only; "HomeArticle" counts as two words."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", line)
    letters = sum(character.isalpha() for character in line)
    return (
        bool(words)
        and sum(map(len, words)) == letters
        and all(word.casefold() in NAVIGATION for word in words)
    )


def is_byline(line: str, *, below_title: bool) -> bool:
    """Whether a line says who wrote a text and when: a date, and what shows that it is a byline.

    A line of nothing but a date and a time is one; others are below a title only.
    """
    found = DATE.search(line)
    if found is None or ends_like_a_sentence(line):
        return False
    if not re.search(r"[^\W\d_]", _TIME.sub(" ", DATE.sub(" ", line))):
        return True
    if not below_title or (_LABEL.match(line[: found.start()]) and not _BYLINE.match(line)):
        return False
    return bool(_BYLINE.match(line) or _TIME.search(line))


def ends_like_a_sentence(line: str) -> bool:
    """Whether a line ends with a stop, perhaps inside closing quotes or brackets."""
    return line.rstrip(_CLOSERS).endswith(_STOPS)


def looks_like_a_heading(line: str) -> bool:
    if len(line) > LONGEST_HEADING or ends_like_a_sentence(line):
        return False
    first = line.lstrip("\"'“‘(「『")[:1]
    return first.isupper() or first.isdigit() or (first.isalpha() and not first.islower())
