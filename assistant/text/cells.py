"""Cells of a CSV file that a spreadsheet shows as text and does not calculate.

As https://owasp.org/www-community/attacks/CSV_Injection recommends, an apostrophe goes before what
would begin a formula: in full-width forms too, after spaces and quotes, and after a character at
which a spreadsheet with other separators would begin a cell.
"""

import re

_SKIPPED = r"[ \u00a0\u200b\u3000\ufeff\"'“”‘’]*"
_FORMULA = r"[=+\-@＝＋－＠﹦﹢﹣﹫\t\r\n]"
_BEGIN = r"(?:^|(?<=[;\t\r\n]))"
_UNGUARDED = re.compile(rf"{_BEGIN}(?={_SKIPPED}{_FORMULA})")
_GUARDED = re.compile(rf"{_BEGIN}'(?={_SKIPPED}{_FORMULA})")


def guard_cell(text: str) -> str:
    """A text with an apostrophe before each place where a formula could begin.

    >>> guard_cell("=1+1"), guard_cell(" ＝1+1"), guard_cell("a;-1"), guard_cell("2 - 1 = 1")
    ("'=1+1", "' ＝1+1", "a;'-1", '2 - 1 = 1')
    """
    return _UNGUARDED.sub("'", text)


def unguard_cell(text: str) -> str:
    """The text that `guard_cell` was given.

    >>> unguard_cell("'=1+1"), unguard_cell("'tis")
    ('=1+1', "'tis")
    """
    return _GUARDED.sub("", text)
