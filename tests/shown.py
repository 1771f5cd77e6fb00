"""The text that templates, styles and scripts show of their own, without a message of `words`."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from tests.structure import ROOT

TEMPLATES = sorted((ROOT / "web" / "templates").glob("*.html"))
STYLES = sorted((ROOT / "web" / "static").glob("*.css"))
SCRIPTS = sorted((ROOT / "web" / "static").glob("*.js"))

WORDS = {"words", "other"}  # what messages are called by in templates: `other` has another language
LITERAL = {"code", "pre", "kbd", "script", "style"}  # commands, keys, and what is no text
SHOWN_ATTRIBUTES = {
    "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "aria-placeholder",
    "title", "alt", "placeholder", "label", "summary", "abbr",
}  # fmt: skip
BUTTONS = {"submit", "button", "reset"}
# Filters that may show their arguments, and methods that do not.
SHOWING_FILTERS = {"default", "d", "join", "replace", "truncate"}
HIDING_METHODS = {"get", "startswith", "endswith", "split", "removeprefix", "removesuffix"}
VARYING = "(.+)"  # a part of a key
_LETTER = re.compile(r"[^\W\d_]")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]*")
_ADDRESS = re.compile(r"[/#?.][^\s]*|[\w-]+\.html")


def has_letter(text: str) -> bool:
    return _LETTER.search(text) is not None


def parse_template(source: str) -> nodes.Template:
    return Environment(autoescape=True).parse(source)


def list_shown(source: str, keys: frozenset[str]) -> list[str]:
    """The texts with letters that a template shows: in text, in attributes and from expressions.

    `keys` are those of the messages, which a template may pass on.
    """
    flat = _Flat(keys)
    flat.visit(parse_template(source))
    reader = _Reader(keys)
    reader.feed("".join(flat.html))
    reader.close()
    loose = [text for text in flat.loose if has_letter(text) and not _is_name(text, keys)]
    return reader.shown + loose


def _is_name(text: str, keys: frozenset[str]) -> bool:
    """Whether a text is a message's key, the end or the beginning of one, or an address."""
    return (
        text in keys
        or _ADDRESS.fullmatch(text) is not None
        or any(key.endswith(f".{text}") for key in keys)
        or (text.endswith((".", "_")) and any(key.startswith(text) for key in keys))
    )


class _Flat:
    """A template as HTML of all its branches, one after the other, and its loose texts: those of
    variables, of which it is not known where they are shown.
    """

    def __init__(self, keys: frozenset[str]) -> None:
        self.html: list[str] = []
        self.loose: list[str] = []
        self._keys = keys

    def visit(self, node: nodes.Node) -> None:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    if isinstance(child, nodes.TemplateData):
                        self.html.append(child.data)
                    else:
                        self._write(child)
            case nodes.Extends() | nodes.Import() | nodes.FromImport() | nodes.Include():
                return
            case nodes.Assign():
                self.loose += list_strings(node.node)
            case nodes.For():
                self.loose += list_strings(node.iter)
                self._visit_all([*node.body, *node.else_])
            case nodes.If():
                self._visit_all([*node.body, *node.elif_, *node.else_])
            case nodes.Macro():
                for default in node.defaults:
                    self.loose += list_strings(default)
                self._visit_all(node.body)
            case nodes.CallBlock():
                self._write(node.call)
                self._visit_all(node.body)
            case nodes.ExprStmt():
                self.loose += list_strings(node.node)
            case _:
                self._visit_all([child for child in node.iter_child_nodes() if _has_body(child)])

    def _visit_all(self, found: list[nodes.Node]) -> None:
        for node in found:
            self.visit(node)

    def _write(self, expression: nodes.Node) -> None:
        self.html += [text for text in list_strings(expression) if text not in self._keys]


def _has_body(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Stmt)


def list_strings(node: nodes.Node) -> Iterator[str]:
    """The literal texts that the value of an expression may consist of."""
    match node:
        case nodes.Const():
            if isinstance(node.value, str):
                yield node.value
        case nodes.CondExpr():
            yield from list_strings(node.expr1)
            if node.expr2 is not None:
                yield from list_strings(node.expr2)
        case nodes.Compare() | nodes.Test() | nodes.Not() | nodes.Getattr() | nodes.Getitem():
            return
        case nodes.Filter():
            if node.node is not None:
                yield from list_strings(node.node)
            if node.name in SHOWING_FILTERS:
                yield from _list_all([*node.args, *node.kwargs])
        case nodes.Call():
            if isinstance(node.node, nodes.Name) and node.node.name in WORDS:
                return
            if isinstance(node.node, nodes.Getattr):
                yield from list_strings(node.node.node)
                if node.node.attr in HIDING_METHODS:
                    return
            # A single word in small letters is a name, such as an id.
            given = _list_all([*node.args, *node.kwargs])
            yield from (text for text in given if not _IDENTIFIER.fullmatch(text))
        case nodes.Pair():
            yield from list_strings(node.value)
        case _:
            yield from _list_all(list(node.iter_child_nodes()))


def _list_all(found: list[nodes.Expr] | list[nodes.Node]) -> Iterator[str]:
    for node in found:
        yield from list_strings(node)


class _Reader(HTMLParser):
    """Collects the texts with letters that HTML shows."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._keys = keys
        self._inside: list[str] = []  # elements of LITERAL that are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            shown = name in SHOWN_ATTRIBUTES or (
                name == "value" and tag == "input" and given.get("type") in BUTTONS
            )
            if name.startswith("data-"):  # names and ids are for scripts; sentences are not
                shown = _IDENTIFIER.fullmatch(value) is None
            if shown and has_letter(value):
                self.shown.append(f"{name}={value}")
        if tag in LITERAL:
            self._inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in LITERAL:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._inside and has_letter(data):
            self.shown.append(" ".join(data.split()))


def list_style_words(source: str) -> list[str]:
    """The texts with letters that a style writes into a page."""
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    contents = re.findall(r"(?<![\w-])content\s*:([^;}]*)", source)
    texts = [text[1:-1] for content in contents for text in _QUOTED.findall(content)]
    return [text for text in texts if has_letter(re.sub(r"\\[0-9a-fA-F]{1,6} ?", "", text))]


_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
# Comments, regular expressions and texts, in the order in which they may hide one another.
_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|(?P<before>(?:[\w.?]+\s*(?:\(|===|!==|=|\+=)\s*)?)"
    r"(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)",
    re.DOTALL,
)
_SHOWING = re.compile(
    r"(?:textContent|innerText|innerHTML|title|placeholder|ariaLabel|alt)\s*\+?=\s*$"
    r"|(?:append|prepend|before|after|createTextNode|replaceChildren|alert|confirm)\($"
)
# What is looked up, compared or thrown is not shown.
_HIDDEN = re.compile(r"(?:querySelector|querySelectorAll|closest|matches|Error)\($|[!=]==\s*$")


def list_script_words(source: str) -> list[str]:
    """The texts of a script that look like words for people: sentences, capitals, and whatever
    becomes the text of an element.
    """
    found = []
    for match in _TOKEN.finditer(source):
        if match["text"] is None or _HIDDEN.search(match["before"]):
            continue
        text = re.sub(r"\$\{[^}]*\}", " ", match["text"][1:-1])
        sentence = re.search(r"\b[A-Z]|[^\W\d_]{2,} [^\W\d_]|[^\x00-\x7f]", text) is not None
        if has_letter(text) and (sentence or _SHOWING.search(match["before"])):
            found.append(text)
    return [text for text in found if text != "use strict"]


def list_template_calls(source: str) -> Iterator[tuple[str, set[str]]]:
    """The calls of `words` in a template: a pattern of the key, a group for what varies, and the
    names of the fields.
    """
    for call in parse_template(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in WORDS and call.args:
            yield _find_pattern(call.args[0]), {field.key for field in call.kwargs}


def _find_pattern(key: nodes.Node) -> str:
    match key:
        case nodes.Const():
            return re.escape(str(key.value))
        case nodes.Concat():
            return "".join(map(_find_pattern, key.nodes))
        case nodes.CondExpr() if key.expr2 is not None:
            return f"(?:{_find_pattern(key.expr1)}|{_find_pattern(key.expr2)})"
        case _:
            return VARYING


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
