"""Markdown: it is rendered as HTML and read like other pages, so its text has no markup.

markdown-it follows CommonMark; its plugins add footnotes and lists of definitions.
"""

import re
import tomllib

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.encoding import decode
from assistant.load.fields import DATES, SOURCES, find_published
from assistant.load.html import parse_page
from assistant.load.page import add_page
from assistant.load.text_lines import LINE_BREAK
from assistant.records import Document

# Fields above the text: "---", YAML, "---"; or "+++", TOML, "+++".
_FRONT_MATTER = re.compile(
    r"\ufeff?(---|\+\+\+)[ \t]*\n(?![ \t]*\n)(.*?)\n(?:\1|(?<=\n)\.\.\.)[ \t]*(?=\n|\Z)", re.DOTALL
)
LONGEST_FRONT_MATTER = 10_000  # characters: a YAML parser in Python is slow
MOST_NESTED = 100  # lists and quotes inside each other; the parser drops what is deeper
_FIELD = re.compile(r"^(\w+)[ \t]*[:=][ \t]*[\"']?([^\n]*?)[\"']?[ \t]*$", re.MULTILINE)
_NOTE_MARK = re.compile(r"(?<=\w)\[\^([\w-]{1,20})\]")


def load_markdown(content: bytes, name: str) -> Document:
    """One document: the file. Its title is in its front matter, or its first highest heading."""
    text, detected = decode(content, name)
    text = LINE_BREAK.sub("\n", text)
    builder = DocumentBuilder(name)
    front = _FRONT_MATTER.match(text, 0, LONGEST_FRONT_MATTER)
    fields = _read_fields(front[2], is_toml=front[1] == "+++") if front else {}
    try:
        "".join(fields.values()).encode()
    except UnicodeEncodeError:  # both formats can write half of a character ("\\ud800")
        problem = f"{name} contains half of a surrogate pair"
        raise LoadError(problem, hint="write the whole character") from None
    if front:
        builder.add_boilerplate(front[0].strip())
    page = _make_parser().render(text[front.end() :] if front else text)
    byline = add_page(builder, parse_page(page, name))
    published, dated = find_published(*(fields.get(key, "") for key in DATES), byline)
    return builder.build(
        title=fields.get("title", ""),
        published=published,
        dated=dated,
        source=next((fields[key] for key in SOURCES if fields.get(key)), None),
        extra={"encoding": detected} if detected else {},
    )


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MOST_NESTED}).enable(
        ["table", "strikethrough"]
    )
    parser.use(footnote_plugin).use(deflist_plugin)
    parser.core.ruler.push("notes without text", _separate_notes)
    return parser


def _separate_notes(state: StateCore) -> None:
    """Set marks of notes that have no text in the file apart: "1,250[^3]" has no number 1,2503."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = _NOTE_MARK.sub(r" [\1]", child.content)


def _read_fields(front: str, *, is_toml: bool) -> dict[str, str]:
    """The fields of front matter with a single value; each line is one if it has another form."""
    if is_toml:
        try:
            values = tomllib.loads(front)
        except (tomllib.TOMLDecodeError, RecursionError):
            return dict(_FIELD.findall(front))
        return {
            key: " ".join(str(value).split())
            for key, value in values.items()
            if not isinstance(value, dict | list)
        }
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
