"""Markdown: its own marks tell the headings; the text stays as it was written."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import PurePosixPath

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.errors import LoadError
from assistant.load.dates import find_date
from assistant.load.jsonl import DATES, SOURCES
from assistant.load.text import HEADER_LINES, is_byline, read_lines
from assistant.records import Document, Heading, Offsets

# What some writers put above the text: "---", YAML, "---".
_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n|\r|\n)(.*?)((?:\r\n|\r|\n)---)[ \t]*(?=[\r\n]|\Z)", re.DOTALL
)
LONGEST_FRONT_MATTER = 10_000  # characters: a YAML reader in Python takes its time
_FIELD = re.compile(r"^(\w+):[ \t]*[\"']?([^\r\n]*?)[\"']?[ \t]*$", re.MULTILINE)


def load_markdown(content: str, name: str) -> Iterable[Document | LoadError]:
    """One document: the file. Its title is the first heading of the highest level."""
    if not content.strip():
        return [LoadError(f"{name} is empty", hint="remove it or put text in")]
    front = _FRONT_MATTER.match(content, 0, LONGEST_FRONT_MATTER)
    fields = _read_fields(re.sub(r"\r\n?", "\n", front[1])) if front else {}
    headings = _find_headings(content, front.end() if front else 0)
    first = min(headings, key=lambda heading: heading.level, default=None)
    byline = _find_byline(content, headings[0].end) if headings else None
    dates = [*(fields.get(key, "") for key in DATES), content[slice(*byline or (0, 0))]]
    above = (0, front.start(1) + len(front[1].rstrip()) + len(front[2])) if front else None
    return [
        Document(
            id=name,
            title=fields.get("title") or (first.text if first else PurePosixPath(name).stem),
            text=content,
            published=next(filter(None, map(find_date, dates)), None),
            source=next((fields[key] for key in SOURCES if fields.get(key)), None),
            headings=tuple(headings),
            boilerplate=tuple(span for span in (above, byline) if span),
        )
    ]


def _read_fields(front: str) -> dict[str, str]:
    """The fields of front matter that hold one value each, as it is written.

    Much of what is written there is no YAML ("title: A: b"): then a line is a field.
    """
    try:
        # The nodes alone: nothing is constructed, so no tag, merge or anchor can do anything.
        node = yaml.compose(front, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        node = None
    if not isinstance(node, yaml.MappingNode):
        return dict(_FIELD.findall(front))
    return {
        key.value: " ".join(value.value.split())
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    }


def _find_headings(content: str, start: int) -> list[Heading]:
    # markdown-it counts lines after making one break of each \r\n and \r: so do we.
    breaks = [match.end() for match in re.finditer(r"\r\n|\r|\n", content)]
    offsets = [0, *breaks, len(content)]
    headings = []
    blank = re.sub(r"[^\r\n]", " ", content[:start])  # front matter is no Markdown
    tokens = MarkdownIt("commonmark").parse(blank + content[start:])
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.map and inline.content.strip():
            raw = content[offsets[token.map[0]] : offsets[token.map[1]]]
            place = offsets[token.map[0]] + len(raw) - len(raw.lstrip())
            words = _plain(inline.children or []) or inline.content
            headings.append(Heading(place, place + len(raw.strip()), words, int(token.tag[1])))
    return headings


def _plain(tokens: Iterable[Token]) -> str:
    """The words of a heading without its marks; where its line breaks, a space."""
    return " ".join("".join(token.content or " " for token in tokens if _says(token)).split())


def _says(token: Token) -> bool:
    return bool(token.content) or token.type in ("softbreak", "hardbreak")


def _find_byline(content: str, start: int) -> Offsets | None:
    """A line below the first heading that says who wrote it and when."""
    for _, line in zip(range(HEADER_LINES), read_lines(content, start), strict=False):
        if is_byline(line.text, below_title=True):
            return line.start, line.end
        return None
    return None
