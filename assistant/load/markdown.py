"""Markdown: the text stays as it was written; headings come from the markup."""

import re
from itertools import pairwise
from pathlib import PurePosixPath

import yaml
from markdown_it import MarkdownIt

from assistant.load.fields import DATES, SOURCES, find_date
from assistant.load.text import LINE_BREAK, is_byline, read_lines
from assistant.records import Document, Heading

# Fields above the text: "---", YAML, "---".
_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n|\r|\n)(.*?)((?:\r\n|\r|\n)---)[ \t]*(?=[\r\n]|\Z)", re.DOTALL
)
LONGEST_FRONT_MATTER = 10_000  # characters: a YAML parser in Python is slow
_FIELD = re.compile(r"^(\w+):[ \t]*[\"']?([^\r\n]*?)[\"']?[ \t]*$", re.MULTILINE)


def load_markdown(content: str, name: str) -> Document:
    """One document: the file. Its title is the first heading of the highest level."""
    front = _FRONT_MATTER.match(content, 0, LONGEST_FRONT_MATTER)
    fields = _read_fields(LINE_BREAK.sub("\n", front[1])) if front else {}
    boilerplate = [(0, front.start(1) + len(front[1].rstrip()) + len(front[2]))] if front else []
    headings = _find_headings(content, front.end() if front else 0)
    first = min(headings, key=lambda heading: heading.level, default=None)
    dates = [fields.get(key, "") for key in DATES]
    below = next(read_lines(content, headings[0].end), None) if headings else None
    if below and is_byline(below.text, below_title=True):
        boilerplate.append((below.start, below.end))
        dates.append(below.text)
    return Document(
        id=name,
        title=fields.get("title") or (first.text if first else PurePosixPath(name).stem),
        text=content,
        published=find_date(*dates),
        source=next((fields[key] for key in SOURCES if fields.get(key)), None),
        headings=tuple(headings),
        boilerplate=tuple(boilerplate),
    )


def _read_fields(front: str) -> dict[str, str]:
    """The fields of front matter with a single value; each line is one if it is not YAML."""
    try:
        # Only nodes: no Python object is constructed, so tags and anchors do nothing.
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
    # markdown-it counts lines by \r\n, \r and \n, and so does this.
    offsets = [0, *(match.end() for match in LINE_BREAK.finditer(content)), len(content)]
    headings = []
    blank = re.sub(r"[^\r\n]", " ", content[:start])  # front matter is not Markdown
    tokens = MarkdownIt("commonmark").parse(blank + content[start:])
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.map and inline.content.strip():
            raw = content[offsets[token.map[0]] : offsets[token.map[1]]]
            place = offsets[token.map[0]] + len(raw) - len(raw.lstrip())
            # Without markup, and a space for a line break.
            pieces = [
                child.content or (" " if child.type in ("softbreak", "hardbreak") else "")
                for child in inline.children or []
            ]
            words = " ".join("".join(pieces).split()) or inline.content
            headings.append(Heading(place, place + len(raw.strip()), words, int(token.tag[1])))
    return headings
