"""The numbers of lists and notes as word processors show them: 4, d, iv, 四."""

from collections.abc import Callable

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_CHINESE = "〇一二三四五六七八九"
MOST_LETTERS = 20  # "aaa" is 53; more is no number that a person reads
MOST_ROMAN = 4999


def _write_letters(number: int) -> str:
    repeats, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (repeats + 1)


def _write_roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written


def _write_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _CHINESE[tens]) + "十" if tens else ""
    return head + (_CHINESE[ones] if ones or not tens else "")


_WRITERS: dict[str, tuple[Callable[[int], str], int]] = {
    "a": (_write_letters, 26 * MOST_LETTERS),
    "i": (_write_roman, MOST_ROMAN),
    "一": (_write_chinese, 99),
}


def write_numeral(number: int, style: str) -> str:
    """A number in the style of its first: "1", "01", "a", "A", "i", "I", "一", or "" for none.

    >>> write_numeral(4, "I"), write_numeral(28, "a"), write_numeral(4, "01")
    ('IV', 'bb', '04')
    """
    if not style:
        return ""
    write, most = _WRITERS.get(style.lower(), (str, 0))
    if 0 < number <= most:
        return write(number).upper() if style.isupper() else write(number)
    return f"{number:02}" if style == "01" else str(number)
