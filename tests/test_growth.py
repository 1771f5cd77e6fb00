"""No regular expression takes long, whatever the text: documents and questions may be hostile."""

import re

import pytest

from tests.growth import Use, collect_uses, find_calls, find_slow, read_modules

# Patterns that a function makes of words: each is a list of words, or of escaped ones.
MADE = 17


def test_every_pattern_is_fast_with_its_own_parts() -> None:
    slow = {use.pattern.pattern: find_slow(use, is_short=True) for use in collect_uses()}
    assert {pattern: found for pattern, found in slow.items() if found} == {}


@pytest.mark.long
def test_every_pattern_is_fast_with_all_characters() -> None:
    slow = {use.pattern.pattern: find_slow(use) for use in collect_uses()}
    assert {pattern: found for pattern, found in slow.items() if found} == {}


def test_no_other_patterns_are_made_in_functions() -> None:
    made = [
        module for module, source in read_modules() for _, text in find_calls(source) if not text
    ]
    assert len(made) == MADE, made


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:\s(?:only|[a-z]+ly))*\s$",  # exponential
        r"^(a|b|ab)*c",
        r"\s+$",  # quadratic
        r"[A-Z]\w*(?:\s[A-Z]\w*)*\ssaid",
    ],
)
def test_slow_patterns_are_found(pattern: str) -> None:
    assert find_slow(Use("assistant", re.compile(pattern), frozenset({"search"})), is_short=True)


@pytest.mark.parametrize(
    "pattern", [r"(?:\s(?:only|[a-z]+ly)\b)*+\s$", r"(?<!\s)\s+$", r"\d{1,4}x"]
)
def test_fast_patterns_are_not(pattern: str) -> None:
    use = Use("assistant", re.compile(pattern), frozenset({"match"}))
    assert find_slow(use, is_short=True) is None
