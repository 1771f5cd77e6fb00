"""Characters that could deceive are shown as escapes: on the terminal, in logs and reports."""

import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st

from assistant.terminal import LineFormatter, escape, escape_lines

HARMFUL = {
    "\x1b[2J": r"\u001b[2J",  # clears the screen
    "\x1b]52;c;cm0gLXJm\x07": r"\u001b]52;c;cm0gLXJm\u0007",  # sets the clipboard
    "\x1b]8;;http://a\x1b\\b": r"\u001b]8;;http://a\u001b" + "\\b",  # a link
    "\x9b31m": r"\u009b31m",
    "\x7f": r"\u007f",
    "a\rb\x08\x0b\x0c\x85": r"a\rb\b\u000b\f\u0085",
    "invoice\u202efdp.exe": r"invoice\u202efdp.exe",
    "\u2066a\u2069\u061c\u200e\u200f": r"\u2066a\u2069\u061c\u200e\u200f",
    "a\u2028b\u2029c": r"a\u2028b\u2029c",
    "caf\udce9.txt": r"caf\udce9.txt",  # a file name in Latin-1
    "\U000e0041": r"\udb40\udc41",
}


@pytest.mark.parametrize(("text", "shown"), HARMFUL.items())
def test_harmful_characters_are_escaped(text: str, shown: str) -> None:
    assert escape(text) == escape_lines(text) == shown


def test_a_value_has_one_line_and_shows_what_is_invisible() -> None:
    text = "a\n\tb\u200b\u00ad\ufeff"
    assert escape(text) == r"a\n\tb\u200b\u00ad\ufeff"
    assert escape_lines(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("pay\u200dpal", r"pay\u200dpal"),
        ("华\u200c为", r"华\u200c为"),
        ("\u200da", r"\u200da"),
    ],
)
def test_joiners_are_kept_where_they_join(text: str, shown: str) -> None:
    assert escape(text) == shown
    assert escape_lines(text) == text


@pytest.mark.parametrize("text", ["", "价格 2,999 元", "naïve — “quoted”", "\\x1b", "❤\ufe0f", "ﷺ"])
def test_other_text_stays(text: str) -> None:
    assert escape(text) == escape_lines(text) == text


@given(st.text())
def test_no_control_is_left_and_twice_is_once(text: str) -> None:
    shown = escape(text)
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert escape(shown) == shown
    controls = {c for c in escape_lines(text) if unicodedata.category(c) in ("Cc", "Cs")}
    assert controls <= {"\n", "\t"}


@given(st.text())
def test_json_keeps_its_values(text: str) -> None:
    assert json.loads(escape_lines(json.dumps([text], ensure_ascii=False, indent=1))) == [text]


def write_record(message: str, *values: object, raised: BaseException | None = None) -> str:
    found = None if raised is None else (type(raised), raised, raised.__traceback__)
    record = logging.LogRecord("a", logging.ERROR, "a.py", 1, message, values, found)
    logging.Formatter().format(record)  # another formatter stores the traceback in the record
    return LineFormatter("%(levelname)s %(name)s: %(message)s").format(record)


def test_a_log_record_can_not_be_forged() -> None:
    forged = "x\nERROR a: forged\x1b[2J"
    assert write_record("no %s", forged) == r"ERROR a: no x\nERROR a: forged\u001b[2J"
    try:
        raise ValueError(forged)
    except ValueError as error:
        first, *rest = write_record("failed", raised=error).splitlines()
    assert first == "ERROR a: failed"
    assert all(line.startswith("    ") for line in rest)
    assert rest[0] == "    Traceback (most recent call last):"
    assert rest[-2:] == ["    ValueError: x", r"    ERROR a: forged\u001b[2J"]


def test_the_stack_of_a_record_is_indented(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("a").error("here", stack_info=True)
    lines = LineFormatter("%(message)s").format(caplog.records[0]).splitlines()
    assert lines[0] == "here"
    assert lines[1] == "    Stack (most recent call last):"
    assert sys.platform == "win32" or all(line.startswith("    ") for line in lines[1:])
