"""Characters of the fonts Symbol and Wingdings, which have codes of their own."""

# Symbol: https://www.unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt
_SYMBOL = {
    0x61: "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", 0x41: "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ",
    0xA2: "′≤⁄∞", 0xAB: "↔←↑→↓°±″≥×∝∂•÷≠≡≈…", 0xC6: "∩∪⊃⊇⊄⊂⊆∈∉", 0xD1: "∇®©™∏√·",
    0xDC: "⇐⇑⇒⇓",
}  # fmt: skip
_WINGDINGS = {
    0x6C: "•", 0x6E: "■", 0x6F: "☐", 0x71: "❑", 0x76: "❖", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢",
    0xE0: "→", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip


def _spread(runs: dict[int, str]) -> dict[int, str]:
    return {first + n: each for first, run in runs.items() for n, each in enumerate(run)}


_FONTS = {"symbol": _spread(_SYMBOL), "wingdings": _WINGDINGS}


def read_symbol(font: str, code: str) -> str:
    """The character of a hexadecimal code in a font, "" for one that has no meaning elsewhere.

    >>> read_symbol("Symbol", "F0B0"), read_symbol("Wingdings", "F0FC")
    ('°', '✓')
    """
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= number <= 0xF0FF:  # the private use area, where these fonts are
        return _FONTS.get(font.lower(), {}).get(number - 0xF000, "")
    named = _FONTS.get(font.lower(), {}).get(number)
    is_text = 0x20 <= number < 0x110000 and not 0xD800 <= number <= 0xF8FF
    return named or (chr(number) if is_text and chr(number).isprintable() else "")
