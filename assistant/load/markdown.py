"""Markdown: its own marks tell the headings; the text stays as it was written."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import PurePosixPath

from markdown_it import MarkdownIt

from assistant.errors import LoadError
from assistant.load.dates import find_date
from assistant.load.text import HEADER_LINES, is_byline, read_lines
from assistant.records import Document, Heading, Offsets


def load_markdown(content: str, name: str) -> Iterable[Document | LoadError]:
    """One document: the file. Its title is the first heading of the highest level."""
    if not content.strip():
        return [LoadError(f"{name} is empty", hint="remove it or put text in")]
    headings = _find_headings(content)
    first = min(headings, key=lambda heading: heading.level, default=None)
    byline = _find_byline(content, headings[0].end) if headings else None
    return [
        Document(
            id=name,
            title=first.text if first else PurePosixPath(name).stem,
            text=content,
            published=find_date(content[slice(*byline)]) if byline else None,
            headings=tuple(headings),
            furniture=(byline,) if byline else (),
        )
    ]


def _find_headings(content: str) -> list[Heading]:
    # markdown-it counts lines after making one break of each \r\n and \r: so do we.
    breaks = [match.end() for match in re.finditer(r"\r\n|\r|\n", content)]
    offsets = [0, *breaks, len(content)]
    headings = []
    tokens = MarkdownIt("commonmark").parse(content)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.map and inline.content.strip():
            raw = content[offsets[token.map[0]] : offsets[token.map[1]]]
            start = offsets[token.map[0]] + len(raw) - len(raw.lstrip())
            words = _plain(inline.children or []) or inline.content
            headings.append(Heading(start, start + len(raw.strip()), words, int(token.tag[1])))
    return headings


def _plain(tokens: Iterable[object]) -> str:
    return "".join(getattr(token, "content", "") for token in tokens).strip()


def _find_byline(content: str, start: int) -> Offsets | None:
    """A line below the first heading that says who wrote it and when."""
    for _, line in zip(range(HEADER_LINES), read_lines(content, start), strict=False):
        if is_byline(line.text, below_title=True):
            return line.start, line.end
        return None
    return None
