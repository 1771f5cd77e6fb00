"""All that pages say comes from the files of words; all words in them are used."""

import ast
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest

from assistant.answer.rows import CellMatch
from assistant.words import read_words
from tests import shown
from tests.shown import SCRIPTS, STYLES, TEMPLATES, list_shown, read
from tests.structure import list_sources
from tests.test_words import list_fields

pytestmark = pytest.mark.no_cover  # they read the package, and run nothing of it

KEYS = frozenset(read_words("en").messages)


def find_own_words(path: Path) -> list[str]:
    if path.suffix == ".css":
        return shown.list_style_words(read(path))
    if path.suffix == ".js":
        return shown.list_script_words(read(path))
    return list_shown(read(path), KEYS)


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_no_template_style_or_script_contains_words(path: Path) -> None:
    assert find_own_words(path) == []


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
        ("{{ part(x, 'before', id='text') }}{{ part(x, 'Before') }}", ["Before"]),
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
        ('throw new Error("No document"); if ("isDone" in a.dataset) b();', []),
        ("const a = `${n} of ${m}`; b.className = 'two-words';", []),
        ("c.textContent = `${n} of ${m}`;", ["  of  "]),
    ],
)
def test_words_of_a_script_are_found(script: str, found: list[str]) -> None:
    assert shown.list_script_words(script) == found


def test_every_message_that_is_asked_for_exists() -> None:
    patterns = list_used_keys()
    assert [one for one in patterns if not any(re.fullmatch(one, key) for key in KEYS)] == []


def test_every_message_gets_its_fields() -> None:
    messages = read_words("en").messages
    named = {re.escape(key): list_fields(message) for key, message in messages.items()}
    wrong = {key: fields for key, fields in list_calls() if named.get(key, fields) != fields}
    assert wrong == {}


def test_every_message_is_used() -> None:
    patterns, mentioned = list_used_keys(), list_mentioned()
    unused = {
        key
        for key in KEYS - mentioned
        if not any(
            found and mentioned.issuperset(found.groups())
            for found in (re.fullmatch(one, key) for one in patterns)
        )
    }
    assert unused == set()


def list_mentioned() -> set[str]:
    """The texts in Python and in templates, which may be keys or parts of keys."""
    mentioned = {str(status.value) for status in HTTPStatus}
    mentioned |= {status.phrase.lower().replace(" ", "_") for status in HTTPStatus}
    mentioned |= {f"cell_{name}" for name in CellMatch.__slots__}
    for path in list_sources():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                mentioned |= {node.value, *node.value.split()}
    for path in TEMPLATES:
        mentioned |= set(re.findall(r"[\"']([\w.]+)[\"']", read(path)))
    return mentioned


def list_used_keys() -> list[str]:
    """Patterns of the keys that are asked for, but for those that only vary."""
    return sorted({pattern for pattern, _ in list_calls()} - {shown.VARYING})


@cache
def list_calls() -> list[tuple[str, set[str]]]:
    """The calls of `words` in templates and in Python: patterns of keys, and names of fields."""
    calls = [call for path in TEMPLATES for call in shown.list_template_calls(read(path))]
    for path in list_sources():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Call) and node.args and names_words(node.func):
                fields = {keyword.arg for keyword in node.keywords}
                calls.append((find_pattern(node.args[0]), {field for field in fields if field}))
    return calls


def names_words(function: ast.expr) -> bool:
    """Whether a call is one of `words`, `self._words` or `read_words(language)`."""
    match function:
        case ast.Name(id="words") | ast.Attribute(attr="words" | "_words"):
            return True
        case ast.Call(func=ast.Name(id="read_words")):
            return True
    return False


def find_pattern(key: ast.expr) -> str:
    match key:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(map(find_pattern, values))
        case ast.IfExp():
            return f"(?:{find_pattern(key.body)}|{find_pattern(key.orelse)})"
    return shown.VARYING
