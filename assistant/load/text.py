"""Plain text: title, date, headings and boilerplate are recognised by the layout of the lines."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice, takewhile
from pathlib import PurePosixPath

from assistant.load.text_lines import (
    RULE,
    Line,
    ends_like_a_sentence,
    find_headings,
    is_glued,
    read_lines,
)
from assistant.records import Document, Heading, Offsets
from assistant.text.dates import DATE, find_date

# Words of menus and breadcrumbs. A line of nothing else above the text ("HomeArticle", "Home > News
# > Technology") is boilerplate.
NAVIGATION = frozenset(
    "home article articles news menu search login log in sign up subscribe share back top "
    "skip to content main contents navigation technology business about contact".split()
)
HEADER_LINES = 8  # where title, byline and menus are looked for
LONGEST_TITLE = 200
# A line with a date is a byline if it begins like one or has a time of day: "Launch date:
# 2026-03-01" is content, which must not be lost.
_BYLINE = re.compile(
    r"(?:by|from|von|par|author|written by|published|posted|updated|last updated|date)\b|作者|发布",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^\d:：]*[:：]\s*$")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_FIELD = re.compile(r"[A-Z][\w -]{0,20}:\s")
_TITLE = re.compile(r"(?:title|subject)\s*:\s*(?=\S)", re.IGNORECASE)


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


def _read_header(text: str) -> tuple[Line | None, date | None, list[Offsets]]:
    """The title, the date and the boilerplate (menus, a byline) above a text."""
    title: Line | None = None
    boilerplate: list[Offsets] = []
    lines = list(islice(read_lines(text), HEADER_LINES + 1))
    for number, line in enumerate(lines[:HEADER_LINES]):
        if RULE.fullmatch(line.text) or (title is None and _is_navigation(line.text)):
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
    """Whether a first line is set apart from what follows, or has a byline below it."""
    line, *below = lines
    if line.alone or _TITLE.match(line.text):
        return True
    fields = takewhile(lambda each: _FIELD.match(each.text) or DATE.search(each.text), below)
    if any(is_byline(field.text, below_title=True) for field in fields):
        return True
    return bool(below) and (bool(RULE.fullmatch(below[0].text)) or is_glued(line, below[0]))


def _cut_label(line: Line) -> Line:
    label = _TITLE.match(line.text)
    cut = label.end() if label else 0
    return Line(line.start + cut, line.end, line.text[cut:], line.alone)


def _is_navigation(line: str) -> bool:
    """Whether a line is made of menu words only; "HomeArticle" counts as two words."""
    if len(line) > LONGEST_TITLE:
        return False
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
