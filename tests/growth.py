"""Finds regular expressions that take long: texts made from their own parts, of growing length."""

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from time import thread_time
from types import FrameType
from typing import Any

import assistant

METHODS = ("search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split")
_METHOD = "|".join(METHODS)
COMMON = " \t\n\u00a0\u3000aZéй中あ한7٣_-–.,:;'’\"(<[$€%/&#@|!\u0301😀\0"
LENGTH = 1000  # characters
LEAST, BOUNDED_MOST, MOST = 0.0015, 0.01, 0.2  # seconds of processor time
# Patterns that are quadratic, in texts that are short: a heading, a page's number, front matter.
KNOWN = (r"(?:\d+(?:\.\d+)*\.?|[A-Z]\.", r"(?:page|seite|p\.|pg\.?)?\s*", r"^(\w+)[ \t]*[:=]")
# Modules that search texts of so many characters at most.
LONGEST = {
    "assistant.answer.suggest.forms": 300,
    "assistant.answer.suggest": 1000,  # a sentence
    "assistant.figures": 1000,
}
ENDS = ("", "\0", "\n!", "a", " 7")


@dataclass(frozen=True, slots=True)
class Use:
    """A pattern, the module where it is, and the methods by which it is used."""

    module: str
    pattern: re.Pattern[str]
    methods: frozenset[str]


def collect_uses() -> list[Use]:
    """All patterns of the package: those of its modules, and those in its functions."""
    uses: dict[tuple[str, int], Use] = {}

    def add(module: str, pattern: re.Pattern[str], methods: Iterable[str]) -> None:
        key = (pattern.pattern, pattern.flags)
        known = uses.get(key, Use(module, pattern, frozenset()))
        uses[key] = Use(known.module, pattern, known.methods | frozenset(methods))

    sources = dict(read_modules())
    whole = "\n".join(sources.values())
    for module, source in sources.items():
        for name, value in vars(importlib.import_module(module)).items():
            patterns = list(_find_patterns(value))
            if not patterns:
                continue
            seen = source if name.startswith("_") else whole
            called = rf"\b{name}(?:\[[^]]*\])?\.({_METHOD})\b"
            methods = re.findall(called, seen) or re.findall(rf"\bpattern\.({_METHOD})\b", source)
            for pattern in patterns:
                add(module, pattern, methods or ["search", "fullmatch"])
        for method, text in find_calls(source):
            if text is not None:
                add(module, re.compile(text), [method])
    return list(uses.values())


def read_modules() -> Iterator[tuple[str, str]]:
    """The names of all modules with their sources."""
    for module in pkgutil.walk_packages(assistant.__path__, "assistant."):
        if not module.name.endswith("__main__"):
            file = importlib.import_module(module.name).__file__
            yield module.name, Path(str(file)).read_text(encoding="utf-8")


def _find_patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_find_patterns, value.values()))
    elif isinstance(value, (tuple, list)):
        yield from chain.from_iterable(map(_find_patterns, value))
    elif hasattr(value, "__slots__") and type(value).__module__.startswith("assistant"):
        yield from chain.from_iterable(
            _find_patterns(getattr(value, slot, None)) for slot in type(value).__slots__
        )


def find_calls(source: str) -> Iterator[tuple[str, str | None]]:
    """The calls `re.search(…)` and so on in functions: the method, and the pattern if it is one
    string, else None.
    """
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    calls = {
        node: None
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    for call in calls:
        function = call.func
        assert isinstance(function, ast.Attribute)
        if not isinstance(function.value, ast.Name) or function.value.id != "re":
            continue
        if function.attr in (*METHODS, "compile"):
            pattern = call.args[0]
            constant = pattern.value if isinstance(pattern, ast.Constant) else None
            yield function.attr, constant if isinstance(constant, str) else None


def find_slow(use: Use, *, is_short: bool = False) -> str | None:
    """A part that makes a pattern slow when it is repeated, or None.

    Slow is what takes more than LEAST seconds of processor time for LENGTH characters, and for
    four times as many more than eight times as long. Where the texts are bounded, it is what
    takes more than BOUNDED_MOST seconds for the longest. `is_short` tries fewer texts.
    """
    if use.pattern.pattern.startswith(KNOWN):
        return None
    longest = next((most for start, most in LONGEST.items() if use.module.startswith(start)), None)
    length = longest or LENGTH
    least = LEAST if longest is None else BOUNDED_MOST
    for method in _choose_methods(use.methods):
        run = _run(use.pattern, method)
        for start, part, end in make_attacks(use.pattern, is_short=is_short):
            short, long = (
                f"{start}{part * (characters // len(part))}{end}"
                for characters in (length, 4 * length)
            )
            if _measure(run, short) < least:
                continue
            before = min(_measure(run, short) for _ in range(3))
            if before < least:
                continue
            if (
                longest
                or before > BOUNDED_MOST
                or min(_measure(run, long) for _ in range(3)) > 8 * before
            ):
                return f"{method} {start!r} + n * {part!r} + {end!r}: {before:.4f} s"
    return None


def _choose_methods(methods: frozenset[str]) -> list[str]:
    """Of the methods that scan a text alike, one."""
    return ["finditer"] * bool(methods - {"match", "fullmatch"}) + sorted(
        methods & {"match", "fullmatch"}
    )


def _run(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    if method == "finditer":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    chosen: Callable[[str], object] = getattr(pattern, method)
    return chosen


class _TooLongError(Exception):
    pass


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Ends what runs meanwhile after some seconds of processor time: `re` checks for signals."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    former = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)


def _measure(run: Callable[[str], object], text: str) -> float:
    """Seconds of processor time, at most about MOST."""
    began = thread_time()
    try:
        with _limit(MOST):
            run(text)
    except _TooLongError:
        pass
    return thread_time() - began


def make_attacks(
    pattern: re.Pattern[str], *, is_short: bool = False
) -> Iterator[tuple[str, str, str]]:
    """Texts that may take a pattern long: a start, a part that is repeated, and an end."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    alphabet = _find_alphabet(tree)
    parts = dict.fromkeys(_find_parts(tree, alphabet))
    starts = dict.fromkeys(("", *_find_starts(tree, alphabet)))
    if not is_short:
        parts |= dict.fromkeys(alphabet)
    for part in parts:
        yield from (("", part, end) for end in (ENDS[1:2] if is_short else ENDS))
        yield from ((start, part, "\0") for start in starts if start)


def _find_alphabet(tree: Iterable[tuple[object, object]]) -> str:
    literals = [chr(code) for code in _find_literals(tree)]
    return "".join(dict.fromkeys([*COMMON, *literals[:40]]))


def _find_literals(node: object) -> Iterator[int]:
    if isinstance(node, tuple) and len(node) == 2 and str(node[0]) in ("LITERAL", "NOT_LITERAL"):
        yield node[1]
    elif isinstance(node, tuple) and len(node) == 2 and str(node[0]) == "RANGE":
        yield node[1][0]
    elif isinstance(node, (tuple, list, parser.SubPattern)):
        for inner in node:
            yield from _find_literals(inner)


def _find_parts(tree: object, alphabet: str) -> Iterator[str]:
    """What each repeated part of a pattern may match, in a few ways."""
    for node in _walk(tree):
        if str(node[0]) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and node[1][1] > 8:
            for choice in range(4):
                part = _write(node[1][2], alphabet, choice)
                yield from (part, f"{part} ") if part else ()
    for choice in range(3):
        whole = _write(tree, alphabet, choice)
        yield from (text for text in (whole, whole[:-1], f"{whole} ", whole[1:]) if text)


def _find_starts(tree: object, alphabet: str) -> Iterator[str]:
    """What a pattern may match before each of its repeated parts."""
    items = list(tree)  # type: ignore[call-overload]
    for place, item in enumerate(items):
        if place and str(item[0]).endswith("REPEAT"):
            for choice in range(2):
                yield "".join(_write([before], alphabet, choice) for before in items[:place])


def _walk(node: object) -> Iterator[tuple[object, tuple[int, int, object]]]:
    if isinstance(node, tuple) and len(node) == 2 and str(node[0]).isupper():
        yield node
        node = node[1]
    if isinstance(node, (tuple, list, parser.SubPattern)):
        for inner in node:
            yield from _walk(inner)


def _write(tree: object, alphabet: str, choice: int) -> str:
    """A text that a pattern matches, mostly; `choice` varies characters and alternatives."""
    return "".join(_write_one(str(op), value, alphabet, choice) for op, value in tree)  # type: ignore[attr-defined]


def _write_one(op: str, value: Any, alphabet: str, choice: int) -> str:
    match op, value:
        case "LITERAL", int():
            return chr(value)
        case (("IN" | "NOT_LITERAL" | "ANY"), _):
            allowed = [character for character in alphabet if _is_in(op, value, character)]
            return allowed[choice * 5 % len(allowed)] if allowed else ""
        case (("MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT"), (least, most, inner)):
            count = max(least, min(most, 1)) if choice != 1 else least
            part: str = _write(inner, alphabet, choice) * count
            return part
        case "SUBPATTERN", (_, _, _, inner):
            return _write(inner, alphabet, choice)
        case "ATOMIC_GROUP", inner:
            return _write(inner, alphabet, choice)
        case "BRANCH", (_, list() as branches):
            return _write(branches[choice % len(branches)], alphabet, choice)
        case _:
            return ""


_SETS: dict[str, re.Pattern[str]] = {}


def _is_in(op: str, value: object, character: str) -> bool:
    if op == "ANY":
        return character != "\n"
    if op == "NOT_LITERAL":
        return ord(character) != value
    is_negated = False
    is_in = False
    for inner, chosen in value:  # type: ignore[attr-defined]
        match str(inner):
            case "NEGATE":
                is_negated = True
            case "LITERAL":
                is_in |= ord(character) == chosen
            case "RANGE":
                is_in |= chosen[0] <= ord(character) <= chosen[1]
            case "CATEGORY":
                is_in |= _is_of(str(chosen), character)
    return is_in != is_negated


def _is_of(category: str, character: str) -> bool:
    name = category.rsplit("_", 1)[-1]
    is_of = {
        "DIGIT": character.isdecimal(),
        "SPACE": character.isspace(),
        "WORD": character.isalnum() or character == "_",
    }[name]
    return is_of != ("_NOT_" in category)
