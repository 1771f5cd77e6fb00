"""Raised words in plain text, for all formats: a note's mark is never joined to a number.

1,250 with note 3: 1,250 [3]    10 to the sixth: 10^6    km squared: km²    1st: 1st
"""

import re
from collections.abc import Iterable
from itertools import groupby

_TEN = re.compile(r"(?:^|[^\d.,])10$")
_VARIABLE = re.compile(r"(?:^|[\s(=+*/×·−-])[^\W\d_]$")
_UNIT = re.compile(r"(?:(?:^|[\d\s/·(])[kcdm]?m|\d\s?(?:ft|in|mi|yd|s)|/(?:s|h)|miles?)$")
_EXPONENT = re.compile(r"[+\-−–]?\d{1,3}|n")
_MARK = re.compile(r"\(?\d{1,3}\)?(?:[,;\s–-]+\d{1,3})*|[a-df-k]|[ivx]{1,5}|[*†‡§¶#]{1,3}")
_LONGEST_BASE = 20  # characters that decide what raised words are
_HYPHENS = {0xAD: None, 0x2011: "-"}  # soft ones, and those at which no line ends
_SIGNS = {"TM": "™", "SM": "℠", "R": "®", "(R)": "®", "2": "²", "3": "³"}


def write_superscript(before: str, words: str) -> str:
    """What follows the text `before` for raised words.

    >>> write_superscript("1,250", "3"), write_superscript("10", "6"), write_superscript("1", "st")
    (' [3]', '^6', 'st')
    """
    raised = " ".join(words.split())
    if not raised or not before.strip() or before[-1].isspace():
        return f"[{raised}]" if _MARK.fullmatch(raised) and raised.isdigit() else words
    if raised in ("2", "3") and _UNIT.search(before):
        return _SIGNS[raised]
    is_power = raised != "1" and (_TEN.search(before) or _VARIABLE.search(before))
    if (is_power or raised[0] in "+-−–") and _EXPONENT.fullmatch(raised):
        return f"^{raised.replace('−', '-').replace('–', '-')}"
    if raised in ("TM", "SM", "R", "(R)"):
        return _SIGNS[raised]
    return f" [{raised.strip('()')}]" if _MARK.fullmatch(raised) else words


def join_pieces(pieces: Iterable[tuple[str, bool]]) -> str:
    """One text from pieces in order, each with whether it is raised."""
    text = ""
    for is_raised, group in groupby(pieces, key=lambda piece: piece[1]):
        words = "".join(piece for piece, _ in group).translate(_HYPHENS)
        text += write_superscript(text[-_LONGEST_BASE:], words) if is_raised else words
    return text
