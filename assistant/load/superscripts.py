"""Superscripts as text, for all formats: a note's mark is set apart, an exponent is marked.

1,250³ with a note 3: "1,250 [3]"; 10⁶: "10^6"; m²: "m²"; 1ˢᵗ: "1st"; ¹⁴C: "14C"
"""

import re
from collections.abc import Iterable
from itertools import groupby

_TRADEMARKS = {"TM": "™", "SM": "℠", "R": "®", "(R)": "®", "C": "©", "MC": "™", "MD": "®"}
# Endings that are written high: 1st, 2e, XIXe, no. 5; Mme, Dr.
_ORDINAL = re.compile(r"st|nd|rd|th|er|ers|re|ère|e|es|ème|ième|eme|nde|de|o|os|º|ª")
_NUMERAL = re.compile(r"(?:\d|\b[IVXLC]+)$")
_SHORTENED = re.compile(r"\b[MDSNn]$")
# What is raised to a power: 10, 2, single letters, and a few in a formula.
_BASE = re.compile(r"(?:(?<![\d.,])(?:10|2)|(?<![^\W_])[^\W\d_]|[=+×·*/]\s?[a-zA-Z]{1,3})$")
_UNIT = re.compile(r"(?:(?<![^\W\d_])[munckdµμ]?m|\d\s?(?:ft|in|yd|mi|miles?)|/(?:s|h|sec))$")
_POWER = re.compile(r"[2-9]|[1-9]\d+|[nkxyij]|\d?[nkxyij]")
_SIGNED = re.compile(r"[-−–+]\s?\w{1,4}|\d{0,2}[-−–+]")  # 10⁻⁶, Ca²⁺
_MARK = r"(?:\d{1,4}|[A-Za-z]{1,2}|[ivx]{3,5}|[*†‡§¶#]{1,4})"
_NOTE = re.compile(rf"[\[(]?{_MARK}(?:\s?[,;–-]\s?{_MARK})*[\])]?")
_DEGREES = ("°", "∘", "◦", "○")  # TeX and others raise a ring
_LONGEST_BASE = 20  # characters that decide what raised words are
_HYPHENS = {0xAD: None, 0x2011: "-"}  # soft ones, and those at which no line ends
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![a-z])")


def write_superscript(before: str, words: str, after: str = "", *, is_link: bool = False) -> str:
    """What follows the text `before` for raised words; `after` is the text behind them.

    `is_link` says that it links to something: then it is a note's mark, not an exponent.

    >>> write_superscript("1,250", "3"), write_superscript("10", "6"), write_superscript("1", "st")
    (' [3]', '^6', 'st')
    """
    mark = " ".join(words.split())
    if not mark:
        return ""
    if is_link:
        return _write_note(mark, before, after)
    if after.startswith(("/", "⁄")):  # half of a fraction: 3 1/2
        return f" {mark}" if before[-1:].isdigit() else mark
    if mark in _DEGREES or (
        mark in ("o", "0") and re.match(r"\s?[CF]\b", after) and before.rstrip()[-1:].isdigit()
    ):
        return "°"
    if before[-1:].strip():
        if mark in _TRADEMARKS and before[-1].isalpha():
            return _TRADEMARKS[mark]
        if _is_ending(mark, before):
            return mark
        if mark in ("2", "3") and _UNIT.search(before):
            return "²" if mark == "2" else "³"
        if _SIGNED.fullmatch(mark) or (_POWER.fullmatch(mark) and _BASE.search(before)):
            return f"^{mark}"
    elif mark.isdigit() and _ELEMENT.match(after):  # an isotope
        return mark
    if is_note_mark(mark):
        return _write_note(mark, before, after)
    # Other words are written high as decoration; "24.⁹⁰" and "24€" are not words.
    has_word = any(character.isalpha() for character in mark)
    return f" {mark} " if has_word else mark


def is_note_mark(words: str) -> bool:
    """Whether words may be the mark of a note: a number, a letter, signs, in brackets or not."""
    return _NOTE.fullmatch(words) is not None


def _is_ending(mark: str, before: str) -> bool:
    if _ORDINAL.fullmatch(mark) and _NUMERAL.search(before):
        return True
    is_short = len(mark) < 5 and mark.isalpha() and mark.islower()
    return is_short and _SHORTENED.search(before) is not None


def _write_note(mark: str, before: str, after: str) -> str:
    inner = mark.strip("[]()") or mark
    gap_before = " " if before[-1:].strip() else ""
    gap_after = " " if after[:1].isalnum() else ""
    return f"{gap_before}[{inner.strip()}]{gap_after}"


def join_pieces(pieces: Iterable[tuple[str, bool]]) -> str:
    """One text from pieces in order, each with whether it is raised."""
    text = ""
    for is_raised, group in groupby(pieces, key=lambda piece: piece[1]):
        words = "".join(piece for piece, _ in group).translate(_HYPHENS)
        before = text[-_LONGEST_BASE:]
        text += write_superscript(before, words) if is_raised else words
    return text
