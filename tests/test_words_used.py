"""All that pages say comes from the files of words; all words in them are used."""

import ast
import re
from http import HTTPStatus
from pathlib import Path

import pytest

from assistant.answer.rows import CellMatch
from assistant.words import read_words
from tests import shown
from tests.shown import SCRIPTS, STYLES, TEMPLATES, list_shown, read
from tests.structure import list_sources

KEYS = frozenset(read_words("en").messages)
# Files that still have words of their own.
UNCONVERTED = {
    "_answer.html", "_figures.html", "_form.html", "_parts.html", "answer.html", "document.html",
    "documents.html", "error.html", "no_index.html", "player.html", "players.html",
    "question_error.html", "trends.html", "welcome.html", "document.css",
}  # fmt: skip
UNUSED = {"answer.label", "count.file"}  # by the templates that are not converted


def find_own_words(path: Path) -> list[str]:
    if path.suffix == ".css":
        return shown.list_style_words(read(path))
    if path.suffix == ".js":
        return shown.list_script_words(read(path))
    return list_shown(read(path), KEYS)


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_no_template_style_or_script_contains_words(path: Path) -> None:
    found = find_own_words(path)
    if path.name in UNCONVERTED:
        assert found, "has no words any more: take it from UNCONVERTED"
    else:
        assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{{ words('site.ask') }} <kbd>/</kbd> <code>run</code> {{ name }} — 1</p>", []),
        ("<p>Ask</p>", ["Ask"]),
        ("<p>{{ 'Ask' if x }}</p>", ["Ask"]),
        ("<p>{% if x %}问{% endif %}</p>", ["问"]),
        ("<p>{{ name or 'none' }}{{ ', ' }}{{ 'a' ~ b }}</p>", ["none, a"]),
        ("<p>{{ shown(x, 'Figures') }}</p>", ["Figures"]),
        ("<p>{{ links(x, 'answer.about') }}</p>", []),
        ("{% set x = 'Ask' %}{% for y in ('Go', '/go', 'ask') %}{% endfor %}", ["Ask", "Go"]),
        ("{% macro m(x='Ask') %}{{ x|default('None') }}{% endmacro %}", ["None", "Ask"]),
        ("<a class='b {{ 'c d' if x }}' id='e' href='/f' title='Go'>1</a>", ["title=Go"]),
        ("<img alt='A chart'><input type='submit' value='Go'>", ["alt=A chart", "value=Go"]),
        ("<a data-copy='markdown' data-done='Copied' data-a=''>1</a>", ["data-done=Copied"]),
        ("<input value='go'><option value='x'>2</option>", []),
        ("{% block title %}Ask – {{ x }}{% endblock %}{# a comment #}", ["Ask –"]),
        ("{{ xs|selectattr('number')|map(attribute='name')|join(' and ') }}", ["and"]),
        ("{{ a.get('none', 'None') }}{{ x.startswith('None') }}{{ x == 'None' }}", []),
    ],
)
def test_words_of_a_template_are_found(source: str, found: list[str]) -> None:
    assert list_shown(source, KEYS) == found


def test_words_of_a_style_are_found() -> None:
    style = """a::before { content: "go "; } b { justify-content: "x"; content: attr(title) "·"; }
    /* content: "no" */ c { content: "\\2014"; } d::after { color: red; content: ': ' 'to'; }"""
    assert shown.list_style_words(style) == ["go ", "to"]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('"use strict"; // "A comment"\n/* "Another one" */', []),
        ('a.textContent = "done";', ["done"]),
        ('a.textContent = b.dataset.done; c.append("x", d);', ["x"]),
        ('a.addEventListener("click", b); a.querySelector("ul li");', []),
        ('if (event.key === "Escape") say("Try again");', ["Try again"]),
        ("const a = `${n} of ${m}`; b.className = 'two-words';", []),
        ("c.textContent = `${n} of ${m}`;", ["  of  "]),
    ],
)
def test_words_of_a_script_are_found(script: str, found: list[str]) -> None:
    assert shown.list_script_words(script) == found


def test_every_message_that_is_asked_for_exists() -> None:
    keys, beginnings = list_used_keys()
    assert sorted(keys - KEYS) == []
    assert [one for one in sorted(beginnings) if not any(key.startswith(one) for key in KEYS)] == []


def test_every_message_is_used() -> None:
    keys, beginnings = list_used_keys()
    mentioned = list_mentioned()
    unused = {
        key
        for key in KEYS - keys - mentioned
        if not any(key.startswith(one) and key.removeprefix(one) in mentioned for one in beginnings)
    }
    assert unused == UNUSED


def list_mentioned() -> set[str]:
    """The texts and numbers in Python and in templates, which may be keys or the ends of keys."""
    mentioned = {str(status.value) for status in HTTPStatus}
    mentioned |= {f"cell_{name}" for name in CellMatch.__slots__}
    for path in list_sources():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                mentioned |= {node.value, *node.value.split()}
    for path in TEMPLATES:
        mentioned |= set(re.findall(r"[\"']([\w.]+)[\"']", read(path)))
    return mentioned


def list_used_keys() -> tuple[set[str], set[str]]:
    """The keys in calls of `words` in templates and in Python, and the beginnings of keys."""
    keys: set[str] = set()
    beginnings: set[str] = set()
    for path in TEMPLATES:
        found, begun = shown.list_template_keys(read(path))
        keys |= found
        beginnings |= begun
    for path in list_sources():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Call) and node.args and names_words(node.func):
                for option in list_options(node.args[0]):
                    match option:
                        case ast.Constant(value=str(key)):
                            keys.add(key)
                        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
                            beginnings.add(beginning)
    return keys, beginnings


def names_words(function: ast.expr) -> bool:
    """Whether a call is one of `words`, `self._words` or `read_words(language)`."""
    match function:
        case ast.Name(id="words") | ast.Attribute(attr="words" | "_words"):
            return True
        case ast.Call(func=ast.Name(id="read_words")):
            return True
    return False


def list_options(key: ast.expr) -> list[ast.expr]:
    return [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
